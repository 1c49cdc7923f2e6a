"""Classes of a node of the lattice: rolled up from the classes of a specialisation, and judged.

A combination is a key of bits: each column has a field of bits for each level, the child's number
below its parent there. So generalising is masking: two combinations are in one class of a node when
their keys agree in the bits of the node's levels and above. Keys have as many words as they need.

Histograms of all sensitive columns stand in one CSR, each column's values after the last one's.
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from privet.kernels.anonymity.criteria import (
    ENTROPY,
    EQUAL,
    TOLERANCE,
    Figures,
    Rules,
    holds,
)
from privet.kernels.compiled import compiled, lean, sources_version

Codes: TypeAlias = npt.NDArray[np.int32]
Counts: TypeAlias = npt.NDArray[np.int64]

ROWS, SUBJECTS, POPULATION = 0, 1, 2
"""The columns of `Groups.sums`."""

_FACTOR = np.int64(-49064778989728563)
"""Odd, with bits all over: the high half of a product hangs on all bits of a key's word."""

EVERYTHING = 1 << 62
"""More rows than there are: no suppression makes up for what is wrong."""


class Groups(NamedTuple):
    """The classes of a node.

    Attributes:
        keys: masked keys: shape (g, words), int64.
        sums: rows, subjects, population of each: shape (g, 3), int64.
        first: a combination of each: shape (g,), int32.
        starts: where the histogram of each begins: shape (g + 1,), or (1,) where there is none.
        values: of the histograms, each once in a class: int32.
        counts: of each value, at least 1.
    """

    keys: Counts
    sums: Counts
    first: Codes
    starts: Counts
    values: Codes
    counts: Counts


class Verdict(NamedTuple):
    """What breaks the rules at a node.

    Attributes:
        suppressed: rows of classes that break a rule.
        floor: no specialisation suppresses fewer rows; `EVERYTHING` where none is allowed.
        lost: what these rows' cells cost by column, in leaves: shape (2, q); of the suppressed
            rows, and at most of those that `floor` counts.
    """

    suppressed: int
    floor: int
    lost: Counts


@compiled
def spread(codes: Codes, fields: Counts, starts: Counts) -> Counts:
    """The key of each combination: shape (m, words).

    Args:
        codes: shape (m, q).
        fields: the bits of each leaf, the columns one after the other: shape (leaves, words).
        starts: where each column begins in `fields`: shape (q,).
    """
    keys = np.zeros((len(codes), fields.shape[1]), np.int64)
    for row in range(len(codes)):
        for column in range(codes.shape[1]):
            leaf = starts[column] + codes[row, column]
            for word in range(fields.shape[1]):
                keys[row, word] |= fields[leaf, word]
    return keys


@compiled
def roll_up(groups: Groups, mask: Counts) -> tuple[Groups, Codes]:
    """Merge classes that agree under a mask.

    Returns:
        The classes, in the order of their first ones; and the class of each that went in.
    """
    members = np.empty(len(groups.keys), np.int32)
    keys, sums, first = _merge(groups, mask, members)
    if len(groups.starts) > 1:
        starts, values, counts = _histograms(groups, members, len(keys))
    else:
        starts, values, counts = groups.starts, groups.values, groups.counts
    return Groups(keys, sums, first, starts, values, counts), members


@compiled
def _merge(groups: Groups, mask: Counts, members: Codes) -> tuple[Counts, Counts, Codes]:
    old, added, firsts = groups.keys, groups.sums, groups.first
    count, words = old.shape
    size = 16
    while size < 2 * count:
        size *= 2
    slots = np.zeros(size, np.int32)  # number of the class and 1; 0 where free
    keys = np.empty((count, words), np.int64)
    sums = np.empty((count, 3), np.int64)
    first = np.empty(count, np.int32)
    found = 0
    for row in range(count):
        mixed = np.int64(0)
        for word in range(words):
            mixed = (mixed ^ (old[row, word] & mask[word])) * _FACTOR
            mixed ^= mixed >> 32
        place = mixed & (size - 1)
        group = slots[place] - 1
        while group >= 0:
            alike = True
            for word in range(words):
                alike &= keys[group, word] == old[row, word] & mask[word]
            if alike:
                break
            place = (place + 1) & (size - 1)
            group = slots[place] - 1
        if group < 0:
            for word in range(words):
                keys[found, word] = old[row, word] & mask[word]
            sums[found, 0] = added[row, 0]
            sums[found, 1] = added[row, 1]
            sums[found, 2] = added[row, 2]
            first[found] = firsts[row]
            members[row] = found
            found += 1
            slots[place] = found
        else:
            members[row] = group
            sums[group, 0] += added[row, 0]
            sums[group, 1] += added[row, 1]
            sums[group, 2] += added[row, 2]
    return keys[:found].copy(), sums[:found].copy(), first[:found].copy()


