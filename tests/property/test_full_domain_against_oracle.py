"""The full-domain search against plain enumeration, on tables and hierarchies made up at random."""

from __future__ import annotations

import math
from itertools import chain, repeat

import numpy as np
import pytest
from full_domain_oracle import optimum, random_hierarchy, random_table

from privet.model.anonymity import (
    Closeness,
    Criterion,
    DistinctDiversity,
    EntropyDiversity,
    KAnonymity,
)
from privet.model.errors import Refused
from privet.protect.criteria import pack
from privet.protect.full_domain import frontiers
from privet.protect.full_domain.solving import Patience, solve
from privet.protect.loss import table_loss

CRITERIA: dict[str, list[Criterion]] = {
    "k": [],
    "distinct": [DistinctDiversity("ill", 2)],
    "entropy": [EntropyDiversity("ill", 2.2)],
    "t": [Closeness("ill", 0.2)],
}


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("kind", list(CRITERIA))
@pytest.mark.parametrize("suppress", [0.0, 0.02, 0.3, 1.0])
@pytest.mark.parametrize("k", [2, 5, 20])
def test_the_optimum(
    k: int, suppress: float, kind: str, lazy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frontiers, "DENSE", 0 if lazy else 1 << 17)
    criteria: list[Criterion] = [KAnonymity(k), *CRITERIA[kind]]
    for seed in range(4):
        random = np.random.default_rng([seed, k, len(kind)])
        hierarchies = [random_hierarchy(random, int(n)) for n in random.integers(1, 7, 3)]
        table = random_table(random, hierarchies, 60)
        limit = math.floor(suppress * int(table.rows.sum()) + 1e-9)
        known = optimum(table, hierarchies, criteria, limit)
        rules = pack(criteria, table)
        if known is None:
            with pytest.raises(Refused, match="the largest feasible is"):
                solve(table, hierarchies, rules, suppress)
            continue
        solved = solve(table, hierarchies, rules, suppress)
        assert solved.optimal
        assert solved.bound == solved.loss
        assert solved.loss == pytest.approx(float(known.loss), abs=1e-10)
        assert solved.recoding.levels == known.levels
        assert set(np.flatnonzero(solved.classes >= 0)) == known.kept
        again = table_loss(table, hierarchies, solved.recoding, solved.classes)
        assert again == pytest.approx(solved.loss, abs=1e-10)


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("kind", list(CRITERIA))
def test_a_search_cut_short_is_honest(
    kind: str, lazy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frontiers, "DENSE", 0 if lazy else 1 << 17)
    criteria: list[Criterion] = [KAnonymity(3), *CRITERIA[kind]]
    stopped = 0
    for seed in range(6):
        random = np.random.default_rng(seed)
        hierarchies = [random_hierarchy(random, 6) for _ in range(3)]
        table = random_table(random, hierarchies, 80)
        rules = pack(criteria, table)
        best = solve(table, hierarchies, rules, 0.1)
        for checks in range(1, 12):
            found = solve(table, hierarchies, rules, 0.1, Patience(checks))
            assert found.bound <= best.loss + 1e-10 <= found.loss + 2e-10
            assert not found.optimal or found.loss == pytest.approx(best.loss, abs=1e-10)
            stopped += not found.optimal
        asked = chain([False, False], repeat(True))
        found = solve(table, hierarchies, rules, 0.1, Patience(enough=lambda a=asked: next(a)))
        assert found.bound <= best.loss + 1e-10
    assert stopped


def test_a_search_that_runs_out_of_room_is_honest(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    hierarchies = [random_hierarchy(random, 6) for _ in range(3)]
    table = random_table(random, hierarchies, 80)
    rules = pack([KAnonymity(3)], table)
    best = solve(table, hierarchies, rules, 0.1)
    monkeypatch.setattr(frontiers, "DENSE", 0)
    monkeypatch.setattr(frontiers, "ROOM", 2)
    found = solve(table, hierarchies, rules, 0.1)
    assert not found.optimal
    assert found.bound <= best.loss + 1e-10 <= found.loss + 2e-10
