"""What of a column's counts may be shown: no group of 1 to 9 rows, nor any by subtraction.

The groups of a column are its nulls, its bins (or the rows of each of its values) and the rows
beyond the bins. Whoever has the shown counts, the number of rows and this file must not be able to
say of any of these groups that it has so many rows, where that is 1 to 9:

- Fewer than 19 rows: nothing is shown at all.
- Fewer than 10 values: they count as nulls. Fewer than 10 nulls: they count as `other`.
- Bins: from left to right, a bin of 1 to 9 rows is joined with its right neighbours until they are
  10; a rest at the right end with the bins to its left. The sum stands in the largest of them, the
  others show nothing. So each count shown is 0 or at least 10, and the shown counts, taken as a
  column of their own, show themselves: they are always one explanation of what is seen.
- Ranks: as many of the most common values as are 10 rows each and leave no rest of 1 to 9.
- Different values: exact where each has a count shown, or where the rows of the others could fall
  on them in many ways (ten rows each and more, and fewer than the last rank); else an upper bound,
  as if each of those rows had its own.

Not covered: the difference between the profiles of two runs.
`tests/attack/test_profile_small_groups.py` tries every small column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SMALL = 10
"""A group of fewer rows than this is not shown."""
MOST_RANKS = 10
_FEWEST = 2 * SMALL - 1
"""Below this, hidden nulls could be told from what is left for the values."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Counts that may be shown.

    Attributes:
        other: rows in no count, hidden nulls included.
        named: values that have a count of their own.
        loose: rows of which only the sum is shown, and not how they fall on values.
    """

    rows: int
    nulls: int
    counts: tuple[int, ...]
    other: int
    named: int
    loose: int

    def about(self, distinct: int) -> int:
        """As much of a number of different values as may be told: exact, or an upper bound."""
        if not self.rows or self.nulls == self.rows:
            return 0
        if not self.loose or self._spares_room(distinct - self.named):
            return distinct
        return self.named + self.loose

    def _spares_room(self, values: int) -> bool:
        """Whether the loose rows could fall on so many values in many ways, with nulls or not."""
        if self.loose < SMALL * (values + 1):
            return False
        if self.named:
            return self.named == MOST_RANKS and self.loose <= values * self.counts[-1] - SMALL
        return bool(self.counts)


_NOTHING = Shown(0, 0, (), 0, 0, 0)


def merged_bins(bins: Sequence[int], *, apart: int, nulls: int) -> Shown:
    """What may be shown of a histogram.

    Args:
        bins: rows of each bin.
        apart: rows in no bin that are not null.
        nulls: rows that are null.
    """
    rows = sum(bins) + apart + nulls
    if rows < _FEWEST:
        return _NOTHING
    if rows - nulls < SMALL:
        return Shown(rows, rows, (), 0, 0, 0)
    if nulls < SMALL:
        apart, nulls = apart + nulls, 0
    counts = _joined(bins)
    if 0 < apart < SMALL or not any(counts):
        apart += _give_up_smallest(counts)
    values = rows - nulls
    if not any(counts):
        return Shown(rows, nulls, (), values, 0, values)
    return Shown(rows, nulls, tuple(counts), apart, 0, values)


def merged_ranks(counts: Sequence[int], *, apart: int, nulls: int) -> Shown:
    """What may be shown of the most common values.

    Args:
        counts: rows of each of the most common values, most common first.
        apart: rows of all other values.
        nulls: rows that are null.
    """
    rows = sum(counts) + apart + nulls
    if rows < _FEWEST:
        return _NOTHING
    if rows - nulls < SMALL:
        return Shown(rows, rows, (), 0, 0, 0)
    hidden, nulls = (nulls, 0) if nulls < SMALL else (0, nulls)
    ranks = list(counts[:MOST_RANKS])
    other = apart + hidden + sum(counts[MOST_RANKS:])
    while ranks and (ranks[-1] < SMALL or 0 < other < SMALL):
        other += ranks.pop()
    return Shown(rows, nulls, tuple(ranks), other, len(ranks), other)


def _joined(bins: Sequence[int]) -> list[int]:
    """Bins with every group of 1 to 9 in its neighbours; all zero where they are fewer than ten."""
    counts = [0] * len(bins)
    begin = 0
    blocks: list[tuple[int, int]] = []
    for end in range(1, len(bins) + 1):
        rows = sum(bins[begin:end])
        if rows == 0 or rows >= SMALL:
            blocks.append((begin, end))
            begin = end
    if begin < len(bins):
        while blocks and 0 < sum(bins[begin:]) < SMALL:
            begin = blocks.pop()[0]
        blocks.append((begin, len(bins)))
    for first, last in blocks:
        rows = sum(bins[first:last])
        if rows >= SMALL:
            largest = max(range(first, last), key=lambda place: bins[place])
            counts[largest] = rows
    return counts


def _give_up_smallest(counts: list[int]) -> int:
    """Take the smallest group out of the bins; how many rows it had (0: there was none)."""
    filled = [place for place, rows in enumerate(counts) if rows]
    if not filled:
        return 0
    smallest = min(filled, key=lambda place: counts[place])
    rows, counts[smallest] = counts[smallest], 0
    return rows
