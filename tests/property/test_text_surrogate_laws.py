"""Laws of surrogates: for values of every kind, as they should look and as they should not."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from privet.kernels.scan import codes
from privet.transforms.text.plan import Plan, Rule
from privet.transforms.text.protecting import protect
from privet.transforms.text.spelling import spelled
from privet.transforms.text.surrogates import surrogates
from tests.unit.transforms.making import KEY
from tests.unit.transforms.spans_by_hand import of

KINDS = [
    codes.EMAIL, codes.PHONE, codes.CARD, codes.IBAN, codes.BIC, codes.SSN, codes.ITIN, codes.IP,
    codes.MAC, codes.URL, codes.USERNAME, codes.COORDINATES, codes.DATE_OF_BIRTH, codes.AGE,
    codes.STREET, codes.POSTCODE, codes.PASSPORT, codes.NAME, codes.PLACE, codes.ORGANISATION,
    codes.CRYPTO, codes.PASSWORD, codes.HEALTH, codes.FIRST_OFFICIAL, codes.FIRST_OWN,
]  # fmt: skip
HOWS = [
    Rule("keep"), Rule("redact"), Rule("tag"), Rule("tag", numbered=True), Rule("mask"),
    Rule("token"), Rule("surrogate"),
]  # fmt: skip
DIGITS = st.text("0123456789", min_size=1, max_size=22)
LIKE = st.one_of(
    st.from_regex(r"\+?[0-9][0-9 ()./-]{5,22}( ?x[0-9]{1,4})?", fullmatch=True),
    st.from_regex(r"[a-zA-Zé王.+_0-9]{1,12}@[a-z]{1,8}\.[a-z]{2,3}", fullmatch=True),
    st.from_regex(r"[A-Z]{2}[0-9]{2}[A-Z0-9 ]{8,30}", fullmatch=True),
    st.from_regex(r"[0-9a-fA-F:.]{2,30}", fullmatch=True),
    st.from_regex(r"[0-9]{1,4}[-./ 年][0-9]{1,2}[-./ 月][0-9]{1,4}", fullmatch=True),
    st.from_regex(
        r"-?[0-9]{1,3}[.,°][0-9' \"]{1,6}[NS]?[,; ]+-?[0-9]{1,3}\.[0-9]{1,4}", fullmatch=True
    ),
    st.from_regex(r"[A-Za-zÄéЖж王山サ김' .-]{1,25}", fullmatch=True),
    st.text(max_size=30),
    DIGITS,
)
VALUES = st.lists(LIKE, min_size=1, max_size=12, unique=True)


@settings(max_examples=250)
@given(st.sampled_from(KINDS), VALUES)
def test_a_surrogate_is_text_and_nobodys_original(code, listed) -> None:
    values = pa.array(listed, pa.string())
    found = surrogates(values, code, "kind", KEY)
    found.validate(full=True)
    assert (found.type, len(found)) == (pa.string(), len(values))
    theirs = spelled(values, code).to_pylist()
    ours = spelled(found.fill_null("\x00"), code).to_pylist()
    few = code in (codes.AGE, codes.DATE_OF_BIRTH, codes.POSTCODE)
    for row, surrogate in enumerate(found.to_pylist()):
        if surrogate is not None:
            assert ours[row] != theirs[row]
            assert few or ours[row] not in theirs


@given(st.sampled_from(KINDS), VALUES, st.randoms(use_true_random=False))
def test_neither_order_nor_place_matters(code, listed, draw) -> None:
    first = dict(
        zip(listed, surrogates(pa.array(listed), code, "kind", KEY).to_pylist(), strict=True)
    )
    shuffled = draw.sample(listed, len(listed))
    sliced = pa.array(["\u00e9", *shuffled, "x"]).slice(1, len(shuffled))
    again = surrogates(sliced, code, "kind", KEY).to_pylist()
    assert dict(zip(shuffled, again, strict=True)) == first


@given(st.sampled_from(KINDS), st.lists(LIKE, min_size=1, max_size=8), st.integers(0, 8))
def test_one_value_has_one_surrogate_in_all_texts(code, listed, at) -> None:
    texts = [f"<{value}> and {value}" for value in listed]
    places = []
    for row, value in enumerate(listed):
        size = len(value.encode())
        places += [(row, 1, 1 + size, code), (row, 7 + size, 7 + 2 * size, code)]
    array = pa.array(texts)
    chunks = pa.chunked_array([array.slice(0, at), array.slice(at)], pa.string())
    out = protect(chunks, of(places), Plan(Rule("surrogate"), key=KEY)).to_pylist()
    seen: dict[str, str] = {}
    for value, text in zip(listed, out, strict=True):
        half = (len(text) - 7) // 2
        surrogate = text[1 : 1 + half]
        assert text == f"<{surrogate}> and {surrogate}"
        assert seen.setdefault(value, surrogate) == surrogate


@st.composite
def raw_texts(draw: st.DrawFn) -> tuple[list[bytes | None], list[tuple[int, int, int, int]]]:
    """Any bytes, and spans anywhere in them."""
    texts = draw(st.lists(st.none() | st.binary(max_size=20) | LIKE.map(str.encode), max_size=6))
    places = []
    for row, text in enumerate(texts):
        if text is not None:
            cuts = draw(st.lists(st.integers(0, len(text)), max_size=4).map(sorted))
            code = st.sampled_from(KINDS)
            pairs = zip(cuts[::2], cuts[1::2], strict=False)
            places += [(row, low, high, draw(code)) for low, high in pairs]
    return texts, places


@settings(max_examples=200)
@given(raw_texts(), st.sampled_from(HOWS), st.booleans())
def test_bytes_that_are_no_text_are_protected_too(given_texts, rule, as_text) -> None:
    texts, places = given_texts
    array = pa.array(texts, pa.binary())
    if as_text:  # as a careless writer would make it
        array = array.view(pa.string())
    out = protect(array, of(places), Plan(rule, key=KEY))
    assert out.type == array.type
    for row, (before, after) in enumerate(
        zip(texts, out.view(pa.binary()).to_pylist(), strict=True)
    ):
        assert (before is None) == (after is None)
        mine = [place for place in places if place[0] == row]
        if before is not None and not mine:
            assert after == before
        elif mine:
            assert after.startswith(before[: mine[0][1]])
            assert after.endswith(before[mine[-1][2] :])
    if rule.how == "keep":
        assert out.equals(array)
