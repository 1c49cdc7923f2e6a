"""What a class must be, in figures: k, l, t and their kin, for one class at a time.

Each rule measures one figure of a class and holds it against a bound. All figures are computed from
whole counts in one pass; nothing is kept and nothing allocated, so that other kernels call `holds`
in their innermost loop. A kernel that does so is kept on disk with these functions in it: let it
close over `sources_version("privet.kernels.anonymity")`, or clear its cache when this module
changes.

The earth mover's distance needs no optimisation here. With all values 1 apart it is half the sum of
the differences; in an order it is the sum of the running differences; on a tree it is the sum, over
all nodes below the root, of the difference that has to leave the node, each way by half of a
level's height (Li, Li and Venkatasubramanian, 2007, sections 4.1 to 4.3, give the same figures by
other sums).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import compiled, lean

SUBJECTS = 0
DISTINCT = 1
ENTROPY = 2
POPULATION = 3
PRESENCE_LOW = 4
RECURSIVE = 5
EQUAL = 6
ORDERED = 7
HIERARCHICAL = 8
PRESENCE_HIGH = 9
DISCLOSURE = 10
LIKENESS = 11
ENHANCED_LIKENESS = 12
"""The kinds of rules: below `RECURSIVE` the figure is at least the bound, from there on at most."""

TOLERANCE = 1e-9
"""What rounding may change: of a logarithm, a share, a distance. Ties of `RECURSIVE` and
`DISCLOSURE`, which ask for less and not for at most, fail within it."""

Counts = npt.NDArray[np.int64]
Histograms = npt.NDArray[np.int64]
Figures = npt.NDArray[np.float64]


class Rules(NamedTuple):
    """What `holds` checks; `privet.protect.criteria.pack` makes it.

    Attributes:
        rules: one rule a row: kind, number of the sensitive column, bound, and the l of
            `RECURSIVE`. Shape (r, 4). Cheap ones come first.
        starts: where each sensitive column begins in a histogram: shape (s + 1,).
        total: share of each value in the whole table, by column: shape (starts[-1],).
        nodes: of a column with a tree, the node of each value, level by level from the values to
            below the root; the columns one after the other.
        node_starts: where each column begins in `nodes`: shape (s + 1,).
        k: the least number of subjects that any rule lets pass; 1 where none says.
    """

    rules: Figures
    starts: Counts
    total: Figures
    nodes: npt.NDArray[np.int32]
    node_starts: Counts
    k: int


@compiled
def holds(subjects: int, population: int, histogram: Counts, rules: Rules) -> bool:
    """Whether a class meets all rules.

    Args:
        subjects: people of the table in the class.
        population: people of the population in it; any number where no rule asks.
        histogram: people by value of each sensitive column, the columns one after the other:
            shape (rules.starts[-1],).
        rules: what to meet.

    A class with no entry in a column's histogram meets no rule about that column.
    """
    if subjects < rules.k:
        return False
    for rule in range(len(rules.rules)):
        value = _measured(rule, subjects, population, histogram, rules)
        if not _meets(int(rules.rules[rule, 0]), value, rules.rules[rule, 2]):
            return False
    return True


@compiled
def measured(
    subjects: int, population: int, histogram: Counts, rules: Rules, values: Figures
) -> None:
    """Write the figure that each rule speaks of into `values`, shape (r,).

    `SUBJECTS`, `POPULATION`, `DISTINCT`: numbers. `ENTROPY`: e to the entropy, which is the l that
    the class has. `RECURSIVE`: the most frequent value over the tail, which c must exceed.
    Distances. Presence: a share, infinite where the population has nobody.
    """
    for rule in range(len(rules.rules)):
        values[rule] = _measured(rule, subjects, population, histogram, rules)


@compiled
def worst(subjects: int, population: int, histogram: Counts, rules: Rules, values: Figures) -> None:
    """Let `values`, shape (r,), be no better than this class: start them with `best`."""
    for rule in range(len(rules.rules)):
        value = _measured(rule, subjects, population, histogram, rules)
        if rules.rules[rule, 0] < RECURSIVE:
            values[rule] = min(values[rule], value)
        else:
            values[rule] = max(values[rule], value)


@compiled
def worst_of_all(
    subjects: Counts, population: Counts, histograms: Histograms, rules: Rules, values: Figures
) -> None:
    """`worst` over classes: shapes (c,), (c,), (c, rules.starts[-1]) and (r,)."""
    for number in range(len(subjects)):
        worst(subjects[number], population[number], histograms[number], rules, values)


def best(rules: Rules) -> Figures:
    """The figures of no class at all, for `worst`: shape (r,)."""
    return np.where(rules.rules[:, 0] < RECURSIVE, np.inf, 0.0)


@compiled
def meets(rules: Rules, values: Figures) -> bool:
    """Whether figures of `measured` or `worst` are within the bounds of all rules."""
    for rule in range(len(rules.rules)):
        if not _meets(int(rules.rules[rule, 0]), values[rule], rules.rules[rule, 2]):
            return False
    return True


@lean
def _meets(kind: int, value: float, bound: float) -> bool:
    if kind in (ENTROPY, PRESENCE_LOW):
        return value >= bound * (1.0 - TOLERANCE)
    if kind < RECURSIVE:
        return value >= bound
    if kind in (RECURSIVE, DISCLOSURE):
        return value < bound * (1.0 - TOLERANCE)
    return value <= bound + TOLERANCE


@lean
def _measured(rule: int, subjects: int, population: int, histogram: Counts, rules: Rules) -> float:
    kind = int(rules.rules[rule, 0])
    if kind == SUBJECTS:
        return float(subjects)
    if kind == POPULATION:
        return float(population)
    if kind in (PRESENCE_LOW, PRESENCE_HIGH):
        return subjects / population if population > 0 else math.inf
    column = int(rules.rules[rule, 1])
    if kind <= ENTROPY:
        return _diversity(kind, histogram, rules.starts[column], rules.starts[column + 1])
    if kind == RECURSIVE:
        return _recursive(histogram, int(rules.rules[rule, 3]), column, rules)
    return _distance(kind, histogram, column, rules)


@lean
def _diversity(kind: int, histogram: Counts, first: int, stop: int) -> float:
    """How many values there are, or how many as frequent as each other would be as uncertain."""
    size = 0
    distinct = 0
    weighted = 0.0
    for place in range(first, stop):
        count = histogram[place]
        if count > 0:
            size += count
            distinct += 1
            weighted += count * math.log(count)
    if kind == DISTINCT or distinct < 2:
        return float(distinct)
    return math.exp(math.log(size) - weighted / size)


@lean
def _recursive(histogram: Counts, length: int, column: int, rules: Rules) -> float:
    """The most frequent over all but the `length` - 1 most frequent; infinite over nothing."""
    first, stop = rules.starts[column], rules.starts[column + 1]
    tail = 0
    for place in range(first, stop):
        tail += histogram[place]
    most = 0
    top = -1
    last = -1
    for rank in range(max(1, length - 1)):
        found = -1
        for place in range(first, stop):
            after = top < 0 or histogram[place] < top or (histogram[place] == top and place > last)
            if after and (found < 0 or histogram[place] > histogram[found]):
                found = place
        if found < 0:
            break
        top, last = histogram[found], found
        if rank == 0:
            most = top
        if rank < length - 1:
            tail -= top
    return most / tail if tail > 0 else math.inf


@lean
def _distance(kind: int, histogram: Counts, column: int, rules: Rules) -> float:
    """How far the class' distribution is from the table's; infinite for a class with nothing."""
    first, stop = rules.starts[column], rules.starts[column + 1]
    size = 0
    for place in range(first, stop):
        size += histogram[place]
    if size == 0:
        return math.inf
    if kind == EQUAL:
        return _apart(histogram, size, column, rules)
    if kind == ORDERED:
        return _in_order(histogram, size, column, rules)
    if kind == HIERARCHICAL:
        return _on_tree(histogram, size, column, rules)
    return _ratio(kind, histogram[first:stop], size, rules.total[first:stop])


@lean
def _apart(histogram: Counts, size: int, column: int, rules: Rules) -> float:
    moved = 0.0
    for place in range(rules.starts[column], rules.starts[column + 1]):
        moved += math.fabs(histogram[place] / size - rules.total[place])
    return moved / 2.0


@lean
def _in_order(histogram: Counts, size: int, column: int, rules: Rules) -> float:
    first, stop = int(rules.starts[column]), int(rules.starts[column + 1])
    carried = 0.0
    moved = 0.0
    for place in range(first, stop - 1):
        carried += histogram[place] / size - rules.total[place]
        moved += math.fabs(carried)
    return moved / max(1, stop - first - 1)


@lean
def _on_tree(histogram: Counts, size: int, column: int, rules: Rules) -> float:
    """Nodes of a level are numbered in the order of their values, so each is one run."""
    first = int(rules.starts[column])
    width = int(rules.starts[column + 1]) - first
    begin, end = int(rules.node_starts[column]), int(rules.node_starts[column + 1])
    height = 0
    moved = 0.0
    while begin < end:
        height += 1
        extra = 0.0
        for leaf in range(width):
            if leaf > 0 and rules.nodes[begin + leaf] != rules.nodes[begin + leaf - 1]:
                moved += math.fabs(extra)
                extra = 0.0
            extra += histogram[first + leaf] / size - rules.total[first + leaf]
        moved += math.fabs(extra)
        begin += width
    return moved / (2.0 * max(1, height))


@lean
def _ratio(kind: int, histogram: Counts, size: int, total: Figures) -> float:
    """By how much a value is more (or, for `DISCLOSURE`, less) frequent than in the table."""
    most = 0.0
    for place in range(len(histogram)):
        share, usual = histogram[place] / size, total[place]
        if usual == 0.0:
            if share > 0.0:
                return math.inf
        elif kind == DISCLOSURE:
            most = max(most, abs(math.log(share / usual)) if share > 0.0 else math.inf)
        elif share > usual:
            gain = (share - usual) / usual
            if kind == ENHANCED_LIKENESS and gain > -math.log(usual) + TOLERANCE:
                return math.inf
            most = max(most, gain)
    return most
