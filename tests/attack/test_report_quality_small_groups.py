"""Try to work out a small group from all that a report tells beside the sum of the rows.

Rules, cleaning, shapes of columns and the past: each by itself, each with the rows' sum, each with
each other. As in `test_report_small_groups.py`, the strongest attacker lists every set of counts
that gives this very page.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise, product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from privet.model.quality import CleanOutcome, ColumnProfile, RuleOutcome, Threshold
from privet.pipeline.summary import DataSummary, QualityPoint, QualitySummary
from privet.report import render
from privet.report.disclosure import NOTHING, SMALL, Amount, disclose
from privet.report.failures import failures
from privet.report.levels import Ladder
from privet.report.profiles import heights
from privet.report.stages import kept, walls
from tests.unit.report.qualities import rule
from tests.unit.report.summaries import customers, row_counts, summary

SMALL_SIZES = set(range(1, SMALL))
WHEN = datetime(2026, 1, 2, tzinfo=UTC)

counts_ = st.one_of(st.integers(1, 60), st.integers(1, 2_000), st.integers(1, 10**9))
walls_ = st.lists(
    st.tuples(counts_, st.integers(0, 40)).map(lambda drawn: Amount(drawn[0], sum(drawn))),
    max_size=8,
)


@given(count=counts_, near=st.integers(-9, 9), some=walls_, more=walls_)
def test_two_counts_that_differ_by_a_small_group_could_differ_by_any(
    count: int, near: int, some: list[Amount], more: list[Amount]
) -> None:
    assume(count + near > 0)
    assume(near)
    first = Ladder().beside(some).step(count)
    second = Ladder().beside(some).beside(more).step(count + near)
    possible = range(second.low - first.high, second.high - first.low + 1)
    sign = 1 if near > 0 else -1
    most = SMALL if max(first.high, second.high) > SMALL else SMALL - 1  # two of 1 to 9
    assert all(sign * size in possible for size in range(1, most))


@given(count=counts_, wall=st.integers(0, 8), few=st.integers(0, 40), some=walls_)
def test_a_count_close_to_a_number_of_the_page_could_be_as_close_as_any(
    count: int, wall: int, few: int, some: list[Amount]
) -> None:
    """Whatever the wall is within its range, and on either side of it."""
    low = max(count - wall, 1)
    beside = Ladder().beside([*some, Amount(low, low + few)])
    step = beside.step(count)
    for real in (low, low + few):
        for size in SMALL_SIZES:
            assert step.low <= real + size <= step.high
            assert step.low <= max(real - size, 1) <= step.high


@given(count=st.integers(0, 10**9), some=walls_)
def test_a_step_holds_what_it_tells(count: int, some: list[Amount]) -> None:
    step = Ladder().beside(some).step(count)
    assert step.low <= count <= step.high
    assert (step == NOTHING) == (count == 0)
    assert count == 0 or not step.exact


Worlds = dict[object, list[tuple[int, ...]]]


def every_small_size_stays(worlds: Worlds, **split: int) -> None:
    """Each group takes each of 1 to 9 among the worlds of a page, or none of them.

    Where a page tells that a small group has two parts, neither is all nine, and the whole is not
    one. `split` says which groups these are: `whole`, `part` and `other_part`.
    """
    impossible = {place: 1 if role == "whole" else 9 for role, place in split.items()}
    for page, groups in worlds.items():
        for place, sizes in enumerate(zip(*groups, strict=True)):
            small = SMALL_SIZES.intersection(sizes)
            expected = SMALL_SIZES - {impossible.get(place)} if small else small
            assert small >= expected, f"group {place} is {sorted(small)}: {page}"


def page_of(data: DataSummary) -> object:
    """What the tables of rows and rules tell, apart from the real outcomes behind them."""
    shown = disclose(data.counts)
    if shown.out is None:  # nothing is told of rules, as the next test shows
        return shown
    found = failures(data.quality.rules, data.counts, shown, Ladder().beside(walls(shown)))
    told = tuple(
        (failure.outcome.rule, failure.some, failure.failed, failure.of, failure.holds)
        for failure in found
    )
    return shown, kept(shown), told


def judged(out: int, first: int, second: int, both: int) -> DataSummary:
    """Rows held back for two rules, of which `both` fail the second too."""
    counts = row_counts(out, {"rule:first": first, "rule:second": second})
    rules = (
        rule("first", first, counts.read),
        rule("second", second + both, counts.read),
    )
    return replace(customers(counts), quality=QualitySummary(rules))


@pytest.mark.parametrize("read", [25, 41])
def test_overlapping_rules_leave_every_small_size_possible(read: int) -> None:
    worlds: Worlds = defaultdict(list)
    for first in range(read + 1):
        for second in range(read - first + 1):
            out = read - first - second
            for both in range(first + 1):
                groups = (out, first, second, both, first - both, second + both)
                worlds[page_of(judged(out, first, second, both))].append(groups)
    every_small_size_stays(worlds, part=3, other_part=4, whole=5)


@pytest.mark.parametrize(
    "threshold",
    [None, Threshold("mustBe", (0,)), Threshold("mustBeLessThan", (5,))],
    ids=["no threshold", "none may fail", "fewer than five may fail"],
)
@pytest.mark.parametrize("read", [24, 70])
def test_a_rule_that_only_reports_leaves_every_small_size_possible(
    read: int, threshold: Threshold | None
) -> None:
    worlds: Worlds = defaultdict(list)
    for misfits in range(read + 1):
        of = read - misfits
        for failed in range(of + 1):
            holds = threshold is None or threshold.holds(failed)
            outcome = rule("told", failed, of, action="report", holds=holds, threshold=threshold)
            counts = row_counts(of, {"type:age": misfits})
            data = replace(customers(counts), quality=QualitySummary((outcome,)))
            worlds[page_of(data)].append((of, misfits, failed, of - failed))
    every_small_size_stays(worlds)


def test_a_percentage_as_threshold_does_not_split_a_small_group() -> None:
    threshold = Threshold("mustBeLessThan", (0.5,), "percent")
    told = set()
    for failed in SMALL_SIZES:
        holds = threshold.holds(100 * failed / 1_000)
        outcome = rule("r", failed, 1_000, action="report", holds=holds, threshold=threshold)
        data = replace(customers(row_counts(1_000)), quality=QualitySummary((outcome,)))
        told.add(render(summary(data)))
    assert len(told) == 1
    assert "not said: so few rows" in told.pop()


@pytest.mark.parametrize("bars", [1, 2, 3])
def test_heights_do_not_tell_what_is_in_no_bar(bars: int) -> None:
    """Rows in no bar, null or not, can be any few; the rows of all bars are not told either."""
    worlds: Worlds = defaultdict(list)
    rows = {1: 60, 2: 90, 3: 84}[bars]
    for counts in product(range(SMALL, rows), repeat=bars - 1):
        for rest in range(SMALL):
            first = rows - rest - sum(counts)
            ordered = (first, *counts)
            if first < SMALL or any(after > before for before, after in pairwise(ordered)):
                continue
            profile = ColumnProfile("c", "string", rows, 0, 9, "ranks", ordered, rest)
            worlds[heights(profile, rows)].append((rest,))
    every_small_size_stays(worlds)


# The whole page, with one small group in it that is 1, 2, ... 9: it must be one page.


def whole(small: dict[str, int]) -> DataSummary:
    """A data set with everything; a group of that name has that size."""
    few = defaultdict(lambda: 4, small)
    quarantined = {
        "ragged_row": 50,
        "type:age": few["misfits"],
        "rule:first": 300 + few["overlap"],
        "rule:second": 120,
    }
    merged = {"duplicate:d": 60}
    read = 20_000
    gone = sum(quarantined.values()) + 60 + 200 + few["withheld"]
    counts = row_counts(
        read - gone, quarantined, {"filter": 200, "restricted": few["withheld"]}, merged
    )
    stayed = counts.out + 200 + few["withheld"]
    of = read - 50 - few["misfits"]
    rules = (
        rule("first", quarantined["rule:first"], of),
        rule("second", 120 + few["overlap"], of),
        rule("told", few["failed"], of, action="report", holds=False),
        rule("nearly_all", of - few["passed"], of, action="report"),
        rule("rows", 0, 0, action="stop", figure=float(stayed)),
    )
    cleaning = (
        CleanOutcome("trim", {"city": few["cells"], "email": read - 50 - few["untouched"]}),
        CleanOutcome("impute", {"age": 700 + few["cells"]}),
        CleanOutcome("deduplicate", {"": 60}),
    )
    profiles = (
        ColumnProfile("age", "int64", stayed, 700, 90, "bins", (8_000, 6_000, 40), few["other"]),
        ColumnProfile("city", "string", stayed, stayed - 4_000, 2, "ranks", (3_900, 90), 10),
        ColumnProfile("id", "int64", stayed, 0, stayed - few["twice"], "ranks", (), stayed),
    )
    failed = {outcome.rule: outcome.failed for outcome in rules[:4]}
    before = quarantined | {"rule:second": 120 - few["came"]}
    earlier = read - 100 - few["grown"]
    lost = sum(before.values()) + 60
    history = (
        QualityPoint(1, WHEN, earlier, earlier - lost, before, merged, failed | {"told": 700}),
        QualityPoint(12, WHEN, read, stayed, quarantined, merged, failed),
    )
    quality = QualitySummary(rules, cleaning, profiles, history)
    return replace(customers(counts), snapshot=12, quality=quality)


GROUPS = (
    "misfits",
    "withheld",
    "failed",
    "passed",
    "cells",
    "untouched",
    "other",
    "twice",
    "came",
    "grown",
)


@pytest.mark.parametrize("group", GROUPS)
def test_the_whole_page_is_the_same_whatever_a_small_group_holds(group: str) -> None:
    pages = {render(summary(whole({group: size}))) for size in SMALL_SIZES}
    assert len(pages) == 1


def test_an_overlap_of_two_rules_changes_no_figure_of_the_second() -> None:
    """Here the first rule's own rows tell the difference to nobody: they are not small."""
    told = {overlap_row(whole({"overlap": size})) for size in SMALL_SIZES}
    assert len(told) == 1


