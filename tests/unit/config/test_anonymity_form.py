"""What a policy says of anonymity, read and refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic_core import PydanticCustomError

from privet.config.treatment import guarantee, treatment
from privet.model.anonymity import (
    Closeness,
    DistinctDiversity,
    EntropyDiversity,
    KAnonymity,
    RecursiveDiversity,
)
from privet.model.promise import named_columns, promise_of, speaks_of_all


def test_every_criterion_comes_back_as_it_was_said():
    said = guarantee(
        {
            "k-anonymous": {
                "k": 5,
                "l": [
                    {"column": "a of b", "distinct": 3},
                    {"column": "straße", "entropy": Decimal("2.5")},
                    {"column": "c", "recursive": [Decimal("0.5"), 2]},
                ],
                "t": {"column": "c", "most": Decimal("0.2"), "distance": "ordered"},
                "suppress": Decimal("0.02"),
                "method": "full-domain",
            }
        }
    )
    assert all(key.isascii() for key, _ in said.params)
    promise = promise_of(said, ())
    assert promise.criteria == (
        KAnonymity(5),
        DistinctDiversity("a of b", 3),
        EntropyDiversity("straße", 2.5),
        RecursiveDiversity("c", 0.5, 2),
        Closeness("c", 0.2, "ordered"),
    )
    assert (promise.k, promise.suppress, promise.method) == (5, Decimal("0.02"), "full-domain")
    assert named_columns(said) == ("a of b", "straße", "c")
    assert not speaks_of_all(said)


def test_a_bare_number_speaks_of_every_sensitive_column():
    said = guarantee({"k-anonymous": {"k": 2, "l": 3, "t": Decimal("0.5")}})
    assert speaks_of_all(said)
    assert promise_of(said, ("x", "y")).criteria == (
        KAnonymity(2),
        DistinctDiversity("x", 3),
        DistinctDiversity("y", 3),
        Closeness("x", 0.5),
        Closeness("y", 0.5),
    )


@pytest.mark.parametrize(
    "said",
    [
        {"k": 1},
        {"k": True},
        {"l": 2},
        {"k": 2, "l": 1},
        {"k": 2, "l": {"column": "x"}},
        {"k": 2, "l": {"column": "x", "distinct": 2, "entropy": 2}},
        {"k": 2, "l": {"column": "x", "distinct": 2, "more": 2}},
        {"k": 2, "l": {"column": "x", "recursive": 2}},
        {"k": 2, "t": -1},
        {"k": 2, "t": {"column": "x", "most": Decimal("0.2"), "distance": "euclid"}},
        {"k": 2, "suppress": 2},
        {"k": 2, "method": "magic"},
        {"k": 2, "quasi_identifiers": ["age"]},
        {"k": 2, "m": 1},
    ],
)
def test_what_no_promise_is(said):
    with pytest.raises(PydanticCustomError):
        guarantee({"k-anonymous": said})


@pytest.mark.parametrize(
    ("said", "params"),
    [
        ({"csv": "hierarchies/age.csv"}, (("csv", "hierarchies/age.csv"),)),
        ({"steps": [5, Decimal("10.0"), 20]}, (("steps", "5, 10, 20"),)),
        ({"prefix": [3, 2]}, (("prefix", "3, 2"),)),
        ({"dates": ["month", "year"]}, (("dates", "month, year"),)),
        ("dates", (("how", "dates"),)),
        ("flat", (("how", "flat"),)),
        ({"tree": {"a": ["x", None, 3]}}, (("tree", '[["a",["x",null,"3"]]]'),)),
    ],
)
def test_how_a_column_becomes_coarser(said, params):
    assert treatment({"generalise": said}).params == params


@pytest.mark.parametrize(
    "said",
    [
        {"csv": "/etc/passwd"},
        {"csv": "../other/age.csv"},
        {"csv": "a/../../b.csv"},
        {"steps": [5, 12]},
        {"steps": [10, 5]},
        {"steps": []},
        {"prefix": [2, 3]},
        {"dates": ["year", "month"]},
        {"dates": ["fortnight"]},
        {"tree": {}},
        {"tree": {"a": "x"}},
        {"steps": [5], "prefix": [2]},
        "slowly",
        7,
    ],
)
def test_what_no_hierarchy_is(said):
    with pytest.raises(PydanticCustomError):
        treatment({"generalise": said})
