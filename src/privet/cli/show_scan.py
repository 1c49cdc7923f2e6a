"""Show what `scan` and `init` found and wrote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from privet.cli import output, table
from privet.model.finding import Finding, QuasiIdentifier, TableScan
from privet.project.initialising import Initialised

_PROMISE = (
    "A scan looks at headers and values; without a model it does not promise to find names "
    "in free text."
)


def show(scans: Sequence[TableScan], *, json: bool) -> None:
    """Print the verdict on every column."""
    if json:
        output.emit("scan", tables=[describe(scan) for scan in scans])
        return
    for scan in scans:
        how = "all" if scan.whole else "a sample of"
        table.show(
            f"{scan.name}: {how} {scan.rows:,} rows of {scan.source} ({scan.form})",
            ("column", "type", "found", "category", "sure", "why"),
            [_row(finding) for finding in scan.findings],
        )
        output.say()
        if scan.quasi:
            table.show(
                "Columns that name nobody, and together single out rows:",
                ("columns", "alone with their values"),
                [_quasi_row(each) for each in scan.quasi],
            )
            output.say()
    output.say(_PROMISE)


def show_init(made: Initialised, *, json: bool) -> None:
    """Print what was written, and what a person should look at."""
    if json:
        output.emit(
            "init",
            files=list(made.files),
            pipeline=made.pipeline,
            unsure=list(made.unsure),
            tables=[describe(scan) for scan in made.scans],
        )
        return
    for scan in made.scans:
        found = sum(finding.kind is not None for finding in scan.findings)
        output.say(f"{scan.name}: personal data in {found} of {len(scan.findings)} columns")
    output.say("\nWrote:")
    for name in made.files:
        output.say(f"  {name}")
    if made.unsure:
        output.say("\nPlease look at these columns; until you do, they are dropped:")
        for column in made.unsure:
            output.say(f"  {column}")
    output.say(f"\nNext: privet check && privet plan {made.pipeline}")


def _row(finding: Finding) -> tuple[str, ...]:
    return (
        str(finding.path),
        finding.type,
        finding.kind or "nothing found",
        finding.category or "-",
        f"{finding.confidence} %" + (" ?" if finding.unsure else ""),
        "; ".join(finding.evidence),
    )


def _quasi_row(each: QuasiIdentifier) -> tuple[str, str]:
    share = f"{100 * each.unique / each.rows:.1f} %"
    about = f"about {share} (± {100 * each.error / each.rows:.1f})" if each.error else share
    return " + ".join(map(str, each.columns)), f"{about} of {each.rows:,} rows"


def describe(scan: TableScan) -> dict[str, Any]:
    """One table as the JSON output has it."""
    return {
        "name": scan.name,
        "source": scan.source,
        "form": scan.form,
        "rows": scan.rows,
        "whole": scan.whole,
        "columns": [
            {
                "column": str(finding.path),
                "type": finding.type,
                "kind": finding.kind,
                "category": finding.category,
                "confidence": finding.confidence,
                "unsure": finding.unsure,
                "evidence": list(finding.evidence),
            }
            for finding in scan.findings
        ],
        "quasi": [
            {
                "columns": [str(path) for path in each.columns],
                "unique": each.unique,
                "rows": each.rows,
                "error": each.error,
            }
            for each in scan.quasi
        ],
    }
