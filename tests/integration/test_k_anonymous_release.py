"""A k-anonymous release the whole way: from a CSV to a receipt that says k."""

from __future__ import annotations

import csv
import json
import sqlite3
from base64 import b64decode
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from privet.adapters.identity.os_user import OsUser
from privet.model.contract import Column, Contract, SubjectRef
from privet.model.errors import ConfigError, IntegrityError, Refused
from privet.model.paths import ColumnPath
from privet.model.policy import Treatment
from privet.project.anonymous_releases import AnonymousRelease
from privet.project.verifying import verify_path
from privet.protect.release_table import ReleaseTable
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
        "visit": 5_000_000 + n // 2,
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

    def test_all_criteria_are_measured_and_stated(self, tmp_path):
        promise = (
            "{k: 4, l: [{column: illness, distinct: 2}, {column: illness, entropy: 1.5}, "
            "{column: illness, recursive: [4, 2]}], t: {column: illness, most: 0.6}, "
            "suppress: 0.05, method: full-domain}"
        )
        made = project(tmp_path, [person(n) for n in range(150)], policy(promise))
        summary = made.open().run("research")
        (measured,) = statement(summary)["anonymity"]
        assert len(measured["criteria"]) == 5
        words = measured["criteria"][4]["found"].split()
        assert words[0] == "equal:"
        assert float(words[1]) <= 0.6

    @pytest.mark.parametrize("form", ["parquet", "jsonl"])
    def test_in_every_format(self, tmp_path, form):
        made = project(
            tmp_path, [person(n) for n in range(60)], policy("{k: 3, method: full-domain}"), form
        )
        summary = made.open().run("research")
        assert statement(summary)["anonymity"][0]["criteria"][0]["asked"] == "at least 3 subjects"

    def test_a_run_on_the_same_rows_is_unchanged(self, tmp_path):
        made = project(tmp_path, [person(n) for n in range(60)], policy())
        assert not made.open().run("research").unchanged
        assert made.open().run("research").unchanged


class TestWhoCounts:
    def test_a_restricted_subject_does_not(self, tmp_path):
        rows = [person(n, age=30, zip="11111") for n in range(5)]
        made = project(tmp_path, rows, policy("{k: 5}"))
        made.open().run("research")
        made.open().restrict("person", "P0001")
        with pytest.raises(Refused) as refused:
            made.open().run("research")
        assert "k = 4" in str(refused.value)
        assert "P0001" not in str(refused.value)

    def test_rows_that_the_filter_keeps_do_not(self, tmp_path):
        rows = [person(n) for n in range(40)]
        said = policy("{k: 15}", more="    where: age < 30\n")
        made = project(tmp_path, rows, said)
        with pytest.raises(Refused):
            made.open().run("research")

    def test_one_subject_with_half_the_rows_is_one(self, tmp_path):
        rows = [person(n) for n in range(40)]
        rows += [person(0, visit=n) for n in range(40)]
        made = project(tmp_path, rows, policy("{k: 5, method: full-domain}"))
        summary = made.open().run("research")
        ours = {row["id"]: row for row in rows}
        assert len(ours) == 40
        found = int(statement(summary)["anonymity"][0]["criteria"][0]["found"])
        assert 5 <= found <= 40
        assert max(classes(released(summary)).values()) > 40


