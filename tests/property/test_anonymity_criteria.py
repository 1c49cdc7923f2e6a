"""The compiled criteria against plain fractions, and the laws that the searches rely on."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from privet.kernels.anonymity.criteria import (
    DISCLOSURE,
    DISTINCT,
    ENHANCED_LIKENESS,
    ENTROPY,
    EQUAL,
    HIERARCHICAL,
    LIKENESS,
    ORDERED,
    POPULATION,
    PRESENCE_HIGH,
    PRESENCE_LOW,
    RECURSIVE,
    SUBJECTS,
    TOLERANCE,
    Rules,
    best,
    holds,
    measured,
    meets,
    worst,
)

Counts = list[int]
KINDS = (
    SUBJECTS,
    DISTINCT,
    ENTROPY,
    POPULATION,
    PRESENCE_LOW,
    RECURSIVE,
    EQUAL,
    ORDERED,
    HIERARCHICAL,
    PRESENCE_HIGH,
    DISCLOSURE,
    LIKENESS,
    ENHANCED_LIKENESS,
)


def tree(draw: st.DrawFn, width: int) -> list[list[int]]:
    """Levels from the leaves to below the root: each merges neighbours of the one before."""
    levels = [list(range(width))]
    for _ in range(draw(st.integers(0, 2))):
        steps = [draw(st.integers(0, 1)) for _ in range(levels[-1][-1])]
        merged = [0, *np.cumsum(steps).tolist()]
        levels.append([merged[node] for node in levels[-1]])
    return levels


@st.composite
def classes(draw: st.DrawFn) -> tuple[list[Counts], list[list[int]]]:
    """Histograms of three classes that make up a table, and a tree over the values."""
    width = draw(st.integers(1, 6))
    counts = st.lists(st.integers(0, 5), min_size=width, max_size=width)
    return [draw(counts.filter(any)) for _ in range(3)], tree(draw, width)


def rules_of(parts: list[Counts], levels: list[list[int]], kind: int, bound: float) -> Rules:
    """One rule about the second of two equal columns."""
    total = np.sum(parts, axis=0) / np.sum(parts)
    nodes = np.array(levels, np.int32).ravel()
    width = len(parts[0])
    return Rules(
        np.array([[kind, 1, bound, 2]], np.float64),
        np.array([0, width, 2 * width]),
        np.concatenate([total, total]),
        nodes,
        np.array([0, 0, len(nodes)]),
        1,
    )


def figure(rules: Rules, counts: Counts, population: int) -> float:
    values = np.zeros(1)
    measured(sum(counts), population, twice(counts), rules, values)
    return float(values[0])


def twice(counts: Counts) -> npt.NDArray[np.int64]:
    return np.array([0] * len(counts) + counts, np.int64)


def plain(  # one line for each kind
    kind: int, counts: Counts, population: int, parts: list[Counts], levels: list[list[int]]
) -> float:
    """Each figure from its definition."""
    size = sum(counts)
    p = [Fraction(count, size) for count in counts]
    all_rows = sum(sum(part) for part in parts)
    q = [Fraction(int(n), all_rows) for n in np.sum(parts, axis=0)]
    falling = sorted(counts, reverse=True)
    match kind:
        case 0:
            return size
        case 1:
            return len([count for count in counts if count])
        case 2:
            return math.exp(-sum(float(share) * math.log(share) for share in p if share))
        case 3:
            return population
        case 4 | 9:
            return float(Fraction(size, population)) if population else math.inf
        case 5:
            return float(Fraction(falling[0], sum(falling[1:]))) if sum(falling[1:]) else math.inf
        case 6:
            return float(sum(abs(a - b) for a, b in zip(p, q, strict=True)) / 2)
        case 7:
            extra = [a - b for a, b in zip(p, q, strict=True)]
            running = [abs(sum(extra[:n], Fraction(0))) for n in range(1, len(p))]
            return float(sum(running, Fraction(0)) / max(1, len(p) - 1))
        case 8:
            return float(li_on_a_tree(p, q, levels))
        case 10:
            ratios = [math.log(a / b) if a else math.inf for a, b in zip(p, q, strict=True) if b]
            return max(map(abs, ratios))
        case _:
            gains = [(float((a - b) / b), b) for a, b in zip(p, q, strict=True) if a > b > 0]
            if kind == ENHANCED_LIKENESS and any(g > 1e-9 - math.log(b) for g, b in gains):
                return math.inf
            return max([0.0, *(gain for gain, _ in gains)])


def li_on_a_tree(p: list[Fraction], q: list[Fraction], levels: list[list[int]]) -> Fraction:
    """Section 4.3: at each node the lesser of what its children have too much and too little."""
    width, height = len(p), len(levels)
    above = [*levels[1:], [0] * width]
    cost = Fraction(0)
    for level, (children, parents) in enumerate(zip(levels, above, strict=True), start=1):
        for parent in set(parents):
            extras = [
                sum(
                    (p[n] - q[n] for n in range(width) if children[n] == child),
                    Fraction(0),
                )
                for child in {children[n] for n in range(width) if parents[n] == parent}
            ]
            over = sum((extra for extra in extras if extra > 0), Fraction(0))
            under = -sum((extra for extra in extras if extra < 0), Fraction(0))
            cost += Fraction(level, height) * min(over, under)
    return cost


@given(classes(), st.sampled_from(KINDS), st.integers(0, 40))
@settings(max_examples=400)
def test_each_figure_is_that_of_its_definition(
    made: tuple[list[Counts], list[list[int]]], kind: int, population: int
) -> None:
    parts, levels = made
    rules = rules_of(parts, levels, kind, 1.0)
    for counts in parts:
        expected = plain(kind, counts, population, parts, levels)
        assert math.isclose(
            figure(rules, counts, population), expected, rel_tol=1e-12, abs_tol=1e-12
        )


@given(classes(), st.sampled_from(KINDS), st.floats(0, 6), st.integers(0, 40))
@settings(max_examples=200)
def test_holds_says_what_the_figures_say(
    made: tuple[list[Counts], list[list[int]]], kind: int, bound: float, population: int
) -> None:
    parts, levels = made
    rules = rules_of(parts, levels, kind, bound)
    least = best(rules)
    each = []
    for counts in parts:
        value = figure(rules, counts, population)
        worst(sum(counts), population, twice(counts), rules, least)
        within = value >= bound if kind < RECURSIVE else value <= bound
        held = holds(sum(counts), population, twice(counts), rules)
        assert held == within or abs(value - bound) <= 7 * TOLERANCE
        each.append(held)
    assert meets(rules, least) == all(each)


@given(classes(), st.sampled_from(KINDS), st.lists(st.integers(1, 20), min_size=3, max_size=3))
@settings(max_examples=400)
def test_a_union_is_no_worse_than_its_worst_part(
    made: tuple[list[Counts], list[list[int]]], kind: int, population: list[int]
) -> None:
    parts, levels = made
    rules = rules_of(parts, levels, kind, 1.0)
    figures = [figure(rules, *each) for each in zip(parts[:2], population[:2], strict=True)]
    union = [a + b for a, b in zip(*parts[:2], strict=True)]
    whole = figure(rules, union, sum(population[:2]))
    if kind < RECURSIVE:
        assert whole >= min(figures) * (1 - 1e-12)
    else:
        assert whole <= max(figures) + 1e-12


@given(classes(), st.sampled_from((SUBJECTS, DISTINCT, POPULATION)))
def test_what_absorbs_is_no_worse_than_its_best_part(
    made: tuple[list[Counts], list[list[int]]], kind: int
) -> None:
    parts, levels = made
    rules = rules_of(parts, levels, kind, 1.0)
    union = [a + b for a, b in zip(*parts[:2], strict=True)]
    assert figure(rules, union, 9) >= max(figure(rules, each, 9) for each in parts[:2])


def test_nothing_counted_meets_nothing() -> None:
    for kind in (DISTINCT, ENTROPY, RECURSIVE, EQUAL, ORDERED, HIERARCHICAL, LIKENESS):
        rules = rules_of([[1, 2, 3]], [[0, 1, 2]], kind, 1.0)
        assert not holds(3, 3, np.zeros(6, np.int64), rules)


def test_a_tie_of_less_than_fails_and_a_tie_of_at_least_holds() -> None:
    assert not holds(9, 0, twice([3, 3]), rules_of([[3, 3]], [[0, 1]], RECURSIVE, 1.0))
    for size in range(2, 60):
        even = [7] * size
        rules = rules_of([even], [list(range(size))], ENTROPY, float(size))
        assert holds(7 * size, 0, twice(even), rules)
