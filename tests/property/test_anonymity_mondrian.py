"""Mondrian, its joining, MDAV and local suppression on random tables: the kernels against their
twins, and that no class breaks what was asked."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privet.kernels.anonymity import trimming
from privet.kernels.anonymity.criteria import holds
from privet.kernels.anonymity.mdav import mdav, mdav_twin
from privet.kernels.anonymity.mondrian import cut_up, walk
from privet.kernels.anonymity.mondrian_twin import cut_up_twin
from privet.kernels.anonymity.paths import trace
from privet.model.anonymity import (
    Closeness,
    Criterion,
    DistinctDiversity,
    EntropyDiversity,
    KAnonymity,
    RecursiveDiversity,
)
from privet.model.errors import Refused
from privet.protect.combinations import Combinations, combine, with_population
from privet.protect.criteria import pack
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.local_suppression import suppress_cells
from privet.protect.loss import table_loss
from privet.protect.mondrian.recoding import TreeRecoding, from_canonical
from privet.protect.mondrian.solving import pack_trees, solve


@st.composite
def hierarchies(draw: st.DrawFn, wide: int = 12) -> Hierarchy:
    size = draw(st.integers(1, wide))
    levels = [np.arange(size)]
    for _ in range(draw(st.integers(0, 3))):
        steps = np.array([draw(st.integers(0, 1)) for _ in range(int(levels[-1][-1]))], np.int64)
        merged = np.concatenate([[0], np.cumsum(steps)])
        levels.append(merged[levels[-1]])
    if size > 1 or len(levels) == 1:
        levels.append(np.zeros(size, np.int64))
    nodes = np.array(levels, np.int32)
    labels = tuple(
        tuple(f"{at}.{n}" for n in range(int(row[-1]) + 1)) for at, row in enumerate(nodes)
    )
    leaves = tuple(None if at == 0 else str(at) for at in range(size))
    return Hierarchy(leaves, nodes, labels)


@st.composite
def tables(draw: st.DrawFn) -> tuple[Combinations, list[Hierarchy]]:
    """Rows of random codes, some subjects with several rows, and one sensitive column."""
    trees = draw(st.lists(hierarchies(), min_size=1, max_size=4))
    count = draw(st.integers(1, 60))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    codes = np.stack([random.integers(0, len(h.leaves), count) for h in trees], axis=1)
    people = random.integers(0, max(1, count * draw(st.integers(1, 3)) // 2), count)
    secret = random.integers(0, draw(st.integers(1, 5)), count)
    subjects = people if draw(st.booleans()) else None
    combinations, _ = combine(
        tuple(f"c{at}" for at in range(len(trees))),
        [len(h.leaves) for h in trees],
        codes.astype(np.int32),
        {"secret": (5, secret.astype(np.int32))},
        subjects,
    )
    return combinations, trees


asked = st.sampled_from(
    [
        DistinctDiversity("secret", 2),
        EntropyDiversity("secret", 1.7),
        RecursiveDiversity("secret", 2.0, 2),
        Closeness("secret", 0.3),
        Closeness("secret", 0.0),
    ]
)


@given(tables(), st.integers(1, 12))
def test_cuts_are_those_of_the_twin(table: tuple[Combinations, list[Hierarchy]], k: int) -> None:
    combinations, trees = table
    packed = pack_trees(trees)
    given_ = (combinations.codes, combinations.rows, combinations.subjects, packed, k)
    cuts, box = cut_up(*given_)
    theirs, other = cut_up_twin(*given_)
    assert all(np.array_equal(mine, its) for mine, its in zip(cuts, theirs, strict=True))
    assert np.array_equal(box, other)
    assert np.array_equal(walk(combinations.codes, cuts), box)
    if len(cuts.column):
        assert np.bincount(box, combinations.subjects).min() >= k


@given(tables(), st.integers(1, 6))
def test_no_box_is_passed_over_that_a_trim_would_serve(
    table: tuple[Combinations, list[Hierarchy]], k: int
) -> None:
    """The trims of boxes that look promising are those of all boxes."""
    combinations, trees = table
    packed = pack_trees(trees)
    codes, rows, subjects = combinations.codes, combinations.rows, combinations.subjects
    _, box = cut_up(codes, rows, subjects, packed, k)
    box[:: len(trees) + 3] = -1
    order, starts = trimming._by_box(box, int(box.max(initial=-1)) + 1)
    for_all = (codes[order], rows[order], subjects[order], starts, packed, k)
    found = trimming.best_trims(codes, rows, subjects, box, trees=packed, k=k)
    for mine, its in zip(found, trimming._best_trims(*for_all), strict=True):
        assert np.array_equal(mine, its)


@pytest.mark.parametrize("leaves", [3000, 70_000])
@pytest.mark.parametrize("k", [1, 3, 20])
def test_a_wide_domain_is_cut_as_the_twin_cuts_it(leaves: int, k: int) -> None:
    """Boxes with far fewer rows than a node has children."""
    random = np.random.default_rng(leaves + k)
    wide = levels_of([np.arange(leaves), np.zeros(leaves)])
    deep = levels_of([np.arange(900), np.arange(900) // 30, np.arange(900) // 450, np.zeros(900)])
    values = random.integers(0, leaves, 40)
    codes = np.stack([random.choice(values, 300), random.integers(0, 900, 300)], axis=1)
    distinct, counts = np.unique(codes.astype(np.int32), axis=0, return_counts=True)
    given_ = (distinct, counts, counts, pack_trees([wide, deep]), k)
    cuts, box = cut_up(*given_)
    theirs, other = cut_up_twin(*given_)
    assert all(np.array_equal(mine, its) for mine, its in zip(cuts, theirs, strict=True))
    assert np.array_equal(box, other)
    assert len(cuts.column)


def test_a_tree_too_deep_for_a_word_is_cut_by_its_upper_levels() -> None:
    """Eleven levels, in each of which one node has a hundred children: 70 bits."""
    leaves = 1000
    each = np.arange(leaves)
    tree = levels_of([np.maximum(each - 99 * level, 0) for level in range(10)] + [each * 0])
    assert tree.nodes[-2].max() > 0
    paths, rising = trace(each[:, None].astype(np.int32), pack_trees([tree]))
    assert paths.steps[0] < tree.levels
    assert (np.diff(rising[0]) > 0).all()
    random = np.random.default_rng(5)
    codes = random.integers(0, leaves, (8000, 1)).astype(np.int32)
    codes, counts = np.unique(codes, axis=0, return_counts=True)
    cuts, box = cut_up(codes, counts, counts, pack_trees([tree]), 4)
    assert np.bincount(box, counts).min() >= 4
    assert len(cuts.column) > 20
    assert np.array_equal(walk(codes, cuts), box)


def levels_of(levels: list[Any]) -> Hierarchy:
    nodes = np.array(levels, np.int32)
    labels = tuple(tuple(map(str, range(int(row[-1]) + 1))) for row in nodes)
    return Hierarchy(labels[0], nodes, labels)


@given(tables(), st.integers(1, 8), st.lists(asked, max_size=2), st.sampled_from([0.0, 0.1, 1.0]))
def test_every_class_meets_what_was_asked(
    table: tuple[Combinations, list[Hierarchy]],
    k: int,
    more: list[Criterion],
    suppress: float,
) -> None:
    combinations, trees = table
    rules = pack([KAnonymity(k), *more], combinations)
    try:
        solved = solve(combinations, trees, rules, suppress)
    except Refused:
        whole = np.zeros(len(combinations.rows), np.int32)
        assert not meets_all(combinations, whole, rules)
        return
    assert meets_all(combinations, solved.classes, rules)
    out = combinations.rows[solved.classes < 0].sum()
    assert out <= suppress * combinations.rows.sum() + 1e-9
    recoding = solved.recoding
    assert np.array_equal(recoding.classes(combinations.codes), solved.classes)
    assert solved.loss == pytest.approx(table_loss(combinations, trees, recoding, solved.classes))
    covers(combinations, trees, recoding, solved.classes)
    labels = np.hstack([recoding.level, recoding.node])
    assert len(np.unique(labels, axis=0)) == len(labels)


@given(tables(), st.integers(1, 6), st.integers(0, 2**32))
def test_a_frozen_tree_reads_back_and_takes_what_it_never_saw(
    table: tuple[Combinations, list[Hierarchy]], k: int, seed: int
) -> None:
    combinations, trees = table
    rules = pack([KAnonymity(k)], combinations)
    if combinations.subjects.sum() < k:
        return
    recoding = solve(combinations, trees, rules, 0.1).recoding
    assert isinstance(recoding, TreeRecoding)
    again = from_canonical(json.loads(json.dumps(recoding.canonical())), trees)
    random = np.random.default_rng(seed)
    sizes = [len(h.leaves) for h in trees]
    unseen = random.integers(0, sizes, (50, len(sizes))).astype(np.int32)
    found = recoding.classes(unseen)
    assert np.array_equal(again.classes(unseen), found)
    covers_codes(unseen, trees, recoding, found)


def meets_all(combinations: Combinations, classes: Any, rules: Any) -> bool:
    for each in np.unique(classes[classes >= 0]):
        mine = np.flatnonzero(classes == each)
        histogram = np.zeros(int(rules.starts[-1]), np.int64)
        for place, column in enumerate(combinations.sensitive):
            for row in mine:
                part = slice(column.starts[row], column.starts[row + 1])
                np.add.at(histogram, column.values[part] + rules.starts[place], column.counts[part])
        if not holds(int(combinations.subjects[mine].sum()), 0, histogram, rules):
            return False
    return True


def covers(combinations: Combinations, trees: list[Hierarchy], recoding: Any, classes: Any) -> None:
    covers_codes(combinations.codes, trees, recoding, classes)


def covers_codes(codes: Any, trees: list[Hierarchy], recoding: Any, classes: Any) -> None:
    kept = np.flatnonzero(classes >= 0)
    for column, tree in enumerate(trees):
        level = recoding.level[classes[kept], column]
        published = recoding.node[classes[kept], column]
        assert np.array_equal(tree.nodes[level, codes[kept, column]], published)


@given(
    st.integers(1, 40), st.integers(1, 3), st.integers(1, 6), st.booleans(), st.integers(0, 2**32)
)
def test_mdav_is_its_twin_and_no_group_is_small(
    count: int, width: int, k: int, heavy: bool, seed: int
) -> None:
    random = np.random.default_rng(seed)
    points = random.integers(0, 6, (count, width)).astype(np.float64)
    rows = random.integers(1, 4, count)
    subjects = np.minimum(rows, random.integers(0, 4, count)) if heavy else np.ones(count, np.int64)
    if subjects.sum() < k:
        with pytest.raises(ValueError, match="fewer than k"):
            mdav(points, rows, subjects, k)
        return
    groups = mdav(points, rows, subjects, k)
    assert np.array_equal(groups, mdav_twin(points, rows, subjects, k))
    assert np.bincount(groups, subjects).min() >= k


@settings(max_examples=40)
@given(tables(), st.integers(1, 8))
def test_local_suppression_leaves_no_small_class(
    table: tuple[Combinations, list[Hierarchy]], k: int
) -> None:
    combinations, _ = table
    if combinations.subjects.sum() < k:
        with pytest.raises(Refused, match="largest feasible"):
            suppress_cells(combinations, k)
        return
    done = suppress_cells(combinations, k)
    left = np.where(done.mask, -1, combinations.codes)
    _, classes = np.unique(left, axis=0, return_inverse=True)
    sizes = np.bincount(classes.reshape(-1), combinations.subjects)
    assert sizes.min() >= k
    assert np.array_equal(done.cells, combinations.rows @ done.mask)
    if bool((combinations.subjects >= k).all()):
        assert not done.mask.any()


@settings(max_examples=80)
@given(tables(), st.integers(1, 6), st.integers(0, 2**32), st.integers(1, 200))
def test_who_is_of_the_population_alone_stands_for_no_row(
    table: tuple[Combinations, list[Hierarchy]], k: int, seed: int, others: int
) -> None:
    combinations, trees = table
    random = np.random.default_rng(seed)
    codes = np.stack([random.integers(0, len(h.leaves), others) for h in trees], axis=1)
    widths = [len(tree.leaves) for tree in trees]
    people, _ = combine(combinations.columns, widths, codes.astype(np.int32))
    both, places = with_population(combinations, people)
    assert both.rows.sum() == combinations.rows.sum()
    assert both.population is not None
    assert both.population.sum() == others
    packed = pack_trees(trees)
    cuts, box = cut_up(both.codes, both.rows, both.subjects, packed, k)
    twin, expected = cut_up_twin(both.codes, both.rows, both.subjects, packed, k)
    assert np.array_equal(box, expected)
    for ours, theirs in zip(cuts, twin, strict=True):
        assert np.array_equal(ours, theirs)
    heads = np.bincount(box[places], combinations.subjects, box.max() + 1)
    if combinations.subjects.sum() >= k:
        assert heads.min() >= k
