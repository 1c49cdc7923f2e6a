"""`privet quarantine reprocess` and `release`: held-back rows let in, and none that must not."""

from __future__ import annotations

import contextlib
import csv
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from privet.model.errors import Refused, UsageError
from privet.project.memory import opened
from privet.project.project import Project
from privet.project.requeueing import LetIn
from privet.project.verifying import verify_path
from tests.command_line import privet
from tests.projects import Made, customers_csv, make_project, use_cheap_passphrase

ROWS = [(f"C{i:03}", f"c{i}@example.org", f"secret {i}", f"city {i}", i) for i in range(12)]
LATE = ("C100", "late@example.org", "dark", "Bonn", "n/a")
NEGATIVE = ("C101", "minus@example.org", "dark", "Ulm", -3)
TWICE = ("C001", "c1@example.org", "dark", "Trier", 77)
BAD = ("C102", "bad@example.org", "dark", "Köln", "many")
ANALYST = ("analyst", "research")
QUARANTINE = """
  - allow: quarantine
    role: analyst
    purpose: research
    data: customers
    as: pseudonymous
    columns:
      user: token
      customers.secret: drop
      customers.city: keep
      customers.amount: keep
"""
AMOUNT = "      - name: amount\n        logicalType: integer\n        physicalType: int64\n"
MINIMUM = AMOUNT + "        logicalTypeOptions: {minimum: 0}\n"
ID = "      - name: customer_id\n"
MISSING = "missing: {markers: [n/a], columns: [amount]}"


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    use_cheap_passphrase(monkeypatch)
    with TemporaryDirectory() as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield


def edit(made: Made, name: str, old: str, new: str) -> None:
    path = made.root / name
    before = path.read_text()
    assert old in before
    path.write_text(before.replace(old, new, 1))


def clean(made: Made, *steps: str) -> None:
    """Give the source these cleaning steps, in place of those that it has."""
    path = made.root / "pipelines/research.yaml"
    lines = [line for line in path.read_text().splitlines(True) if "    clean: " not in line]
    at = lines.index("    header: true\n") + 1
    path.write_text("".join([*lines[:at], f"    clean: [{', '.join(steps)}]\n", *lines[at:]]))


CONTRACT = "contracts/customers.yaml"


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """A project whose contract has a rule, before its first run."""
    text = customers_csv([*ROWS, LATE, NEGATIVE, BAD]) + "C103,x\n"
    made = make_project(tmp_path / "project", {"customers.csv": text})
    edit(made, "policy.yaml", "\n# Tests", f"{QUARANTINE}\n# Tests")
    edit(made, CONTRACT, AMOUNT, MINIMUM)
    return made


HELD = {"type:amount": 2, "rule:range_amount": 1, "ragged_row": 1}


def held(made: Made) -> dict[str, int]:
    return {each.reason: each.rows for each in made.open().held_back("customers")[0].reasons}


def released(made: Made) -> Counter[tuple[str, str]]:
    """City and amount of what the newest release has; nothing but it changes."""
    summary = made.open().run("research")
    assert summary.data[0].counts.balanced()
    with (made.root / summary.release / "customers.csv").open(newline="") as file:
        return Counter((row["city"], row["amount"]) for row in csv.DictReader(file))


def spelled(*rows: tuple[object, ...]) -> Counter[tuple[str, str]]:
    return Counter((str(row[3]), str(row[4])) for row in rows)


def log(project: Project) -> list[tuple[str, dict[str, object]]]:
    with opened(project.config, None) as memory:
        return [(entry.kind, dict(entry.body)) for entry in memory.log.entries()]


def test_a_corrected_pipeline_lets_in_what_passes_now(made: Made) -> None:
    made.open().run("research")
    assert held(made) == HELD
    clean(made, MISSING)
    done = made.open().reprocess("customers", *ANALYST)
    after = {"type:amount": 1, "rule:range_amount": 1, "ragged_row": 1}
    assert done == LetIn("customers", 2, 1, 1, {}, after, ("research",))
    assert held(made) == after
    verify_path(made.root)
    summary = made.open().run("research")
    assert {step.name: step.unchanged for step in summary.steps}["ingest customers"]
    assert released(made) == spelled(*ROWS, (*LATE[:4], ""))
    assert summary.data[0].counts.read == 16
    again = made.open().reprocess("customers", *ANALYST)
    assert (again.snapshot, again.let_in) == (2, 0)


