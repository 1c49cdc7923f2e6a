"""The shortcuts that transforms take on long columns: each gives what it gives value by value."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.model.contract import Column
from privet.model.paths import ColumnPath
from privet.transforms import operation
from privet.transforms.build import build
from privet.transforms.normalise import normalise
from tests.unit.transforms.making import KEY, treatment

PHONE = "user.contact.phone_number"
LONG = 5000
"""Rows from which on a transform looks for repeats."""

TEXTS = st.lists(
    st.none() | st.text("ab 12+-\u00e9\u00a0", max_size=6) | st.just("4111222233334444"),
    min_size=1,
    max_size=12,
)
WHOLE = st.lists(st.none() | st.integers(-300, 300) | st.integers(-(2**31), 2**31 - 1), min_size=1)


def _long(values: list, shape: str, kind: pa.DataType) -> pa.Array:
    """About `LONG` rows of `values`: each in a run, or all of them over and over."""
    times = -(-LONG // len(values))
    if shape == "runs":
        repeated = [value for value in values for _ in range(times)]
    else:
        repeated = values * times
    # A slice whose offset is no multiple of a byte.
    return pa.array([None, *repeated, None], kind).slice(1, len(repeated))


def _apply(name: str, values: pa.Array, **params) -> pa.Array:
    column = Column(ColumnPath.of("c"), str(values.type).replace("[day]", ""), PHONE)
    transform = build(treatment(name, **params), column, KEY)
    out = transform.apply(values)
    out.validate(full=True)
    return out


@pytest.mark.parametrize("shape", ["runs", "everywhere"])
@pytest.mark.parametrize(
    ("name", "params"),
    [("token", {}), ("token", {"form": "binary"}), ("mask", {"show_last": 4, "show_first": 1})],
)
@given(TEXTS)
def test_repeated_texts_come_out_as_they_do_alone(shape, name, params, texts) -> None:
    values = _long(texts, shape, pa.string())
    alone = _apply(name, pa.array(texts, pa.string()), **params).to_pylist()
    known = dict(zip(texts, alone, strict=True))
    assert _apply(name, values, **params).to_pylist() == [known[v] for v in values.to_pylist()]


@pytest.mark.parametrize("shape", ["runs", "everywhere"])
@pytest.mark.parametrize(
    ("kind", "name", "params"),
    [
        (pa.int32(), "band", {"width": 7}),
        (pa.int64(), "token", {}),
        (pa.date32(), "band", {"width": "5y"}),
        (pa.date32(), "token", {}),
    ],
)
@given(WHOLE)
def test_repeated_whole_numbers_come_out_as_they_do_alone(shape, kind, name, params, whole) -> None:
    days = [value and value % 90_000 for value in whole] if kind == pa.date32() else whole
    plain = pa.array(days, pa.int32()).cast(kind)
    alone = _apply(name, plain, **params).to_pylist()
    known = dict(zip(plain.to_pylist(), alone, strict=True))
    values = _long(days, shape, pa.int32()).cast(kind)
    assert _apply(name, values, **params).to_pylist() == [known[v] for v in values.to_pylist()]


@given(st.integers(-(2**31), 2**31 - 1001), st.booleans())
def test_a_narrow_range_is_worked_out_once(low, with_null) -> None:
    numbers = [low + (7 * row) % 1000 for row in range(LONG)]
    values = pa.array([*numbers, None] if with_null else numbers, pa.int32())
    seen = []

    def plain(given: pa.Array) -> pa.Array:
        seen.append(len(given))
        return given.cast(pa.string())

    out = operation.over_distinct(values, plain)
    assert out.equals(values.cast(pa.string()))
    assert seen == [1000]


PHONES = st.lists(st.none() | st.text("+0049 (12", max_size=9) | st.just("+49 301234"), max_size=30)


@given(PHONES)
def test_phones_are_read_alike_alone_and_in_company(phones) -> None:
    together = normalise(pa.array(phones, pa.string()), PHONE)
    together.validate(full=True)
    alone = [normalise(pa.array([phone], pa.string()), PHONE)[0].as_py() for phone in phones]
    assert together.to_pylist() == alone


@given(
    st.lists(st.none() | st.text("ab1\u00e9", min_size=3, max_size=8), max_size=20),
    st.integers(0, 3),
    st.integers(1, 3),
    st.sampled_from(["*", "\u00b7"]),
)
def test_masks_against_the_plain_words(texts, first, last, sign) -> None:
    values = pa.array([None, *texts], pa.string()).slice(1)
    out = _apply("mask", values, show_first=first, show_last=last, **{"with": sign}).to_pylist()
    for text, masked in zip(texts, out, strict=True):
        if text is None:
            assert masked is None
        elif len(text) <= first + last:
            assert masked == sign * 4
        else:
            assert masked == text[:first] + sign * 4 + text[-last:]
