"""What could be read back from protected texts, and by whom."""

from __future__ import annotations

import hashlib
import hmac
import re
import traceback
from collections import Counter

import pyarrow as pa
import pytest

from privet.kernels.scan import codes
from privet.transforms.text.drawing import Draws
from privet.transforms.text.plan import KindFacts, Plan, Rule
from privet.transforms.text.protecting import protect
from tests.unit.transforms.making import KEY, OTHER_KEY
from tests.unit.transforms.spans_by_hand import of, spans

PLANTED = {
    codes.EMAIL: "wilhelmina.zyxwander77@private-mail.test",
    codes.PHONE: "+48 601 739 284",
    codes.CARD: "4556 7375 8689 9855",
    codes.IBAN: "DE89 3704 0044 0532 0130 00",
    codes.SSN: "078-05-1120",
    codes.IP: "93.184.216.34",
    codes.MAC: "00:1A:2B:3C:4D:5E",
    codes.URL: "https://faces.test/wilhelmina/739284?q=zyxwander",
    codes.USERNAME: "zyxwander_7392",
    codes.NAME: "Wilhelmina Zyxwander",
    codes.STREET: "7392 Zyxwander Street",
    codes.PASSPORT: "C73X92T84",
    codes.FIRST_OFFICIAL: "44051401359",
    codes.API_KEY: "AKIAZYXWANDER73928401",
    codes.PRIVATE_KEY: "-----BEGIN PRIVATE KEY-----\nzyxwander7392\n-----END PRIVATE KEY-----",
}
HOWS = [
    Rule("redact"), Rule("redact", text=""), Rule("tag"), Rule("tag", numbered=True),
    Rule("mask", show_last=0), Rule("token"), Rule("surrogate"),
]  # fmt: skip


def plan(rule: Rule, key=KEY) -> Plan:
    return Plan(rule, {}, {codes.EMAIL: KindFacts("email", "user.contact.email")}, key)


def protected(value: str, code: int, rule: Rule, key=KEY) -> str:
    found = spans([value], [(0, value, code)])
    return protect(pa.array([value]), found, plan(rule, key))[0].as_py()


def pieces(value: str) -> set[str]:
    """What of a value would tell whose it is: its words, and five digits in a row."""
    bare = re.sub(r"[^0-9]", "", value)
    words = {word.lower() for word in re.findall(r"[A-Za-z]{6,}", value)}
    return words - {"private", "street", "https"} | {
        bare[at : at + 5] for at in range(len(bare) - 4)
    }


@pytest.mark.parametrize("rule", HOWS, ids=lambda rule: f"{rule.how}-{rule.text}-{rule.numbered}")
@pytest.mark.parametrize("around", ["{}", "{} x", "x {}", "é{}é", "{0}{0}", "{0},{0}\n{0}"])
def test_no_piece_of_a_planted_value_survives(rule, around) -> None:
    texts = [around.format(value) for value in PLANTED.values()]
    found = spans(
        texts,
        [
            (row, value, code)
            for row, (code, value) in enumerate(PLANTED.items())
            for _ in range(texts[row].count(value))
        ],
    )
    out = protect(pa.array(texts), found, plan(rule)).to_pylist()
    for value, text in zip(PLANTED.values(), out, strict=True):
        digits = re.sub(r"[^0-9]", "", re.sub(r"\[[^\]]*\]", "", text))
        for piece in pieces(value):
            assert piece not in (digits if piece.isdigit() else text.lower())


@pytest.mark.parametrize("rule", [Rule("token"), Rule("surrogate")], ids=lambda rule: rule.how)
def test_without_the_key_a_guess_cannot_be_tried(rule) -> None:
    for code, value in PLANTED.items():
        ours = protected(value, code, rule)
        if rule.how == "surrogate" and ours.startswith("["):
            continue
        assert ours == protected(value, code, rule)
        assert ours != protected(value, code, rule, OTHER_KEY)
        normal = value.lower() if code == codes.EMAIL else value
        for guess in (value, normal, re.sub(r"\W", "", value).upper()):
            for name in ("md5", "sha1", "sha256", "sha512", "blake2b", "sha3_256"):
                assert hashlib.new(name, guess.encode()).hexdigest()[:32] not in ours
            for known in (KEY.domain, KEY.key_id, ""):
                digest = hmac.digest(known.encode(), guess.encode(), "sha256")
                assert digest.hex()[:32] not in ours