def test_what_stays_keeps_its_place_and_its_record(made: Made) -> None:
    made.open().run("research")
    before = made.open().show_held_back("customers", *ANALYST).rows
    clean(made, MISSING)
    made.open().reprocess("customers", *ANALYST)
    after = made.open().show_held_back("customers", *ANALYST).rows
    assert after == tuple(row for row in before if row.value != "n/a")
    assert {row.value for row in after} == {None, "many", "-3"}


def test_one_reason_leaves_the_others_as_they_are(made: Made) -> None:
    made.open().run("research")
    clean(made, MISSING)
    edit(made, CONTRACT, "{minimum: 0}", "{minimum: -5}")
    done = made.open().reprocess("customers", *ANALYST, "rule:range_amount")
    assert (done.let_in, done.held) == (1, {"type:amount": 2, "ragged_row": 1})
    done = made.open().reprocess("customers", *ANALYST)
    assert (done.let_in, done.held) == (1, {"type:amount": 1, "ragged_row": 1})
    assert released(made) == spelled(*ROWS, NEGATIVE, (*LATE[:4], ""))


def test_rows_that_a_key_held_back_are_looked_at_as_they_were_cleaned(made: Made) -> None:
    edit(made, CONTRACT, ID, f"{ID}        unique: true\n")
    clean(made, "trim")
    (made.root / "customers.csv").write_text(customers_csv([*ROWS, (" C001 ", *TWICE[1:])]))
    made.open().run("research")
    assert held(made) == {"rule:unique_customer_id": 1}
    assert made.open().show_held_back("customers", *ANALYST).rows[0].values[2] == "Trier"
    same = made.open().reprocess("customers", *ANALYST)
    assert (same.let_in, same.snapshot) == (0, 1)
    edit(made, CONTRACT, "        unique: true\n", "")
    assert made.open().reprocess("customers", *ANALYST).let_in == 1
    assert released(made) == spelled(*ROWS, TWICE)


def test_keys_still_judge_what_is_let_in_and_its_record_stays(made: Made) -> None:
    edit(made, CONTRACT, ID, f"{ID}        unique: true\n")
    late = ("C001", "again@example.org", "dark", "Bonn", "n/a")
    (made.root / "customers.csv").write_text(customers_csv([*ROWS, late]))
    made.open().run("research")
    clean(made, MISSING)
    done = made.open().reprocess("customers", *ANALYST)
    assert (done.let_in, done.held) == (0, {"rule:unique_customer_id": 1})
    clean(made)
    done = made.open().reprocess("customers", *ANALYST)
    assert done.held == {"type:amount": 1}  # its record is what was read, not what was made of it


def test_nothing_of_a_held_back_row_lies_in_the_clear_afterwards(made: Made) -> None:
    made.open().run("research")
    clean(made, MISSING)
    made.open().show_held_back("customers", *ANALYST)
    made.open().reprocess("customers", *ANALYST)
    made.open().let_in("customers", *ANALYST, ("rule:range_amount",))
    released(made)
    for path in made.root.rglob("*"):
        if path.is_file() and path != made.root / "customers.csv":
            held_text = [
                text for text in (b"example.org", b"dark", b"C10") if text in path.read_bytes()
            ]
            assert not held_text, path


def test_duplicates_are_merged_when_they_are_let_in(made: Made) -> None:
    clean(made, "deduplicate")
    rows = [*ROWS, (*LATE[:4], ""), LATE]
    (made.root / "customers.csv").write_text(customers_csv(rows))
    made.open().run("research")
    clean(made, MISSING, "deduplicate")
    done = made.open().reprocess("customers", *ANALYST)
    assert (done.let_in, done.merged, done.held) == (0, {"duplicate:whole row": 1}, {})
    assert released(made) == spelled(*ROWS, (*LATE[:4], ""))


def test_a_waived_rule_lets_its_rows_in_and_the_log_says_so(made: Made) -> None:
    made.open().run("research")
    done = made.open().let_in("customers", *ANALYST, ("rule:range_amount",))
    assert (done.let_in, done.held) == (1, {"type:amount": 2, "ragged_row": 1})
    kind, body = log(made.open())[-1]
    assert kind == "waived"
    assert set(body) == {"dataset", "number", "rule", "evidence"}
    assert (body["dataset"], body["number"], body["rule"]) == ("customers", 2, "range_amount")
    assert released(made) == spelled(*ROWS, NEGATIVE)
    verify_path(made.root)
    again = made.open().reprocess("customers", *ANALYST)
    assert (again.let_in, again.snapshot) == (0, 2)


