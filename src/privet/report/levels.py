"""How exactly a count may be told that is no part of the rows' sum: rules' failures, nulls, cells.

Such counts have to do with the groups of the sum and with each other, in ways that depend on the
data: the rows that fail two rules, a null that was filled in, the rows that came since yesterday.
Whoever subtracts two figures of the page must not learn of a group of 1 to 9 rows how large it is.
So a count is told as a step of one ladder, the same for all: 1, 10, 20, ... 100, 110, ... 1,000,
1,100, ... (two leading digits, no step shorter than ten). And where a rung lies within ten of a
number of rows that the page tells (a *wall*), the rung is left out, and two steps are one. Then:

- the difference between two such counts can be each of 1 to 9, or none of them;
- so can the difference between such a count and a wall, also where the wall itself is a range.

Zero is told: no row is no group. So a small group may be told to have two parts, and that neither
is all of it; whole and parts can still be any other number.
`tests/attack/test_report_quality_small_groups.py` tries it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from privet.report.disclosure import NOTHING, SMALL, Amount


@dataclass(frozen=True, slots=True)
class Ladder:
    """The steps on which counts are told.

    Attributes:
        closed: where no rung is: ranges, ascending, apart from each other.
    """

    closed: tuple[Amount, ...] = ()

    def step(self, count: int, most: Amount | None = None) -> Amount:
        """The step on which `count` stands.

        Args:
            count: what is counted.
            most: rows that the page tells, where `count` is some of them: no step is higher.
        """
        if count <= 0:
            return NOTHING
        low, high = _rung(count), _next(_rung(count))
        while low > 1 and self._closed(low):
            low = _rung(low - 1)
        while self._closed(high):
            high = _next(high)
        inside = most is not None and count <= most.high
        return Amount(low, min(high - 1, most.high) if most and inside else high - 1)

    def cover(self, amount: Amount) -> Amount:
        """The steps from the one of the lower end to the one of the upper end."""
        return Amount(self.step(amount.low).low, self.step(amount.high).high)

    def beside(self, walls: Iterable[Amount]) -> Ladder:
        """This ladder without the rungs close to more walls."""
        near = [Amount(wall.low - SMALL, wall.high + SMALL) for wall in walls if wall.high > 0]
        merged: list[Amount] = []
        for wall in sorted([*self.closed, *near], key=lambda wall: wall.low):
            if merged and wall.low <= merged[-1].high:
                merged[-1] = Amount(merged[-1].low, max(merged[-1].high, wall.high))
            else:
                merged.append(wall)
        return Ladder(tuple(merged))

    def _closed(self, rung: int) -> bool:
        place = bisect_right(self.closed, rung, key=lambda wall: wall.low) - 1
        return place >= 0 and rung <= self.closed[place].high


def _rung(count: int) -> int:
    """The highest rung at or below `count`."""
    if count < SMALL:
        return 1
    unit = _unit(count)
    return count // unit * unit


def _next(rung: int) -> int:
    return SMALL if rung < SMALL else rung + _unit(rung)


def _unit(count: int) -> int:
    """How far rungs lie apart around `count`."""
    return max(SMALL, int(10 ** (len(str(count)) - 2)))
