"""Laws of hierarchies over random trees and rules, each against a plain twin."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.model import canonical
from privet.model.errors import IntegrityError
from privet.protect.hierarchies.building import build
from privet.protect.hierarchies.canonical import from_canonical, to_canonical
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.hierarchies.placing import place
from privet.protect.hierarchies.proposing import propose
from privet.protect.hierarchies.rules import coded, labels
from privet.protect.hierarchies.specs import (
    CsvHierarchy,
    DateHierarchy,
    FlatHierarchy,
    HierarchySpec,
    IntervalHierarchy,
    PrefixHierarchy,
)


@st.composite
def _rows(draw: st.DrawFn) -> CsvHierarchy:
    """Rows of a random tree, in random order; labels of groups repeat on other levels."""
    count = draw(st.integers(1, 30))
    groups = list(range(count))
    levels = [[f"v{leaf}" for leaf in groups]]
    for _ in range(draw(st.integers(0, 3))):
        parents = {group: draw(st.integers(0, max(groups))) for group in sorted(set(groups))}
        groups = [parents[group] for group in groups]
        levels.append([f"g{group}" for group in groups])
    rows = list(zip(*levels, ["*"] * count, strict=True))
    return CsvHierarchy(tuple(draw(st.permutations(rows))))


_DAYS = st.dates().map(lambda day: day.isoformat())
_NUMBERS = st.decimals(-500, 500, places=1).map(str)
_RULES: st.SearchStrategy[tuple[HierarchySpec, list[str | None]]] = st.one_of(
    st.tuples(
        st.sampled_from(
            [
                IntervalHierarchy(widths=(Decimal(5), Decimal(20))),
                IntervalHierarchy(widths=(Decimal("2.5"),), top=Decimal(90), bottom=Decimal(-3)),
                IntervalHierarchy(bounds=((Decimal(0), Decimal(9)), (Decimal(9),))),
            ]
        ),
        st.lists(st.none() | _NUMBERS, min_size=1, max_size=40),
    ),
    st.tuples(
        st.sampled_from([DateHierarchy(), DateHierarchy(("quarter", "century"))]),
        st.lists(st.none() | _DAYS, min_size=1, max_size=40),
    ),
    st.tuples(
        st.sampled_from([PrefixHierarchy((3, 1)), PrefixHierarchy((2,), 4), FlatHierarchy()]),
        st.lists(st.none() | st.text("019* é", max_size=5), min_size=1, max_size=40),
    ),
)


def _plain_common(hierarchy: Hierarchy, left: int, right: int) -> int:
    for level in range(hierarchy.levels):
        if hierarchy.nodes[level, left] == hierarchy.nodes[level, right]:
            return level
    raise AssertionError("no common root")


def _check(hierarchy: Hierarchy) -> None:
    """All that `Hierarchy` says of itself."""
    count = len(hierarchy.leaves)
    assert hierarchy.nodes.shape == (hierarchy.levels, count)
    assert hierarchy.nodes[0].tolist() == list(range(count))
    assert not hierarchy.nodes[-1].any()
    assert hierarchy.labels[0] == hierarchy.leaves
    for level, nodes in enumerate(hierarchy.nodes):
        assert set(np.diff(nodes).tolist()) <= {0, 1}  # contiguous, numbered in order
        assert nodes[0] == 0
        assert len(hierarchy.labels[level]) == nodes[-1] + 1
        starts = hierarchy.starts(level)
        for node in range(int(nodes[-1]) + 1):
            begin, end = hierarchy.interval(level, node)
            assert np.flatnonzero(nodes == node).tolist() == list(range(begin, end))
            assert (starts[node], starts[node + 1]) == (begin, end)
    for below, above in zip(hierarchy.nodes, hierarchy.nodes[1:], strict=False):
        assert len(set(zip(below.tolist(), above.tolist(), strict=True))) == below[-1] + 1


@given(_rows())
def test_rows_become_a_tree_with_the_same_paths(spec: CsvHierarchy) -> None:
    hierarchy = build(spec)
    _check(hierarchy)
    assert {hierarchy.path(code) for code in range(len(spec.rows))} == set(spec.rows)


@given(_rows(), st.data())
def test_siblings_stay_in_the_order_they_were_given(
    spec: CsvHierarchy, data: st.DataObject
) -> None:
    hierarchy = build(spec)
    given_order = [row[0] for row in spec.rows]
    begin, end = hierarchy.interval(1, data.draw(st.integers(0, len(hierarchy.labels[1]) - 1)))
    places = [given_order.index(leaf) for leaf in hierarchy.leaves[begin:end]]
    assert places == sorted(places)


@given(_rows(), st.data())
def test_the_common_level_is_that_of_the_lowest_ancestor(
    spec: CsvHierarchy, data: st.DataObject
) -> None:
    hierarchy = build(spec, [row[0] for row in spec.rows] + [None])
    pairs = data.draw(
        st.lists(st.tuples(*[st.integers(0, len(hierarchy.leaves) - 1)] * 2), max_size=20)
    )
    low, high = np.array(pairs, np.int32).reshape(-1, 2).T
    found = hierarchy.common(low, high)
    assert found.dtype == np.int8
    assert found.tolist() == [_plain_common(hierarchy, *pair) for pair in pairs]
    for (left, right), level in zip(pairs, found.tolist(), strict=True):
        begin, end = hierarchy.interval(level, int(hierarchy.node_at(level, np.array([left]))[0]))
        assert begin <= min(left, right) <= max(left, right) < end


@given(_RULES)
def test_rules_make_trees_of_whatever_values(case: tuple[HierarchySpec, list[str | None]]) -> None:
    spec, values = case
    hierarchy = build(spec, values)
    _check(hierarchy)
    assert set(hierarchy.leaves) == set(coded(spec, values))
    assert len(hierarchy.leaves) == len(set(coded(spec, values)))
    assert (None in hierarchy.leaves) == (hierarchy.leaves[-1] is None)


@given(_RULES, st.data())
def test_a_later_value_has_the_cell_it_would_have_had(
    case: tuple[HierarchySpec, list[str | None]], data: st.DataObject
) -> None:
    """On its floor and above, a placed value's labels are what the rule says of the value."""
    spec, values = case
    known = data.draw(st.lists(st.sampled_from(values), min_size=1))
    hierarchy = build(spec, known)
    placed = place(hierarchy, values, "column")
    assert hierarchy.spec is not None
    for value, code, floor in zip(
        coded(spec, values), placed.codes.tolist(), placed.floors.tolist(), strict=True
    ):
        if value in coded(spec, known):
            assert (hierarchy.leaves[code], floor) == (value, 0)
            continue
        assert floor >= 1
        if value is None:
            assert floor == hierarchy.levels - 1
            continue
        own = [value, *(level[0] for level in labels(hierarchy.spec, [value])), "*"]
        assert own[floor:] == list(hierarchy.path(code)[floor:])
        if floor > 1:
            assert own[floor - 1] not in hierarchy.labels[floor - 1]