class TestLater:
    def test_the_frozen_plan_is_applied_and_holds_back(self, tmp_path):
        rows = [person(n) for n in range(120)]
        made = project(tmp_path, rows, policy("{k: 5, method: full-domain}"))
        first = made.open().run("research")
        cells = set(classes(released(first)))
        later = [*rows, *[person(n) for n in range(120, 150)], person(900, zip="99999", age=95)]
        write(tmp_path / "people.csv", people_csv(later))
        with pytest.raises(Refused, match=r"1 of 151 rows .* by the plan of an earlier") as refused:
            made.open().run("research")
        assert "raise `suppress`" in str(refused.value.hint)
        write(tmp_path / "policy.yaml", policy("{k: 5, method: full-domain, suppress: 0.01}"))
        second = made.open().run("research")
        assert second.number == 3
        assert set(classes(released(second))) <= cells
        (data,) = second.data
        assert data.counts.suppressed == {"class below k": 1}
        assert data.counts.out == 150

    def test_another_cut_of_the_same_people_is_refused_where_pairs_are_small(self, tmp_path):
        rows = [person(n) for n in range(120)]
        made = project(tmp_path, rows, policy("{k: 5, method: full-domain}"))
        made.open().run("research")
        other = COLUMNS.replace("[5, 10, 20]", "[7, 14, 28]")
        write(tmp_path / "policy.yaml", policy("{k: 5, method: full-domain}", other))
        with pytest.raises(Refused, match="beside this one") as refused:
            made.open().run("research")
        assert "research 1" in str(refused.value)
        assert not (tmp_path / "releases/research/000002").exists()

    def test_a_coarser_promise_may_leave(self, tmp_path):
        rows = [person(n) for n in range(120)]
        made = project(tmp_path, rows, policy("{k: 5, method: full-domain}"))
        made.open().run("research")
        coarse = COLUMNS.replace("[5, 10, 20]", "[20, 40]").replace("[2, 1]", "[1]")
        write(tmp_path / "policy.yaml", policy("{k: 30, method: full-domain}", coarse))
        assert made.open().run("research").number == 2


class TestAttacks:
    def test_planted_values_are_nowhere_outside_of_the_vault(self, tmp_path):
        rows = [person(n) for n in range(80)]
        made = project(tmp_path, rows, policy("{k: 5, method: full-domain}"))
        made.open().run("research")
        planted = [b"planted secret", b"P0007", b"10259"]
        for path in tmp_path.rglob("*"):
            if path.is_file() and path != tmp_path / "people.csv":
                content = path.read_bytes()
                assert not [text for text in planted if text in content], path

    @pytest.mark.parametrize("fault", ["one row twice", "a cell restored", "the order kept"])
    def test_a_file_that_is_not_what_was_decided_does_not_leave(self, tmp_path, monkeypatch, fault):
        honest = ReleaseTable.rows

        def rows(table):
            if fault == "the order kept":
                table._order = np.sort(table._order)
            for each in honest(table):
                batch = each
                if fault == "a cell restored":
                    cells = ["10037", *each.column("zip").to_pylist()[1:]]
                    batch = each.set_column(1, each.schema.field(1), pa.array(cells))
                yield batch
                if fault == "one row twice":
                    yield batch.slice(0, 1)

        monkeypatch.setattr(ReleaseTable, "rows", rows)
        made = project(tmp_path, [person(n) for n in range(120)], policy("{k: 5}"))
        with pytest.raises(Refused, match="not what it claims") as refused:
            made.open().run("research")
        assert "10037" not in str(refused.value)
        assert not list((tmp_path / "releases").rglob("people.csv"))

    @pytest.mark.parametrize("leak", ["none", "a key of the footer", "a key of a column"])
    def test_what_a_file_carries_beside_its_rows_does_not_leave(self, tmp_path, monkeypatch, leak):
        honest = AnonymousRelease.schema.fget

        def schema(release):
            said = honest(release)
            if leak == "a key of the footer":
                return said.with_metadata({"rows": "P0007, P0008"})
            if leak == "a key of a column":
                return said.set(0, said.field(0).with_metadata({"first": "P0007"}))
            return said

        monkeypatch.setattr(AnonymousRelease, "schema", property(schema))
        rows = [person(n) for n in range(120)]
        made = project(tmp_path, rows, policy("{k: 5}"), form="parquet")
        if leak == "none":
            assert made.open().run("research").number == 1
            return
        with pytest.raises(Refused, match="metadata"):
            made.open().run("research")
        assert not list((tmp_path / "releases").rglob("people.parquet"))

    def test_the_order_is_not_the_inputs(self, tmp_path):
        rows = [person(n) for n in range(300)]
        made = project(tmp_path, rows, policy("{k: 5, method: full-domain}"))
        visits = [int(row["visit"]) for row in released(made.open().run("research"))]
        rising = sum(a < b for a, b in pairwise(visits))
        assert 110 < rising < 190  # 150 by chance, with a deviation of 5

    def test_a_plan_that_was_changed_is_refused(self, tmp_path):
        rows = [person(n) for n in range(60)]
        made = project(tmp_path, rows, policy("{k: 5, method: full-domain}"))
        made.open().run("research")
        with sqlite3.connect(tmp_path / ".privet/catalog.db") as catalog:
            catalog.execute("UPDATE fitted_plan SET sha256 = ?", ("0" * 64,))
        catalog.close()
        write(tmp_path / "people.csv", people_csv([*rows, person(77)]))
        with pytest.raises(IntegrityError, match="not the one that its release had"):
            made.open().run("research")


