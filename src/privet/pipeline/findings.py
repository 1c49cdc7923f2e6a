"""What was found while a data set was brought in: added up batch by batch, kept with the step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from privet.model.quality import CleanOutcome, CleanStep
from privet.pipeline.inspection import Inspected
from privet.quality.cleaning.cleaning import labels
from privet.quality.key_rules import merge_reason


@dataclass
class Findings:
    """Counts of one pass over a source.

    Attributes:
        judged: rows that the row rules looked at.
        failed: rows that fail, by rule.
        changed: cells that cleaning changed, by step and column.
        records: records of each file, by URL.
        skipped: rows at or below the watermark, as those are that an earlier run has taken.
        late: of these, the ones in places of a file where no earlier run has seen a record.
        added: columns of the source that the contract does not have, and `lost` the other way.
        unknown: what columns show that the contract does not know, in words.
    """

    judged: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    changed: Counter[tuple[str, str]] = field(default_factory=Counter)
    records: Counter[str] = field(default_factory=Counter)
    skipped: int = 0
    late: int = 0
    added: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    unknown: tuple[str, ...] = ()

    def note(self, seen: Inspected) -> None:
        """Add what the inspection of a batch says."""
        self.judge(seen)
        self.changed.update(seen.changed)

    def judge(self, seen: Inspected) -> None:
        """Add what the rules say of a batch, and nothing of its cleaning."""
        self.judged += seen.judged
        self.failed.update(seen.failed)

    def cleaning(
        self, steps: Sequence[CleanStep], merged: Mapping[str, int]
    ) -> tuple[CleanOutcome, ...]:
        """What each cleaning step changed: cells by column, or the rows that it merged."""
        by_step: dict[str, dict[str, int]] = {label: {} for label in labels(steps)}
        for (label, column), cells in self.changed.items():
            by_step[label][column] = cells
        for label, step in zip(by_step, steps, strict=True):
            if step.name == "deduplicate":
                by_step[label][""] = merged.get(merge_reason(step), 0)
        return tuple(CleanOutcome(label, changed) for label, changed in by_step.items())
