"""`privet query` the whole way: a budget, a question, an answer with its noise, a receipt."""

from __future__ import annotations

import json
import sqlite3
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from privet.vault.vault import Vault
from tests.command_line import Outcome, privet
from tests.projects import Made, customers_csv, make_project, use_cheap_passphrase

pytest.importorskip("opendp", reason="the extra `dp` is not installed")

PEOPLE = 600
ROWS = [
    (
        f"marked-C{n:04}",
        f"marked{n}@example.org",
        "marked words",
        ("Ulm", "Bonn")[n % 2],
        50 + n % 5,
    )
    for n in range(PEOPLE)
]
RULE = """
  - allow: query
    role: analyst
    purpose: research
    data: customers
    as: {dp: {epsilon: 2, delta: 1e-6}}

budgets:
  customers:
    unit: customer
    epsilon: 5
    delta: 1e-5
    bounds: {amount: [0, 100]}
    max_norm: 1
    max_groups: 1
    keys: {city: [Ulm, Bonn, Köln]}
"""
ASK = ("--role", "analyst", "--for", "research")
COUNT = (
    "SELECT city, COUNT(*) AS n, SUM(amount) AS total FROM customers GROUP BY city ORDER BY city"
)


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    use_cheap_passphrase(monkeypatch)
    with TemporaryDirectory() as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield


@pytest.fixture
def made(tmp_path: Path) -> Made:
    project = make_project(tmp_path / "project", {"customers.csv": customers_csv(ROWS)})
    allow(project)
    done = privet(project.root, "run", "research")
    assert done.code == 0, done.said
    return project


def allow(made: Made, rule: str = RULE) -> None:
    policy = made.root / "policy.yaml"
    head, tests = policy.read_text().split("\n# Tests")
    policy.write_text(f"{head.rstrip()}{rule}\n# Tests{tests}")


def ask(made: Made, sql: str = COUNT, *more: str) -> Outcome:
    return privet(made.root, "query", sql, *ASK, *more)


def answered(done: Outcome) -> dict[str, object]:
    assert done.code == 0, done.said
    found: dict[str, object] = json.loads(done.out)
    return found


def entries(made: Made) -> list[dict[str, object]]:
    with sqlite3.connect(made.root / ".privet" / "catalog.db") as catalog:
        leaves = catalog.execute("SELECT leaf FROM log_entry ORDER BY position").fetchall()
    return [json.loads(leaf) for (leaf,) in leaves]


def test_counts_and_sums_come_with_their_noise(made: Made) -> None:
    found = answered(ask(made, COUNT, "--json"))
    assert found["columns"][:5] == ["city", "n", "n noise", "n low", "n high"]
    rows = {row[0]: row[1:] for row in found["rows"]}
    assert set(rows) == {"Ulm", "Bonn", "Köln"}
    for city, truth in (("Ulm", 300), ("Bonn", 300), ("Köln", 0)):
        n, noise = rows[city][0], rows[city][1]
        assert abs(n - truth) < 8 * noise, "farther than one time in 10^14"
    assert found["cost"]["unit"] == "customer"


def test_the_same_question_again_costs_nothing_and_has_the_same_noise(made: Made) -> None:
    first, second = (answered(ask(made, COUNT, "--json")) for _ in range(2))
    assert first["rows"] == second["rows"]
    assert first["left"] == second["left"]
    kinds = [entry["kind"] for entry in entries(made)]
    assert kinds.count("spend") == 1


def test_a_budget_ends(made: Made) -> None:
    codes = [ask(made, f"SELECT COUNT(*) AS n{i} FROM customers").code for i in range(8)]
    assert codes[0] == 0
    assert codes[-1] == 1
    refused = ask(made, "SELECT COUNT(*) AS late FROM customers")
    assert "customers" in refused.err
    assert refused.out == ""


def test_less_may_be_asked_for_and_more_not(made: Made) -> None:
    cheap = answered(ask(made, COUNT, "--epsilon", "0.5", "--json"))
    assert cheap["cost"]["epsilon"] == "0.5"
    dear = ask(made, COUNT, "--epsilon", "3")
    assert dear.code == 1
    assert "at most" in dear.err


def test_explaining_costs_nothing(made: Made) -> None:
    before = entries(made)
    done = ask(made, COUNT, "--explain")
    assert done.code == 0, done.said
    assert "sensitivity" in done.out
    assert "marked" not in done.out
    assert [e for e in entries(made)[len(before) :] if e["kind"] not in ("key",)] == []


def test_what_may_not_be_used_and_what_is_not_there_are_one_message(made: Made) -> None:
    hidden, missing = (
        ask(made, f"SELECT COUNT(*) FROM customers WHERE {column} = 'x'")
        for column in ("email", "emial")
    )
    assert hidden.code == missing.code == 2
    assert hidden.err == missing.err


def test_values_that_exist_and_that_do_not_are_one_message(made: Made) -> None:
    texts = []
    for value in ("marked-C0001", "marked-C9999"):
        sql = f"SELECT COUNT(*) AS n, ln(0) FROM customers WHERE customer_id = '{value}'"
        texts.append(ask(made, sql).said)
    assert texts[0] == texts[1]


def test_nothing_personal_in_log_catalog_or_store(made: Made) -> None:
    sql = "SELECT COUNT(*) AS n FROM customers WHERE customer_id = 'marked-C0007'"
    assert ask(made, sql).code == 0
    for path in (made.root / ".privet").rglob("*"):
        if path.is_file():
            assert b"marked-C" not in path.read_bytes(), path.name


