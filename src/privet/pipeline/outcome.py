"""What an ingest says of itself: kept sealed with the step, read by the release and the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
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


@dataclass(frozen=True, slots=True)
class Way:
    """How a data set was brought in.

    Attributes:
        shape: hash (hex) of `manner`; runs of one shape go on from one another.
        manner: how rows are read, cleaned and judged, in JSON's terms.
        parents: the snapshots that rows refer to, by data set: SHA-256 of their manifests.
    """

    shape: str
    manner: Mapping[str, Any]
    parents: Mapping[str, str]

    def describe(self) -> Output:
        """Its part of a step's output."""
        return {"shape": self.shape, "manner": dict(self.manner), "parents": dict(self.parents)}


def describe(
    snapshot: Snapshot,
    counts: RowCounts,
    intake: Intake,
    *,
    rules: Sequence[RuleOutcome],
    profile: Profile,
    fitted: Fitted | None,
    way: Way,
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
        **way.describe(),
        "read": counts.read + before.get("read", 0),
        "kept": counts.out + before.get("kept", 0),
        "quarantined": _sum(counts.quarantined, before.get("quarantined", {})),
        "merged": _sum(counts.merged, before.get("merged", {})),
        "waived": dict(before.get("waived", {})),
        "records": _most(findings.records, before.get("records", {})),
        "watermark": intake.watermark.newest if intake.watermark else None,
        "skipped": findings.skipped,
        "late": findings.late,
        "drift": {
            "added": sorted(findings.added),
            "lost": sorted(findings.lost),
            "unknown": list(findings.unknown),
        },
        "rules": [asdict(rule) for rule in rules],
        "cleaning": [
            asdict(step) for step in findings.cleaning(intake.source.clean, counts.merged)
        ],
        "profile": profile.to_json(),
        "fitted": fitted.to_json() if fitted else None,
    }


def describe_again(
    snapshot: Snapshot,
    counts: RowCounts,
    base: Base,
    *,
    rules: Sequence[RuleOutcome],
    cleaning: Sequence[CleanOutcome],
    profile: Profile,
    way: Way,
    watermark: str | None,
    waived: Mapping[str, int],
) -> Output:
    """The output where the rows that `base` held back were looked at again, and nothing was read.

    Args:
        snapshot: the new one.
        counts: of the rows that were looked at again.
        base: of which the snapshot has all kept rows.
        rules: what they found on all rows.
        cleaning: what it changed in the rows that were looked at.
        profile: of all kept rows.
        way: how they were brought in now.
        watermark: as text.
        waived: rows that were let in though a rule had held them back, by rule, ever.
    """
    before = base.output
    known = {step["step"]: step["changed"] for step in before["cleaning"]}
    return {
        **before,
        "snapshot": snapshot.number,
        "manifest": snapshot.sha256,
        "when": snapshot.manifest.created,
        **way.describe(),
        "kept": before["kept"] + counts.out,
        "quarantined": dict(counts.quarantined),
        "merged": _sum(counts.merged, before["merged"]),
        "waived": dict(waived),
        "watermark": watermark,
        "rules": [asdict(rule) for rule in rules],
        # What was cleaned then is cleaned again now, and counts once.
        "cleaning": [
            {"step": step.step, "changed": _most(step.changed, known.get(step.step, {}))}
            for step in cleaning
        ],
        "profile": profile.to_json(),
    }


def unchanged(base: Base, intake: Intake) -> Output:
    """The step's output where the source has no row that an earlier run has not taken."""
    findings = intake.findings
    return {
        **base.output,
        "records": _most(findings.records, base.records),
        "skipped": findings.skipped,
        "late": findings.late,
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
        late=output["late"],
        ignored=tuple(output["drift"]["added"]),
        absent=tuple(output["drift"]["lost"]),
        unknown=tuple(output["drift"].get("unknown", ())),
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