@compiled
def _histograms(groups: Groups, members: Codes, found: int) -> tuple[Counts, Codes, Counts]:
    """The histograms of merged classes: members in the order of their class, added up."""
    begins = np.zeros(found + 1, np.int64)
    for row in range(len(members)):
        begins[members[row] + 1] += 1
    for group in range(found):
        begins[group + 1] += begins[group]
    order = np.empty(len(members), np.int64)
    filled = begins[:-1].copy()
    for row in range(len(members)):
        order[filled[members[row]]] = row
        filled[members[row]] += 1
    starts = np.zeros(found + 1, np.int64)
    values = np.empty(len(groups.values), np.int32)
    counts = np.empty(len(groups.values), np.int64)
    highest = groups.values.max() + 1 if len(groups.values) else 0
    place_of = np.full(highest, -1, np.int64)
    end = 0
    for group in range(found):
        begin = end
        for position in range(begins[group], begins[group + 1]):
            row = order[position]
            for entry in range(groups.starts[row], groups.starts[row + 1]):
                value = groups.values[entry]
                if place_of[value] < begin:
                    place_of[value] = end
                    values[end] = value
                    counts[end] = 0
                    end += 1
                counts[place_of[value]] += groups.counts[entry]
        starts[group + 1] = end
    return starts, values[:end].copy(), counts[:end].copy()


@compiled
def best_start(levels: npt.NDArray[np.int8], sizes: Counts, count: int, node: Counts) -> int:
    """Which of the first `count` stored nodes is the smallest that `node` generalises; -1: none."""
    best = -1
    for each in range(count):
        if best >= 0 and sizes[each] >= sizes[best]:
            continue
        fits = True
        for column in range(len(node)):
            if levels[each, column] > node[column]:
                fits = False
                break
        if fits:
            best = each
    return best


class Demand(NamedTuple):
    """What classes have to be.

    Attributes:
        hard: rules that a class keeps whatever it is merged with; k stands in `k` alone.
        soft: rules that two classes keep when they are merged, if both keep them.
        present: the least share of the population; above 0, a class of nobody breaks it.
        limit: rows that may be suppressed.
    """

    hard: Rules
    soft: Rules
    present: float
    limit: int


class Prices(NamedTuple):
    """What the cells of a node cost.

    Attributes:
        codes: of the combinations: shape (m, q).
        covered: other leaves that a cell covers, by column, level and leaf, in one line.
        at: where the node's level of each column begins in `covered`: shape (q,).
    """

    codes: Codes
    covered: Counts
    at: Counts


class Judge(Protocol):
    """What `judge` gives."""

    def __call__(
        self, groups: Groups, demand: Demand, prices: Prices, broken: npt.NDArray[np.int8]
    ) -> Verdict:
        """Judge the classes of a node; it stops, costs uncounted, where `floor` is above the limit.

        Args:
            groups: the classes.
            demand: what they have to be.
            prices: what their cells cost.
            broken: filled: 0 where a class keeps all, 1 hard, 2 soft, 3 nobody's: shape (g,).
        """
        ...


@cache
def judge() -> Judge:
    """The judge of nodes; what is kept on disk of it serves one version of the sources."""
    version = sources_version(__package__)

    @compiled
    def judging(
        groups: Groups, demand: Demand, prices: Prices, broken: npt.NDArray[np.int8]
    ) -> Verdict:
        lost = np.zeros((2, prices.codes.shape[1]), np.int64)
        suppressed, floor = version * 0, 0
        histogram = np.zeros(demand.hard.starts[-1], np.int64)
        least = np.zeros(len(broken), np.int64)
        for group in range(len(broken)):
            least[group] = _broken(groups, group, demand, histogram, broken)
            if broken[group]:
                suppressed += int(groups.sums[group, ROWS])
                floor += int(least[group])
                if floor > demand.limit:
                    return Verdict(suppressed, floor, lost)
        _costs(groups, prices, broken, least, lost)
        return Verdict(suppressed, floor, lost)

    return judging


@lean
def _broken(
    groups: Groups, group: int, demand: Demand, histogram: Counts, broken: npt.NDArray[np.int8]
) -> int:
    """Note which rules a class breaks, and give the least number of its rows that cannot stay."""
    rows = groups.sums[group, ROWS]
    subjects, population = groups.sums[group, SUBJECTS], groups.sums[group, POPULATION]
    broken[group] = 0
    if rows == 0:
        if demand.present > 0.0 and population > 0:
            broken[group] = 3
            return EVERYTHING
        return 0
    if subjects < demand.hard.k:
        broken[group] = 1
        return int(rows)
    if len(demand.hard.rules) + len(demand.soft.rules) == 0:
        return 0
    has = len(groups.starts) > 1
    if has:
        for entry in range(groups.starts[group], groups.starts[group + 1]):
            histogram[groups.values[entry]] = groups.counts[entry]
    least = 0
    if not holds(subjects, population, histogram, demand.hard):
        broken[group] = 1
        least = int(rows)
    elif not holds(subjects, population, histogram, demand.soft):
        broken[group] = 2
        least = min(int(rows), _too_many(histogram, demand.soft))
    if has:
        for entry in range(groups.starts[group], groups.starts[group + 1]):
            histogram[groups.values[entry]] = 0
    return least


