"""What an ingest says of itself: kept sealed with the step, read by the release and the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from privet.model.quality import CleanOutcome, RuleOutcome, Threshold
from privet.model.release import RowCounts
from privet.pipeline.increments import Base
from privet.pipeline.intake import Intake
from privet.pipeline.steps import Output
from privet.pipeline.summary import QualityPoint, QualitySummary
from privet.quality.cleaning.fitting import Fitted
from privet.quality.shapes import Profile
from privet.vault.snapshots import Snapshot


def describe(
    snapshot: Snapshot,
    counts: RowCounts,
    intake: Intake,
    *,
    rules: Sequence[RuleOutcome],
    profile: Profile,
    fitted: Fitted | None,
    shape: str,
    base: Base | None,
) -> Output:
    """The step's output, in JSON's terms. Counts of rows are of the snapshot with its base's."""
    findings = intake.findings
    before = base.output if base else {}
    return {
        "data": snapshot.dataset,
        "snapshot": snapshot.number,
        "manifest": snapshot.sha256,
        "when": snapshot.manifest.created,
        "shape": shape,
        "read": counts.read + before.get("read", 0),
        "kept": counts.out + before.get("kept", 0),
        "quarantined": _sum(counts.quarantined, before.get("quarantined", {})),
        "merged": _sum(counts.merged, before.get("merged", {})),
        "records": _most(findings.records, before.get("records", {})),
        "watermark": intake.watermark.newest if intake.watermark else None,
        "skipped": findings.skipped,
        "drift": {"added": sorted(findings.added), "lost": sorted(findings.lost)},
        "rules": [asdict(rule) for rule in rules],
        "cleaning": [
            asdict(step) for step in findings.cleaning(intake.source.clean, counts.merged)
        ],
        "profile": profile.to_json(),
        "fitted": fitted.to_json() if fitted else None,
    }


def former_profile(outputs: Sequence[Output]) -> Profile | None:
    """The profile of the newest snapshot that a step remembers."""
    known = [output for output in outputs if output.get("profile")]
    if not known:
        return None
    return Profile.from_json(max(known, key=_number)["profile"])


def quality(output: Output, earlier: Sequence[Output]) -> QualitySummary:
    """The quality of a data set as the report shows it.

    Args:
        output: of the step that brought it in.
        earlier: all that the step ever gave, `output` among them or not, in no order.
    """
    points = {_number(each): each for each in (*earlier, output)}
    return QualitySummary(
        rules=tuple(_rule(rule) for rule in output["rules"]),
        cleaning=tuple(CleanOutcome(**step) for step in output["cleaning"]),
        profiles=Profile.from_json(output["profile"]).shown(),
        history=tuple(
            _point(points[number]) for number in sorted(points) if number <= _number(output)
        ),
    )


def _point(output: Output) -> QualityPoint:
    return QualityPoint(
        snapshot=output["snapshot"],
        when=datetime.fromisoformat(output["when"]),
        read=output["read"],
        kept=output["kept"],
        quarantined=output["quarantined"],
        merged=output["merged"],
        failed={rule["rule"]: rule["failed"] for rule in output["rules"]},
    )


def _rule(stored: Mapping[str, Any]) -> RuleOutcome:
    limit = stored["threshold"]
    threshold = (
        Threshold(limit["operator"], tuple(limit["values"]), limit["unit"]) if limit else None
    )
    return RuleOutcome(**{**stored, "columns": tuple(stored["columns"]), "threshold": threshold})


def _number(output: Output) -> int:
    number: int = output["snapshot"]
    return number


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return dict(Counter(one) + Counter(other))


def _most(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {url: max(one.get(url, 0), other.get(url, 0)) for url in sorted({*one, *other})}
