from __future__ import annotations

import pytest

from privet.config.contract_file import read_contracts
from privet.config.contract_text import render_contract
from privet.config.pipeline_file import read_pipeline
from privet.config.policy_file import read_policy
from privet.config.project_file import load_project
from privet.config.scaffold import render_pipeline, render_policy, render_project
from privet.config.schemas import NAMES, SCHEMA_FOLDER, file_name
from privet.config.yaml_document import Document
from privet.model.contract import Column, Contract, SubjectRef
from privet.model.paths import ColumnPath
from privet.model.pipeline import Incremental, PipelineSpec, ReleaseSpec, SourceFormat, SourceSpec
from privet.model.policy import Treatment
from privet.model.quality import (
    CleanStep,
    Matches,
    QualityRule,
    Refers,
    RowCount,
    Threshold,
    Unique,
)

EMAIL = ColumnPath.of("email")
CUSTOMERS = Contract(
    name="customers",
    version="1.0.0",
    columns=(
        Column(ColumnPath.of("id"), "int64", "user.unique_id", required=True),
        Column(EMAIL, "string", "user.contact.email", note="look at this"),
        Column(ColumnPath.parse("messages[].body"), "string"),
    ),
    subjects=(SubjectRef("customer", ColumnPath.of("id")),),
    retention="P3Y",
    residency=("EU",),
    rules=(
        QualityRule("unique_id", Unique(), (ColumnPath.of("id"),)),
        QualityRule("refers_id", Refers("people", (EMAIL,)), (ColumnPath.of("id"),)),
        QualityRule("mail", Matches("@"), (EMAIL,), severity="warning", action="report"),
        QualityRule("rows", RowCount(), action="stop", threshold=Threshold("mustBe", (5.0,))),
    ),
)
PIPELINE = PipelineSpec(
    name="research",
    purpose="research",
    role="analyst",
    sources={
        "customers": SourceSpec("customers", ("a.csv",), SourceFormat("csv", delimiter=";")),
        "tickets": SourceSpec(
            "tickets",
            ("t/", "u/"),
            SourceFormat("jsonl", "gzip"),
            clean=(CleanStep("trim"),),
            incremental=Incremental(),
        ),
    },
    releases=(ReleaseSpec("customers"), ReleaseSpec("tickets", "arrow")),
)


def document(text: str) -> Document:
    return Document.parse(text.encode(), "f.yaml")


def test_the_project_file_shows_the_defaults(tmp_path):
    (tmp_path / "privet.yaml").write_text(render_project("demo"))
    shown = load_project(tmp_path)
    (tmp_path / "privet.yaml").write_text("version: 1\nproject: demo\n")
    assert load_project(tmp_path) == shown


def test_a_contract_reads_back():
    assert read_contracts(document(render_contract(CUSTOMERS, physical="a.csv"))) == [CUSTOMERS]


def test_rules_stand_at_their_columns():
    lines = render_contract(CUSTOMERS, physical="a.csv").splitlines()
    here = lines.index("          - name: mail")
    assert lines[here : here + 5] == [
        "          - name: mail",
        "            metric: invalidValues",
        '            arguments: {pattern: "@"}',
        "            mustBeGreaterOrEqualTo: 0",
        "            severity: warning",
    ]


def test_a_note_stands_above_its_column():
    text = render_contract(CUSTOMERS, physical="a.csv", notes={EMAIL: "98 % are valid\nunsure: x"})
    lines = text.splitlines()
    assert lines[lines.index("      - name: email") - 1] == "      # 98 % are valid unsure: x"
    assert read_contracts(document(text)) == [CUSTOMERS]


def test_a_column_without_category_says_so_at_its_line():
    lines = render_contract(CUSTOMERS, physical="a.csv").splitlines()
    body = next(number for number, line in enumerate(lines) if line.endswith("- name: body"))
    assert "NO CATEGORY YET" in lines[body + 3]


def test_two_columns_of_one_path_are_refused():
    column = Column(EMAIL, "string", "none")
    with pytest.raises(ValueError, match="share a path"):
        render_contract(Contract("a", "1", (column, column)), physical="a.csv")


def test_a_policy_reads_back():
    treatments = {
        "customers.email": Treatment("token"),
        "user.financial": Treatment("drop"),
        "tickets.zip": Treatment("truncate", (("length", 3),)),
    }
    tickets = Contract("tickets", "1", (Column(ColumnPath.of("zip"), "string", "none"),))
    text = render_policy(
        principal="os:ana",
        purpose="research",
        contracts=[CUSTOMERS, tickets],
        treatments=treatments,
    )
    policy = read_policy(document(text))
    assert policy.roles["analyst"].members == ("os:ana",)
    assert policy.purposes["research"].basis == {"default": "legitimate_interest"}
    first, second = policy.rules
    assert (first.data, second.data) == ("customers", "tickets")
    assert set(first.columns) == {"customers.email", "user.financial"}
    assert second.columns["tickets.zip"] == treatments["tickets.zip"]
    assert "user.financial" in second.columns
    assert [(test.column, test.expect) for test in policy.tests] == [
        ("customers.email", "token"),
        ("tickets.zip", "truncate(length=3)"),
    ]


def test_a_policy_without_data_reads_back():
    text = render_policy(principal="os:ana", purpose="research", contracts=[], treatments={})
    assert read_policy(document(text)).rules == ()


def test_a_pipeline_reads_back():
    assert read_pipeline(document(render_pipeline(PIPELINE))) == PIPELINE


def test_the_first_line_names_the_schema():
    up = "../"
    texts = {
        "project": (render_project("demo"), ""),
        "policy": (
            render_policy(principal="os:ana", purpose="p", contracts=[], treatments={}),
            "",
        ),
        "contract": (render_contract(CUSTOMERS, physical="a.csv"), up),
        "pipeline": (render_pipeline(PIPELINE), up),
    }
    assert set(texts) == set(NAMES) - {"kinds"}
    for name, (text, folder) in texts.items():
        first = f"# yaml-language-server: $schema={folder}{SCHEMA_FOLDER}/{file_name(name)}"
        assert text.splitlines()[0] == first


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("demo", "demo"),
        ("my project", "my-project"),
        ("2024 data.v2", "project-2024-data-v2"),
        ("a\nkeys: {passphrase: x}", "a-keys-passphrase-x"),
        ("données", "donn-es"),
        ("", "project"),
        ("日本", "project"),
        ("x" * 200, "x" * 63),
        ("yes", "yes"),
    ],
)
def test_any_folder_gives_a_project_name(tmp_path, folder, name):
    (tmp_path / "privet.yaml").write_text(render_project(folder))
    assert load_project(tmp_path).name == name