def overlap_row(data: DataSummary) -> str:
    [row] = re.findall(r"<tr><th[^>]*><bdi[^>]*>second</bdi>.*?</tr>", render(summary(data)))
    return str(row)


@given(sizes=st.lists(st.integers(1, 9), min_size=len(GROUPS), max_size=len(GROUPS)))
def test_no_pair_of_printed_numbers_gives_a_small_group(sizes: list[int]) -> None:
    """An attacker without the rule: every exact number on the page, and each pair's difference."""
    page = render(summary(whole(dict(zip(GROUPS, sizes, strict=True)))))
    data = page[page.index('id="rows"') : page.index('id="columns"')]
    exact = {int(found.replace(",", "")) for found in numbers(data)}
    told = {rows for rows in exact if rows >= 1_000}
    differences = {abs(one - other) for one in told for other in told if one != other}
    assert not SMALL_SIZES & differences


def numbers(markup: str) -> Iterator[str]:
    """Numbers in the text of the rows' tables that are told exactly, ranges and shares aside."""
    text = re.sub(r"<[^>]*>", "\n", markup)
    for line in text.splitlines():
        if re.fullmatch(r"[\d,]+", line.strip()):
            yield line.strip()


def test_a_run_without_a_small_group_hides_no_row() -> None:
    counts = row_counts(9_000, {"rule:first": 700}, {"filter": 220})
    outcome: Callable[..., RuleOutcome] = rule
    data = replace(customers(counts), quality=QualitySummary((outcome("first", 700, counts.read),)))
    page = render(summary(data))
    assert "7.1 % of 9,920" in page
    assert "fewer than 10 " not in page.replace("fewer than 10 rows are merged", "")
