"""The full-domain optimum by plain enumeration: every node, every class, in plain Python."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import numpy as np

from privet.model.anonymity import (
    Closeness,
    Criterion,
    DistinctDiversity,
    EntropyDiversity,
    KAnonymity,
)
from privet.protect.combinations import Combinations, Histogram
from privet.protect.hierarchies.hierarchy import Hierarchy


@dataclass
class Class:
    rows: int
    subjects: int
    histograms: dict[str, Counter[int]]
    members: list[int]


@dataclass
class Node:
    """A node that may be published."""

    loss: Fraction
    suppressed: int
    levels: tuple[int, ...]
    kept: set[int]


def optimum(
    combinations: Combinations,
    hierarchies: Sequence[Hierarchy],
    criteria: Sequence[Criterion],
    limit: int,
) -> Node | None:
    """The best node: of least loss, then of fewest suppressed rows, then of lowest levels."""
    totals = {each.column: _total(each) for each in combinations.sensitive}
    rows = int(combinations.rows.sum())
    best: Node | None = None
    for levels in product(*[range(hierarchy.levels) for hierarchy in hierarchies]):
        found = _node(combinations, hierarchies, levels, lambda own: _good(own, criteria, totals))
        found.loss /= rows
        if found.suppressed <= limit and (best is None or _rank(found) < _rank(best)):
            best = found
    return best


def _rank(node: Node) -> tuple[Fraction, int, tuple[int, ...]]:
    return node.loss, node.suppressed, node.levels


def _node(
    combinations: Combinations,
    hierarchies: Sequence[Hierarchy],
    levels: tuple[int, ...],
    good: Callable[[Class], bool],
) -> Node:
    classes: dict[tuple[int, ...], Class] = defaultdict(
        lambda: Class(0, 0, defaultdict(Counter), [])
    )
    for place, codes in enumerate(combinations.codes.tolist()):
        key = tuple(
            int(hierarchy.nodes[level][code])
            for hierarchy, level, code in zip(hierarchies, levels, codes, strict=True)
        )
        own = classes[key]
        own.rows += int(combinations.rows[place])
        own.subjects += int(combinations.subjects[place])
        own.members.append(place)
        for each in combinations.sensitive:
            for entry in range(each.starts[place], each.starts[place + 1]):
                own.histograms[each.column][int(each.values[entry])] += int(each.counts[entry])
    loss, suppressed, kept = Fraction(0), 0, set()
    for key, own in classes.items():
        if good(own):
            loss += own.rows * _cost(hierarchies, levels, key)
            kept.update(own.members)
        else:
            loss += own.rows
            suppressed += own.rows
    return Node(loss, suppressed, levels, kept)


def _cost(
    hierarchies: Sequence[Hierarchy], levels: tuple[int, ...], key: tuple[int, ...]
) -> Fraction:
    total = Fraction(0)
    for hierarchy, level, node in zip(hierarchies, levels, key, strict=True):
        covered = hierarchy.nodes[level].tolist().count(node)
        leaves = len(hierarchy.leaves)
        total += Fraction(covered - 1, leaves - 1) if leaves > 1 else 0
    return total / len(hierarchies)


def _total(histogram: Histogram) -> Counter[int]:
    total: Counter[int] = Counter()
    for value, count in zip(histogram.values.tolist(), histogram.counts.tolist(), strict=True):
        total[value] += count
    return total


def _good(own: Class, criteria: Sequence[Criterion], totals: dict[str, Counter[int]]) -> bool:
    return own.subjects >= 1 and all(_meets(own, each, totals) for each in criteria)


def _meets(own: Class, criterion: Criterion, totals: dict[str, Counter[int]]) -> bool:
    if isinstance(criterion, KAnonymity):
        return own.subjects >= criterion.k
    if not isinstance(criterion, DistinctDiversity | EntropyDiversity | Closeness):
        raise NotImplementedError(type(criterion).__name__)
    counts = own.histograms[criterion.column]
    size = counts.total()
    if isinstance(criterion, DistinctDiversity):
        return len(counts) >= criterion.l
    if size == 0:
        return False
    if isinstance(criterion, EntropyDiversity):
        entropy = -sum(n / size * math.log(n / size) for n in counts.values())
        return math.exp(entropy) >= criterion.l * (1 - 1e-9)
    total = totals[criterion.column]
    whole = total.total()
    apart = sum(abs(counts[value] / size - total[value] / whole) for value in total)
    return apart / 2 <= criterion.t + 1e-9


def random_hierarchy(random: np.random.Generator, leaves: int) -> Hierarchy:
    """A tree over `leaves` values of a random height, with random groups; the last level a root."""
    nodes = [np.arange(leaves)]
    for _ in range(int(random.integers(0, 3))):
        below = int(nodes[-1][-1]) + 1
        opened = random.random(below) < 0.5
        opened[0] = False
        nodes.append(np.cumsum(opened)[nodes[-1]])
    nodes.append(np.zeros(leaves, np.int64))
    if leaves == 1 and random.random() < 0.5:
        nodes = nodes[:1]
    labels = tuple(
        tuple(f"{level}:{n}" for n in range(own[-1] + 1)) for level, own in enumerate(nodes)
    )
    return Hierarchy(labels[0], np.stack(nodes).astype(np.int32), labels)


def random_table(
    random: np.random.Generator, hierarchies: Sequence[Hierarchy], rows: int, values: int = 4
) -> Combinations:
    """A table with weights, combinations that count nobody, and a sensitive column `ill`."""
    codes = np.stack(
        [
            np.minimum(random.geometric(0.4, rows) - 1, len(hierarchy.leaves) - 1)
            if random.random() < 0.7
            else random.integers(0, len(hierarchy.leaves), rows)
            for hierarchy in hierarchies
        ],
        axis=1,
    )
    distinct = np.unique(codes, axis=0).astype(np.int32)
    weights = random.integers(1, 6, len(distinct))
    subjects = np.where(random.random(len(distinct)) < 0.15, 0, random.integers(1, weights + 1))
    starts, entries, counts = [0], [], []
    for people in subjects.tolist():
        shares = random.multinomial(people, random.dirichlet(np.ones(values)))
        present = np.flatnonzero(shares)
        entries += present.tolist()
        counts += shares[present].tolist()
        starts.append(len(entries))
    histogram = Histogram(
        "ill", np.array(starts), np.array(entries, np.int32), np.array(counts, np.int64), values
    )
    names = tuple(f"q{number}" for number in range(len(hierarchies)))
    return Combinations(
        names, distinct, subjects.astype(np.int64), weights.astype(np.int64), (histogram,)
    )
