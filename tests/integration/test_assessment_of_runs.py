"""Risk and use of a run: in evidence, summary and report; as the library has them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import privet as pv
from privet.project.memory import opened
from privet.protect.assessment.told import Told, from_json, tell
from privet.protect.hierarchies.specs import IntervalHierarchy, PrefixHierarchy
from privet.protect.utility.measuring import utility
from privet.report import render
from tests.integration.test_k_anonymous_release import people_csv, person, policy, project
from tests.projects import use_cheap_passphrase, write
from tests.unit.ledger.test_receipt_schema import valid
from tests.unit.report.reading import read

SCHEMA = json.loads((Path(__file__).parents[2] / "spec/vault/assessment.schema.json").read_bytes())
TREES = {"age": IntervalHierarchy(widths=(5, 10, 20)), "zip": PrefixHierarchy((2, 1))}
QUASI = ["age", "zip"]


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    use_cheap_passphrase(monkeypatch)


def table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows)


def by_library(rows: list[dict[str, Any]], method: str, suppress: float) -> tuple[Told, Any]:
    raw = table(rows)
    done = pv.anonymise(
        raw,
        k=5,
        quasi_identifiers=QUASI,
        hierarchies=TREES,
        sensitive=["illness"],
        harmless=["visit"],
        subject="id",
        method=method,
        suppress=suppress,
    )
    risk = pv.risk(done, original=raw, sensitive=["illness"])
    trees = dict(zip(done.plan.columns, done.plan.hierarchies, strict=True))
    use = utility(done.frame, raw, QUASI, hierarchies=trees, k=5)
    assert use == done.measures["use"]
    return tell(risk, use, 5), done.measures


def evidence(made: Any, summary: Any) -> dict[str, Any]:
    with opened(made.open().config, None) as memory:
        found = json.loads(memory.vault.get_sealed(summary.release_id))
    return dict(found["anonymity"]["people"])


def many(each: int) -> list[dict[str, Any]]:
    """Rows of people who have so many, with ages of their own in each."""
    rows = [person(n % (200 // each), visit=5_000_000 + n // 2) for n in range(200)]
    return [{**row, "age": row["age"] + n // 100} for n, row in enumerate(rows)]


@pytest.mark.parametrize("each", [1, 2])
@pytest.mark.parametrize(("method", "suppress"), [("mondrian", 0.0), ("full-domain", 0.1)])
def test_a_run_says_what_the_library_says_of_the_same_table(
    tmp_path: Path, method: str, suppress: float, each: int
) -> None:
    rows = many(each)
    promise = f"{{k: 5, method: {method}, suppress: {suppress}}}"
    made = project(tmp_path, rows, policy(promise))
    summary = made.open().run("research")
    told, measures = by_library(rows, method, suppress)
    (data,) = summary.data
    assert data.assessed == told
    assert told.by_subject
    assert told.attacks
    sealed = evidence(made, summary)
    assert valid(sealed["assessment"], SCHEMA, SCHEMA)
    assert from_json(sealed["assessment"]) == told
    for name in ("classes", "smallest", "largest", "suppressed", "method"):
        assert sealed[name] == measures[name]
    assert float(sealed["loss"]) == pytest.approx(measures["loss"])


def test_the_report_of_a_run_has_both_sections_and_the_warning(tmp_path: Path) -> None:
    made = project(tmp_path, [person(n) for n in range(200)], policy("{k: 5}"))
    summary = made.open().run("research")
    document = read(render(summary))
    assert "That very rule can be turned around" in document.part("risk").text
    assert "NCP" in document.part("use").text
    assert summary.data[0].assessed is not None


def test_a_run_that_changes_nothing_says_the_same_again(tmp_path: Path) -> None:
    made = project(tmp_path, [person(n) for n in range(80)], policy("{k: 5}"))
    first = made.open().run("research")
    again = made.open().run("research")
    assert again.unchanged
    assert again.data[0].assessed == first.data[0].assessed


def test_a_frozen_plan_on_later_rows_is_measured_too(tmp_path: Path) -> None:
    rows = [person(n) for n in range(200)]
    said = policy("{k: 5, suppress: 0.1}")
    project(tmp_path, rows, said).open().run("research")
    made = project(tmp_path, [*rows, person(500, age=97, zip="99999")], said)
    summary = made.open().run("research")
    assert evidence(made, summary)["reused"]
    told = summary.data[0].assessed
    assert told is not None
    assert told.use.suppressed.said == "few"
    assert told.unique.said == "none"


def test_a_journalist_counts_people_of_the_population_in_a_run_as_in_the_library(
    tmp_path: Path,
) -> None:
    rows = [person(n) for n in range(120)]
    everybody = [person(n) for n in range(300)]
    everybody += [{**person(n), "age": 25} for n in range(150)]  # moved: some have two rows
    said = "{k: 3, k_map: 8, population: everybody.csv, suppress: 0.5, method: full-domain}"
    made = project(tmp_path, rows, policy(said))
    write(tmp_path / "everybody.csv", people_csv(everybody))
    told = made.open().run("research").data[0].assessed
    assert told is not None
    assert told.journalist is not None
    assert told.journalist.highest <= told.prosecutor.highest
    done = pv.anonymise(
        table(rows),
        k=3,
        k_map=8,
        population=table(everybody),
        quasi_identifiers=QUASI,
        hierarchies=TREES,
        sensitive=["illness"],
        harmless=["visit"],
        subject="id",
        method="full-domain",
        suppress=0.5,
    )
    risk = pv.risk(done, original=table(rows), population=table(everybody), sensitive=["illness"])
    assert tell(risk, done.measures["use"], 3) == told
    assert risk.journalist is not None
    assert round(1 / risk.journalist.highest) >= 8