@lean
def _costs(
    groups: Groups,
    prices: Prices,
    broken: npt.NDArray[np.int8],
    least: Counts,
    lost: Counts,
) -> None:
    codes, covered, at = prices.codes, prices.covered, prices.at
    for group in range(len(broken)):
        if broken[group]:
            rows = groups.sums[group, ROWS]
            for column in range(codes.shape[1]):
                others = covered[at[column] + codes[groups.first[group], column]]
                lost[0, column] += rows * others
                lost[1, column] += least[group] * others


@lean
def _too_many(histogram: Counts, soft: Rules) -> int:
    """The least number of a class that has to go before what stays can keep the soft rules."""
    least = 1
    for rule in range(len(soft.rules)):
        kind, column = int(soft.rules[rule, 0]), int(soft.rules[rule, 1])
        if kind == EQUAL:
            begin, end = soft.starts[column], soft.starts[column + 1]
            least = max(least, _off_balance(histogram, begin, end, soft.rules[rule, 2], soft.total))
        elif kind == ENTROPY:
            begin, end = soft.starts[column], soft.starts[column + 1]
            least = max(least, _too_even(histogram, begin, end, soft.rules[rule, 2]))
    return least


@lean
def _off_balance(histogram: Counts, begin: int, end: int, t: float, total: Figures) -> int:
    """How many have to go before the rest can be within `t` of the table, by equal distance.

    Whoever goes takes at most one off the surplus, sum of max(0, count - share x size), which must
    be at most t x size. With the surplus of all, that is a convex function of the size that stays,
    0 at 0: so the sizes that can be lie below one point, found by halving.
    """
    size = 0
    for place in range(begin, end):
        size += int(histogram[place])
    low, high = 0, size
    while low < high:
        stay = (low + high + 1) // 2
        surplus = np.float64(stay - size)
        for place in range(begin, end):
            surplus += max(0.0, histogram[place] - total[place] * stay)
        if surplus <= (t + 2 * TOLERANCE) * stay + TOLERANCE:
            low = stay
        else:
            high = stay - 1
    return size - low


@lean
def _too_even(histogram: Counts, begin: int, end: int, length: float) -> int:
    """How many have to go before the rest can have the entropy log(`length`).

    For each number that goes, cutting the most frequent values down to one cap leaves most entropy,
    and the more of it the lower the cap. The lowest whole cap that fails must be undercut.
    """
    highest = 0
    for place in range(begin, end):
        highest = max(highest, int(histogram[place]))
    low, high = 0, highest
    while low < high:
        cap = (low + high + 1) // 2
        size, weighted = 0.0, 0.0
        for place in range(begin, end):
            count = np.float64(min(cap, histogram[place]))
            if count > 0.0:
                size += count
                weighted += count * math.log(count)
        if size > 0 and math.log(size) - weighted / size >= math.log(length) - 4 * TOLERANCE:
            low = cap
        else:
            high = cap - 1
    gone = 1
    for place in range(begin, end):
        gone += max(0, int(histogram[place]) - low - 1)
    return gone


def roll_up_twin(groups: Groups, mask: Counts) -> tuple[Groups, Codes]:
    """`roll_up` in plain Python."""
    numbers: dict[tuple[int, ...], int] = {}
    keys = map(tuple, (groups.keys & mask).tolist())
    members = [numbers.setdefault(key, len(numbers)) for key in keys]
    found = len(numbers)
    sums = np.zeros((found, 3), np.int64)
    first = np.full(found, -1, np.int32)
    histograms: list[dict[int, int]] = [{} for _ in range(found)]
    for row, group in enumerate(members):
        sums[group] += groups.sums[row]
        if first[group] < 0:
            first[group] = groups.first[row]
        if len(groups.starts) > 1:
            own = histograms[group]
            for entry in range(groups.starts[row], groups.starts[row + 1]):
                value = int(groups.values[entry])
                own[value] = own.get(value, 0) + int(groups.counts[entry])
    starts = np.cumsum([0, *(len(own) for own in histograms)])
    if len(groups.starts) == 1:
        starts = groups.starts
    return Groups(
        np.array(list(numbers), np.int64).reshape(found, groups.keys.shape[1]),
        sums,
        first,
        starts.astype(np.int64),
        np.array([value for own in histograms for value in own], np.int32),
        np.array([count for own in histograms for count in own.values()], np.int64),
    ), np.array(members, np.int32)
