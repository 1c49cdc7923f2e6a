"""Pipelines whose source is a database: read like files, and gone on from without losing rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from privet.model.contract import Column, Contract, SubjectRef
from privet.model.paths import ColumnPath
from privet.model.pipeline import Incremental, SourceFormat, SourceSpec
from privet.model.policy import Treatment
from privet.model.quality import CleanStep
from privet.pipeline.summary import RunSummary
from tests.kept import released
from tests.projects import Made, make_project, use_cheap_passphrase

PERSON, NUMBER = ColumnPath.of("person"), ColumnPath.of("number")
ORDERS = Contract(
    name="orders",
    version="1.0.0",
    columns=(Column(PERSON, "string", "user.unique_id"), Column(NUMBER, "int64", "none")),
    subjects=(SubjectRef("customer", PERSON),),
)
BY_NUMBER = Incremental(NUMBER)


@pytest.fixture(autouse=True)
def _cheap_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    use_cheap_passphrase(monkeypatch)


def add(root: Path, *rows: tuple[str, Any]) -> None:
    with closing(sqlite3.connect(root / "shop.db")) as connection:
        connection.execute("create table if not exists orders (person, number)")
        connection.executemany("insert into orders values (?, ?)", rows)
        connection.commit()


def make(
    root: Path, incremental: Incremental | None = None, clean: Sequence[CleanStep] = ()
) -> Made:
    return make_project(
        root,
        {},
        contracts=(replace(ORDERS),),
        treatments={"orders.person": Treatment("token")},
        form="parquet",
        sources=[
            SourceSpec(
                "orders",
                ("sqlite:///shop.db",),
                SourceFormat("sql"),
                query="select person, number from orders",
                incremental=incremental,
                clean=tuple(clean),
            )
        ],
    )


def numbers(summary: RunSummary) -> list[int | None]:
    found = released(summary, "orders").column("number").to_pylist()
    return sorted(found, key=lambda number: (number is None, number or 0))


def test_a_pipeline_reads_a_database(tmp_path: Path) -> None:
    add(tmp_path, ("p1", 1), ("p2", 2))
    made = make(tmp_path)
    assert numbers(made.open().run("research")) == [1, 2]
    assert made.open().run("research").unchanged
    add(tmp_path, ("p3", 3))
    assert numbers(made.open().run("research")) == [1, 2, 3]


def test_new_rows_without_a_number_are_taken_once(tmp_path: Path) -> None:
    """What the database leaves out shifts the rows: their place tells nothing."""
    add(tmp_path, *((f"p{n}", n) for n in range(1, 8)), ("old", None))
    made = make(tmp_path, BY_NUMBER)
    assert numbers(made.open().run("research")) == [*range(1, 8), None]
    add(tmp_path, ("new", None), ("p8", 8), ("half", 2.5))
    second = made.open().run("research")
    assert numbers(second) == [*range(1, 9), None, None]
    assert second.data[0].counts.quarantined == {"type:number": 1}
    assert made.open().run("research").unchanged
    add(tmp_path, ("newer", None), ("p9", 9))
    third = made.open().run("research")
    assert numbers(third) == [*range(1, 10), None, None, None]
    assert third.data[0].counts.quarantined == {"type:number": 1}


def test_a_column_that_is_cleaned_is_compared_as_it_is_cleaned(tmp_path: Path) -> None:
    """The database knows numbers as they stand there, and would leave out what is new."""
    add(tmp_path, ("p1", 10), ("p2", 20))
    replaced = CleanStep("replace", (NUMBER,), (("values", (("3", "30"),)),))
    made = make(tmp_path, BY_NUMBER, [replaced])
    assert numbers(made.open().run("research")) == [10, 20]
    add(tmp_path, ("p3", 3))
    assert numbers(made.open().run("research")) == [10, 20, 30]


def test_a_column_that_is_cut_is_not_read_twice(tmp_path: Path) -> None:
    add(tmp_path, ("p1", 10), ("p2", 5000))
    cut = CleanStep("clip", (NUMBER,), (("high", 1000.0),))
    made = make(tmp_path, BY_NUMBER, [cut])
    assert numbers(made.open().run("research")) == [10, 1000]
    add(tmp_path, ("p3", 6000))
    assert numbers(made.open().run("research")) == [10, 1000, 1000]
