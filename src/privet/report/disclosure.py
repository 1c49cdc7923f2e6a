"""Which row counts a report may show: no group of fewer than ten, and none by subtraction.

The rows read of a data set are the sum of its groups: the rows out, and one group for each reason
for which rows were quarantined, merged, withheld or suppressed. Of one page it must not be possible
to compute how large a group of 1 to 9 rows is, whatever is added or subtracted, and by somebody who
has read this file too. So what is shown is a function of less than the counts. With `k` reasons,
`s` of them small, and `rest` the rows read less those of all reasons that are not small:

- *exact*   no group is small: every count as it is.
- *ranges*  `rest` is at least `10 + 9 s`: the rows read and the larger reasons as they are, each
  small reason as "fewer than 10", the rows out as a range that follows from the rest of the page
  (`rest - 9 s` to `rest - s`). The rows out absorb every choice of 1 to 9 for each small reason.
- *merged*  else: the rows read, and no other count. One group can grow where another shrinks.
- *hidden*  fewer than `10 + 9 k` rows were read: only that bound, for with few rows and many
  reasons the rows read alone would tell that each reason has just one.

In each case every number from 1 to 9 stays possible for every small group, and the page is the same
for all of them; `tests/attack/test_report_small_groups.py` tries them all. Everything else on the
page that adds these groups up (sums, pictures, sentences) is made from a `Shown` and never from the
counts. What else is counted, and is no such sum, goes through `privet.report.levels`.

Not covered: the difference between the reports of two runs, and what is no count of rows. Only the
person who ran the pipeline has them, and that person can read the evidence record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from privet.model.errors import IntegrityError
from privet.model.release import RowCounts

SMALL = 10
"""A group of fewer rows than this is not shown."""

Kind: TypeAlias = Literal["quarantined", "merged", "withheld", "suppressed"]
KINDS: tuple[Kind, ...] = ("quarantined", "merged", "withheld", "suppressed")
"""In the order in which a row meets them."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of rows as far as it may be shown: from `low` to `high`, both included."""

    low: int
    high: int

    @property
    def exact(self) -> bool:
        """Whether it is one number."""
        return self.low == self.high

    @property
    def middle(self) -> float:
        """Half way: where a drawing puts it."""
        return (self.low + self.high) / 2

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.low + other.low, self.high + other.high)

    def __str__(self) -> str:
        if self.exact:
            return f"{self.low:,}"
        if self.low <= 1:
            return f"fewer than {self.high + 1:,}"
        return f"{self.low:,} to {self.high:,}"


NOTHING = Amount(0, 0)
FEW = Amount(1, SMALL - 1)


@dataclass(frozen=True, slots=True)
class Group:
    """The rows that stayed back for one reason; `rows` is None where it may not be shown."""

    kind: Kind
    reason: str
    rows: Amount | None


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be shown of a data set's rows; `out` is None where it may not be."""

    read: Amount
    out: Amount | None
    groups: tuple[Group, ...]

    def of(self, *kinds: Kind) -> tuple[Group, ...]:
        """The groups of these kinds."""
        return tuple(group for group in self.groups if group.kind in kinds)

    def total(self, *kinds: Kind) -> Amount | None:
        """The rows of these kinds: the sum of what is shown, so that it tells nothing new."""
        return total(self.of(*kinds))

    def left(self, gone: Collection[Group]) -> Amount | None:
        """The rows once `gone` are gone: what follows from both sides of the sum."""
        removed, out = total(gone), self.out
        staying = total([group for group in self.groups if group not in gone])
        if removed is None or staying is None or out is None:
            return None
        from_below = out + staying
        return Amount(
            max(self.read.low - removed.high, from_below.low),
            min(self.read.high - removed.low, from_below.high),
        )

    @property
    def merges(self) -> bool:
        """Whether a small group is behind it."""
        amounts = (self.read, self.out, *(group.rows for group in self.groups))
        return any(amount is None or not amount.exact for amount in amounts)


def total(groups: Collection[Group]) -> Amount | None:
    """The rows of several groups, as far as they are shown; None where one is not."""
    rows = NOTHING
    for group in groups:
        if group.rows is None:
            return None
        rows += group.rows
    return rows


def disclose(counts: RowCounts) -> Shown:
    """What may be shown of `counts`, by the rule above.

    Raises:
        IntegrityError: rows in are not rows out and the rows that stayed back, or a count is
            negative.
    """
    _require_sum(counts)
    groups = tuple(_groups(counts))
    sizes = [rows for _, _, rows in groups]
    small = sum(rows < SMALL for rows in sizes)
    rest = counts.read - sum(rows for rows in sizes if rows >= SMALL)
    bound = SMALL + (SMALL - 1) * len(groups)
    if not small and (counts.out == 0 or counts.out >= SMALL):
        return _shown(groups, read=_exactly(counts.read), out=_exactly(counts.out), apart=True)
    if counts.read < bound:
        return _shown(groups, read=Amount(1, bound - 1), out=None, apart=False)
    out = Amount(rest - small * FEW.high, rest - small * FEW.low)
    if small and out.low >= SMALL:
        return _shown(groups, read=_exactly(counts.read), out=out, apart=True)
    return _shown(groups, read=_exactly(counts.read), out=None, apart=False)


def _shown(
    groups: tuple[tuple[Kind, str, int], ...], *, read: Amount, out: Amount | None, apart: bool
) -> Shown:
    return Shown(
        read,
        out,
        tuple(
            Group(kind, reason, (_exactly(rows) if rows >= SMALL else FEW) if apart else None)
            for kind, reason, rows in groups
        ),
    )


def _exactly(rows: int) -> Amount:
    return Amount(rows, rows)


def _groups(counts: RowCounts) -> Iterator[tuple[Kind, str, int]]:
    """Every reason with a row, by name: sorted by size, the order would tell which is larger."""
    for kind, reasons in _kinds(counts):
        for reason, rows in sorted(reasons.items()):
            if rows:
                yield kind, reason, rows


def _kinds(counts: RowCounts) -> tuple[tuple[Kind, Mapping[str, int]], ...]:
    return (
        ("quarantined", counts.quarantined),
        ("merged", counts.merged),
        ("withheld", counts.withheld),
        ("suppressed", counts.suppressed),
    )


def _require_sum(counts: RowCounts) -> None:
    reasons = (rows for _, kind in _kinds(counts) for rows in kind.values())
    if not counts.balanced() or min(counts.read, counts.out, *reasons) < 0:
        raise IntegrityError(
            "rows read are not rows out, quarantined, merged, withheld and suppressed: no report "
            "says otherwise",
            hint="the release is as its receipt says; `privet verify` checks it",
        )
