"""Data that show a category which the contract does not know: the run stops, or what is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pytest

from privet.detect.kinds.registry import KINDS
from privet.kernels.spans import Spans
from privet.model.contract import Column, Contract
from privet.model.paths import ColumnPath
from privet.project.drifting import SAMPLE, ContractWatch
from privet.transforms.arrow import Values
from tests.command_line import Outcome, privet, require_well
from tests.projects import CUSTOMERS, Made, customers_csv, make_project, use_cheap_passphrase

ROWS = [(f"C{i:03}", f"c{i}@example.org", "dark", "Ulm", i) for i in range(20)]
DRIFTED = [*ROWS[:16], *((f"C{i}", "", "", f"write to m{i}@example.net", i) for i in range(90, 94))]


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    use_cheap_passphrase(monkeypatch)
    with TemporaryDirectory() as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield


def project(root: Path, rows: list[tuple[str, str, str, str, object]], more: str = "") -> Made:
    made = make_project(root, {"customers.csv": customers_csv(rows)})
    pipeline = made.root / "pipelines" / "research.yaml"
    pipeline.write_text(pipeline.read_text().replace("format: csv\n", f"format: csv\n{more}", 1))
    return made


def drift(word: str) -> str:
    return f"    drift: {{categories: {word}}}\n"


def run(made: Made) -> Outcome:
    done = privet(made.root, "run", "research")
    assert "example.net" not in done.said
    return done


def test_data_that_are_as_their_contract_says_pass(tmp_path: Path) -> None:
    require_well(project(tmp_path / "project", ROWS))


def test_the_run_stops_and_names_column_kind_and_share(tmp_path: Path) -> None:
    made = project(tmp_path / "project", DRIFTED)
    done = run(made)
    assert done.code == 1, done.said
    assert "`customers` shows what its contract does not know" in done.err
    assert "city: e-mail addresses in 20 % of 20 values looked at" in done.err
    assert "user.contact.email" in done.err
    assert not list(made.root.glob("releases/**/*.*"))
    assert not list((made.root / ".privet" / "vault").glob("datasets/*/snapshots/*"))


def test_rows_that_pass_through_stop_before_anything_is_seen(tmp_path: Path) -> None:
    made = project(tmp_path / "project", DRIFTED, "    keep: quarantine\n")
    assert run(made).code == 1
    assert not list(made.root.glob("releases/**/*.csv"))


def test_the_contract_can_be_told(tmp_path: Path) -> None:
    made = project(tmp_path / "project", DRIFTED)
    contract = made.root / "contracts" / "customers.yaml"
    text = contract.read_text()
    at = text.index("name: city")
    contract.write_text(text[:at] + text[at:].replace("none", "user.contact.email", 1))
    policy = made.root / "policy.yaml"
    policy.write_text(
        policy.read_text().replace("customers.email: token", "user.contact.email: token")
    )
    done = run(made)
    assert done.code == 0, done.said


def test_rows_are_held_back_where_the_pipeline_says_so(tmp_path: Path) -> None:
    made = project(tmp_path / "project", DRIFTED, drift("quarantine"))
    done = run(made)
    assert done.code == 0, done.said
    assert "16 out, 4 quarantined (drift:city 4)" in done.out
    listed = privet(made.root, "quarantine", "list")
    assert "it shows personal data that its contract does not know: city" in listed.out


def test_it_is_reported_where_the_pipeline_says_so(tmp_path: Path) -> None:
    made = project(tmp_path / "project", DRIFTED, drift("report"))
    done = run(made)
    assert done.code == 0, done.said
    assert "the contract does not know of city: e-mail addresses in 20 %" in done.out
    assert "categories: report" not in done.out
    again = privet(made.root, "run", "research", "--json").json["data"][0]["drift"]["unknown"]
    assert again == ["city: e-mail addresses in 20 % of 20 values looked at"]


def test_another_word_is_told(tmp_path: Path) -> None:
    done = privet(project(tmp_path / "project", ROWS, drift("halt")).root, "check")
    assert done.code == 2
    assert "stop" in done.err


class Emails:
    """Finds a span in every text with an @, and counts the texts that it was shown."""

    def __init__(self, kind: str = "email") -> None:
        self.looked, self.code = 0, KINDS[kind].code

    def detect(self, texts: Values) -> Spans:
        self.looked += len(texts)
        rows = np.flatnonzero(["@" in (text or "") for text in texts.to_pylist()]).astype(np.int64)
        ones = np.ones(len(rows), np.int64)
        return Spans(
            rows,
            0 * ones,
            ones,
            np.full(len(rows), self.code, np.uint16),
            np.full(len(rows), 95, np.uint8),
            np.ones(len(rows), np.uint8),
        )


def watch(finder: Emails, category: str | None) -> ContractWatch:
    contract = Contract("t", "1", (Column(ColumnPath.of("c"), "string", category),))
    return ContractWatch(contract, finder)


def batch(texts: list[str | None]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"c": pa.array(texts, pa.string())})


def test_a_long_column_is_sampled_and_late_values_too() -> None:
    finder = Emails()
    looking = watch(finder, "none")
    for _ in range(50):
        looking.add(batch(["x"] * SAMPLE))
    assert SAMPLE <= finder.looked < 8 * SAMPLE
    looking.add(batch(["@"] * 10 * SAMPLE))
    assert looking.found()


def test_a_single_value_among_many_is_no_drift() -> None:
    looking = watch(Emails(), "none")
    looking.add(batch(["@", *["x"] * 20]))
    assert not looking.found()
    looking.add(batch(["@"]))
    assert [str(each) for each in looking.found()] == [
        "c: e-mail addresses in 9 % of 22 values looked at"
    ]


@pytest.mark.parametrize(
    ("category", "kind", "drifts"),
    [
        ("none", "email", True),
        ("user.contact.email", "email", False),
        ("user.contact.phone_number", "email", False),
        ("user.unique_id", "email", False),
        ("user.unique_id", "health", False),
        ("user", "card", False),
        ("user.content.private", "card", False),
        (None, "card", False),
    ],
)
def test_what_is_unknown_depends_on_the_category(
    category: str | None, kind: str, drifts: bool
) -> None:
    looking = watch(Emails(kind), category)
    looking.add(batch(["@", "@", None, "x"]))
    assert bool(looking.found()) is drifts


def test_nested_values_hold_their_rows_back() -> None:
    column = Column(ColumnPath.parse("messages[].body"), "string", "none")
    looking = ContractWatch(replace(CUSTOMERS, columns=(column,), subjects=()), Emails())
    rows = pa.RecordBatch.from_pylist(
        [
            {"messages": [{"body": "a"}, {"body": "@"}]},
            {"messages": []},
            {"messages": [{"body": "b"}]},
        ]
    )
    assert looking.rows(rows)[column.path].to_pylist() == [True, False, False]