def test_who_has_no_rule_is_refused(made: Made) -> None:
    policy = made.root / "policy.yaml"
    policy.write_text(policy.read_text().replace("allow: query", "allow: reveal"))
    done = ask(made)
    assert done.code in (1, 2)
    assert done.out == ""


def test_the_table_for_people(made: Made) -> None:
    done = ask(made)
    assert done.code == 0, done.said
    for word in ("Ulm", "n noise", "It cost epsilon", "Left of `customers`"):
        assert word in done.out


def test_a_restored_backup_refunds_nothing(made: Made) -> None:
    private = made.root / ".privet"
    names = [path for path in private.glob("catalog.db*") if path.is_file()]
    kept = {path: path.read_bytes() for path in names}
    assert ask(made).code == 0
    for path in private.glob("catalog.db*"):
        path.unlink()
    for path, data in kept.items():
        path.write_bytes(data)
    again = ask(made, "SELECT COUNT(*) AS more FROM customers")
    assert again.code == 1, again.said
    assert "older" in again.err
    assert again.out == ""


def test_spent_is_told_and_for_whom_it_is_void(made: Made) -> None:
    assert ask(made).code == 0
    done = privet(made.root, "budget", "--json")
    assert done.code == 0, done.said
    (total,) = done.json["budgets"]
    assert total["charges"] == 1
    assert total["void_for"] == ["local"]
    assert 0 < float(total["spent"]) <= 2


def test_a_charge_taken_out_of_the_catalog_is_found(made: Made) -> None:
    assert ask(made).code == 0
    with sqlite3.connect(made.root / ".privet" / "catalog.db") as catalog:
        catalog.execute("DELETE FROM budget_charge")
        catalog.execute("DELETE FROM budget_account")
    done = ask(made, "SELECT COUNT(*) AS more FROM customers")
    assert done.code == 1
    assert "privacy ledger" in done.err


def test_a_second_question_alike_reads_no_row(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    first = answered(ask(made, COUNT, "--json", "--epsilon", "1"))

    def unread(*_: object) -> object:
        raise AssertionError("a row was read")

    monkeypatch.setattr(Vault, "read", unread)
    again = answered(ask(made, COUNT, "--json", "--epsilon", "0.9"))
    assert first["rows"] != again["rows"], "noise of its own"
    other = ask(made, COUNT.replace("SUM(amount)", "SUM(amount * 2)"), "--epsilon", "0.1")
    assert other.code == 3, "other rows are computed anew"


class TestAPipelineThatAnswers:
    """A table under differential privacy, as a release with its receipt."""

    def pipeline(self, made: Made, query: str = COUNT) -> None:
        policy = made.root / "policy.yaml"
        head, rest = policy.read_text().split("  - allow: release", 1)
        own = rest.split("\n  - allow: query")[1].replace("as: {dp", "as: {dp", 1)
        policy.write_text(
            f"{head}  - allow: release\n    role: analyst\n    purpose: research\n"
            f"    data: customers\n    as: {{dp: {{epsilon: 1, delta: 1e-6}}}}\n"
            f"  - allow: query{own}".split("\n# Tests")[0]
            + "\n"
        )
        pipeline = made.root / "pipelines" / "research.yaml"
        before = "{data: customers, format: csv}"
        assert before in pipeline.read_text()
        asked = f'{{data: customers, format: csv, query: "{query}"}}' if query else before
        pipeline.write_text(pipeline.read_text().replace(before, asked))

    def test_its_answer_leaves_and_its_receipt_says_how(self, made: Made) -> None:
        self.pipeline(made)
        done = privet(made.root, "run", "research")
        assert done.code == 0, done.said
        folder = made.root / "releases" / "research" / "000002"
        lines = (folder / "answer.csv").read_text().splitlines()
        assert lines[0].replace('"', "").startswith("city,n,n noise,n low,n high")
        assert len(lines) == 4
        receipt = json.loads((folder / "receipt.json").read_bytes())
        said = json.loads(b64decode(receipt["envelope"]["payload"]))["predicate"]
        assert said["kind"] == "answer"
        assert said["guarantee"]["name"] == "dp"
        privacy = said["privacy"]
        assert (privacy["unit"], privacy["epsilon"]) == ("customer", "1")
        assert privacy["mechanisms"]
        assert {"data": "customers", "bound": "amount: 0 to 100"} in privacy["bounds"]
        assert "600" not in json.dumps(said), "an exact count"
        assert privet(made.root, "verify", str(folder)).code == 0

    def test_it_is_paid_for_once_and_again_after_new_rows(self, made: Made) -> None:
        self.pipeline(made)
        for _ in range(2):
            assert privet(made.root, "run", "research").code == 0
        assert [entry["kind"] for entry in entries(made)].count("spend") == 1
        source = made.root / "customers.csv"
        source.write_text(source.read_text() + "marked-N1,n@example.org,words,Ulm,50\n")
        assert privet(made.root, "run", "research").code == 0
        assert [entry["kind"] for entry in entries(made)].count("spend") == 2

    def test_without_a_question_nothing_leaves(self, made: Made) -> None:
        self.pipeline(made, query="")
        done = privet(made.root, "run", "research")
        assert done.code == 1
        assert "query: SELECT" in done.err

    def test_a_question_under_another_promise_is_refused(self, made: Made) -> None:
        pipeline = made.root / "pipelines" / "research.yaml"
        asked = '{data: customers, format: csv, query: "SELECT COUNT(*) FROM customers"}'
        text = pipeline.read_text().replace("{data: customers, format: csv}", asked)
        pipeline.write_text(text)
        done = privet(made.root, "plan", "research")
        assert done.code == 1
        assert "promises pseudonymous" in done.err
