"""The verifier on releases with odd names, no rows, orders that do not fit; and on Adult."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

from privet.model.anonymity import Closeness, DistinctDiversity, KAnonymity, KMap
from privet.model.errors import Refused
from privet.protect.verifying import Check, Claim, Verification, Vocabulary, verify
from privet.protect.verifying_file import file_checks

ADULT = Path(__file__).parents[4] / "shared" / "data" / "adult" / "adult.csv"
AB = Vocabulary((frozenset("ab"), frozenset("*")))


def found(claim: Claim, table: pa.Table, **more: pa.Table) -> Verification:
    with duckdb.connect() as connection:
        for name, each in {"published": table, **more}.items():
            connection.register(name, each)
        return verify(claim, lambda sql: connection.execute(sql).fetchall())


def failed(verification: Verification) -> list[str]:
    return [check.name for check in verification.checks if not check.passed]


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("class", "value"),
        ("rows", "who"),
        ("place", "n"),
        ('a"; DROP TABLE published; --', "it's"),
        ("privet_subject", "privet_origin"),
        ("größe", "数"),
    ],
)
def test_names_that_the_queries_use_themselves(label: str, value: str) -> None:
    table = pa.table({label: ["a", "b"] * 4, value: ["x", "x", "y", "z'", "x", "x", "y", "y"]})
    claim = Claim(
        (label,),
        (value,),
        (KAnonymity(4), DistinctDiversity(value, 2), Closeness(value, 0.5, "ordered")),
        8,
        labels={label: AB},
        orders={value: ("x", "y", "z'")},
        totals={value: {"x": 4, "y": 3, "z'": 1}},
        subjects=True,
        origin=True,
    )
    beside = pa.table(
        {
            "privet_subject": range(8),
            "privet_origin": [3, 1, 0, 2, 7, 6, 5, 4],
        }
    )
    verification = found(claim, table, companion=beside)
    verification.require()
    assert verification.k == 4
    assert verification.l == {f"distinct of {value}": 2.0}


def test_no_row_at_all_is_no_release() -> None:
    empty = pa.table({"a": pa.array([], pa.string()), "s": pa.array([], pa.string())})
    claim = Claim(("a",), ("s",), (KAnonymity(1), Closeness("s", 1.0)), 0)
    assert failed(found(claim, empty)) == ["k", "t"]


def test_a_claim_of_nothing_passes_nothing() -> None:
    table = pa.table({"a": ["x"] * 5})
    assert not found(Claim(("a",), (), (), 5), table).passed
    assert failed(found(Claim((), ("a",), (KAnonymity(1),), 5), table)) == ["columns"]
    assert failed(found(Claim(("a", "a"), (), (KAnonymity(1),), 5), table)) == ["columns"]


def test_an_order_that_does_not_fit() -> None:
    table = pa.table({"a": ["x"] * 4, "s": ["u", "v", None, "u"]})
    good = Claim(
        ("a",),
        ("s",),
        (Closeness("s", 0.0, "hierarchical"),),
        4,
        orders={"s": ("u", None, "v")},
        trees={"s": ((0, 1, 2), (0, 0, 1))},
    )
    assert found(good, table).t == {"hierarchical of s": 0.0}
    for wrong in (
        replace(good, orders={}),
        replace(good, orders={"s": ("u", "v", "w")}),
        replace(good, orders={"s": ("u", None, "v", "u")}),
        replace(good, trees={}),
        replace(good, trees={"s": ((0, 1),)}),
    ):
        assert failed(found(wrong, table)) == ["order"]


def test_a_population_without_the_class() -> None:
    table = pa.table({"a": ["x", "x", None]})
    people = pa.table({"a": ["x", "x", "x"], "privet_subject": [1, 1, 2]})
    claim = Claim(("a",), (), (KMap(1),), 3)
    assert failed(found(claim, table, population=people)) == ["k-map"]
    everybody = pa.table({"a": ["x", "x", None], "privet_subject": [1, 1, 2]})
    found(claim, table, population=everybody).require()
    twice = replace(claim, criteria=(KMap(2),), people=True)
    assert failed(found(twice, table, population=everybody)) == ["k-map"]


def test_what_the_file_showed_counts_too() -> None:
    table = pa.table({"a": ["x"] * 5})
    claim = Claim(("a",), (), (KAnonymity(2),), 5)
    with duckdb.connect() as connection:
        connection.register("published", table)
        verification = verify(
            claim,
            lambda sql: connection.execute(sql).fetchall(),
            [Check("bytes", passed=False, found="9 bytes that belong to no column")],
        )
    with pytest.raises(Refused, match="9 bytes"):
        verification.require()


@pytest.mark.parametrize("compression", ["zstd", "snappy", "none"])
@pytest.mark.parametrize("dictionary", [True, False])
def test_an_honest_file_has_nothing_beside_its_rows(
    compression: Literal["zstd", "snappy", "none"], dictionary: bool, tmp_path: Path
) -> None:
    path = tmp_path / "out.parquet"
    table = pa.table(
        {
            "a": ["x", "y", None] * 100,
            "n": [*range(299), None],
            "f": [0.5] * 300,
            "d": pa.array(range(300), pa.date32()),
            "l": [["p"], [], None] * 100,
            "s": [{"t": "p", "u": 1}] * 300,
        }
    )
    pq.write_table(
        table, path, compression=compression, use_dictionary=dictionary, row_group_size=70
    )
    assert [check for check in file_checks(lambda: path.open("rb")) if not check.passed] == []


@pytest.mark.skipif(not ADULT.exists(), reason="shared/data/adult is not on this machine")
def test_adult_with_five_columns_as_they_are() -> None:
    table = pc.read_csv(ADULT, parse_options=pc.ParseOptions(delimiter=";"))
    names = ("sex", "race", "salary-class", "workclass")
    places = list(range(len(table)))
    random.Random(5).shuffle(places)
    kept = table.select([*names, "occupation"]).take(places)
    counts = kept.group_by(list(names)).aggregate([([], "count_all")])["count_all"]
    least = int(min(counts.to_numpy()))
    claim = Claim(
        names,
        ("occupation",),
        (KAnonymity(least), Closeness("occupation", 1.0)),
        len(kept),
        origin=True,
    )
    beside = pa.table({"privet_origin": places})
    verification = found(claim, kept, companion=beside)
    verification.require()
    assert verification.k == least
    once_more = replace(claim, criteria=(KAnonymity(verification.k + 1),))
    assert failed(found(once_more, kept, companion=beside)) == ["k"]
    in_order = table.select([*names, "occupation"])
    beside = pa.table({"privet_origin": range(len(table))})
    assert failed(found(claim, in_order, companion=beside)) == ["row order"]
