"""Risk: figures worked out by hand, bad input, edges."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from privet.model.errors import ConfigError
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.risk.assessing import risk
from privet.protect.risk.intervals import Rate, excess
from privet.protect.risk.population import estimate, fit
from privet.protect.risk.report import Homogeneity, RiskReport, SinglingColumns

AGES = Hierarchy(
    leaves=("20", "25", "30", "35", None),
    nodes=np.array([[0, 1, 2, 3, 4], [0, 0, 1, 1, 2], [0, 0, 0, 0, 0]], np.int32),
    labels=(("20", "25", "30", "35", None), ("20-29", "30-39", None), ("*",)),
    ordered=True,
)
ORIGINAL = pa.table(
    {
        "age": [20, 25, 30, 30, 35, None, None],
        "city": ["Ulm", "Ulm", "Bonn", "Bonn", "Bonn", "Ulm", "Ulm"],
        "ill": ["flu", "flu", "flu", "cold", "gout", "cold", "cold"],
    }
)
PUBLISHED = pa.table(
    {
        "age": ["20-29", "20-29", "30-39", "30-39", "30-39", None, None],
        "city": ["Ulm", "Ulm", "Bonn", "Bonn", "Bonn", "*", "*"],
        "ill": ["flu", "flu", "flu", "cold", "gout", "cold", "cold"],
    }
)


def assessed(table: pa.Table = PUBLISHED, **given: Any) -> RiskReport:
    names = given.pop("names", ("age", "city"))
    sensitive = given.pop("sensitive", ("ill",))
    trees = given.pop("hierarchies", {"age": AGES})
    return risk(table, names, sensitive, hierarchies=trees, **given)


def kinds(report: RiskReport) -> set[str]:
    return {note.kind for note in report.notes}


def test_classes_and_the_three_attackers() -> None:
    report = assessed(threshold=0.4)
    assert report.sizes == ((2, 2), (3, 1))
    assert (report.classes, report.smallest) == (3, 2)
    assert report.prosecutor.highest == 0.5
    assert report.prosecutor.mean == pytest.approx(3 / 7)
    assert report.prosecutor.above == pytest.approx(4 / 7)
    assert report.marketer == pytest.approx(3 / 7)
    assert report.journalist is None
    assert report.attacks == ()
    assert {"no-population", "no-original", "downcoding"} <= kinds(report)


def test_the_journalist_looks_into_the_population() -> None:
    people = pa.table(
        {"age": [20, 20, 25, 25, 30, 35, None], "city": ["Ulm"] * 4 + ["Bonn", "Bonn", "Ulm"]}
    )
    report = assessed(population=people, threshold=0.3)
    # Classes of the population: 4 in Ulm, 2 in Bonn (but 3 in the table), 1 null (but 2).
    assert report.journalist is not None
    assert report.journalist.highest == 0.5
    assert report.journalist.mean == pytest.approx((2 / 4 + 3 / 3 + 2 / 2) / 7)
    assert report.journalist.above == pytest.approx(5 / 7)
    assert report.uniqueness.in_population == 0
    assert "no-population" not in kinds(report)


def test_classes_with_one_value() -> None:
    assert assessed().homogeneity == (Homogeneity("ill", classes=2, people=4, least=1),)
    note = next(note for note in assessed().notes if note.kind == "homogeneous")
    assert "cold" not in note.text
    assert "flu" not in note.text


def test_uniqueness_before_and_after() -> None:
    report = assessed(original=ORIGINAL)
    assert (report.uniqueness.unique, report.uniqueness.before) == (0, 3)
    assert report.uniqueness.people_before == 7


def test_which_columns_single_out() -> None:
    table = pa.table({"a": [1, 1, 2, 2], "b": [1, 2, 1, 2], "c": [1, 1, 1, 2]})
    report = risk(table, ["a", "b", "c"])
    assert report.singling == (
        SinglingColumns(("a", "b"), 4),
        SinglingColumns(("a", "c"), 2),
        SinglingColumns(("b", "c"), 2),
        SinglingColumns(("c",), 1),
    )  # all three together single out no more than a and b


def test_cells_that_could_be_no_narrower() -> None:
    report = assessed(original=ORIGINAL)
    # 20-29 holds 20 and 25, 30-39 holds 30 and 35: both needed. Null is no generalisation of null,
    # but it stands on level 0 alone here, and city has no tree.
    assert report.tight == Rate(2, 2)
    starred = PUBLISHED.set_column(0, "age", pa.array(["*"] * 7))
    # Those in Bonn are all in their thirties; those in Ulm, and all, are not in one decade.
    assert assessed(starred, original=ORIGINAL).tight == Rate(2, 3)


def test_attacks_on_raw_data_isolate_the_unique_ones() -> None:
    report = assessed(ORIGINAL, original=ORIGINAL, hierarchies={})
    by_quasi = next(each for each in report.attacks if each.kind == "singling-out")
    assert by_quasi.attack == Rate(3, 7)
    guessed = next(each for each in report.attacks if each.kind == "inference")
    assert guessed.attack.hits >= 6
    assert "control" in kinds(report)


def test_a_class_of_k_isolates_nobody_by_its_quasi_identifiers() -> None:
    report = assessed(original=ORIGINAL)
    quasi, with_sensitive = report.attacks[:2]
    assert quasi.attack == Rate(0, 7)
    assert with_sensitive.attack == Rate(3, 7)  # flu, cold and gout in the class of three


def test_the_same_seed_gives_the_same_report() -> None:
    assert assessed(original=ORIGINAL, seed=4) == assessed(original=ORIGINAL, seed=4)


def test_a_control_table_is_attacked_alike() -> None:
    report = assessed(original=ORIGINAL, control=ORIGINAL.slice(0, 4))
    for attack in report.attacks:
        assert attack.attack.tries == attack.control.tries
    assert {each.attack.tries for each in report.attacks[2:]} == {4}
    assert "control" not in kinds(report)


def test_nothing_one_row_and_nulls_only() -> None:
    empty = assessed(PUBLISHED.slice(0, 0), original=ORIGINAL, population=100)
    assert (empty.rows, empty.classes, empty.smallest, empty.marketer) == (0, 0, 0, 0.0)
    assert kinds(empty) == {"empty"}
    assert empty.attacks == ()
    single = assessed(ORIGINAL.slice(0, 1), original=ORIGINAL.slice(0, 1), hierarchies={})
    assert single.prosecutor.highest == 1.0
    assert single.uniqueness.unique == 1
    nulls = pa.table({"age": pa.nulls(3), "city": pa.nulls(3), "ill": pa.nulls(3)})
    report = risk(nulls, ["age", "city"], ["ill"], original=nulls)
    assert report.sizes == ((3, 1),)
    assert all(each.excess.value <= 0 for each in report.attacks)


def test_bad_input_says_what_to_do_and_tells_no_value() -> None:
    for given in (
        {"names": ()},
        {"sensitive": ("age",)},
        {"names": ("age", "age")},
        {"names": ("nowhere",)},
        {"threshold": 1.5},
        {"tries": 0},
        {"population": 0},
    ):
        with pytest.raises(ConfigError) as caught:
            assessed(**given)
        assert caught.value.hint
    with pytest.raises(ConfigError, match="2 distinct published labels") as caught:
        assessed(hierarchies={}, original=ORIGINAL)
    assert "20-29" not in str(caught.value)
    with pytest.raises(ConfigError, match="1 distinct values are not in its hierarchy"):
        assessed(original=ORIGINAL.append_column("x", pa.nulls(7)).set_column(0, "age", [[99] * 7]))


def test_wilson_and_newcombe() -> None:
    # Newcombe (1998), table II: 56 of 70 and 48 of 80 give 0.0524 to 0.3339 (method 10).
    difference = excess(Rate(56, 70), Rate(48, 80))
    assert difference.value == pytest.approx(0.2)
    assert difference.low == pytest.approx(0.0524, abs=5e-5)
    assert difference.high == pytest.approx(0.3339, abs=5e-5)
    assert (Rate(0, 0).low, Rate(0, 0).high) == (0.0, 1.0)
    assert Rate(0, 10).low == 0.0
    assert Rate(0, 10).high == pytest.approx(0.2775, abs=5e-5)


def test_the_population_of_ewens() -> None:
    # With alpha near 0, Pitman's formula is Ewens': expected uniques among N are N t / (t + N - 1).
    rows, theta = 5_000, 40.0
    sizes = {}
    for size in range(1, 400):
        expected = (
            theta
            / size
            * math.exp(sum(math.log((rows - i) / (rows - i - 1 + theta)) for i in range(size)))
        )
        if round(expected):
            sizes[size] = round(expected)
    alpha, fitted = fit(tuple(sizes.items()))
    assert alpha < 0.12
    assert 25 < fitted < 55
    found = estimate(((1, 1),), 1)
    assert found is not None
    assert found.uniques == pytest.approx(1.0)
    assert estimate((), 10) is None


@pytest.mark.parametrize("sizes", [((1, 50),), ((50, 1),), ((1, 1),), ((1_000_000, 3),)])
def test_estimates_stay_within_the_population(sizes: tuple[tuple[int, int], ...]) -> None:
    found = estimate(sizes, 10_000_000)
    assert found is not None
    assert 0 <= found.uniques <= found.size
    assert 0 <= found.sample_uniques <= dict(sizes).get(1, 0) + 1e-9


WHOSE = pa.table({"who": ["A", "A", "B", "B", "C", "C", "C"]})["who"]


def test_a_person_with_several_rows_is_one_person() -> None:
    """A and C are alone in their classes, with two rows each; B is alone with one."""
    table, original = (each.append_column("who", WHOSE) for each in (PUBLISHED, ORIGINAL))
    report = assessed(table, original=original, subject="who")
    # 20-29 Ulm: A twice. 30-39 Bonn: B twice and C. null *: C twice.
    assert report.by_subject
    assert (report.rows, report.people, report.placed) == (7, 3, 4)
    assert report.sizes == ((1, 2), (2, 1))
    assert report.prosecutor.highest == 1.0
    assert report.marketer == 3 / 4
    assert (report.uniqueness.unique, report.uniqueness.before) == (2, 3)
    assert report.uniqueness.people_before == 3
    assert report.homogeneity == (Homogeneity("ill", classes=2, people=2, least=1),)
    quasi, with_sensitive = report.attacks[:2]
    assert quasi.attack == Rate(4, 7)  # the rows of A's class, and of C's
    assert with_sensitive.attack == Rate(7, 7)


def test_one_person_in_two_classes_is_alone_in_what_they_share() -> None:
    rows = {"a": ["x", "x", "y", "y"], "b": ["1", "2", "3", "3"], "who": ["A", "A", "B", "C"]}
    report = risk(pa.table(rows), ["a", "b"], subject="who")
    assert report.singling == (SinglingColumns(("a",), 1), SinglingColumns(("b",), 1))
    assert report.uniqueness.unique == 1


def test_the_order_of_rows_makes_no_difference() -> None:
    order = np.random.default_rng(1).permutation(7)
    report = assessed(original=ORIGINAL, population=ORIGINAL)
    again = assessed(
        PUBLISHED.take(order), original=ORIGINAL.take(order[::-1]), population=ORIGINAL.take(order)
    )
    assert again == report


def test_what_is_too_much_work_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("privet.protect.risk.attacks._WORK", 20)
    monkeypatch.setattr("privet.protect.risk.attacks._LEAST", 2)
    monkeypatch.setattr("privet.protect.risk.assessing._WORK", 1)
    report = assessed(original=ORIGINAL, population=ORIGINAL)
    for attack in report.attacks:
        assert 0 < attack.attack.tries < 7
        assert attack.attack.tries == attack.control.tries
    assert report.journalist is None
    assert "large-population" in kinds(report)
    assert report.tight is not None
    assert report.tight.tries < 2


def test_a_person_of_the_population_counts_once() -> None:
    """Somebody with two rows that both fit a class is one person whom the class may be about."""
    table = pa.table({"a": ["*", "*"], "who": ["A", "B"]})
    people = pa.table({"a": ["x", "y", "x", "z", "x"], "who": ["A", "A", "B", "C", "C"]})
    report = risk(table, ["a"], population=people, subject="who")
    assert report.journalist is not None
    assert report.journalist.highest == 1 / 3
