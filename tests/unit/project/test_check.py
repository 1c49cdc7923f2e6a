"""`check` looks at every file, not only at the policy's rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.projects import Made, customers_csv, make_project


def project(tmp_path: Path) -> Made:
    rows = [("C1", "a@example.org", "s", "Bonn", 1)]
    return make_project(tmp_path, {"customers.csv": customers_csv(rows)})


def said(made: Made) -> str:
    return " ".join(f"{problem.where} {problem.message}" for problem in made.open().check())


def test_a_project_as_made_has_no_problem(tmp_path: Path) -> None:
    assert project(tmp_path).open().check() == ()


def test_what_a_pipeline_names_must_be_declared(tmp_path: Path) -> None:
    made = project(tmp_path)
    pipeline = made.root / "pipelines" / "research.yaml"
    text = pipeline.read_text()
    pipeline.write_text(text.replace("purpose: research", "purpose: reserch") + "to: unilab\n")
    assert "pipelines/research.yaml pipeline `research` names purpose `reserch`" in said(made)
    assert "names recipient" in said(made)


def test_a_recipients_key_is_tried_before_anything_runs(tmp_path: Path) -> None:
    made = project(tmp_path)
    policy = made.root / "policy.yaml"
    key = "age1" + "q" * 58
    policy.write_text(policy.read_text() + f"recipients: {{unilab: {{region: EU, key: {key}}}}}\n")
    assert "the key of unilab" in said(made)
    assert key not in said(made)


@pytest.mark.parametrize(
    ("into", "part"),
    [
        (".privet/vault", "vault's own folder"),
        ("./x/../.privet/out", "vault's own folder"),
        ("file:.privet", "vault's own folder"),
        ("s4://bucket/out", "s4:// is no store"),
        ("file://host/out", "another machine"),
    ],
)
def test_releases_go_to_a_known_place_that_is_not_the_vault(
    tmp_path: Path, into: str, part: str
) -> None:
    made = project(tmp_path)
    pipeline = made.root / "pipelines" / "research.yaml"
    pipeline.write_text(pipeline.read_text().replace("into: releases", f"into: {into}"))
    assert part in said(made)
    pipeline.write_text(pipeline.read_text().replace(f"into: {into}", "into: .privet-out"))
    assert made.open().check() == ()


def test_a_retention_that_nothing_enforces_is_told(tmp_path: Path) -> None:
    made = project(tmp_path)
    contract = made.root / "contracts" / "customers.yaml"
    promise = "slaProperties: [{property: retention, value: P3Y}]\n"
    contract.write_text(contract.read_text() + promise)
    (problem,) = made.open().check()
    assert (problem.severity, "retention" in problem.message) == ("warning", True)
