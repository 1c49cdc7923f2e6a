"""Mondrian on Adult, on bad input, and on tables of odd shapes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from pyarrow import csv

from privet.kernels.anonymity.mondrian import Cuts, walk
from privet.model.anonymity import (
    Closeness,
    Criterion,
    DistinctDiversity,
    EntropyDiversity,
    KAnonymity,
)
from privet.model.errors import ConfigError, Refused
from privet.protect.combinations import Combinations, combine
from privet.protect.criteria import pack
from privet.protect.encoding import encode
from privet.protect.hierarchies.building import build
from privet.protect.hierarchies.csv_files import read_csv
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.mondrian.recoding import TreeRecoding, from_canonical
from privet.protect.mondrian.solving import solve
from privet.protect.recoding import SUPPRESSED, Solved
from tests.unit.protect.adult_coded import ADULT

HERE = pytest.mark.skipif(not ADULT.exists(), reason="shared/data/adult is not on this machine")
K5 = KAnonymity(5)


def tree(size: int, width: int = 4) -> Hierarchy:
    """Leaves, groups of `width`, and the root."""
    leaves = np.arange(size)
    nodes = np.array([leaves, leaves // width, leaves * 0], np.int32)
    return Hierarchy(
        tuple(map(str, leaves)),
        nodes,
        tuple(tuple(f"{at}.{n}" for n in range(int(row[-1]) + 1)) for at, row in enumerate(nodes)),
    )


def counted(codes: Sequence[tuple[int, ...]], secret: list[int], sizes: list[int]) -> Combinations:
    return combine(
        tuple(f"c{at}" for at in range(len(sizes))),
        sizes,
        np.array(codes, np.int32).reshape(-1, len(sizes)),
        {"secret": (max(secret, default=0) + 1, np.array(secret, np.int32))},
    )[0]


@HERE
@pytest.mark.parametrize(
    ("sensitive", "more", "most"),
    [
        (None, [], 0.066),
        ("occupation", [DistinctDiversity("occupation", 3)], 0.05),
        ("occupation", [EntropyDiversity("occupation", 3)], 0.07),
        ("occupation", [Closeness("occupation", 0.2)], 0.43),
        ("salary-class", [Closeness("salary-class", 0.2)], 0.26),
    ],
)
def test_adult(sensitive: str | None, more: list[Criterion], most: float) -> None:
    table = csv.read_csv(ADULT / "adult.csv", parse_options=csv.ParseOptions(delimiter=";"))
    trees = {
        name: build(read_csv(ADULT / f"adult_hierarchy_{name}.csv"), column=name)
        for name in table.column_names
        if name != sensitive
    }
    combinations, _ = encode(table, trees, [sensitive] if sensitive else [])
    solved = solve(combinations, tuple(trees.values()), pack([K5, *more], combinations))
    assert solved.loss <= most
    assert solved.classes.min() >= 0
    assert np.bincount(solved.classes, combinations.subjects).min() >= 5


def test_one_country_is_told_from_all_others() -> None:
    """A cut in the midst: thresholds alone would leave it under a label over its neighbours."""
    codes = [(5,)] * 50 + [(at,) for at in range(12) if at != 5]
    solved = solve_for(codes, [0] * len(codes), [12], [K5])
    alone = solved.classes[5]
    assert solved.recoding.level[alone].tolist() == [0]


def test_what_must_mix_is_joined_across_the_tree() -> None:
    """Each half has one secret only: no cut is fair, and joining like with unlike is."""
    codes = [(at, half) for at in range(8) for half in (0, 1) for _ in range(5)]
    secret = [half for at in range(8) for half in (0, 1) for _ in range(5)]
    solved = solve_for(codes, secret, [8, 2], [K5, Closeness("secret", 0.01)])
    assert len(np.unique(solved.classes)) > 1
    assert (solved.recoding.level[:, 1] > 0).all()


def test_an_outlier_is_left_out_where_that_pays_and_is_allowed() -> None:
    codes = [(0, at % 4) for at in range(40) for _ in range(30)] + [(11, 0)]
    kept = solve_for(codes, [0] * len(codes), [12, 4], [KAnonymity(300)])
    less = solve_for(codes, [0] * len(codes), [12, 4], [KAnonymity(300)], suppress=0.01)
    assert less.loss < kept.loss
    assert (less.classes == SUPPRESSED).sum() == 1
    assert less.recoding.classes(np.array([[11, 0]], np.int32)).tolist() == [SUPPRESSED]


def test_all_rows_in_one_combination() -> None:
    solved = solve_for([(3, 1)] * 7, [0] * 7, [8, 2], [K5])
    assert solved.loss == 0.0
    assert solved.optimal


def test_one_subject_with_half_the_rows() -> None:
    codes = np.array([(at % 8, at % 3) for at in range(80)], np.int32)
    people = np.array([0 if at % 2 else at for at in range(80)])
    combinations, _ = combine(("a", "b"), [8, 3], codes, {}, people)
    solved = solve(combinations, [tree(8), tree(3)], pack([K5], combinations))
    groups = solved.recoding.classes(codes)
    assert min(len(np.unique(people[groups == each])) for each in np.unique(groups)) >= 5


def test_forty_columns_and_a_wide_domain() -> None:
    random = np.random.default_rng(1)
    sizes = [40_000] + [3] * 39
    codes = np.stack([random.integers(0, size, 2000) for size in sizes], axis=1).astype(np.int32)
    combinations, _ = combine(tuple(map(str, range(40))), sizes, codes, {})
    solved = solve(combinations, [tree(size, 200) for size in sizes], pack([K5], combinations))
    assert np.bincount(solved.classes, combinations.subjects).min() >= 5


@pytest.mark.parametrize(
    ("criteria", "told"),
    [
        ([KAnonymity(11)], "k = 10 subjects"),
        ([K5, DistinctDiversity("secret", 3)], "l = 2 distinct values of 'secret'"),
        ([K5, EntropyDiversity("secret", 2.5)], "l = 2 by entropy of 'secret'"),
    ],
)
def test_what_is_infeasible_says_what_is(criteria: list[Criterion], told: str) -> None:
    codes = [(at % 4,) for at in range(10)]
    with pytest.raises(Refused, match="the largest feasible") as caught:
        solve_for(codes, [at % 2 for at in range(10)], [4], criteria)
    assert told in str(caught.value)


def test_nothing_to_solve() -> None:
    with pytest.raises(Refused, match="no row"):
        solve_for([], [], [4], [K5])
    with pytest.raises(ConfigError, match="share"):
        solve_for([(1,)] * 9, [0] * 9, [4], [K5], suppress=2.0)
    combinations = counted([(1,)] * 9, [0] * 9, [4])
    with pytest.raises(ConfigError, match="no quasi-identifier"):
        solve(combinations, [], pack([K5], combinations))


def test_a_changed_plan_is_refused() -> None:
    codes = [(at % 8,) for at in range(80)]
    recoding = solve_for(codes, [0] * 80, [8], [K5]).recoding
    assert isinstance(recoding, TreeRecoding)
    for key, wrong in (
        ("version", 9),
        ("width", 2),
        ("box_class", [99]),
        ("level", [7] * recoding.level.size),
        ("node", [-1] * recoding.node.size),
        ("first", [0]),
    ):
        with pytest.raises(ConfigError, match="does not fit"):
            from_canonical({**recoding.canonical(), key: wrong}, [tree(8)])


def test_cuts_that_lead_back_are_refused() -> None:
    one, zero = np.ones(1, np.int32), np.zeros(1, np.int32)
    with pytest.raises(ValueError, match="back"):
        walk(np.zeros((1, 1), np.int32), Cuts(zero, zero, one, zero, one * -2))
    with pytest.raises(ValueError, match="column"):
        walk(np.zeros((1, 1), np.int32), Cuts(one, zero, one, one * -2, one * -3))


def solve_for(
    codes: Sequence[tuple[int, ...]],
    secret: list[int],
    sizes: list[int],
    criteria: Sequence[Criterion],
    suppress: float = 0.0,
) -> Solved:
    combinations = counted(codes, secret, sizes)
    rules = pack(criteria, combinations)
    return solve(combinations, [tree(size) for size in sizes], rules, suppress)
