"""The full-domain solver: known optima, later batches, and what cannot be solved."""

from __future__ import annotations

import numpy as np
import pytest
from adult_coded import ADULT, adult

from privet.model.anonymity import (
    Closeness,
    DeltaPresence,
    DistinctDiversity,
    EntropyDiversity,
    KAnonymity,
    KMap,
)
from privet.model.errors import ConfigError, Refused
from privet.protect.combinations import Combinations, combine
from privet.protect.criteria import pack
from privet.protect.full_domain.solving import Patience, solve
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.loss import cell_costs, table_loss

HERE = pytest.mark.skipif(not ADULT.exists(), reason="shared/data/adult is not on this machine")


def halves(leaves: int) -> Hierarchy:
    """A tree that joins two neighbours on each level, up to a root."""
    nodes = [np.arange(leaves, dtype=np.int32)]
    while nodes[-1][-1]:
        nodes.append(nodes[-1] // 2)
    labels = tuple(
        tuple(f"{level}:{n}" for n in range(own[-1] + 1)) for level, own in enumerate(nodes)
    )
    return Hierarchy(labels[0], np.stack(nodes), labels)


def table(codes: list[tuple[int, ...]], ill: list[int], leaves: int = 4) -> Combinations:
    across = np.array(codes, np.int32)
    names = tuple(f"q{n}" for n in range(across.shape[1]))
    made, _ = combine(names, [leaves] * len(names), across, {"ill": (3, np.array(ill, np.int32))})
    return made


@HERE
@pytest.mark.parametrize(("suppress", "loss"), [(0.0, 0.63554), (0.02, 0.35748), (1.0, 0.22770)])
def test_the_optima_of_adult(suppress: float, loss: float) -> None:
    combinations, hierarchies = adult()
    solved = solve(combinations, hierarchies, pack([KAnonymity(5)], combinations), suppress)
    assert solved.optimal
    assert round(solved.loss, 5) == loss
    assert solved.loss == pytest.approx(
        table_loss(combinations, hierarchies, solved.recoding, solved.classes), abs=1e-12
    )
    kept = solved.classes >= 0
    sizes = np.bincount(solved.classes[kept], combinations.subjects[kept])
    assert sizes.min() >= 5
    assert np.array_equal(solved.recoding.classes(combinations.codes)[kept], solved.classes[kept])


@HERE
@pytest.mark.parametrize(
    ("criterion", "suppress", "loss"),
    [
        (DistinctDiversity("occupation", 3), 0.02, 0.2776),
        (DistinctDiversity("occupation", 3), 1.0, 0.1736),
        (EntropyDiversity("occupation", 3), 0.02, 0.3072),
        (Closeness("occupation", 0.2), 0.02, 0.8397),
        (Closeness("salary-class", 0.2), 0.02, 0.5742),
    ],
)
def test_the_optima_of_adult_with_a_sensitive_column(
    criterion: DistinctDiversity, suppress: float, loss: float
) -> None:
    combinations, hierarchies = adult(criterion.column)
    rules = pack([KAnonymity(5), criterion], combinations)
    solved = solve(combinations, hierarchies, rules, suppress)
    assert solved.optimal
    assert round(solved.loss, 4) == loss


def test_a_node_costs_the_other_leaves_it_covers() -> None:
    assert [list(costs) for costs in cell_costs(halves(4))] == [[0] * 4, [1 / 3] * 2, [1]]
    one = Hierarchy(("a",), np.zeros((2, 1), np.int32), (("a",), ("*",)))
    assert [list(costs) for costs in cell_costs(one)] == [[0], [0]]


def test_later_combinations_find_their_class_or_none() -> None:
    measured = table([(0,), (1,), (1,), (2,)], [0, 1, 2, 0])
    solved = solve(measured, [halves(4)], pack([KAnonymity(2)], measured), 0.25)
    assert solved.recoding.level.tolist() == [[1]]
    assert solved.classes.tolist() == [0, 0, -1]
    later = np.array([[1], [0], [3]], np.int32)
    assert solved.recoding.classes(later).tolist() == [0, 0, -1]
    widened = solved.recoding.covering(later)
    assert widened.classes(later).tolist() == [0, 0, 1]
    assert widened.node.tolist() == [[0], [1]]


def test_where_all_may_be_suppressed_all_are() -> None:
    measured = table([(0,), (1,)], [0, 1])
    solved = solve(measured, [halves(4)], pack([KAnonymity(3)], measured), 1.0)
    assert solved.classes.tolist() == [-1, -1]
    assert (solved.loss, solved.optimal) == (1.0, True)
    assert len(solved.recoding.level) == 0


@pytest.mark.parametrize(
    ("criterion", "largest"),
    [
        (KAnonymity(9), "k = 4 subjects"),
        (DistinctDiversity("ill", 3), "l = 2 distinct values of 'ill'"),
        (EntropyDiversity("ill", 2), "l = 1.75477 by entropy of 'ill'"),
    ],
)
def test_what_cannot_be_met_says_what_can(criterion: KAnonymity, largest: str) -> None:
    measured = table([(0,), (1,), (2,), (3,)], [0, 0, 0, 1])
    with pytest.raises(Refused, match="the largest feasible is") as told:
        solve(measured, [halves(4)], pack([criterion], measured))
    assert largest in str(told.value)


def test_t_is_met_by_the_root_at_the_latest() -> None:
    measured = table([(0,), (1,), (2,), (3,)], [0, 0, 1, 1])
    solved = solve(measured, [halves(4)], pack([Closeness("ill", 0.0)], measured))
    assert solved.recoding.levels == (2,)


def test_a_population_counts() -> None:
    measured = table([(0,), (1,), (2,), (3,)], [0, 0, 1, 1])
    people = np.array([5, 1, 4, 4], np.int64)
    known = Combinations(
        measured.columns, measured.codes, measured.subjects, measured.rows, (), people
    )
    assert solve(known, [halves(4)], pack([KMap(4)], known)).recoding.levels == (1,)
    assert solve(known, [halves(4)], pack([KMap(1)], known)).recoding.levels == (0,)
    presence = pack([DeltaPresence(0.2, 0.5)], known)
    assert solve(known, [halves(4)], presence).recoding.levels == (1,)


def test_a_class_of_the_population_that_nobody_is_in_breaks_a_least_share() -> None:
    measured = table([(0,), (1,), (2,), (3,)], [0, 0, 1, 1])
    rows = np.array([1, 1, 1, 0], np.int64)
    people = np.array([2, 2, 2, 2], np.int64)
    known = Combinations(measured.columns, measured.codes, rows, rows, (), people)
    solved = solve(known, [halves(4)], pack([DeltaPresence(0.2, 1)], known), 1.0)
    assert solved.recoding.levels == (1,)


def test_forty_quasi_identifiers_have_an_honest_answer() -> None:
    random = np.random.default_rng(5)
    hierarchies = [halves(8) for _ in range(40)]
    codes = np.minimum(random.geometric(0.6, (400, 40)) - 1, 7).astype(np.int32)
    measured, _ = combine(tuple(f"q{n}" for n in range(40)), [8] * 40, codes)
    solved = solve(
        measured, hierarchies, pack([KAnonymity(5)], measured), 0.05, Patience(checks=150)
    )
    assert not solved.optimal
    assert 0 < solved.bound < solved.loss < 1
    kept = solved.classes >= 0
    assert kept.sum() >= 0.95 * len(kept)
    assert np.bincount(solved.classes[kept]).min() >= 5


def test_forty_columns_of_which_two_vary_are_solved() -> None:
    random = np.random.default_rng(5)
    codes = np.zeros((400, 40), np.int32)
    codes[:, [3, 30]] = random.integers(0, 8, (400, 2))
    measured, _ = combine(tuple(f"q{n}" for n in range(40)), [8] * 40, codes)
    solved = solve(measured, [halves(8)] * 40, pack([KAnonymity(20)], measured))
    assert solved.optimal
    assert sum(solved.recoding.levels) == solved.recoding.levels[3] + solved.recoding.levels[30] > 0


def test_a_table_that_is_no_table() -> None:
    measured = table([(0,), (1,)], [0, 1])
    rules = pack([KAnonymity(2)], measured)
    with pytest.raises(ConfigError, match="no quasi-identifier"):
        solve(measured, [], rules)
    with pytest.raises(ConfigError, match="no share of rows"):
        solve(measured, [halves(4)], rules, 2)
    nobody = np.zeros(2, np.int64)
    empty = Combinations(measured.columns, measured.codes, nobody, nobody)
    with pytest.raises(Refused, match="no row"):
        solve(empty, [halves(4)], rules)
