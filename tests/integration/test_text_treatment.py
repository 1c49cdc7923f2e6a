"""The treatment `text` in a pipeline: free text leaves protected, nested too, and only masked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
import pytest

from privet.model.contract import Column, Contract, SubjectRef
from privet.model.paths import ColumnPath
from privet.model.pipeline import SourceFormat
from privet.model.policy import Treatment
from tests.command_line import privet, require_well
from tests.projects import Made, make_project, use_cheap_passphrase

TICKETS = Contract(
    name="tickets",
    version="1.0.0",
    columns=(
        Column(ColumnPath.of("customer"), "string", "user.unique_id"),
        Column(ColumnPath.parse("messages[].body"), "string", "user.content.private"),
        Column(ColumnPath.of("title"), "string", "user.content.private"),
    ),
    subjects=(SubjectRef("customer", ColumnPath.of("customer")),),
)
ROWS = [
    {
        "customer": f"C{i % 3}",
        "messages": [{"body": f"write to m{i % 3}@example.org"}],
        "title": None,
    }
    for i in range(9)
]


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    use_cheap_passphrase(monkeypatch)
    with TemporaryDirectory() as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield


def project(root: Path, how: str | None, promise: str = "masked", title: str = "drop") -> Made:
    text = Treatment("text", (("how", how),) if how else ())
    made = make_project(
        root,
        {"tickets.jsonl": "".join(json.dumps(row) + "\n" for row in ROWS)},
        contracts=(TICKETS,),
        treatments={
            "tickets.customer": Treatment("token"),
            "tickets.messages[].body": text,
            "tickets.title": Treatment(title),
        },
        source_format=SourceFormat("jsonl"),
        form="parquet",
    )
    policy = made.root / "policy.yaml"
    policy.write_text(policy.read_text().replace("as: pseudonymous", f"as: {promise}"))
    return made


def bodies(made: Made) -> list[str]:
    table = pq.read_table(Path(require_well(made)) / "tickets.parquet")
    return [message["body"] for row in table.to_pylist() for message in row["messages"]]


@pytest.mark.parametrize(
    ("how", "shape"), [(None, "[EMAIL]"), ("token", "[EMAIL:"), ("mask", "**")]
)
def test_nested_text_leaves_protected(how: str | None, shape: str, tmp_path: Path) -> None:
    made = project(tmp_path / "project", how)
    found = bodies(made)
    assert len(found) == 9
    assert all(text.startswith("write to ") and shape in text for text in found)
    assert len(set(found)) == (3 if how == "token" else 1)


def test_surrogates_are_the_same_for_the_same(tmp_path: Path) -> None:
    found = bodies(project(tmp_path / "project", "surrogate"))
    assert len(set(found)) == 3
    assert not any(f"m{i}@example.org" in text for i in range(3) for text in found)


def test_a_projects_own_kinds_are_replaced_too(tmp_path: Path) -> None:
    made = project(tmp_path / "project", "tag")
    assert "write to" in bodies(made)[0]
    kinds = "version: 1\nkinds:\n  verb:\n    pattern: write\n    category: user.unique_id\n"
    examples = "    examples: {must_match: [write], must_not_match: [read]}\n"
    (made.root / "kinds.yaml").write_text(kinds + examples)
    settings = made.root / "privet.yaml"
    settings.write_text(settings.read_text() + "kinds: kinds.yaml\n")
    assert set(bodies(made)) == {"[VERB] to [EMAIL]"}
    found = privet(made.root, "scan", "-", "--json", given="write\n").json["text"]["kinds"]
    assert [(kind["kind"], kind["category"]) for kind in found] == [("verb", "user.unique_id")]
    assert privet(made.root, "redact", "--kinds", "verb", given="write a@b.example").out == (
        "[VERB] a@b.example"
    )


def test_plan_receipt_and_report_name_it(tmp_path: Path) -> None:
    made = project(tmp_path / "project", "surrogate")
    planned = privet(made.root, "plan", "research")
    assert "text(how=surrogate)" in planned.out
    assert "masked" in planned.out
    release = Path(require_well(made))
    verified = privet(made.root, "verify", str(release), "--json")
    assert "masked" in verified.out
    report = next((made.root / "reports").glob("*.html")).read_text()
    assert "Personal data that was found in the text replaced" in report
    assert "Masked personal data" in report


def test_a_pseudonymous_release_may_not_rest_on_what_was_found(tmp_path: Path) -> None:
    refused = privet(project(tmp_path / "project", "tag", "pseudonymous").root, "plan", "research")
    assert refused.code == 1
    assert "may miss somebody in `tickets.messages[].body`" in refused.err
    assert "as: masked" in refused.err


def test_a_masked_release_keeps_no_free_text(tmp_path: Path) -> None:
    refused = privet(project(tmp_path / "p", "tag", title="keep").root, "plan", "research")
    assert refused.code == 1
    assert "`tickets.title: {text: tag}`" in refused.err


def test_a_column_of_names_is_no_free_text(tmp_path: Path) -> None:
    made = project(tmp_path / "project", "tag", title="text")
    contract = made.root / "contracts" / "tickets.yaml"
    text = contract.read_text()
    at = text.index("title")
    contract.write_text(text[:at] + text[at:].replace("user.content.private", "user.name", 1))
    refused = privet(made.root, "plan", "research")
    assert refused.code == 1
    assert "leaves `tickets.title` (user.name) readable" in refused.err


def test_it_fits_text_alone_and_knows_its_ways(tmp_path: Path) -> None:
    made = project(tmp_path / "project", "shout")
    refused = privet(made.root, "check")
    assert refused.code == 1
    assert "`how` of `text`" in refused.said
