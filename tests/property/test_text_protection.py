"""Laws of the protection of texts, over random UTF-8 and random spans."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.kernels.scan import codes
from privet.kernels.spans import Spans
from privet.kernels.splice import cut, cut_twin, splice, splice_twin
from privet.transforms.text.plan import Plan, Rule
from privet.transforms.text.protecting import protect
from tests.unit.transforms.making import KEY
from tests.unit.transforms.spans_by_hand import of

TEXTS = st.lists(st.none() | st.text(max_size=20), max_size=8)
WORDS = st.lists(st.text(max_size=9), min_size=1, max_size=5)
KINDS = st.sampled_from([codes.EMAIL, codes.PHONE, codes.CARD, codes.IBAN, codes.NAME, codes.JWT])


@st.composite
def marked(draw: st.DrawFn) -> tuple[list[str | None], list[tuple[int, int, int]]]:
    """Texts and spans of characters in them, empty and adjacent ones too."""
    texts = draw(TEXTS)
    found = []
    for row, text in enumerate(texts):
        if text is not None:
            cuts = draw(st.lists(st.integers(0, len(text)), max_size=6).map(sorted))
            pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
            if draw(st.booleans()):  # adjacent ones
                pairs = list(pairwise(cuts))
            found += [(row, start, end) for start, end in pairs]
    return texts, found


def in_bytes(texts: list[str | None], found: list[tuple[int, int, int]]) -> list:
    return [
        (row, len((texts[row] or "")[:start].encode()), len((texts[row] or "")[:end].encode()))
        for row, start, end in found
    ]


def columns(places: list) -> list[np.ndarray]:
    return [np.array([place[at] for place in places], np.int64) for at in range(3)]


def by_str(texts: list, found: list[tuple[int, int, int]], words: list[str]) -> list:
    out = list(texts)
    for (row, start, end), word in reversed(list(zip(found, words, strict=True))):
        out[row] = out[row][:start] + word + out[row][end:]
    return out


@given(marked(), WORDS, st.data(), st.booleans(), st.integers(0, 3), st.sampled_from([3, 10**6]))
def test_splice_is_what_str_does(given_texts, words, data, large, before, most) -> None:
    texts, found = given_texts
    choice = [data.draw(st.integers(0, len(words) - 1)) for _ in found]
    kind = pa.large_string() if large else pa.string()
    # A slice of a longer array, so that neither bytes nor validity begin at its start.
    array = pa.array(["é"] * before + texts + ["x"], kind).slice(before, len(texts))
    places = in_bytes(texts, found)
    row, start, end = columns(places)
    out = splice(
        array, row, start, end, words=pa.array(words, pa.string()),
        choice=np.array(choice, np.int64), most=most,
    )  # fmt: skip
    out.validate(full=True)
    chosen = [words[at] for at in choice]
    expected = by_str(texts, found, chosen)
    assert out.to_pylist() == expected
    twin = splice_twin(array, places, [word.encode() for word in chosen])
    assert twin == out.cast(pa.large_binary()).to_pylist()
    size = sum(len(text.encode()) for text in expected if text)
    assert out.type == (pa.large_string() if large or size > most else pa.string())
    assert cut(array, row, start, end).cast(pa.large_binary()).to_pylist() == (
        cut_twin(array, row, start, end)
    )


def test_what_a_null_row_holds_is_left_behind() -> None:
    full = pa.array(["ab", "secret", "cd"])
    nulls = pa.Array.from_buffers(pa.string(), 3, [pa.py_buffer(b"\x05"), *full.buffers()[1:]])
    none = np.empty(0, np.int64)
    out = splice(nulls, none, none, none, words=pa.array([""]), choice=none)
    assert out.to_pylist() == ["ab", None, "cd"]
    assert b"secret" not in bytes(out.buffers()[2])


@pytest.mark.parametrize(
    "places",
    [
        [(0, 0, 4)], [(0, 2, 1)], [(0, -1, 1)], [(2, 0, 1)], [(-1, 0, 1)], [(1, 0, 0)],
        [(0, 0, 2), (0, 1, 3)], [(0, 1, 2), (0, 0, 1)],
    ],
)  # fmt: skip
def test_spans_that_cannot_be_are_refused(places) -> None:
    row, start, end = columns(places)
    choice = np.zeros(len(row), np.int64)
    with pytest.raises(ValueError, match="span"):
        splice(pa.array(["abc", None]), row, start, end, words=pa.array([""]), choice=choice)


@given(marked(), st.data(), st.integers(0, 8))
def test_chunks_make_no_difference(given_texts, data, at) -> None:
    texts, found = given_texts
    listed = [(*place, data.draw(KINDS)) for place in in_bytes(texts, found)]
    plan = Plan(Rule("tag", numbered=True), {codes.EMAIL: Rule("token")}, key=KEY)
    whole = pa.array(texts, pa.string())
    spans = of(listed)
    chunked = pa.chunked_array([whole.slice(0, at), whole.slice(at)], pa.string())
    out = protect(chunked, spans, plan)
    assert out.type == pa.string()
    assert out.to_pylist() == protect(whole, spans, plan).to_pylist()


@given(TEXTS)
def test_without_spans_nothing_changes(texts) -> None:
    array = pa.array(texts, pa.string())
    plan = Plan(Rule("token"), key=KEY)
    assert protect(array, Spans.empty(), plan).equals(array)
    assert protect(pa.chunked_array([], pa.string()), Spans.empty(), plan).to_pylist() == []


@given(marked(), st.data())
def test_the_text_around_stays(given_texts, data) -> None:
    texts, found = given_texts
    listed = [(*place, data.draw(KINDS)) for place in in_bytes(texts, found)]
    removed = by_str(texts, found, [""] * len(found))
    out = protect(pa.array(texts, pa.string()), of(listed), Plan(Rule("redact", text="")))
    assert out.to_pylist() == removed
    kept = protect(pa.array(texts, pa.string()), of(listed), Plan(Rule("keep")))
    assert kept.to_pylist() == texts


@given(marked(), st.data())
def test_a_mask_keeps_the_shape(given_texts, data) -> None:
    texts, found = given_texts
    listed = [
        (*place, data.draw(KINDS.filter(lambda kind: kind != codes.JWT)))
        for place in in_bytes(texts, found)
    ]
    out = protect(pa.array(texts, pa.string()), of(listed), Plan(Rule("mask", show_last=0)))
    stars = [
        "".join("*" if c.isalnum() or not c.isascii() else c for c in texts[row][a:b])
        for row, a, b in found
    ]
    assert out.to_pylist() == by_str(texts, found, stars)
