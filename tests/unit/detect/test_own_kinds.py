"""Kinds that a user declared: where they are found, how surely, and what check says of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.config.kinds_form import KindForm
from privet.detect.text.own import OwnMatcher
from privet.detect.text.own_checks import CHECKS
from privet.detect.text.own_examples import problems
from privet.kernels.scan import codes
from privet.model.errors import Location
from privet.model.own_kind import OwnKind
from tests.projects import customers_csv, make_project


def own(pattern: str, **keys: Any) -> OwnKind:
    given = {"name": "ticket", "category": "user.unique_id", "label": "tickets"} | keys
    return OwnKind(pattern=pattern, **given)


def found(texts: list[str | None], *kinds: OwnKind) -> list[tuple[int, str, int, int]]:
    """Row, text, code and score of every span."""
    spans = OwnMatcher(kinds).detect(pa.array(texts, pa.string()))
    assert set(spans.evidence.tolist()) <= {codes.OWN}
    return [
        (row, (texts[row] or "").encode()[start:end].decode(), kind, score)
        for row, start, end, kind, score in zip(
            spans.row, spans.start, spans.end, spans.kind, spans.score, strict=True
        )
    ]


def test_every_match_of_every_row() -> None:
    texts = ["é T-12 and T-345", None, "", "none", "T-9", "\U0010fffe T-1 \U0010fffeT-2"]
    assert [(row, text) for row, text, _, _ in found(texts, own(r"T-\d+"))] == [
        (0, "T-12"),
        (0, "T-345"),
        (4, "T-9"),
        (5, "T-1"),
        (5, "T-2"),
    ]


def test_codes_scores_and_chunks() -> None:
    kinds = [own("aa+", score=60), own(r"b(\d)|c", name="other", score=90)]
    matcher = OwnMatcher(kinds)
    assert [kind.code for kind in matcher.kinds] == [codes.FIRST_OWN, codes.FIRST_OWN + 1]
    chunks = pa.chunked_array([["aab1"], ["x", "c aaa"]])
    spans = matcher.detect(chunks)
    assert spans.row.tolist() == [0, 0, 2, 2]
    assert spans.start.tolist() == [0, 2, 0, 2]
    assert spans.end.tolist() == [2, 4, 1, 5]
    assert spans.kind.tolist() == [1024, 1025, 1025, 1024]
    assert spans.score.tolist() == [60, 90, 90, 60]
    assert len(matcher.detect(chunks.slice(1, 1))) == 0


def test_slices_and_large_text() -> None:
    texts = pa.array(["T-1", "x T-22", "T-3"], pa.large_string()).slice(1, 1)
    spans = OwnMatcher([own(r"T-\d+")]).detect(texts)
    assert (spans.row.tolist(), spans.start.tolist(), spans.end.tolist()) == ([0], [2], [6])


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary()])
def test_bytes_that_are_no_text(kind: pa.DataType) -> None:
    texts = pa.array([b"\xff T-1 \xc3", "é T-2".encode(), b"\xff\xff"], kind)
    spans = OwnMatcher([own(r"T-\d", context=("é",))]).detect(texts)
    assert (spans.row.tolist(), spans.start.tolist()) == ([0, 1], [2, 3])
    assert spans.score.tolist() == [75, 90]
    words = pa.array(["T-1", None, "T-1"]).dictionary_encode()
    assert OwnMatcher([own(r"T-\d")]).detect(words).row.tolist() == [0, 2]


def test_where_two_overlap_the_surer_stays() -> None:
    wide, sure = own("abcd", score=60), own("cde", name="sure", score=80)
    assert found(["abcde abcd"], wide, sure) == [
        (0, "cde", codes.FIRST_OWN + 1, 80),
        (0, "abcd", codes.FIRST_OWN, 60),
    ]
    long = own("abcd", name="long", score=80)
    assert [text for _, text, _, _ in found(["abcde"], sure, long)] == ["abcd"]


def test_a_validator_decides() -> None:
    kind = own(r"\d{16}", validator="luhn")
    assert [text for _, text, _, _ in found(["4111111111111111 4111111111111112"], kind)] == [
        "4111111111111111"
    ]


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("Kunde 123456", True),
        ("KUNDE: 123456", True),
        ("Kundennummer 123456", True),
        ("123456 ist die Kundennummer", True),
        ("123456", False),
        ("Stammkunde 123456", False),
        ("Kunde" + " " * 80 + "123456", False),
        ("客户编号:123456", True),
        ("本客户123456", True),
    ],
)
def test_words_that_stand_near(text: str, near: bool) -> None:
    words = ("Kunde", "客户")
    boosted = found([text], own(r"\d{6}", context=words, score=60))
    assert [score for *_, score in boosted] == [75 if near else 60]
    needed = found([text], own(r"\d{6}", context=words, score=60, needs_context=True))
    assert len(needed) == near


def test_context_never_lowers_a_score() -> None:
    assert found(["Kunde 12"], own(r"\d+", context=("Kunde",), score=99))[0][3] == 99


@given(st.lists(st.none() | st.text("ab1é\U0010fffe ", max_size=20), max_size=6))
def test_the_places_are_those_of_re(texts: list[str | None]) -> None:
    pattern = r"a[ab]*1|é+"
    expected = [
        (row, *(len((text or "")[:at].encode()) for at in match.span()))
        for row, text in enumerate(texts)
        for match in re.finditer(pattern, text or "")
    ]
    spans = OwnMatcher([own(pattern)]).detect(pa.array(texts, pa.string()))
    assert list(zip(spans.row, spans.start, spans.end, strict=True)) == expected


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        ("luhn", "4111 1111 1111 1111", "4111 1111 1111 1112"),
        ("mod97", "3214282912345698765432161182", "3214282912345698765432161183"),
        ("iban", "DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 01"),
        ("mod11_2", "0000-0002-1825-0097", "0000-0002-1825-0098"),
        ("mod11_2", "079X", "0790"),
        ("mod11_10", "07945", "07946"),
        ("verhoeff", "2363", "2364"),
        ("damm", "5724", "5725"),
        ("isbn", "0-306-40615-2", "0-306-40615-3"),
        ("isbn", "080442957X", "0804429570"),
        ("isbn", "978-0-306-40615-7", "977-0-306-40615-7"),
        ("gs1", "4006381333931", "4006381333932"),
        ("ip", "2001:db8::1", "2001:db8:::1"),
    ],
)
def test_checks(check: str, right: str, wrong: str) -> None:
    assert CHECKS[check](right)
    assert not CHECKS[check](wrong)
    assert not CHECKS[check]("")
    assert not CHECKS[check]("no number")


def test_the_form_knows_every_check() -> None:
    annotation = str(KindForm.model_fields["validator"].annotation)
    assert set(re.findall(r"'(\w+)'", annotation)) == set(CHECKS)


def told(kind: OwnKind) -> list[tuple[str, str, Location | None]]:
    return [(each.message, each.hint, each.where) for each in problems([kind])]


def test_check_finds_nothing_wrong() -> None:
    kind = own(r"T-\d+", must_match=("see T-1",), must_not_match=("T-x",))
    assert problems([kind]) == ()


def test_check_tries_the_examples() -> None:
    place = Location("kinds.yaml", 7, "kinds.ticket.examples.must_match[0]")
    other = Location("kinds.yaml", 9, "kinds.ticket.examples.must_not_match[1]")
    kind = own(
        r"T-\d+",
        must_match=("T-abc",),
        must_not_match=("fine", "T-17"),
        places={"must_match[0]": place, "must_not_match[1]": other},
    )
    (first, hint, at), (second, _, where) = told(kind)
    assert first == "`ticket` is not found in an example that must match"
    assert hint == "change the example or the pattern"
    assert second == "`ticket` is found in an example that must not match"
    assert (at, where) == (place, other)
    assert "abc" not in repr(problems([kind]))
    assert "T-17" not in repr(problems([kind]))


def test_check_names_what_stands_in_the_way() -> None:
    kind = own(r"\d+", validator="luhn", context=("a",), needs_context=True, must_match=("17",))
    assert told(kind)[0][1] == (
        "change the example or the pattern or the validator `luhn` or "
        "the words that must stand near"
    )


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(?=a)b", "the pattern cannot be compiled: invalid perl operator"),
        (r"(a)\1", "the pattern cannot be compiled: invalid escape sequence"),
        ("[", "the pattern cannot be compiled: missing ]"),
        ("a*", "the pattern matches empty text"),
    ],
)
def test_check_tries_the_pattern(pattern: str, message: str) -> None:
    place = Location("kinds.yaml", 4, "kinds.ticket.pattern")
    ((said, hint, where),) = told(own(pattern, must_match=("b",), places={"pattern": place}))
    assert message in said
    assert hint
    assert where == place


def test_check_knows_categories_and_names() -> None:
    kind = own("a", name="email", category="user.contact.emial", must_match=("a",))
    (name, _, _), (category, hint, _) = told(kind)
    assert name == "Privet has a kind `email` already"
    assert category == "no category `user.contact.emial`"
    assert hint == "did you mean `user.contact.email`?"
    assert told(own("a", name="secret", must_match=("a",)))


def test_the_projects_check_tries_them(tmp_path: Path) -> None:
    rows = [("C1", "a@example.org", "s", "Bonn", 1)]
    made = make_project(tmp_path, {"customers.csv": customers_csv(rows)})
    config = made.root / "privet.yaml"
    config.write_text(config.read_text() + "\nkinds: kinds.yaml\n")
    (made.root / "kinds.yaml").write_text(
        "version: 1\nkinds:\n  ticket:\n    pattern: 'T-\\d+'\n    category: user.unique_id\n"
        "    examples:\n      must_match: ['T-1']\n      must_not_match: ['T-2']\n"
    )
    (problem,) = made.open().check()
    assert problem.severity == "error"
    assert str(problem.where) == "kinds.yaml:8: kinds.ticket.examples.must_not_match[0]"