@given(_rows() | _RULES)
def test_a_hierarchy_comes_back_from_canonical_bytes(
    case: CsvHierarchy | tuple[HierarchySpec, list[str | None]],
) -> None:
    hierarchy = build(case) if isinstance(case, CsvHierarchy) else build(*case)
    data = canonical.encode(to_canonical(hierarchy))
    again = from_canonical(canonical.decode(data))
    assert np.array_equal(again.nodes, hierarchy.nodes)
    assert again.nodes.dtype == np.int32
    assert (again.leaves, again.labels, again.ordered, again.spec) == (
        hierarchy.leaves,
        hierarchy.labels,
        hierarchy.ordered,
        hierarchy.spec,
    )
    assert canonical.encode(to_canonical(again)) == data


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"leaves": ["1", "1", "7"]},
        {"leaves": []},
        {"groups": [{"sizes": [1, 1], "labels": ["a", "b"]}]},
        {"groups": [{"sizes": [2, 1], "labels": ["a"]}]},
        {"groups": [{"sizes": [3, 0], "labels": ["a", "b"]}]},
        {
            "groups": [
                {"sizes": [2, 1], "labels": ["a", "b"]},
                {"sizes": [1, 2], "labels": ["c", "d"]},
            ]
        },
        {"rule": {"kind": "soundex"}},
        {"rule": {"kind": "flat", "more": 1}},
        {"rule": {"kind": "dates", "units": ["week"]}},
        {"leaves": [1, 2, 3]},
    ],
)
def test_a_changed_hierarchy_is_refused(change: dict[str, object]) -> None:
    hierarchy = build(IntervalHierarchy(widths=(Decimal(5),)), ["1", "3", "7"])
    with pytest.raises(IntegrityError):
        from_canonical({**to_canonical(hierarchy), **change})


@given(st.lists(st.decimals(-(10**6), 10**6, places=2), min_size=1, max_size=30))
def test_what_is_proposed_for_numbers_fits_them(values: list[Decimal]) -> None:
    texts: list[str | None] = [str(value) for value in values]
    spec = propose(texts, numeric=True)
    hierarchy = build(spec, texts)
    _check(hierarchy)
    assert hierarchy.levels <= 9


def test_what_is_proposed() -> None:
    assert propose(["2020-01-02", None], numeric=False) == DateHierarchy()
    assert propose(["89134", "10115"], numeric=False) == PrefixHierarchy((4, 3, 2, 1))
    assert propose(["SW1A 1AA", "E1 6AN"], numeric=False) == PrefixHierarchy((7, 6, 5, 4, 3, 2, 1))
    assert propose(["red", "blue"], numeric=False) == FlatHierarchy()
    assert propose([None], numeric=True) == FlatHierarchy()
    assert propose(["17", "90"], numeric=True) == IntervalHierarchy(
        widths=tuple(map(Decimal, (5, 10, 20, 40)))
    )
