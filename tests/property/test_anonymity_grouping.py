"""Distinct rows by the compiled grouping, as NumPy and plain loops find them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.kernels.anonymity.grouping import (
    first_of_each,
    group_keys,
    group_rows,
    note_words,
    sums,
)
from privet.protect.combinations import Combinations, combine, merge, with_population

Table = tuple[list[int], npt.NDArray[np.int32]]


@st.composite
def _tables(draw: st.DrawFn, most: int = 6) -> Table:
    """Sizes and codes (n, q) of a table in which rows repeat."""
    sizes = draw(st.lists(st.sampled_from([1, 2, 3, 5, 100, 2**31 - 1]), max_size=most))
    rows = draw(st.integers(0, 60))
    seed = draw(st.integers(0, 2**32 - 1))
    made = np.random.default_rng(seed)
    pool = [made.integers(0, size, 4) for size in sizes]
    columns = [made.choice(values, rows) for values in pool]
    return sizes, np.array(columns, np.int32).reshape(len(sizes), rows).T


@given(_tables(most=40))
def test_rows_are_grouped_as_by_numpy(table: Table) -> None:
    """Up to 40 columns of 31 bits: 1,240 bits, where a key has 63."""
    sizes, codes = table
    distinct, groups = group_rows(np.ascontiguousarray(codes.T), np.array(sizes, np.int64))
    if not sizes:
        assert distinct.shape == (min(len(codes), 1), 0)
        return
    expected, inverse = np.unique(codes, axis=0, return_inverse=True)
    assert distinct.dtype == np.int32
    assert distinct.flags.c_contiguous
    assert distinct.tolist() == expected.tolist()
    assert groups.tolist() == inverse.reshape(-1).tolist()


@pytest.mark.parametrize("rows", [1, 5_000, 300_000])
@pytest.mark.parametrize("most", [1, 50, 2**62])
def test_keys_are_grouped_as_by_numpy(rows: int, most: int) -> None:
    keys = np.random.default_rng(rows).integers(0, most, rows)
    distinct, groups = group_keys(keys)
    expected, inverse = np.unique(keys, return_inverse=True)
    assert np.array_equal(distinct, expected)
    assert np.array_equal(groups, inverse)


def test_keys_at_the_ends() -> None:
    keys = np.array([2**63 - 1, 0, 2**63 - 1, 2**62], np.int64)
    assert group_keys(keys)[0].tolist() == [0, 2**62, 2**63 - 1]


@pytest.mark.parametrize("code", [-1, 3, 2**31 - 1])
def test_a_code_out_of_bounds_is_refused(code: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        group_rows(np.array([[0, code], [0, 0]], np.int32), np.array([3, 3], np.int64))


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 2))))
def test_the_first_of_each(pairs: list[tuple[int, int]]) -> None:
    left = np.array([pair[0] for pair in pairs], np.int64)
    right = np.array([pair[1] for pair in pairs], np.int32)
    expected = [pair not in pairs[:row] for row, pair in enumerate(pairs)]
    assert first_of_each((left, right)).tolist() == expected


@given(st.lists(st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-2, 2), max_size=30)))
def test_a_set_of_words_grows(batches: list[list[int]]) -> None:
    table, count, seen = np.zeros(2, np.int64), 0, set()
    for batch in batches:
        table, count, new = note_words(table, count, np.array(batch, np.int64))
        for word, is_new in zip(batch, new.tolist(), strict=True):
            assert is_new == ((word or 1) not in seen)
            seen.add(word or 1)
    assert count == len(seen)


def test_sums() -> None:
    assert sums(np.array([1, 1, 0]), np.array([4, 5, 6]), 3).tolist() == [6, 9, 0]


def _plain(
    codes: npt.NDArray[np.int32],
    values: npt.NDArray[np.int32],
    subjects: npt.NDArray[np.int64] | None,
) -> dict[tuple[int, ...], tuple[int, int, dict[int, int]]]:
    """By combination: rows, subjects, and the histogram of one sensitive column."""
    seen: set[object] = set()
    found: dict[tuple[int, ...], tuple[int, int, dict[int, int]]] = {}
    for row, combination in enumerate(map(tuple, codes.tolist())):
        rows, people, histogram = found.get(combination, (0, 0, {}))
        value = int(values[row])
        who = row if subjects is None else int(subjects[row])
        people += who not in seen
        if subjects is None or (who, value) not in seen:
            histogram[value] = histogram.get(value, 0) + 1
        seen |= {who, (who, value)}
        found[combination] = rows + 1, people, histogram
    return found


def _as_plain(found: Combinations) -> dict[tuple[int, ...], tuple[int, int, dict[int, int]]]:
    told = {}
    histogram = found.sensitive[0]
    for place, combination in enumerate(map(tuple, found.codes.tolist())):
        part = slice(histogram.starts[place], histogram.starts[place + 1])
        values, counts = histogram.values[part].tolist(), histogram.counts[part].tolist()
        assert values == sorted(set(values))
        assert min(counts, default=1) >= 1
        told[combination] = (
            int(found.rows[place]),
            int(found.subjects[place]),
            dict(zip(values, counts, strict=True)),
        )
    return told


def _drawn(
    table: Table, data: st.DataObject
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64] | None]:
    rows = len(table[1])
    made = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    subjects = made.integers(0, 12, rows) if data.draw(st.booleans()) else None
    return made.integers(0, 4, rows).astype(np.int32), subjects


@given(_tables(), st.data())
def test_combinations_are_counted_as_by_a_plain_loop(table: Table, data: st.DataObject) -> None:
    sizes, codes = table
    values, subjects = _drawn(table, data)
    columns = tuple(f"q{place}" for place in range(len(sizes)))
    found, places = combine(columns, sizes, codes, {"s": (4, values)}, subjects)
    assert found.codes[places].tolist() == codes.tolist()
    assert _as_plain(found) == _plain(codes, values, subjects)
    assert found.codes.tolist() == sorted(found.codes.tolist())


@given(_tables(), st.data())
def test_merging_adds_what_two_tables_have(table: Table, data: st.DataObject) -> None:
    sizes, codes = table
    values, _ = _drawn(table, data)
    columns = tuple(f"q{place}" for place in range(len(sizes)))
    cut = data.draw(st.integers(0, len(codes)))
    halves = [
        combine(columns, sizes, codes[part], {"s": (4, values[part])})[0]
        for part in (slice(cut), slice(cut, None))
    ]
    whole = combine(columns, sizes, codes, {"s": (4, values)})[0]
    merged = merge(*halves)
    assert _as_plain(merged) == _as_plain(whole)
    assert merged.codes.tolist() == whole.codes.tolist()
    assert merged.sensitive[0].size == 4


@given(_tables(), st.data())
def test_a_population_stands_beside_its_table(table: Table, data: st.DataObject) -> None:
    """The table is some of the population's rows."""
    sizes, codes = table
    values, _ = _drawn(table, data)
    columns = tuple(f"q{place}" for place in range(len(sizes)))
    people = combine(columns, sizes, codes)[0]
    part = np.array(data.draw(st.lists(st.booleans(), min_size=len(codes), max_size=len(codes))))
    rows = np.flatnonzero(part)
    ours = combine(columns, sizes, codes[rows], {"s": (4, values[rows])})[0]
    beside, places = with_population(ours, people)
    assert beside.codes.tolist() == people.codes.tolist()
    assert beside.population is not None
    assert beside.population.tolist() == people.subjects.tolist()
    assert beside.codes[places].tolist() == ours.codes.tolist()
    assert beside.rows[places].tolist() == ours.rows.tolist()
    assert beside.rows.sum() == beside.subjects.sum() == len(rows)
    told = {key: figures for key, figures in _as_plain(beside).items() if figures[0]}
    assert told == _as_plain(ours)


def test_a_population_of_other_columns_is_refused() -> None:
    codes = np.zeros((1, 1), np.int32)
    with pytest.raises(ValueError, match="columns"):
        with_population(combine(("a",), [1], codes)[0], combine(("b",), [1], codes)[0])
