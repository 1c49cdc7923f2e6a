"""`privet quarantine`: what was held back is counted, and shown under the policy by the door."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from privet.project.verifying import verify_path
from tests.command_line import Outcome, privet, visible_releases
from tests.projects import CUSTOMERS, Made, customers_csv, make_project, use_cheap_passphrase

ROWS = [(f"C{i:03}", f"c{i}@example.org", f"secret {i}", "Ulm", i) for i in range(12)]
HELD = (
    "C100,x\n"
    "C101,held@example.org,dark,Bonn,many\n"
    ",nobody@example.org,dark,Berlin,1\n"
    "C005,c5@example.org,dark,Trier,few\n"
)
ANALYST = ("--role", "analyst", "--for", "research")
RULE = """
  - allow: quarantine
    role: analyst
    purpose: research
    data: customers
    as: pseudonymous
    columns:
      customers.customer_id: token
      customers.email: drop
      customers.secret: drop
      customers.city: keep
      customers.amount: keep
"""


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    use_cheap_passphrase(monkeypatch)
    with TemporaryDirectory() as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """A project that has run, and whose policy lets nobody see what was held back."""
    made = make_project(tmp_path / "project", {"customers.csv": customers_csv(ROWS) + HELD})
    made.open().run("research")
    return made


def allow(made: Made, rule: str = RULE) -> None:
    policy = made.root / "policy.yaml"
    head, tests = policy.read_text().split("\n# Tests")
    policy.write_text(f"{head.rstrip()}{rule}\n# Tests{tests}")


def show(made: Made, *more: str) -> Outcome:
    return privet(made.root, "quarantine", "show", "customers", *ANALYST, "--json", *more)


def rows_of(outcome: Outcome) -> list[dict[str, Any]]:
    assert outcome.code == 0, outcome.said
    rows: list[dict[str, Any]] = outcome.json["rows"]
    return rows


def test_the_list_counts_by_reason_in_words(made: Made) -> None:
    listed = privet(made.root, "quarantine", "list", "--json").json["data"]
    assert [(data["name"], data["snapshot"]) for data in listed] == [("customers", 1)]
    held = {each["reason"]: (each["rows"], each["files"]) for each in listed[0]["held"]}
    assert held == {"type:amount": (2, 1), "ragged_row": (1, 1), "unowned": (1, 1)}
    text = privet(made.root, "quarantine", "list", "customers").out
    assert "a value is not of the column's type: amount" in text
    assert "example.org" not in text


def test_a_project_that_never_ran_has_no_quarantine_and_gets_none(tmp_path: Path) -> None:
    made = make_project(tmp_path / "project", {"customers.csv": customers_csv(ROWS)})
    for words in (["list"], ["show", "customers", *ANALYST]):
        refused = privet(made.root, "quarantine", *words)
        assert refused.code == 2
        assert "privet run" in refused.err
    assert not (made.root / ".privet").exists()


def test_without_a_rule_it_says_which_to_add(made: Made) -> None:
    refused = privet(made.root, "quarantine", "show", "customers", *ANALYST)
    assert refused.code == 1
    assert "allow: quarantine, role: analyst, purpose: research, data: customers" in refused.err


def test_rows_are_shown_as_the_policy_lets_them_be_seen(made: Made) -> None:
    allow(made)
    outcome = show(made)
    rows = {row["position"]: row for row in rows_of(outcome)}
    assert outcome.json["columns"] == ["customer_id", "city", "amount"]
    assert set(rows) == {13, 14, 15, 16}
    assert {row["file"] for row in rows.values()} == {"customers.csv"}
    assert rows[13]["values"] == {"customer_id": None, "city": None, "amount": None}
    assert (rows[14]["reason"], rows[14]["value"]) == ("type:amount", "many")
    assert (rows[14]["values"]["city"], rows[14]["values"]["amount"]) == ("Bonn", None)
    assert len(rows[14]["values"]["customer_id"]) == 32
    assert (rows[15]["reason"], rows[15]["value"]) == ("unowned", None)
    assert rows[15]["values"]["amount"] == "1"
    for hidden in ("example.org", "dark", "C101"):
        assert hidden not in outcome.out


def test_what_stood_there_is_shown_only_of_a_column_that_is_kept(made: Made) -> None:
    allow(made, RULE.replace("customers.amount: keep", "customers.amount: drop"))
    assert {row["value"] for row in rows_of(show(made))} == {None}


def test_who_is_restricted_is_not_shown_and_counted(made: Made) -> None:
    allow(made)
    made.open().restrict("customer", "C005")
    outcome = show(made, "--reason", "type:amount")
    assert [row["position"] for row in rows_of(outcome)] == [14]
    assert (outcome.json["of"], outcome.json["withheld"]) == (2, {"restricted": 1})


def test_of_somebody_who_cannot_be_read_only_the_place_is_shown(tmp_path: Path) -> None:
    """Whether they are restricted, nobody can tell."""
    columns = tuple(
        replace(column, type="int64") if str(column.path) == "customer_id" else column
        for column in CUSTOMERS.columns
    )
    rows = [(f"{i}", f"c{i}@example.org", f"secret {i}", "Ulm", i) for i in range(12)]
    more = "5.x,c5@example.org,dark,Trier,7\n,nobody@example.org,dark,Berlin,many\n"
    made = make_project(
        tmp_path / "project",
        {"customers.csv": customers_csv(rows) + more},
        contracts=(replace(CUSTOMERS, columns=columns),),
    )
    made.open().run("research")
    allow(made)
    made.open().restrict("customer", "5")
    unread, nobody = rows_of(show(made))
    assert (unread["position"], unread["reason"]) == (13, "type:customer_id")
    assert set(unread["values"].values()) == {None}
    assert unread["value"] is None
    assert (nobody["value"], nobody["values"]["city"]) == ("many", "Berlin")


def test_the_row_filter_of_the_rule_holds_here_too(made: Made) -> None:
    allow(made, RULE.replace("    columns:", "    where: city = 'Bonn'\n    columns:"))
    outcome = show(made)
    assert [row["values"]["city"] for row in rows_of(outcome)] == ["Bonn"]
    assert outcome.json["withheld"] == {"filter": 3}


def test_the_limit_bounds_what_is_looked_at(made: Made) -> None:
    allow(made)
    outcome = show(made, "--limit", "2")
    assert len(rows_of(outcome)) == 2
    assert outcome.json["of"] == 4
    assert (
        privet(made.root, "quarantine", "show", "customers", *ANALYST, "--limit", "1001").code == 2
    )


def test_a_reason_or_a_data_set_that_is_not_there_names_the_nearest(made: Made) -> None:
    allow(made)
    wrong = show(made, "--reason", "type:amont")
    assert (wrong.code, wrong.json["error"]["hint"]) == (2, "Did you mean `type:amount`?")
    wrong = privet(made.root, "quarantine", "show", "customer", *ANALYST, "--json")
    assert (wrong.code, wrong.json["error"]["hint"]) == (2, "Did you mean `customers`?")


def test_a_look_is_logged_and_leaves_nothing_in_the_clear(made: Made) -> None:
    allow(made)
    before = visible_releases(made.root)
    entries = int(dict(verify_path(made.root).facts)["log"].split()[0])
    show(made)
    assert int(dict(verify_path(made.root).facts)["log"].split()[0]) == entries + 3  # and no bound
    assert visible_releases(made.root) == before
    kept = [path for path in made.root.rglob("*") if path.is_file() and path.suffix != ".csv"]
    assert not [path for path in kept if b"held@example.org" in path.read_bytes()]
    assert not [path for path in kept if b"many" in path.read_bytes() and ".privet" in path.parts]
    assert made.open().run("research").number == 2  # the policy has changed
    assert made.open().run("research").unchanged


def test_a_contract_with_other_columns_than_the_snapshot_is_not_shown(made: Made) -> None:
    allow(made)
    contract = made.root / "contracts/customers.yaml"
    before = contract.read_text()
    contract.write_text(
        re.sub(
            r"logicalType: integer\n( *)physicalType: int64",
            r"logicalType: number\n\1physicalType: double",
            before,
        )
    )
    assert contract.read_text() != before
    refused = show(made)
    assert refused.code == 1
    assert "run its pipeline again" in refused.json["error"]["hint"]


def test_signs_that_a_terminal_obeys_are_escaped(tmp_path: Path) -> None:
    bad = "C101,held@example.org,dark,Bo\x1b[31mnn,many\n"
    made = make_project(tmp_path / "project", {"customers.csv": customers_csv(ROWS) + bad})
    made.open().run("research")
    allow(made)
    shown = privet(made.root, "quarantine", "show", "customers", *ANALYST)
    assert "Bo\\x1b[31mnn" in shown.out
    assert "\x1b" not in shown.out