def test_tokens_and_surrogates_come_of_different_keys() -> None:
    value = pa.array(["ana@example.org"])
    token = hmac.digest(KEY.secret, b"ana@example.org", "sha256")
    drawn = Draws.under(KEY, "email")
    assert drawn.secret != KEY.secret
    assert token not in bytes(drawn.of(value, 0)[0]) + bytes(drawn.of(value, 1)[0])


def test_what_parts_recur_in_names_and_mailboxes_does_not_show() -> None:
    """Only whole values are recognised again, so that no table of frequent names can be laid on."""
    letters = "bcdfghklmn"
    unique = [f"{a}{b}{c}ovic" for a in letters for b in "aeiou" for c in letters]
    for code, pattern in ((codes.NAME, "Anna {}"), (codes.EMAIL, "anna.{}@x.test")):
        values = [pattern.format(each) for each in unique]
        found = of((row, 0, len(value), code) for row, value in enumerate(values))
        out = protect(pa.array(values), found, plan(Rule("surrogate"))).to_pylist()
        firsts = Counter(re.split(r"[ .]", text)[0] for text in out)
        assert len(firsts) > 100
        assert max(firsts.values()) < 12


def test_whole_values_are_recognised_again_as_is_said() -> None:
    texts = ["ana@x.test"] * 3 + ["bob@x.test"]
    found = of((row, 0, len(text), codes.EMAIL) for row, text in enumerate(texts))
    for how in ("token", "surrogate"):
        out = protect(pa.array(texts), found, plan(Rule(how))).to_pylist()
        assert sorted(Counter(out).values()) == [1, 3]


def test_lengths() -> None:
    """`redact`, `tag` and `token` hide how long a value is; a masked secret does too."""
    for rule in (Rule("redact"), Rule("tag"), Rule("token")):
        short, long = (
            protected(value, codes.NAME, rule) for value in ("Al", "Wilhelmina Zyxwander")
        )
        assert len(short) == len(long)
    short, long = (protected(value, codes.PASSWORD, Rule("mask")) for value in ("a", "b" * 40))
    assert short == long == "****"
    assert protected("Al", codes.NAME, Rule("mask")) == "**"


def test_a_short_value_shows_none_of_its_end() -> None:
    assert protected("1234", codes.BANK_ACCOUNT, Rule("mask")) == "****"
    assert protected("12345678901", codes.BANK_ACCOUNT, Rule("mask", show_last=8)) == "*" * 11
    assert protected("123456789012", codes.BANK_ACCOUNT, Rule("mask", show_last=8)) == "*" * 12


def test_nothing_that_fails_tells_a_value() -> None:
    secret = "Xq7-marker-value"
    places = [(0, 0, 99, 1)], [(0, 2, 5, 1), (0, 0, 3, 1)], [(3, 0, 1, 1)], [(0, -1, 4, 1)]
    for listed in places:
        for rule in HOWS:
            with pytest.raises(ValueError, match="span") as failed:
                protect(pa.array([secret]), of(listed), plan(rule))
            told = "".join(traceback.format_exception(failed.value))
            assert "Xq7" not in told
    assert KEY.secret.hex() not in repr(plan(Rule("token")))
    assert repr(KEY.secret) not in repr(Draws.under(KEY, "email"))


def test_bytes_that_are_no_utf_8_end_no_run() -> None:
    """A column may hold what is no text at all; its spans are protected none the less."""
    raw = pa.array([b"\xff\xfe 4556737586899855 \xc3"]).cast(pa.binary())
    broken = pa.Array.from_buffers(pa.string(), 1, raw.buffers())
    found = of([(0, 3, 19, codes.CARD)])
    for rule in HOWS:
        out = protect(broken, found, plan(rule)).cast(pa.binary())[0].as_py()
        assert b"7586899855" not in out
        assert out.startswith(b"\xff\xfe ")
        assert out.endswith(b" \xc3")
