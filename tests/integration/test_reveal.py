"""`privet reveal` the whole way: a run makes tokens, a rule lets some of them be opened."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
import pytest

from privet.model.policy import Treatment
from tests.command_line import Outcome, privet
from tests.projects import Made, customers_csv, make_project, use_cheap_passphrase

CARDS = ["4111 1111 1111 1111", "5500-0000-0000-0004", "3400 0000 0000 009"]
ROWS = [
    (f"marked-C{number}", f"marked{number}@example.org", CARDS[number], "Ulm", number)
    for number in range(3)
]
RULE = """
  - allow: reveal
    role: analyst
    purpose: research
    data: customers
    rows: {rows}
    columns: {columns}
"""
ASK = ("--release", "research/1", "--data", "customers", "--role", "analyst", "--for", "research")
TREATMENTS = {
    "customers.customer_id": Treatment("vault"),
    "customers.email": Treatment("encrypt"),
    "customers.secret": Treatment("format", (("check", "luhn"), ("keep_first", 4))),
}


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    use_cheap_passphrase(monkeypatch)
    with TemporaryDirectory() as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield


def project(folder: Path, **words: object) -> Made:
    given = {"treatments": TREATMENTS, **words}
    made = make_project(folder / "project", {"customers.csv": customers_csv(ROWS)}, **given)  # type: ignore[arg-type]
    done = privet(made.root, "run", "research")
    assert done.code == 0, done.said
    return made


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return project(tmp_path)


def allow(made: Made, columns: str = "{user: keep}", rows: int = 10) -> None:
    policy = made.root / "policy.yaml"
    head, tests = policy.read_text().split("\n# Tests")
    rule = RULE.format(rows=rows, columns=columns)
    policy.write_text(f"{head.rstrip()}{rule}\n# Tests{tests}")


def released(made: Made, number: int = 1) -> list[dict[str, str]]:
    folder = made.root / "releases" / "research" / f"{number:06d}"
    return list(csv.DictReader(io.StringIO((folder / "customers.csv").read_text())))


def reveal(made: Made, column: str, *tokens: str, ask: tuple[str, ...] = ASK) -> Outcome:
    given = "".join(f"{token}\n" for token in tokens)
    return privet(made.root, "reveal", "--column", column, *ask, given=given)


def values(done: Outcome) -> dict[str, str]:
    assert done.code == 0, done.said
    return {row["token"]: row["value"] for row in csv.DictReader(io.StringIO(done.out))}


def require_refused(done: Outcome, why: str, code: int = 1) -> None:
    assert done.code == code, done.said
    assert why in done.err, done.err
    assert "marked" not in done.said
    assert done.out == ""


def log_kinds(made: Made) -> list[str]:
    with sqlite3.connect(made.root / ".privet" / "catalog.db") as catalog:
        leaves = catalog.execute("SELECT leaf FROM log_entry ORDER BY position").fetchall()
    return [str(json.loads(leaf)["kind"]) for (leaf,) in leaves]


@pytest.mark.parametrize(
    ("column", "at"), [("customer_id", 0), ("email", 1), ("secret", 2)], ids=["vault", "siv", "ff1"]
)
def test_tokens_of_each_treatment_come_back(made: Made, column: str, at: int) -> None:
    allow(made)
    tokens = [row[column] for row in released(made)]
    assert "marked" not in (made.root / "releases/research/000001/customers.csv").read_text()
    before = len(log_kinds(made))
    done = reveal(made, column, *tokens, tokens[0], "")
    assert sorted(values(done).values()) == sorted(str(row[at]) for row in ROWS)
    assert list(values(done)) == tokens
    assert "revealed: 3 values" in done.err
    assert "grant" in log_kinds(made)[before:]
    assert "release" in log_kinds(made)[before:]
    assert privet(made.root, "verify", ".").code == 0


def test_files_of_every_form(made: Made, tmp_path: Path) -> None:
    allow(made)
    tokens = [row["email"] for row in released(made)]
    place = made.root / "releases/research/000001/customers.csv"
    lines = tmp_path / "some.jsonl"
    lines.write_text("".join(json.dumps({"email": token}) + "\n" for token in [*tokens, None]))
    for file in (place, lines):
        done = privet(made.root, "reveal", str(file), "--column", "email", *ASK)
        assert sorted(values(done)) == sorted(tokens)
    require_refused(
        privet(made.root, "reveal", str(place), "--format", "parquet", "--column", "email", *ASK),
        "not of the form parquet",
        code=2,
    )


def test_binary_tokens_of_parquet(tmp_path: Path) -> None:
    form = (("form", "binary"),)
    made = project(
        tmp_path,
        form="parquet",
        treatments={
            **TREATMENTS,
            "customers.email": Treatment("encrypt", form),
            "customers.customer_id": Treatment("vault", form),
        },
    )
    allow(made)
    file = made.root / "releases/research/000001/customers.parquet"
    schema = pq.read_schema(file)
    assert schema.field("email").metadata[b"privet.algorithm"] == b"AES-256-SIV"
    for column, at in (("email", 1), ("customer_id", 0), ("secret", 2)):
        done = privet(made.root, "reveal", str(file), "--column", column, *ASK)
        assert sorted(values(done).values()) == sorted(str(row[at]) for row in ROWS)


def test_two_runs_give_one_token(made: Made) -> None:
    source = made.root / "customers.csv"
    source.write_text(source.read_text() + "marked-C9,marked9@example.org,4111111111111111,Ulm,1\n")
    assert privet(made.root, "run", "research").code == 0
    first, second = released(made), released(made, 2)
    for column in ("customer_id", "email", "secret"):
        known = {row[column] for row in first}
        assert known < {row[column] for row in second}


def test_nothing_comes_back_without_a_rule(made: Made) -> None:
    (token, *_) = [row["email"] for row in released(made)]
    before = log_kinds(made)
    require_refused(reveal(made, "email", token), "allow: reveal, role: analyst")
    assert log_kinds(made) == before


def test_a_rule_for_one_column_is_for_no_other(made: Made) -> None:
    allow(made, "{customers.email: keep}")
    row = released(made)[0]
    assert values(reveal(made, "email", row["email"]))
    require_refused(reveal(made, "secret", row["secret"]), "no rule says what becomes of")


def test_what_comes_back_may_be_treated(made: Made) -> None:
    allow(made, "{user: {mask: {show_first: 2}}}")
    row = released(made)[0]
    (value,) = values(reveal(made, "email", row["email"])).values()
    assert value == "ma****"


def test_what_the_policy_drops_stays(made: Made) -> None:
    allow(made, "{user: drop}")
    require_refused(
        reveal(made, "email", released(made)[0]["email"]), "keeps `customers.email` back"
    )


def test_more_than_the_rows_of_the_rule_stay(made: Made) -> None:
    allow(made, rows=2)
    tokens = [row["email"] for row in released(made)]
    require_refused(reveal(made, "email", *tokens), "more than 2 of `customers`")
    assert len(values(reveal(made, "email", *tokens[:2]))) == 2


def test_tokens_of_something_else_are_counted_and_refused(made: Made) -> None:
    allow(made)
    row = released(made)[0]
    changed = row["email"][:-1] + ("1" if row["email"][-1] == "0" else "0")
    done = reveal(made, "email", row["email"], changed, row["customer_id"], "no hex")
    require_refused(done, "3 of 4 are no tokens of `customers.email`")
    assert "in their order: 2, 3, 4" in done.err
    assert changed not in done.err
    require_refused(reveal(made, "customer_id", row["email"]), "1 of 1 are no tokens")
    require_refused(reveal(made, "secret", "4111 1111 1111 1112"), "1 of 1 are no tokens")


def test_tokens_for_another_recipient_are_others(made: Made) -> None:
    allow(made)
    policy, pipeline = made.root / "policy.yaml", made.root / "pipelines" / "research.yaml"
    text = policy.read_text()
    rule = text[text.index("  - allow: release") : text.index("  - allow: reveal")]
    other = rule.replace("allow: release", "allow: release\n    to: unilab", 1)
    text = text.replace("rules:", f"recipients:\n  unilab: {{}}\nrules:\n{other.rstrip()}", 1)
    policy.write_text(text)
    pipeline.write_text(pipeline.read_text().replace("role: analyst", "role: analyst\nto: unilab"))
    done = privet(made.root, "run", "research")
    assert done.code == 0, done.said
    first, second = released(made), released(made, 2)
    for column in ("customer_id", "email", "secret"):
        assert not {row[column] for row in first} & {row[column] for row in second}
    require_refused(reveal(made, "email", second[0]["email"]), "1 of 1 are no tokens")
    ask = tuple(word.replace("research/1", "research/2") for word in ASK)
    assert values(reveal(made, "email", second[0]["email"], ask=ask))


def test_a_restricted_persons_key_stays(made: Made) -> None:
    allow(made)
    given = "marked-C1\n"
    assert privet(made.root, "subject", "restrict", "customer", given=given).code == 0
    tokens = [row["customer_id"] for row in released(made)]
    done = reveal(made, "customer_id", *tokens)
    assert sorted(values(done).values()) == ["marked-C0", "marked-C2"]
    assert "kept back, restricted: 1 value" in done.err


def test_a_vaults_deleted_row_brings_nothing_back(made: Made) -> None:
    allow(made)
    token = released(made)[0]["customer_id"]
    with sqlite3.connect(made.root / ".privet" / "catalog.db") as catalog:
        assert catalog.execute("SELECT count(*) FROM token_map").fetchone() == (3,)
        gone = catalog.execute("DELETE FROM token_map WHERE token = ?", (bytes.fromhex(token),))
        assert gone.rowcount == 1
    require_refused(reveal(made, "customer_id", token), "1 of 1 are no tokens")


def test_no_file_of_the_project_holds_a_value(made: Made) -> None:
    allow(made)
    for column in ("customer_id", "email", "secret"):
        assert values(reveal(made, column, released(made)[0][column]))
    for file in made.root.rglob("*"):
        if file.is_file() and file.name != "customers.csv":
            content = file.read_bytes()
            assert b"marked" not in content, file
            assert b"1111 1111 1111" not in content, file


def test_what_the_release_says_counts_not_the_policy_of_today(made: Made) -> None:
    allow(made)
    token = released(made)[0]["secret"]
    policy = made.root / "policy.yaml"
    policy.write_text(policy.read_text().replace("check: luhn", "check: verhoeff"))
    (value,) = values(reveal(made, "secret", token)).values()
    assert value in CARDS


@pytest.mark.parametrize(
    ("word", "by", "why"),
    [
        ("research/1", "research/7", "there is no release `research/7`"),
        ("research/1", "research", "a pipeline and a number"),
        ("customers", "customer", "no contract describes `customer`"),
    ],
)
def test_what_is_not_there(made: Made, word: str, by: str, why: str) -> None:
    allow(made)
    ask = tuple(by if each == word else each for each in ASK)
    require_refused(reveal(made, "email", "00", ask=ask), why, code=2)


def test_columns_that_do_not_come_back(tmp_path: Path) -> None:
    made = project(
        tmp_path,
        treatments={
            "customers.customer_id": Treatment("token"),
            "customers.email": Treatment("drop"),
            "customers.secret": Treatment("encrypt"),
        },
    )
    allow(made)
    require_refused(reveal(made, "customer_id", "00"), "nothing gives values back of `token`")
    require_refused(reveal(made, "email", "00"), "did not leave in release", code=2)
    require_refused(reveal(made, "emial", "00"), "has no column `emial`", code=2)


def test_a_card_with_a_wrong_check_digit_stops_the_run(tmp_path: Path) -> None:
    rows = [("C1", "a@example.org", "4111 1111 1111 1112", "Ulm", 1)]
    made = make_project(
        tmp_path / "project", {"customers.csv": customers_csv(rows)}, treatments=TREATMENTS
    )
    done = privet(made.root, "run", "research")
    assert done.code == 1
    assert "`secret` cannot keep its form" in done.err
    assert "1 have wrong check digits" in done.err
    assert "1112" not in done.said
