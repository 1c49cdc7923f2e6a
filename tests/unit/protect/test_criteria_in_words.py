"""Criteria in words, what may be asked of which table, and measures of whole tables."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pyarrow.csv as pc
import pytest

from privet.model.anonymity import (
    Closeness,
    Criterion,
    DeltaPresence,
    DistinctDiversity,
    EntropyDiversity,
    KAnonymity,
    KMap,
    RecursiveDiversity,
)
from privet.model.errors import ConfigError
from privet.protect.combinations import Combinations, Histogram
from privet.protect.criteria import (
    absorbing,
    check,
    describe,
    holds_where_absent,
    needs_population,
    pack,
    sensitive_columns,
)
from tests.property.table_measures import Rows, measure

ADULT = Path(__file__).parents[4] / "shared" / "data" / "adult" / "adult.csv"
ALL: tuple[Criterion, ...] = (
    KAnonymity(5),
    DistinctDiversity("illness", 3),
    EntropyDiversity("illness", 2.5),
    RecursiveDiversity("illness", 3, 2),
    Closeness("illness", 0.2, "equal"),
    KMap(20),
    DeltaPresence(0.1, 0.5),
)


def measured() -> Combinations:
    counts = np.array([3, 2, 5])
    histogram = Histogram("illness", np.array([0, 2, 3]), np.array([0, 1, 1], np.int32), counts, 2)
    codes = np.array([[0], [1]], np.int32)
    return Combinations(("age",), codes, np.array([5, 5]), np.array([5, 6]), (histogram,))


def test_each_criterion_has_its_words() -> None:
    words = [describe(each) for each in ALL]
    assert words[0] == "at least 5 subjects"
    assert words[1] == "at least 3 distinct values of `illness`"
    assert words[4] == "a distribution of `illness` at most 0.2 (equal) from the table's"
    assert len(set(words)) == len(ALL)


def test_what_a_search_may_rely_on() -> None:
    assert absorbing([KAnonymity(5), DistinctDiversity("a", 2), KMap(9)])
    assert not any(absorbing([each]) for each in ALL[2:5])
    assert needs_population(ALL)
    assert not needs_population(ALL[:5])
    assert sensitive_columns([*ALL, Closeness("job", 0.1)]) == ("illness", "job")
    assert holds_where_absent([DeltaPresence(0, 0.5), KMap(2)])
    assert not holds_where_absent([DeltaPresence(0.1, 0.5)])


@pytest.mark.parametrize(
    "criterion",
    [
        KAnonymity(0),
        DistinctDiversity("illness", 0),
        EntropyDiversity("illness", math.nan),
        RecursiveDiversity("illness", 0, 2),
        Closeness("illness", 1.5),
        DeltaPresence(0.5, 0.1),
    ],
)
def test_a_bound_out_of_its_range(criterion: Criterion) -> None:
    with pytest.raises(ConfigError, match="out of its range"):
        check([criterion])


def test_what_cannot_be_packed() -> None:
    with pytest.raises(ConfigError, match="no criterion"):
        pack([], measured())
    with pytest.raises(ConfigError, match="population"):
        pack([KMap(3)], measured())
    with pytest.raises(ConfigError, match="not among the sensitive columns"):
        pack([Closeness("age", 0.2)], measured())
    with pytest.raises(ConfigError, match="has no order"):
        pack([Closeness("illness", 0.2, "ordered")], measured())
    with pytest.raises(ConfigError, match="has no hierarchy"):
        pack([Closeness("illness", 0.2, "hierarchical")], measured())


def test_rules_hold_the_distribution_of_the_table() -> None:
    rules = pack([Closeness("illness", 0.2), KAnonymity(4)], measured())
    assert rules.total.tolist() == [0.3, 0.7]
    assert rules.k == 4
    assert rules.rules[:, 0].tolist() == [0, 6]


def test_nothing_left_has_no_figures() -> None:
    rows = Rows(np.full(3, -1, np.int32), {"illness": (2, np.array([0, 1, 1], np.int32))})
    found = measure(rows, ALL[:2])
    assert (found.k, found.classes, found.rows, found.suppressed) == (0, 0, 0, 3)
    assert len(found.unmet) == 2


def test_a_subject_with_half_the_rows_is_one() -> None:
    rows = Rows(np.zeros(8, np.int32), subjects=np.array([0, 0, 0, 0, 1, 2, 3, 4]))
    assert measure(rows, [KAnonymity(6)]).k == 5
    assert measure(rows, [KAnonymity(6)]).unmet == ("at least 6 subjects",)


@pytest.mark.skipif(not ADULT.exists(), reason="shared/data/adult is not on this machine")
def test_adult_as_it_is() -> None:
    table = pc.read_csv(ADULT, parse_options=pc.ParseOptions(delimiter=";"))
    classes = np.zeros(len(table), np.int64)
    for name in ("sex", "race"):
        codes = table[name].combine_chunks().dictionary_encode().indices.to_numpy()
        classes = classes * 50 + codes
    _, classes = np.unique(classes, return_inverse=True)
    jobs = table["occupation"].combine_chunks().dictionary_encode()
    size = len(jobs.dictionary)
    rows = Rows(
        classes.astype(np.int32), {"occupation": (size, jobs.indices.to_numpy().astype(np.int32))}
    )
    found = measure(rows, [Closeness("occupation", 0.5)])
    assert (found.rows, found.classes) == (30162, 10)
    assert found.k == np.bincount(classes).min()
    (diversity,) = found.sensitive
    counts = np.bincount(classes * size + jobs.indices.to_numpy(), minlength=10 * size)
    shares = counts.reshape(10, size) / np.bincount(classes)[:, None]
    usual = counts.reshape(10, size).sum(axis=0) / len(table)
    assert math.isclose(
        diversity.distances["equal"], np.abs(shares - usual).sum(axis=1).max() / 2, rel_tol=1e-12
    )
