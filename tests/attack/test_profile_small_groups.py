"""Try to work out from a shown profile how large a group of fewer than ten rows is.

Whoever tries has the profile, the number of rows and the rule by which it was made. The strongest
attacker lists every column that gives this very profile. Where a group has the same size of 1 to 9
in all of them, its size can be read; for nulls, every size of 1 to 9 stays possible, or none is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import product

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.model.contract import Column
from privet.model.paths import ColumnPath
from privet.model.quality import ColumnProfile
from privet.quality import small_groups
from privet.quality.profile import Profiler
from privet.quality.shapes import ColumnShape

SMALL_SIZES = set(range(1, 10))
Sizes = tuple[int, ...]
KEY = bytes(32)


def ranked(nulls: int, sizes: Sizes) -> ColumnProfile:
    """The profile of a column whose values have so many rows each, most common first."""
    top = tuple((f"{place:016x}", rows) for place, rows in enumerate(sizes[:32]))
    rows = nulls + sum(sizes)
    return ColumnShape("x", "string", "ranks", rows, nulls, len(sizes), top=top).shown()


def binned(nulls: int, bins: Sizes, beyond: int, distinct: int) -> ColumnProfile:
    rows = nulls + sum(bins) + beyond
    return ColumnShape(
        "x", "int64", "bins", rows, nulls, distinct, bins=bins, beyond=beyond
    ).shown()


def partitions(rows: int, most: int | None = None) -> Iterator[Sizes]:
    """Every way to share out rows among values."""
    if rows == 0:
        yield ()
        return
    for first in range(min(rows, most or rows), 0, -1):
        for rest in partitions(rows - first, first):
            yield (first, *rest)


def sizes_at(place: int, tables: list[tuple[int, Sizes]]) -> set[int]:
    return {sizes[place] if place < len(sizes) else 0 for _, sizes in tables}


def require_nothing_read(tables: dict[ColumnProfile, list[tuple[int, Sizes]]]) -> None:
    for shown, possible in tables.items():
        nulls = {nulls for nulls, _ in possible} & SMALL_SIZES
        assert nulls in (set(), SMALL_SIZES), f"{shown}: nulls {nulls}"
        most = max(len(sizes) for _, sizes in possible)
        # From the most common value on, and from the rarest on.
        for place in (*range(most), -1, -2):
            found = {
                sizes[place] if -len(sizes) <= place < len(sizes) else 0 for _, sizes in possible
            }
            assert len(found) > 1 or not found & SMALL_SIZES, f"{shown}: value {place} has {found}"


@pytest.mark.parametrize("rows", [*range(10, 29), 31, 33])
def test_no_size_can_be_read_from_any_small_column_of_texts(rows: int) -> None:
    tables = defaultdict(list)
    for nulls in range(rows + 1):
        for sizes in partitions(rows - nulls):
            tables[ranked(nulls, sizes)].append((nulls, sizes))
    require_nothing_read(tables)


@pytest.mark.parametrize(("ranks", "rows"), [(1, 32), (2, 32), (2, 36)])
def test_nor_where_the_ranks_are_used_up(
    ranks: int, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with ten ranks, of which no list could be made; the number of values may be told."""
    monkeypatch.setattr(small_groups, "MOST_RANKS", ranks)
    test_no_size_can_be_read_from_any_small_column_of_texts(rows)


@pytest.mark.parametrize("bins", [1, 2, 3])
@pytest.mark.parametrize("rows", [19, 24, 30, 41])
def test_no_size_can_be_read_from_any_small_histogram(bins: int, rows: int) -> None:
    tables = defaultdict(list)
    for cells in product(range(rows + 1), repeat=bins + 1):
        beyond = rows - sum(cells)
        if beyond >= 0:
            nulls, *counts = cells
            shown = binned(nulls, tuple(counts), beyond, distinct=1)
            tables[shown].append((nulls, (*counts, beyond)))
    for shown, possible in tables.items():
        nulls = {nulls for nulls, _ in possible} & SMALL_SIZES
        assert nulls in (set(), SMALL_SIZES), f"{shown}: nulls {nulls}"
        for place in range(bins + 1):
            found = sizes_at(place, possible)
            assert len(found) > 1 or not found & SMALL_SIZES, f"{shown}: bin {place} has {found}"


size = st.one_of(st.integers(0, 9), st.integers(0, 40), st.integers(10, 10**6))
histograms = st.tuples(size, st.lists(size, min_size=1, max_size=20).map(tuple), size)


@given(drawn=histograms, distinct=st.integers(1, 10**6))
def test_a_shown_histogram_is_one_explanation_of_itself(
    drawn: tuple[int, Sizes, int], distinct: int
) -> None:
    """It has no group of 1 to 9 and shows itself, so that there is such a group is never sure."""
    shown = binned(*drawn, distinct)
    told = (shown.nulls, *shown.counts, shown.other)
    assert not SMALL_SIZES & set(told)
    assert sum(told) == shown.rows
    assert shown.rows in (0, drawn[0] + sum(drawn[1]) + drawn[2])
    again = binned(shown.nulls, shown.counts, shown.other, distinct)
    assert (again.nulls, again.counts, again.other) == (shown.nulls, shown.counts, shown.other)


sizes_of_values = st.lists(st.one_of(st.integers(1, 12), st.integers(1, 10**5)), max_size=60).map(
    lambda drawn: tuple(sorted(drawn, reverse=True))
)


@given(nulls=size, sizes=sizes_of_values)
def test_no_shown_count_of_texts_is_small(nulls: int, sizes: Sizes) -> None:
    shown = ranked(nulls, sizes)
    told = (shown.nulls, *shown.counts, shown.other)
    assert not SMALL_SIZES & set(told)
    assert sum(told) == shown.rows
    assert shown.counts == sizes[: len(shown.counts)]


def shown_of(values: pa.Array) -> ColumnProfile:
    profiler = Profiler([Column(ColumnPath.of("x"), str(values.type))], KEY)
    profiler.add(pa.record_batch({"x": values}))
    return profiler.result().shown()[0]


@pytest.mark.parametrize("few", range(10))
def test_columns_that_differ_in_few_rows_show_the_same(few: int) -> None:
    """Whole profiles: nulls, a rare text, a lonely number, a bin of its own."""
    texts = ["Ulm"] * 500 + ["Bonn"] * 300
    most = shown_of(pa.array([*texts, *["Ulm"] * 200]))
    nulls = shown_of(pa.array([*texts, *["Ulm"] * (200 - few), *[None] * few]))
    assert nulls.nulls == 0
    assert not SMALL_SIZES & {*nulls.counts, nulls.other, most.other}
    numbers = np.repeat(np.arange(20), 50)
    numbers[:few] = 10**6
    shown = shown_of(pa.array(numbers))
    assert not SMALL_SIZES & {*shown.counts, shown.other}


def test_fewer_than_19_rows_show_nothing() -> None:
    for rows in range(19):
        shown = shown_of(pa.array(["x"] * rows, pa.string()))
        assert (shown.rows, shown.nulls, shown.distinct, shown.counts, shown.other) == (
            0,
            0,
            0,
            (),
            0,
        )


def test_a_shown_profile_holds_no_value() -> None:
    values = pa.array([f"Zorblax{n % 7}" for n in range(700)])
    numbers = pa.array([71_003 + n for n in range(700)])
    told = repr((shown_of(values), shown_of(numbers)))
    assert "Zorblax" not in told
    assert "7100" not in told
