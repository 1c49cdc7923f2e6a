from __future__ import annotations

import hmac

import pyarrow as pa
import pytest

from privet.kernels.scan import codes
from privet.transforms.text.plan import KindFacts, Plan, Rule
from privet.transforms.text.protecting import protect, put, replacements
from tests.unit.transforms.making import KEY
from tests.unit.transforms.spans_by_hand import spans

TEXTS = [
    "Ana <ana@example.org> or ANA@example.org, bob@example.org; 4111 1111 1111 1234",
    None,
    "bob@example.org wrote to ana@example.org",
]
FOUND = [
    (0, "ana@example.org", codes.EMAIL), (0, "ANA@example.org", codes.EMAIL),
    (0, "bob@example.org", codes.EMAIL), (0, "4111 1111 1111 1234", codes.CARD),
    (2, "bob@example.org", codes.EMAIL), (2, "ana@example.org", codes.EMAIL),
]  # fmt: skip
FACTS = {
    codes.EMAIL: KindFacts("email", "user.contact.email"),
    codes.CARD: KindFacts("card", "user.financial.credit_card"),
    codes.SSN: KindFacts("ssn"), codes.PHONE: KindFacts("phone", "user.contact.phone_number"),
}  # fmt: skip


def run(rule: Rule, rules: dict[int, Rule] | None = None) -> list:
    plan = Plan(rule, rules or {}, FACTS, KEY)
    return protect(pa.array(TEXTS), spans(TEXTS, FOUND), plan).to_pylist()


def one(text: str, code: int, rule: Rule) -> str:
    found = spans([text], [(0, text, code)])
    return protect(pa.array([text]), found, Plan(rule, {}, FACTS, KEY))[0].as_py()


def token(text: str) -> str:
    return hmac.digest(KEY.secret, text.encode(), "sha256")[:16].hex()


def test_redact() -> None:
    fixed = run(Rule("redact"))
    assert fixed[0] == "Ana <[REDACTED]> or [REDACTED], [REDACTED]; [REDACTED]"
    assert fixed[1] is None
    assert run(Rule("redact", text=""))[2] == " wrote to "


def test_tags() -> None:
    assert run(Rule("tag"))[0] == "Ana <[EMAIL]> or [EMAIL], [EMAIL]; [CARD]"


def test_numbered_tags_begin_anew_in_each_text() -> None:
    numbered = run(Rule("tag", numbered=True))
    assert numbered[0] == "Ana <[EMAIL_1]> or [EMAIL_1], [EMAIL_2]; [CARD_1]"
    assert numbered[2] == "[EMAIL_1] wrote to [EMAIL_2]"


def test_kinds_of_one_tag_share_their_numbers() -> None:
    facts = {130: KindFacts("id"), 131: KindFacts("id")}
    found = spans(["a1 b2 a1"], [(0, "a1", 131), (0, "b2", 130), (0, "a1", 130)])
    plan = Plan(Rule("tag", numbered=True), kinds=facts)
    assert protect(pa.array(["a1 b2 a1"]), found, plan).to_pylist() == ["[ID_1] [ID_2] [ID_1]"]


def test_each_kind_by_its_own_rule() -> None:
    mixed = run(Rule("redact"), {codes.EMAIL: Rule("token"), codes.CARD: Rule("mask")})
    ana, bob = f"[EMAIL:{token('ana@example.org')}]", f"[EMAIL:{token('bob@example.org')}]"
    assert mixed[0] == f"Ana <{ana}> or {ana}, {bob}; **** **** **** 1234"
    assert mixed[2] == f"{bob} wrote to {ana}"
    assert run(Rule("keep"), {codes.CARD: Rule("tag")})[0] == TEXTS[0].replace(
        "4111 1111 1111 1234", "[CARD]"
    )


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ("ANA@x.org", "ana@X.org", codes.EMAIL),
        ("+49 (30) 1234-56", "0049 30 123456", codes.PHONE),
        ("4111-1111 11111111", "4111111111111111", codes.CARD),
        ("de89 3704 0044 0532 0130 00", "DE89370400440532013000", codes.IBAN),
        ("00-1A-2b-3c-4d-5e", "00:1a:2B:3C:4D:5E", codes.MAC),
        ("850101/1234", "850101 1234", codes.FIRST_OFFICIAL),
        ("Ana  Li", "ana li", codes.NAME), ("\uff11\uff12", "12", codes.AGE),
    ],
)  # fmt: skip
def test_spellings_of_one_value_have_one_token(first, second, code) -> None:
    assert one(first, code, Rule("token")) == one(second, code, Rule("token"))


def test_what_must_be_exact_is() -> None:
    assert one("Abc", codes.PASSWORD, Rule("token")) != one("abc", codes.PASSWORD, Rule("token"))


def test_a_value_that_names_nobody_still_has_a_token() -> None:
    assert one("--", codes.PHONE, Rule("token")) == f"[PHONE:{token('--')}]"
    assert one("--", codes.CARD, Rule("token")) == f"[CARD:{token('--')}]"


@pytest.mark.parametrize(
    ("value", "code", "rule", "expected"),
    [
        ("078-05-1120", codes.SSN, Rule("mask"), "***-**-****"),
        ("078-05-1120", codes.SSN, Rule("mask", show_last=4), "***-**-****"),
        ("+49 30 1234 5678", codes.PHONE, Rule("mask", show_last=2), "+** ** **** **78"),
        ("DE89 3704 0044 0532 0130 00", codes.IBAN, Rule("mask"), "**** **** **** **** **30 00"),
        ("hunter2", codes.PASSWORD, Rule("mask"), "****"),
        ("Ünal Ö.", codes.NAME, Rule("mask"), "**** *."),
        ("王小明", codes.NAME, Rule("mask"), "***"),
        ("Straße zum Waldé", codes.STREET, Rule("mask", show_last=2), "****** *** ***dé"),
        ("👩‍👩 a", codes.NAME, Rule("mask"), "*** *"),
    ],
)
def test_masks(value, code, rule, expected) -> None:
    assert one(value, code, rule) == expected


def test_what_stood_there_and_what_took_its_place_can_be_kept() -> None:
    found = spans(TEXTS, FOUND)
    chosen = replacements(pa.array(TEXTS), found, Plan(Rule("tag", numbered=True), {}, FACTS))
    assert chosen.found.to_pylist() == [value for _, value, _ in FOUND]
    assert chosen.words.take(pa.array(chosen.choice)).to_pylist() == [
        "[EMAIL_1]", "[EMAIL_1]", "[EMAIL_2]", "[CARD_1]", "[EMAIL_1]", "[EMAIL_2]",
    ]  # fmt: skip
    assert put(pa.array(TEXTS), found, chosen).to_pylist() == run(Rule("tag", numbered=True))


def test_a_plan_that_cannot_be_kept_is_refused() -> None:
    with pytest.raises(ValueError, match="key"):
        Plan(Rule("token"))
    with pytest.raises(ValueError, match="key"):
        Plan(Rule("redact"), {codes.EMAIL: Rule("surrogate")})
    with pytest.raises(ValueError, match="one of"):
        Rule("hide")
    with pytest.raises(TypeError, match="int64"):
        protect(pa.array([1]), spans([], []), Plan())
    assert "secret" not in repr(Plan(Rule("token"), key=KEY))


def test_a_row_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="row"):
        protect(pa.chunked_array([["a"]]), spans(["a", "a"], [(1, "a", 1)]), Plan())
