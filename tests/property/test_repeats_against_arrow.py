"""Values are numbered as Arrow's dictionary has them, and laid out as its `take` does."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.kernels.repeats import firsts_and_codes, spread
from privet.transforms import repeating
from privet.transforms.repeating import laid_out, numbered

TEXTS = st.lists(
    st.one_of(
        st.none(),
        st.sampled_from(["", "a", "12345678", "123456789", "x" * 16, "x" * 17, "y" * 8 + "x" * 9]),
        st.text(max_size=40),
    ),
    max_size=60,
)


@pytest.fixture(autouse=True)
def _compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeating, "PAYS_AFTER", -1)


@given(TEXTS, st.integers(0, 3), st.booleans())
def test_as_arrow_numbers_them(texts: list[str | None], skip: int, binary: bool) -> None:
    given_texts = pa.array(texts, pa.string())
    values = (given_texts.cast(pa.binary()) if binary else given_texts).slice(skip)
    found = firsts_and_codes(values, 100)
    assert found is not None
    firsts, codes = found
    distinct = values.take(pa.array(firsts))
    assert distinct.take(pa.array(codes)).equals(values)
    want = values.dictionary_encode(null_encoding="encode").dictionary
    assert sorted(distinct.to_pylist(), key=repr) == sorted(want.to_pylist(), key=repr)


def test_more_values_than_expected_are_given_up() -> None:
    values = pa.array([str(number) for number in range(100)])
    assert firsts_and_codes(values, 99) is None
    assert firsts_and_codes(values, 100) is not None
    assert firsts_and_codes(pa.array([None, "a"]), 1) is None
    assert numbered(values, 20) is None
    with pytest.raises(TypeError, match="no text"):
        firsts_and_codes(pa.array([1]), 1)


@given(
    st.sampled_from([1, 7, 8, 16, 32]),
    st.lists(st.booleans(), min_size=1, max_size=9),
    st.integers(0, 2**32),
    st.booleans(),
)
def test_laid_out_as_taken(width: int, valid: list[bool], seed: int, fixed: bool) -> None:
    chance = np.random.default_rng(seed)
    made = [bytes(chance.integers(97, 122, width).tolist()) if each else None for each in valid]
    kind = pa.binary(width) if fixed else pa.string()
    values = pa.array([None, *made], kind).slice(1)
    codes = chance.integers(0, len(valid), 50).astype(np.int32)
    out = laid_out(values, codes)
    out.validate(full=True)
    assert out.equals(values.take(pa.array(codes)))


def test_a_code_that_names_no_row() -> None:
    for code in (-1, 2):
        with pytest.raises(IndexError):
            spread(np.zeros((2, 1), np.uint64), np.array([code], np.int32))