def test_a_waived_rule_does_not_excuse_other_rows(made: Made) -> None:
    made.open().run("research")
    made.open().let_in("customers", *ANALYST, ("rule:range_amount",))
    edit(made, CONTRACT, "{minimum: 0}", "{minimum: 4}")
    with pytest.raises(Refused, match="rule:range_amount 4"):
        made.open().reprocess("customers", *ANALYST)


def test_a_row_that_breaks_two_rules_needs_both_waived(made: Made) -> None:
    both = ("C101", "minus@example.org", "dark", "a very long city", -3)
    (made.root / "customers.csv").write_text(customers_csv([*ROWS, both]))
    city = "      - name: city\n        logicalType: string\n        physicalType: string\n"
    edit(made, CONTRACT, city, f"{city}        logicalTypeOptions: {{maxLength: 8}}\n")
    made.open().run("research")
    assert held(made) == {"rule:length_city": 1}
    one = made.open().let_in("customers", *ANALYST, ("rule:length_city",))
    assert (one.let_in, one.held) == (0, {"rule:range_amount": 1})
    with pytest.raises(UsageError, match="no row of customers is held back for"):
        made.open().let_in("customers", *ANALYST, ("rule:length_city", "rule:range_amount"))


def test_only_rules_can_be_waived(made: Made) -> None:
    made.open().run("research")
    for reason in ("type:amount", "ragged_row", "rule:range_amont"):
        with pytest.raises(UsageError) as wrong:
            made.open().let_in("customers", *ANALYST, (reason,))
        assert wrong.value.hint is not None
        assert "reprocess" in wrong.value.hint
    assert not [kind for kind, _ in log(made.open()) if kind == "waived"]


def test_without_a_rule_of_the_policy_nothing_moves(made: Made) -> None:
    made.open().run("research")
    edit(made, "policy.yaml", QUARANTINE, "")
    for words in (["reprocess"], ["release", "--reason", "rule:range_amount"]):
        verb, *more = words
        refused = privet(
            *(made.root, "quarantine", verb, "customers", "--role", "analyst"),
            *("--for", "research", *more),
        )
        assert refused.code == 1
        assert "allow: quarantine" in refused.err
    assert held(made) == HELD


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (CONTRACT, "{minimum: 0}", "{minimum: 2}", "rule:range_amount 2"),
        (CONTRACT, ID, f"{ID}        unique: true\n", "not judged by the rule"),
        (
            CONTRACT,
            AMOUNT,
            AMOUNT.replace("integer", "number").replace("int64", "double"),
            "column",
        ),
        ("pipelines/research.yaml", "encoding: utf-8", "encoding: latin-1", "`format:`"),
    ],
)
def test_what_would_not_be_kept_as_it_is_needs_the_source(
    made: Made, name: str, old: str, new: str, said: str
) -> None:
    made.open().run("research")
    edit(made, name, old, new)
    with pytest.raises(Refused) as refused:
        made.open().reprocess("customers", *ANALYST)
    assert said in refused.value.message
    assert "run the pipeline again" in str(refused.value.hint)
    assert held(made) == HELD


@pytest.mark.parametrize(
    "step",
    [
        "normalise: {columns: [city], case: upper}",
        "deduplicate",
        "impute: {columns: [amount], with: median}",
    ],
)
def test_a_cleaning_step_that_kept_rows_did_not_have_needs_the_source(
    made: Made, step: str
) -> None:
    made.open().run("research")
    clean(made, step)
    with pytest.raises(Refused) as refused:
        made.open().reprocess("customers", *ANALYST)
    assert "run the pipeline again" in str(refused.value.hint)


def test_rows_that_are_not_kept_cannot_be_added_to(made: Made) -> None:
    edit(
        made,
        "pipelines/research.yaml",
        "    header: true\n",
        "    header: true\n    keep: quarantine\n",
    )
    made.open().run("research")
    assert held(made) == HELD
    with pytest.raises(Refused, match="are not kept"):
        made.open().reprocess("customers", *ANALYST)


