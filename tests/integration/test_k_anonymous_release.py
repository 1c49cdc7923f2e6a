"""A k-anonymous release the whole way: from a CSV to a receipt that says k."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from privet.adapters.identity.os_user import OsUser
from privet.model.contract import Column, Contract, SubjectRef
from privet.model.paths import ColumnPath
from privet.model.policy import Treatment
from privet.project.verifying import verify_path
from tests.projects import make_project, use_cheap_passphrase, write

PEOPLE = Contract(
    name="people",
    version="1.0.0",
    columns=(
        Column(ColumnPath.of("id"), "string", "user.unique_id"),
        Column(ColumnPath.of("age"), "int64", "user.demographic.age_range"),
        Column(ColumnPath.of("zip"), "string", "user.contact.address.postal_code"),
        Column(ColumnPath.of("illness"), "string", "user.health_and_medical"),
        Column(ColumnPath.of("visit"), "int64", "none"),
        Column(ColumnPath.of("note"), "string", "user.content.private"),
    ),
    subjects=(SubjectRef("person", ColumnPath.of("id")),),
)
COLUMNS = """
      people.age: {generalise: {steps: [5, 10, 20]}}
      people.zip: {generalise: {prefix: [2, 1]}}
      people.illness: sensitive
      people.visit: {harmless: a counter of the machine}
"""
ILLNESSES = ("flu", "cold", "gout", "mumps")


def person(n: int, **other: Any) -> dict[str, Any]:
    return {
        "id": f"P{n:04}",
        "age": 20 + n * 7 % 40,
        "zip": f"{10000 + n * 37 % 900}",
        "illness": ILLNESSES[n % 4],
        "visit": 5_000_000 + n,
        "note": f"planted secret {n}",
        **other,
    }


def people_csv(rows: list[dict[str, Any]]) -> str:
    lines = [",".join(rows[0]), *(",".join(str(value) for value in row.values()) for row in rows)]
    return "\n".join(lines) + "\n"


def policy(promise: str = "{k: 5}", columns: str = COLUMNS, more: str = "") -> str:
    return f"""version: 1
purposes:
  research: {{basis: {{default: legitimate_interest, user.health_and_medical: archiving_research}}}}
roles:
  analyst: {{members: ["{OsUser().principal().name}"], purposes: [research]}}
rules:
  - allow: release
    role: analyst
    purpose: research
    data: people
    as: {{k-anonymous: {promise}}}
{more}    columns:{columns}"""


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    use_cheap_passphrase(monkeypatch)


def project(root: Path, rows: list[dict[str, Any]], said: str, form: str = "csv") -> Any:
    made = make_project(
        root,
        {"people.csv": people_csv(rows)},
        contracts=(PEOPLE,),
        treatments={"people.id": Treatment("drop")},
        form=form,
    )
    write(root / "policy.yaml", said)
    return made


def released(summary: Any) -> list[dict[str, str]]:
    with (Path(summary.release) / "people.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def statement(summary: Any) -> dict[str, Any]:
    from base64 import b64decode

    receipt = json.loads((Path(summary.release) / "receipt.json").read_bytes())
    return json.loads(b64decode(receipt["envelope"]["payload"]))["predicate"]


def classes(rows: list[dict[str, str]]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row["age"], row["zip"])
        found[key] = found.get(key, 0) + 1
    return found


class TestARelease:
    @pytest.mark.parametrize("method", ["full-domain", "mondrian"])
    def test_says_k_and_keeps_it(self, tmp_path, method):
        rows = [person(n) for n in range(200)]
        made = project(tmp_path, rows, policy(f"{{k: 5, method: {method}}}"))
        summary = made.open().run("research")
        out = released(summary)
        assert set(out[0]) == {"age", "zip", "illness", "visit"}
        assert min(classes(out).values()) >= 5
        assert len(classes(out)) > 1
        said = statement(summary)
        assert said["guarantee"] == {"name": "k-anonymous", "params": {"k": "5", "method": method}}
        (measured,) = said["anonymity"]
        assert measured["data"] == "people"
        assert measured["criteria"][0]["asked"] == "at least 5 subjects"
        assert int(measured["criteria"][0]["found"]) == min(classes(out).values())
        assert said["plan"]["fitted"] is not None
        assert verify_path(Path(summary.release))
        assert verify_path(tmp_path)