class TestBadInput:
    @pytest.mark.parametrize(
        ("promise", "part"),
        [
            ("{k: 500}", "60"),
            ("{k: 2, l: 9, method: full-domain}", "4"),
            ("{k: 2, l: {column: illness, entropy: 7}}", "illness"),
        ],
    )
    def test_what_cannot_be_met_says_what_can(self, tmp_path, promise, part):
        made = project(tmp_path, [person(n) for n in range(60)], policy(promise))
        with pytest.raises(Refused) as refused:
            made.open().run("research")
        assert part in str(refused.value)

    def test_a_hierarchy_that_lacks_values(self, tmp_path):
        columns = COLUMNS.replace("{prefix: [2, 1]}", "{csv: hierarchies/zip.csv}")
        made = project(tmp_path, [person(n) for n in range(60)], policy("{k: 5}", columns))
        (missing,) = made.open().check()
        assert "zip.csv" in f"{missing.where} {missing.message}"
        write(tmp_path / "hierarchies/zip.csv", "10000;1****;*\n10037;1****;*\n")
        with pytest.raises(ConfigError, match="lacks 58"):
            made.open().run("research")

    def test_a_column_of_nulls_alone_is_one_group(self, tmp_path):
        rows = [person(n, zip="") for n in range(60)]
        made = project(tmp_path, rows, policy("{k: 5, method: full-domain}"))
        assert released(made.open().run("research"))

    @pytest.mark.parametrize(
        ("promise", "columns", "part"),
        [
            ("{k: 5}", "\n      people.illness: sensitive\n", "no quasi-identifier"),
            ("{k: 5, l: 2}", "\n      people.age: {generalise: flat}\n", "no sensitive column"),
            (
                "{k: 5, l: {column: age, distinct: 2}}",
                "\n      people.age: {generalise: flat}\n",
                "as sensitive and as quasi-identifier",
            ),
            ("{k: 5}", COLUMNS + "      people.id: token\n", "does not go with"),
            ("{k: 5}", COLUMNS + "      people.id: sensitive\n", "who somebody is"),
            ("{k: 5}", COLUMNS + "      people.note: sensitive\n", "free text"),
            ("{k: 5}", COLUMNS + "      people.note: keep\n", "does not go with"),
            ("{k: 5}", COLUMNS.replace("{prefix: [2, 1]}", "{steps: [5]}"), "`steps` is for"),
            ("{k: 5, quasi_identifiers: auto}", COLUMNS, "only proposes"),
        ],
    )
    def test_what_check_says(self, tmp_path, promise, columns, part):
        made = project(tmp_path, [person(0)], policy(promise, columns))
        problems = [each for each in made.open().check() if each.severity == "error"]
        assert part in " ".join(each.message for each in problems)
