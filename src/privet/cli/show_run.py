"""Show what `run` and `verify` did."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from privet.cli import output
from privet.model.release import RowCounts
from privet.pipeline.summary import QualitySummary, RunSummary
from privet.project.verifying import Verified


def show(summary: RunSummary, report: Path, *, json: bool) -> None:
    """Print where the release, its receipt and its report are, and what became of the rows."""
    release = _short(summary.release)
    if json:
        output.emit("run", **_describe(summary, report))
        return
    for step in summary.steps:
        state = "unchanged, not run again" if step.unchanged else f"{step.seconds:.1f} s"
        output.say(f"{step.name}: {state}")
    for data in summary.data:
        output.say(f"{data.name}: {_counts(data.counts)}")
        for line in _quality(data.quality):
            output.say(f"  {line}")
    output.say(f"guarantee: {summary.guarantee}; purpose: {summary.purpose}")
    output.say(f"release:   {release}{' (unchanged)' if summary.unchanged else ''}")
    output.say(f"receipt:   {release}/receipt.json")
    output.say(f"report:    {_short(str(report))}  (for you alone; it does not leave)")
    if "://" in release:
        output.say("check it:  copy it into a folder, then privet verify FOLDER --key privet.pub")
    else:
        output.say(f"check it:  privet verify {release}")


def show_verified(verified: Verified, *, json: bool) -> None:
    """Print what was checked."""
    if json:
        output.emit("verify", verified=verified.what, facts=dict(verified.facts))
        return
    output.say(f"verified: {verified.what}")
    for name, value in verified.facts:
        output.say(f"  {name}: {value}")


def _counts(counts: RowCounts) -> str:
    parts = [f"{counts.read:,} rows read", f"{counts.out:,} out"]
    gone = (
        ("quarantined", counts.quarantined),
        ("merged", counts.merged),
        ("suppressed", counts.suppressed),
        ("withheld", counts.withheld),
    )
    for what, reasons in gone:
        total = sum(reasons.values())
        if total:
            names = ", ".join(f"{reason} {count:,}" for reason, count in sorted(reasons.items()))
            parts.append(f"{total:,} {what} ({names})")
    return ", ".join(parts)


def _quality(quality: QualitySummary) -> Iterator[str]:
    """What cleaning changed, the rules that rows failed or that are broken, and who came late."""
    for step in quality.cleaning:
        cells = sum(step.changed.values())
        columns = ", ".join(sorted(column for column in step.changed if column))
        if "" in step.changed:
            yield f"{step.step} merged {output.counted(cells, 'row')}"
        else:
            changed = output.counted(cells, "cell")
            yield f"{step.step} changed {changed}" + (f" ({columns})" if columns else "")
    for rule in quality.rules:
        if rule.failed or not rule.holds:
            found = f"{rule.failed:,} of {rule.of:,} rows fail" if rule.failed else "does not hold"
            yield f"rule {rule.rule} ({rule.severity}): {found}"
    for names, said in (
        (quality.ignored, "not read, since the contract has no such column"),
        (quality.absent, "null, since the source has no such column"),
    ):
        if names:
            yield f"{said}: {', '.join(names[:5])}{' …' if names[5:] else ''}"
    for each in quality.unknown:
        yield f"the contract does not know of {each}"
    if quality.late:
        yield (
            f"{output.counted(quality.late, 'row')} not taken, though no earlier run has seen "
            "them: not above the watermark (to take all, run once without `incremental:`)"
        )


def _short(path: str) -> str:
    """A path relative to here, where that is shorter."""
    if "://" in path:
        return path
    relative = os.path.relpath(path)
    return relative if len(relative) < len(path) else path


def _describe(summary: RunSummary, report: Path) -> dict[str, Any]:
    return {
        "pipeline": summary.pipeline,
        "release": summary.release,
        "release_id": summary.release_id,
        "number": summary.number,
        "unchanged": summary.unchanged,
        "guarantee": summary.guarantee,
        "receipt": f"{summary.release}/receipt.json",
        "report": str(report),
        "files": [
            {"name": file.name, "size": file.size, "sha256": file.sha256} for file in summary.files
        ],
        "data": [
            {
                "name": data.name,
                "read": data.counts.read,
                "out": data.counts.out,
                "quarantined": dict(data.counts.quarantined),
                "merged": dict(data.counts.merged),
                "suppressed": dict(data.counts.suppressed),
                "withheld": dict(data.counts.withheld),
                "late": data.quality.late,
                "drift": {
                    "added": list(data.quality.ignored),
                    "lost": list(data.quality.absent),
                    "unknown": list(data.quality.unknown),
                },
                "rules": [
                    {
                        "rule": rule.rule,
                        "columns": list(rule.columns),
                        "what": rule.check,
                        "severity": rule.severity,
                        "action": rule.action,
                        "failed": rule.failed,
                        "of": rule.of,
                        "figure": rule.figure,
                        "holds": rule.holds,
                    }
                    for rule in data.quality.rules
                ],
                "cleaning": [
                    {"step": step.step, "changed": dict(step.changed)}
                    for step in data.quality.cleaning
                ],
            }
            for data in summary.data
        ],
        "steps": [{"name": step.name, "unchanged": step.unchanged} for step in summary.steps],
    }
