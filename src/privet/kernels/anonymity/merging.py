"""Boxes joined bottom up until each class meets what is asked, at the least loss.

A cut is only made where both parts are well at once; what asks for a mixture (closeness, diversity)
stops such cuts early, though boxes that fail one way would do together with boxes that fail the
other way. So boxes are cut by size alone, far too fine, and then joined: the smallest class that
fails takes the partner for which loss added, less a price for each row's worth of failing that is
gone, is least. Classes need not be boxes: each is a set of them, and its label covers them all.

How much a class fails: for each rule, the share by which its figure misses the bound, times the
class' subjects. For the equal distance that is the number of rows too many.

Choosing one pair looks at all classes up to `LOOKED_AT`; of more, at those beside the class along
the tree of cuts and at as many spread over the whole. So the work is at most the number of boxes
times `LOOKED_AT` times (columns + sensitive values).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from privet.kernels.anonymity.criteria import RECURSIVE, Rules, measured, meets
from privet.kernels.anonymity.mondrian import OUT, Codes, Costs, Counts
from privet.kernels.anonymity.paths import Trees, lowest_level
from privet.kernels.compiled import compiled, lean, sources_version

LOOKED_AT: Final = 2048


class Boxes(NamedTuple):
    """What is to be joined.

    Attributes:
        low, high: the least and the greatest code, by box and column: shape (b, q), int32.
        rows: shape (b,).
        subjects: shape (b,).
        population: shape (b,).
        histogram: subjects by value of each sensitive column, one after the other: shape (b, h).
    """

    low: Codes
    high: Codes
    rows: Counts
    subjects: Counts
    population: Counts
    histogram: Counts


class _Work(NamedTuple):
    """What each class costs a row (sum over columns), how much it fails, and room for a union."""

    cost: Costs
    lack: Costs
    values: Costs
    union: Counts


Merging: TypeAlias = Callable[[Boxes, Trees, Rules, float, int, int], Counts]


def merge_boxes(
    boxes: Boxes,
    trees: Trees,
    rules: Rules,
    *,
    price: float,
    limit: int = 0,
    looked_at: int = LOOKED_AT,
) -> Counts:
    """Join boxes into classes that meet the rules.

    Args:
        boxes: in the order of the tree that cut them; they are left as they are.
        trees: of the columns.
        rules: what each class meets.
        price: what a row's worth of failing may cost, in cells made `*`.
        limit: how many rows may be suppressed; done where no partner costs less.
        looked_at: how many partners are weighed for each class.

    Returns:
        For each box the first box of its class, `OUT` for a suppressed one: shape (b,). Where not
        even one class of all meets the rules, that class is returned all the same.
    """
    own = Boxes(
        boxes.low.copy(),
        boxes.high.copy(),
        boxes.rows.copy(),
        boxes.subjects.copy(),
        boxes.population.copy(),
        boxes.histogram.copy(),
    )
    return _merging()(own, trees, rules, price, limit, looked_at)


@lean
def _cost_of(low: Codes, high: Codes, trees: Trees) -> float:
    total = 0.0
    for column in range(len(low)):
        total += _cell(column, low[column], high[column], trees)
    return total


@lean
def _cell(column: int, low: int, high: int, trees: Trees) -> float:
    level = lowest_level(trees, column, 0, low, high)
    return float(trees.costs[trees.starts[column] + level * trees.leaves[column] + low])


@lean
def _lacking(
    subjects: int, population: int, histogram: Counts, rules: Rules, values: Costs
) -> float:
    """How much a class fails, in subjects; 0 where it meets all rules."""
    measured(subjects, population, histogram, rules, values)
    if meets(rules, values):
        return 0.0
    total = 1e-9  # a tie that a strict bound refuses is a failure too
    for rule in range(len(rules.rules)):
        kind, bound, value = rules.rules[rule, 0], rules.rules[rule, 2], values[rule]
        if kind < RECURSIVE:
            missing = 1.0 - value / bound if bound > 0.0 else 0.0
        elif kind == RECURSIVE:
            missing = 1.0 - bound / value if value > bound else 0.0
        else:
            missing = value - bound
        total += subjects * min(1.0, max(0.0, missing))
    return total


@lean
def _united_lack(one: int, other: int, boxes: Boxes, rules: Rules, work: _Work) -> float:
    for value in range(len(work.union)):
        work.union[value] = boxes.histogram[one, value] + boxes.histogram[other, value]
    return _lacking(
        boxes.subjects[one] + boxes.subjects[other],
        boxes.population[one] + boxes.population[other],
        work.union,
        rules,
        work.values,
    )


@lean
def _added(one: int, other: int, boxes: Boxes, trees: Trees, work: _Work) -> float:
    """What joining two classes adds to the loss, in cells."""
    cost = 0.0
    for column in range(boxes.low.shape[1]):
        low = min(boxes.low[one, column], boxes.low[other, column])
        high = max(boxes.high[one, column], boxes.high[other, column])
        cost += _cell(column, low, high, trees)
    rows_one, rows_other = boxes.rows[one], boxes.rows[other]
    return float(rows_one * (cost - work.cost[one]) + rows_other * (cost - work.cost[other]))


@lean
def _partner(  # noqa: PLR0917 - Numba wants plain arguments
    one: int,
    place: int,
    living: Counts,
    count: int,
    boxes: Boxes,
    trees: Trees,
    rules: Rules,
    price: float,
    looked_at: int,
    work: _Work,
) -> int:
    """The living class that `one` is best joined with; `OUT` where it is alone."""
    best, found = math.inf, OUT
    near = count if count <= looked_at else looked_at // 2
    start = min(max(0, place - near // 2), count - near)
    stride = max(1, count // (looked_at // 2))
    total = near if near == count else near + count // stride
    for turn in range(total):
        other = living[start + turn if turn < near else (turn - near) * stride]
        if other == one or boxes.rows[other] < 0:
            continue
        added = _added(one, other, boxes, trees, work)
        failing = work.lack[one] + work.lack[other]
        if added - price * failing >= best:
            continue
        worth = added - price * (failing - _united_lack(one, other, boxes, rules, work))
        if worth < best:
            best, found = worth, other
    return found


@lean
def _join(  # noqa: PLR0917 - Numba wants plain arguments
    one: int, other: int, boxes: Boxes, trees: Trees, rules: Rules, work: _Work
) -> None:
    for column in range(boxes.low.shape[1]):
        boxes.low[one, column] = min(boxes.low[one, column], boxes.low[other, column])
        boxes.high[one, column] = max(boxes.high[one, column], boxes.high[other, column])
    for value in range(boxes.histogram.shape[1]):
        boxes.histogram[one, value] += boxes.histogram[other, value]
    boxes.rows[one] += boxes.rows[other]
    boxes.subjects[one] += boxes.subjects[other]
    boxes.population[one] += boxes.population[other]
    boxes.rows[other] = OUT
    _weigh(one, boxes, trees, rules, work)


@lean
def _weigh(one: int, boxes: Boxes, trees: Trees, rules: Rules, work: _Work) -> None:
    work.cost[one] = _cost_of(boxes.low[one], boxes.high[one], trees)
    work.lack[one] = _lacking(
        boxes.subjects[one], boxes.population[one], boxes.histogram[one], rules, work.values
    )


@lean
def _settle(living: Counts, count: int, boxes: Boxes, places: Counts) -> int:
    """Leave out the classes that are gone; how many live."""
    kept = 0
    for turn in range(count):
        one = living[turn]
        if boxes.rows[one] >= 0:
            living[kept] = one
            places[one] = kept
            kept += 1
    return kept


@cache
def _merging() -> Merging:
    version = sources_version(__package__)

    @compiled
    def merging(  # noqa: PLR0917 - Numba wants plain arguments
        boxes: Boxes, trees: Trees, rules: Rules, price: float, limit: int, looked_at: int
    ) -> Counts:
        count, width = boxes.low.shape
        work = _Work(
            np.zeros(count),
            np.zeros(count),
            np.zeros(len(rules.rules)),
            np.zeros(boxes.histogram.shape[1] * min(version, 1), np.int64),
        )
        living, places = np.arange(count), np.arange(count)
        owner = np.arange(count)
        failing = [(0, 0) for _ in range(0)]
        for one in range(count):
            _weigh(one, boxes, trees, rules, work)
            if work.lack[one] > 0.0:
                failing.append((int(boxes.subjects[one]), one))
        heapq.heapify(failing)
        gone = 0
        while len(failing) > 0:
            size, one = heapq.heappop(failing)
            if boxes.rows[one] < 0 or boxes.subjects[one] != size or work.lack[one] == 0.0:
                continue
            if 2 * gone > count:
                count, gone = _settle(living, count, boxes, places), 0
            other = _partner(
                one, places[one], living, count, boxes, trees, rules, price, looked_at, work
            )
            rows = boxes.rows[one]
            spared = rows * (width - work.cost[one])
            if rows <= limit and (other == OUT or _added(one, other, boxes, trees, work) > spared):
                limit -= rows
                owner[one] = OUT
                boxes.rows[one] = OUT
            elif other == OUT:
                break
            else:
                _join(one, other, boxes, trees, rules, work)
                owner[other] = one
                if work.lack[one] > 0.0:
                    heapq.heappush(failing, (int(boxes.subjects[one]), one))
            gone += 1
        _root(owner)
        return owner

    return merging


@lean
def _root(owner: Counts) -> None:
    """Put each box' last owner for its first: owners own themselves, or are `OUT`."""
    for one in range(len(owner)):
        last = one
        while owner[last] not in (OUT, last):
            last = owner[last]
        owner[one] = OUT if owner[last] == OUT else last