def test_pipelines_that_differ_must_be_told_apart(made: Made) -> None:
    made.open().run("research")
    text = (made.root / "pipelines/research.yaml").read_text()
    other = made.root / "pipelines/other.yaml"
    other.write_text(text.replace("name: research", "name: other"))
    clean(made, MISSING)
    with pytest.raises(UsageError, match="differently: other, research"):
        made.open().reprocess("customers", *ANALYST)
    with pytest.raises(UsageError, match="no pipeline `reserch`"):
        made.open().reprocess("customers", *ANALYST, pipeline="reserch")
    done = made.open().reprocess("customers", *ANALYST, pipeline="research")
    assert (done.let_in, done.pipelines) == (1, ("research",))


def test_a_text_whose_bytes_were_lost_does_not_pass_for_what_it_was(tmp_path: Path) -> None:
    bad = b"C200,b\xff@example.org,dark,Ulm,3\n"
    made = make_project(tmp_path / "project", {"customers.csv": customers_csv(ROWS).encode() + bad})
    edit(made, "policy.yaml", "\n# Tests", f"{QUARANTINE}\n# Tests")
    made.open().run("research")
    assert held(made) == {"encoding:email": 1}
    clean(made, MISSING)
    assert made.open().reprocess("customers", *ANALYST).let_in == 0
    assert held(made) == {"encoding:email": 1}


def test_a_run_that_adds_files_goes_on_from_what_was_let_in(made: Made) -> None:
    (made.root / "customers.csv").rename(made.root / "customers-1.csv")
    edit(
        made,
        "pipelines/research.yaml",
        "from: customers.csv",
        "from: customers-*.csv\n    incremental: files",
    )
    made.open().run("research")
    clean(made, MISSING)
    assert made.open().reprocess("customers", *ANALYST).let_in == 1
    more = ("C300", "more@example.org", "dark", "Hof", 5)
    (made.root / "customers-2.csv").write_text(customers_csv([more]))
    assert released(made) == spelled(*ROWS, (*LATE[:4], ""), more)
    assert held(made) == {"type:amount": 1, "rule:range_amount": 1, "ragged_row": 1}


def test_a_run_after_a_watermark_takes_no_row_twice(made: Made) -> None:
    edit(
        made,
        "pipelines/research.yaml",
        "    header: true\n",
        "    header: true\n    incremental: {after: amount}\n",
    )
    late = ("C100", "late@example.org", "dark", "Bonn", "1 000")
    (made.root / "customers.csv").write_text(customers_csv([*ROWS, late]))
    made.open().run("research")
    clean(made, "replace: {columns: [amount], values: {1 000: '1000'}}")
    assert made.open().reprocess("customers", *ANALYST).let_in == 1
    more = ("C300", "more@example.org", "dark", "Hof", 1001)
    (made.root / "customers.csv").write_text(customers_csv([*ROWS, late, more]))
    assert released(made) == spelled(*ROWS, (*late[:4], "1000"), more)


@pytest.mark.parametrize("more", ["", "    incremental: {after: amount}\n"])
def test_rows_of_a_database_are_let_in_and_a_later_run_goes_on(made: Made, more: str) -> None:
    with contextlib.closing(sqlite3.connect(made.root / "shop.db")) as shop:
        shop.execute("CREATE TABLE c (customer_id, email, secret, city, amount)")
        shop.executemany("INSERT INTO c VALUES (?, ?, ?, ?, ?)", [*ROWS, LATE, NEGATIVE])
        shop.commit()
        pipeline = made.root / "pipelines/research.yaml"
        source = f"from: sqlite:///shop.db\n    format: sql\n    query: SELECT * FROM c\n{more}"
        text = re.sub(r"from: customers.csv\n(    .*\n)*", source, pipeline.read_text())
        pipeline.write_text(text)
        made.open().run("research")
        edit(made, CONTRACT, "{minimum: 0}", "{minimum: -5}")
        done = made.open().reprocess("customers", *ANALYST)
        assert (done.let_in, done.held) == (1, {"type:amount": 1})
        assert released(made) == spelled(*ROWS, NEGATIVE)
        later = ("C300", "more@example.org", "dark", "Hof", 1001)
        shop.execute("INSERT INTO c VALUES (?, ?, ?, ?, ?)", later)
        shop.commit()
        assert released(made) == spelled(*ROWS, NEGATIVE, later)
    if more:
        pipeline.write_text(text.replace(more, f"    clean: [{MISSING}]\n{more}"))
        with pytest.raises(Refused, match="after the watermark"):
            made.open().reprocess("customers", *ANALYST)
