"""A fitted plan keeps what it says, and refuses what was changed or is not covered."""

from __future__ import annotations

import json
from decimal import Decimal

import numpy as np
import pytest

from privet.model import canonical
from privet.model.errors import ConfigError, IntegrityError
from privet.protect.applying import classes_of, placed_values
from privet.protect.fitted import FittedPlan, read_plan
from privet.protect.hierarchies.building import build
from privet.protect.hierarchies.specs import IntervalHierarchy, TreeHierarchy
from privet.protect.holding import combined_size, held_back
from privet.protect.recoding import SUPPRESSED

AGES = build(IntervalHierarchy(widths=(Decimal(10), Decimal(20))), ["21", "25", "34", "55"], "age")
CITIES = build(
    TreeHierarchy((("Ulm", "south", "*"), ("Bonn", "west", "*"), ("Köln", "west", "*"))), (), "city"
)


def cell(tree, level, leaf):
    return level, int(tree.nodes[level][tree.leaves.index(leaf)])


def plan() -> FittedPlan:
    """Two classes: twenties in the west, and everything with any city below 40."""
    cells = [
        [cell(AGES, 1, "21"), cell(CITIES, 1, "Bonn")],
        [cell(AGES, 2, "34"), cell(CITIES, 2, "Ulm")],
    ]
    rows = [("21", "Bonn"), ("25", "Köln"), ("34", "Ulm"), ("55", "Ulm")]
    return FittedPlan(
        asked="0" * 64,
        promise="k-anonymous(k=2)",
        k=2,
        method="test",
        columns=("age", "city"),
        hierarchies=(AGES, CITIES),
        level=np.array([[each[0] for each in row] for row in cells], np.int8),
        node=np.array([[each[1] for each in row] for row in cells], np.int32),
        codes=np.array([[AGES.leaves.index(a), CITIES.leaves.index(c)] for a, c in rows], np.int32),
        classes=np.array([0, 0, 1, SUPPRESSED], np.int32),
    )


def applied(rows, **more):
    ages, cities = sorted({a for a, _ in rows}), sorted({c for _, c in rows})
    numbers = np.array([[ages.index(a), cities.index(c)] for a, c in rows], np.int32)
    placed = placed_values(plan(), {"age": ages, "city": cities}, **more)
    return classes_of(plan(), placed, numbers).tolist()


def test_it_comes_back_as_it_was():
    again = read_plan(plan().to_bytes())
    assert again.to_bytes() == plan().to_bytes()
    assert again.sha256 == plan().sha256
    assert again.labels(0) == ["[20,30)", "[20,40)"]


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.update(version=2),
        lambda said: said.pop("k"),
        lambda said: said["columns"].append("more"),
        lambda said: said["classes"].update(shape=[3]),
        lambda said: said["classes"].update(kind="<f8"),
        lambda said: said["node"].update(data="fwAAAA=="),
        lambda said: said["hierarchies"].pop(),
    ],
)
def test_what_was_changed_is_refused(change):
    said = json.loads(plan().to_bytes())
    change(said)
    with pytest.raises(IntegrityError):
        read_plan(canonical.encode(said))


def test_known_rows_have_the_class_that_they_had():
    assert applied([("21", "Bonn"), ("25", "Köln"), ("34", "Ulm")]) == [0, 0, 1]


def test_what_was_suppressed_stays_so():
    assert applied([("55", "Ulm")]) == [SUPPRESSED]


def test_a_new_combination_falls_into_the_lowest_class_that_covers_it():
    assert applied([("25", "Bonn"), ("21", "Ulm"), ("34", "Bonn")]) == [0, 1, 1]


def test_a_new_value_is_in_no_class_below_its_floor():
    assert applied([("22", "Bonn"), ("39", "Ulm"), ("77", "Bonn")]) == [0, 1, SUPPRESSED]


def test_a_value_that_a_closed_tree_lacks_is_an_error_or_nowhere():
    with pytest.raises(ConfigError, match="lacks 1"):
        applied([("21", "Rom")])
    assert applied([("21", "Rom")], known_only=True) == [SUPPRESSED]


def test_a_class_that_is_too_small_is_held_back():
    from privet.model.anonymity import KAnonymity

    classes = np.array([0, 0, 0, 1, 1, SUPPRESSED], np.int32)
    one = np.array([7, 7, 7, 8, 9, 9])
    assert held_back(classes, one, {}, (KAnonymity(2),)).tolist() == [-1, -1, -1, 1, 1, -1]
    assert held_back(classes, None, {}, (KAnonymity(3),)).tolist() == [0, 0, 0, -1, -1, -1]


def test_pairs_of_classes_are_counted_by_subject():
    first, second = np.array([0, 0, 0, 1], np.int32), np.array([0, 0, 1, 1], np.int32)
    assert combined_size(first, second, None) == 1
    assert combined_size(first, first, None) == 1
    assert combined_size(first[:2], second[:2], np.array([4, 4])) == 1
    assert combined_size(np.full(4, SUPPRESSED, np.int32), second, None) == 0
