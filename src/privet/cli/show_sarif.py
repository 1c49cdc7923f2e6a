"""Findings in files as SARIF 2.1.0 (OASIS, 2020), which code hosts and editors read.

No value stands in it, and no fingerprint that could be guessed from one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from privet.model.version import VERSION
from privet.project.text_files import TextFinding

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT = "SRCROOT"


def sarif(findings: Sequence[TextFinding]) -> dict[str, Any]:
    """The findings as a SARIF log of one run; a rule for each kind, sorted by name."""
    kinds = {finding.kind: finding for finding in findings}
    order = {name: number for number, name in enumerate(sorted(kinds))}
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "privet",
                        "version": VERSION,
                        "rules": [_rule(kinds[name]) for name in order],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding, order[finding.kind]) for finding in findings],
            }
        ],
    }


def _rule(finding: TextFinding) -> dict[str, Any]:
    secret = finding.family == "secret"
    advice = (
        "Take it out, and have it replaced where it is in use: what was committed once is known."
        if secret
        else "Replace it by a made-up value."
    )
    return {
        "id": finding.kind,
        "shortDescription": {"text": f"{finding.label} in a file"},
        "help": {"text": f"{advice} Where it is meant, write `privet: allow` on its line."},
        "defaultConfiguration": {"level": _level(finding)},
        "properties": {"tags": ["security" if secret else "privacy"]},
    }


def _level(finding: TextFinding) -> str:
    return "error" if finding.family == "secret" else "warning"


def _result(finding: TextFinding, rule: int) -> dict[str, Any]:
    path = quote(finding.path)
    outside = finding.path.startswith("/")
    location = {"uri": f"file://{path}"} if outside else {"uri": path, "uriBaseId": _ROOT}
    return {
        "ruleId": finding.kind,
        "ruleIndex": rule,
        "level": _level(finding),
        "rank": float(finding.score),
        "message": {"text": f"One of the {finding.label}, {finding.score} % sure."},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": location,
                    "region": {
                        "startLine": finding.line,
                        "startColumn": finding.column,
                        "endLine": finding.end_line,
                        "endColumn": finding.end_column,
                    },
                }
            }
        ],
    }
