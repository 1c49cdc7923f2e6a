"""Try to work out from a report how large a group of fewer than ten rows is.

Whoever tries has the whole page and the rule by which it was made. The strongest attacker lists
every set of counts that gives this very page: if the small group takes each of 1 to 9 in that list,
nothing that can be computed from the page narrows it down.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.model.release import RowCounts
from privet.report import render
from privet.report.disclosure import SMALL, Amount, Shown, disclose
from privet.report.stages import place_of, stages
from tests.unit.report.summaries import customers, row_counts, summary

SMALL_SIZES = set(range(1, SMALL))
Cells = tuple[int, ...]  # the rows out, then the rows of each reason


def counts_of(cells: Cells) -> RowCounts:
    """Reasons by turns quarantined, withheld, merged and suppressed."""
    out, *reasons = cells
    kinds: list[dict[str, int]] = [{}, {}, {}, {}]
    for index, rows in enumerate(reasons):
        kinds[index % 4][f"reason_{index}"] = rows
    return row_counts(out, *kinds)


def every_table(reasons: int, most: int) -> Iterator[Cells]:
    """Each way in which at most `most` rows can fall into the rows out and `reasons` reasons."""
    for sizes in product(range(1, most + 1), repeat=reasons):
        for out in range(most - sum(sizes) + 1):
            yield (out, *sizes)


@pytest.mark.parametrize(("reasons", "most"), [(0, 200), (1, 90), (2, 58), (3, 42)])
def test_every_small_size_stays_possible_in_every_small_table(reasons: int, most: int) -> None:
    pages: dict[Shown, list[Cells]] = defaultdict(list)
    for cells in every_table(reasons, most):
        pages[disclose(counts_of(cells))].append(cells)
    for shown, possible in pages.items():
        for sizes in zip(*possible, strict=True):
            small = SMALL_SIZES.intersection(sizes)
            assert not small or small == SMALL_SIZES, f"{shown} leaves {sorted(small)}"


large = st.one_of(st.integers(SMALL, 60), st.integers(SMALL, 10**9))
size = st.one_of(st.integers(1, SMALL - 1), large)
tables = st.tuples(st.one_of(st.just(0), size), st.lists(size, max_size=6)).map(
    lambda drawn: (drawn[0], *drawn[1])
)


@given(cells=tables, chosen=st.integers(0, 6), other=st.integers(1, SMALL - 1))
def test_the_page_is_the_same_whatever_a_small_group_holds(
    cells: Cells, chosen: int, other: int
) -> None:
    small = [index for index, rows in enumerate(cells) if 0 < rows < SMALL]
    if not small:
        return
    index = small[chosen % len(small)]
    twin = twins_with(cells, index, other)
    page = render(summary(customers(counts_of(cells))))
    assert any(render(summary(customers(counts_of(cells)))) == page for cells in twin)


def twins_with(cells: Cells, index: int, size: int) -> Iterator[Cells]:
    """Tables in which the chosen group has that size, and one other takes up the difference."""
    change = size - cells[index]
    yield (*cells[:index], size, *cells[index + 1 :])  # more rows were read, or fewer
    for place, rows in enumerate(cells):
        if place != index and rows - change >= (place > 0):
            moved = list(cells)
            moved[index], moved[place] = size, rows - change
            yield tuple(moved)


@given(cells=tables)
def test_no_sum_or_difference_of_printed_numbers_is_a_small_group(cells: Cells) -> None:
    """The attacker without the rule: read less everything else on the page."""
    shown = disclose(counts_of(cells))
    if not shown.merges:
        assert all(rows == 0 or rows >= SMALL for rows in cells)
        return
    printed = [shown.read, shown.out, *(group.rows for group in shown.groups)]
    exact = [rows.low for rows in printed if rows is not None and rows.exact]
    assert not SMALL_SIZES.intersection(exact)
    unknown = [rows for rows in printed if rows is None or not rows.exact]
    assert len(unknown) != 1 or not shown.read.exact


@given(cells=tables)
def test_what_is_printed_is_true(cells: Cells) -> None:
    shown = disclose(counts_of(cells))
    out, *reasons = cells
    assert shown.read.low <= sum(cells) <= shown.read.high
    assert shown.out is None or shown.out.low <= out <= shown.out.high
    by_name = {f"reason_{index}": rows for index, rows in enumerate(reasons)}
    for group in shown.groups:
        rows = by_name[group.reason]
        assert group.rows is None or group.rows.low <= rows <= group.rows.high


@given(quarantined=st.integers(1, 9), out=st.integers(10_000, 50_000))
def test_drawings_and_sentences_tell_no_more_than_the_table(quarantined: int, out: int) -> None:
    """The band's widths, the numbers below it and the totals come from what is shown."""
    read = out + quarantined
    same = row_counts(read - 5, {"type:age": 5})
    assert walk_of({"type:age": quarantined}, out) == walk_of(same.quarantined, same.out)


@given(cells=tables)
def test_every_number_along_the_walk_is_true_and_hides_small_groups(cells: Cells) -> None:
    counts = counts_of(cells)
    shown = disclose(counts)
    left = counts.read
    for stage in stages(shown):
        gone = [group for group in shown.groups if place_of(group) == stage.place]
        real = sum(getattr(counts, group.kind)[group.reason] for group in gone)
        left -= real
        assert stage.some == bool(real)
        assert stage.gone is None or stage.gone.low <= real <= stage.gone.high
        assert stage.left is None or stage.left.low <= left <= stage.left.high
        if 0 < real < SMALL:
            assert stage.gone in (None, Amount(1, SMALL - 1))
        if 0 < left < SMALL:
            assert stage.left is None or not stage.left.exact


def walk_of(quarantined: Mapping[str, int], out: int) -> list[str]:
    page = render(summary(customers(row_counts(out, quarantined))))
    return re.findall(r"<svg.*?</svg>", page, re.DOTALL)


def test_two_data_sets_with_small_groups_hide_them_each() -> None:
    first = customers(row_counts(500, {"type:age": 3}))
    second = replace(customers(row_counts(900, {}, {"restricted": 7})), name="visits")
    page = render(summary(first, second))
    for told in ("503", "907", "494 to 502", "898 to 906"):
        assert told in page
    for hidden in (">500<", ">900<", "1,400", ">3<", ">7<"):
        assert hidden not in page


def test_a_files_size_does_not_count_fixed_width_rows() -> None:
    made = summary()
    sizes = [replace(made.files[0], size=33 * rows) for rows in (991, 999)]
    assert render(replace(made, files=(sizes[0],))) == render(replace(made, files=(sizes[1],)))
