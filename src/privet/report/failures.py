"""What a rule found, as far as a report may tell it.

Rules overlap: a row is held back for the first rule that it fails, and fails others too. So beside
the rows held back for a rule (`disclosure`), the rows that fail it are told on the ladder of
`levels`: otherwise the difference, those held back for an earlier rule, could be a small group.
Where there is no difference, they are told as the rows held back are.

Whether a rule holds says on which side of its threshold the number is. It is left out where that
would split what the ladder keeps together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from privet.model.quality import RuleOutcome, Threshold
from privet.model.release import RowCounts
from privet.report.disclosure import NOTHING, SMALL, Amount, Group, Shown
from privet.report.levels import Ladder
from privet.report.stages import PLACES, place_of

_SEVERITIES = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Failure:
    """One rule's outcome.

    Attributes:
        some: whether any row fails.
        failed: rows that fail; None where it may not be shown.
        of: rows that the rule looked at; None where it is not known which of the page's numbers.
        holds: None where it may not be said.
        about_rows: whether the rule is about rows; otherwise it is about the whole data set.
    """

    outcome: RuleOutcome
    some: bool
    failed: Amount | None
    of: Amount | None
    holds: bool | None
    about_rows: bool

    @property
    def rank(self) -> int:
        """What needs attention first: 0 does not hold, 1 rows fail or it is not said, 2 is fine."""
        if self.holds is False:
            return 0
        return 1 if self.some or self.holds is None else 2


def failures(
    outcomes: Sequence[RuleOutcome], counts: RowCounts, shown: Shown, ladder: Ladder
) -> tuple[Failure, ...]:
    """What the rules found, what needs attention first.

    Args:
        outcomes: in the order of the contract: a row is held back for the first that it fails.
        counts: the data set's rows.
        shown: what is told of the rows.
        ladder: how exactly all else of the data set is told.
    """
    most = walls([outcome.rule for outcome in outcomes], shown)
    made = [
        _failure(outcome, counts, shown, ladder.beside(most.get(outcome.rule, ())))
        for outcome in outcomes
    ]
    return tuple(sorted(made, key=_order))


def walls(rules: Sequence[str], shown: Shown) -> Mapping[str, tuple[Amount, ...]]:
    """How many rows can fail each rule at most: those held back for it, and for rules before it.

    A reader may leave some of those before out, for not every rule is asked of every row.
    """
    held = {group.reason: group.rows for group in shown.of("quarantined")}
    found: dict[str, tuple[Amount, ...]] = {}
    before: list[Amount] = []
    for rule in rules:
        own = held.get(f"rule:{rule}", NOTHING)
        if own is None:
            return {}
        sums = accumulate(reversed(before), initial=own)
        found[rule] = (*sums, *(own + earlier for earlier in before[:-1]))
        if own != NOTHING:
            before.append(own)
    return found


def _order(failure: Failure) -> tuple[int, int, float, str]:
    rows = -failure.failed.middle if failure.failed else 0.0
    return (failure.rank, _SEVERITIES.index(failure.outcome.severity), rows, failure.outcome.rule)


def _failure(outcome: RuleOutcome, counts: RowCounts, shown: Shown, ladder: Ladder) -> Failure:
    about_rows = outcome.figure is None and outcome.of > 0
    if about_rows and not outcome.failed and not outcome.holds:
        about_rows = False  # a rule on the set, whose figure is a person's
    of = _looked_at(outcome.of, counts, shown, ladder) if about_rows else None
    failed = _failed(outcome, counts, of, shown, ladder)
    holds = _holds(outcome, failed, of, ladder) if about_rows else outcome.holds
    return Failure(outcome, outcome.failed > 0, failed, of, holds, about_rows)


def _failed(
    outcome: RuleOutcome,
    counts: RowCounts,
    of: Amount | None,
    shown: Shown,
    ladder: Ladder,
) -> Amount | None:
    if outcome.failed == 0:
        return NOTHING
    if shown.out is None:
        return None
    reason = f"rule:{outcome.rule}"
    if outcome.failed == counts.quarantined.get(reason):
        return next(group.rows for group in shown.groups if group.reason == reason)
    return ladder.step(outcome.failed, of)


def _looked_at(of: int, counts: RowCounts, shown: Shown, ladder: Ladder) -> Amount | None:
    """The rows that a rule looked at: where it is one of the numbers along the way, that one."""
    if shown.out is None:
        return None
    gone: list[Group] = []
    left = counts.read
    for place in PLACES:
        here = [group for group in shown.groups if place_of(group) == place]
        gone += here
        left -= sum(getattr(counts, group.kind)[group.reason] for group in here)
        if left == of:
            return shown.left(gone)
    return ladder.step(of, shown.read)


def _holds(
    outcome: RuleOutcome, failed: Amount | None, of: Amount | None, ladder: Ladder
) -> bool | None:
    threshold = outcome.threshold
    if threshold is None or failed == NOTHING:
        return outcome.holds
    if failed is None:
        return None
    rows = outcome.of if of is None else of.middle
    together = [Amount(1, SMALL - 1), *ladder.closed]
    return outcome.holds if all(_one(threshold, part, rows) for part in together) else None


def _one(threshold: Threshold, part: Amount, of: float) -> bool:
    """Whether the threshold says the same of each number of rows in `part`."""
    scale = 100 / of if threshold.unit == "percent" else 1.0
    said = {threshold.holds(rows * scale) for rows in range(max(part.low, 1), part.high + 1)}
    return len(said) <= 1
