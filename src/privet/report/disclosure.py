"""Which row counts a report may show: no group of fewer than ten, and none by subtraction.

The rows read of a data set are the sum of its groups: the rows out, and one group for each reason
for which rows were quarantined or withheld. Of one page it must not be possible to compute how
large a group of 1 to 9 rows is, whatever is added or subtracted, and by somebody who has read this
file too. So what is shown is a function of less than the counts. With `k` reasons, `s` of them
small, and `rest` the rows read less those of all reasons that are not small:

- *exact*   no group is small: every count as it is.
- *ranges*  `rest` is at least `10 + 9 s`: the rows read and the larger reasons as they are, each
  small reason as "fewer than 10", the rows out as a range that follows from the rest of the page
  (`rest - 9 s` to `rest - s`). The rows out absorb every choice of 1 to 9 for each small reason.
- *merged*  else: the rows read, and no other count. One group can grow where another shrinks.
- *hidden*  fewer than `10 + 9 k` rows were read: only that bound, for with few rows and many
  reasons the rows read alone would tell that each reason has just one.

In each case every number from 1 to 9 stays possible for every small group, and the page is the same
for all of them; `tests/attack/test_report_small_groups.py` tries them all. Everything else on the
page that speaks of rows (sums, bars, sentences) is made from a `Shown` and never from the counts.

Not covered: the difference between the reports of two runs, and what is no count of rows. Only the
person who ran the pipeline has them, and that person can read the evidence record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from privet.model.errors import IntegrityError
from privet.model.release import RowCounts

SMALL = 10
"""A group of fewer rows than this is not shown."""

Kind: TypeAlias = Literal["quarantined", "withheld"]
KINDS: tuple[Kind, ...] = ("quarantined", "withheld")


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
        return (
            f"fewer than {self.high + 1:,}" if self.low == 1 else f"{self.low:,} to {self.high:,}"
        )


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

    def of(self, kind: Kind) -> tuple[Group, ...]:
        """The groups of one kind."""
        return tuple(group for group in self.groups if group.kind == kind)

    def total(self, kind: Kind) -> Amount | None:
        """The rows of one kind: the sum of what is shown, so that it tells nothing new."""
        total = NOTHING
        for group in self.of(kind):
            if group.rows is None:
                return None
            total += group.rows
        return total

    @property
    def merges(self) -> bool:
        """Whether a small group is behind it."""
        amounts = (self.read, self.out, *(group.rows for group in self.groups))
        return any(amount is None or not amount.exact for amount in amounts)


def disclose(counts: RowCounts) -> Shown:
    """What may be shown of `counts`, by the rule above.

    Raises:
        IntegrityError: rows in are not rows out, quarantined and withheld, or a count is negative.
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
    for reason, rows in sorted(counts.quarantined.items()):
        if rows:
            yield "quarantined", reason, rows
    for reason, rows in sorted(counts.withheld.items()):
        if rows:
            yield "withheld", reason, rows


def _require_sum(counts: RowCounts) -> None:
    parts = (counts.read, counts.out, *counts.quarantined.values(), *counts.withheld.values())
    if not counts.balanced() or min(parts) < 0:
        raise IntegrityError(
            "rows read are not rows out, quarantined and withheld: no report says otherwise",
            hint="the release is as its receipt says; `privet verify` checks it",
        )
