"""Show what `scan --suggest` found: YAML to paste, each entry below a comment that says why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, TypeAlias

from privet.cli import output, show_scan
from privet.config.cleaning_file import steps_text
from privet.config.quality_text import rules_text
from privet.config.yaml_text import comment, indent, scalar
from privet.model.paths import Step
from privet.model.quality import QualityRule
from privet.project.scanning import Scanned
from privet.quality.suggest import SuggestedRule, SuggestedStep, Suggestions

_Branch: TypeAlias = tuple[tuple[Step, ...], SuggestedRule]


def show(scans: Sequence[Scanned], *, json: bool) -> None:
    """Print one YAML document for each table: for its contract, then for the pipeline."""
    if json:
        output.emit(
            "scan",
            tables=[
                show_scan.describe(scan.verdict)
                | {"suggested": _describe(scan.suggestions or Suggestions())}
                for scan in scans
            ],
        )
        return
    output.say("\n---\n".join(document(scan) for scan in scans))


def document(scan: Scanned) -> str:
    """The suggestions of one table as YAML, without a line break at its end."""
    verdict, found = scan.verdict, scan.suggestions or Suggestions()
    how = "all" if verdict.whole else "the first"
    text = comment(
        f"{verdict.name}: what {how} {verdict.rows:,} rows of {verdict.source} suggest. Keep what "
        "fits. The rules hold once the cleaning steps are there too."
    )
    if not found.rules and not found.steps:
        return f"{text}\n# Nothing."
    if found.rules:
        text += f"\n\n# Into contracts/{verdict.name}.yaml:\nschema:\n"
        text += indent(f"- name: {scalar(verdict.name)}\n  properties:\n", 1)
        branches = [(each.rule.columns[0].steps, each) for each in found.rules]
        text += indent(_properties(branches), 3)
    if found.steps:
        text += f"\n# Into the pipeline, below the source:\nsources:\n  {scalar(verdict.name)}:\n"
        text += "    clean:\n" + indent("".join(map(_step, found.steps)), 3)
    return text.rstrip("\n")


def _describe(found: Suggestions) -> dict[str, Any]:
    return {
        "rules": [
            {
                "name": each.rule.name,
                "columns": [str(path) for path in each.rule.columns],
                "evidence": each.evidence,
                "yaml": _rule(each.rule),
            }
            for each in found.rules
        ],
        "cleaning": [
            {
                "step": each.step.name,
                "columns": [str(path) for path in each.step.columns],
                "evidence": each.evidence,
                "yaml": steps_text([each.step]),
            }
            for each in found.steps
        ],
    }


def _properties(branches: Iterable[_Branch]) -> str:
    """The entries of a `properties` list; `branches` are the rest of each rule's path."""
    text = ""
    for step, group in groupby(branches, key=lambda branch: branch[0][0]):
        below = [(steps[1:], each) for steps, each in group]
        inside = f"name: {scalar(step.name)}\n"
        here = [each for steps, each in below if not steps]
        if here:
            inside += "quality:\n" + indent("".join(map(_commented, here)), 1)
        if deeper := [branch for branch in below if branch[0]]:
            inside += "properties:\n" + indent(_properties(deeper), 1)
        text += "- " + indent(inside, 1).removeprefix("  ")
    return text


def _commented(each: SuggestedRule) -> str:
    return f"{comment(each.evidence)}\n{_rule(each.rule)}"


def _rule(rule: QualityRule) -> str:
    """The rule's entry in a `quality` list."""
    lines = rules_text([rule]).splitlines(keepends=True)[1:]
    return "".join(line.removeprefix("  ") for line in lines)


def _step(each: SuggestedStep) -> str:
    return f"{comment(each.evidence)}\n{steps_text([each.step])}"
