"""What became of a data set's rows at each snapshot, as far as a report may tell it.

Each snapshot's rows are disclosed by themselves (`disclosure`), and what is told of them is told on
the ladder beside this run's numbers, so that what came or went between two snapshots does not show
a small group either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from privet.model.errors import IntegrityError
from privet.model.release import RowCounts
from privet.pipeline.summary import DataSummary, QualityPoint
from privet.report.disclosure import Amount, Shown, disclose
from privet.report.failures import walls
from privet.report.levels import Ladder

MOST = 24
"""So many snapshots are shown, the newest."""


@dataclass(frozen=True, slots=True)
class Past:
    """One snapshot; an amount is None where it may not be shown."""

    snapshot: int
    when: datetime
    read: Amount | None
    quarantined: Amount | None
    merged: Amount | None
    failed: Mapping[str, Amount | None]

    def share(self, rows: Amount | None) -> float | None:
        """Which part of the rows read `rows` are, from 0 to 1."""
        if rows is None or self.read is None or not self.read.high:
            return None
        return min(rows.middle / self.read.middle, 1.0)

    @property
    def held_back(self) -> float | None:
        """Which part of the rows read did not stay."""
        parts = self.share(self.quarantined), self.share(self.merged)
        return None if parts[0] is None or parts[1] is None else min(parts[0] + parts[1], 1.0)


def past(data: DataSummary, shown: Shown, ladder: Ladder) -> tuple[Past, ...]:
    """The last snapshots, oldest first.

    Args:
        data: with its history.
        shown: what is told of this run's rows.
        ladder: how exactly all else of the data set is told.
    """
    most = walls([outcome.rule for outcome in data.quality.rules], shown)
    ladders = {rule: ladder.beside(rows) for rule, rows in most.items()}
    return tuple(
        _past(point, shown if _this_run(point, data) else _disclosed(point), ladder, ladders)
        for point in data.quality.history[-MOST:]
    )


def _past(
    point: QualityPoint, rows: Shown | None, ladder: Ladder, ladders: Mapping[str, Ladder]
) -> Past:
    if rows is None or rows.out is None:
        return Past(point.snapshot, point.when, None, None, None, {})
    return Past(
        point.snapshot,
        point.when,
        ladder.cover(rows.read),
        _covered(rows.total("quarantined"), ladder),
        _covered(rows.total("merged"), ladder),
        {
            rule: ladders.get(rule, ladder).step(failed)
            for rule, failed in sorted(point.failed.items())
        },
    )


def _this_run(point: QualityPoint, data: DataSummary) -> bool:
    """Whether these are the rows that the rest of the page is about."""
    same = (point.snapshot, point.read) == (data.snapshot, data.counts.read)
    return same and _present(point.quarantined) == _present(data.counts.quarantined)


def _present(reasons: Mapping[str, int]) -> dict[str, int]:
    return {reason: rows for reason, rows in reasons.items() if rows}


def _disclosed(point: QualityPoint) -> Shown | None:
    """What may be told of a snapshot's rows; None where they do not add up."""
    try:
        return disclose(
            RowCounts(point.read, point.kept, point.quarantined, merged=point.merged),
        )
    except IntegrityError:
        return None


def _covered(rows: Amount | None, ladder: Ladder) -> Amount | None:
    return None if rows is None else ladder.cover(rows)
