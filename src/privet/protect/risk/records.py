"""Records by leaf codes, looked up by boxes; the work of looking up is counted, so that it ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from privet.protect.risk.coding import Ints, Numbers
from privet.protect.risk.grouping import Groups

_FIRST, _LARGEST = 1 << 12, 1 << 18
_EACH = 1 << 10
"""What one look-up costs beside what it compares."""


class Work:
    """Counts what was looked at; `left` says whether more may be.

    Args:
        most: combinations or classes that may be compared with a box.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.done = 0

    @property
    def left(self) -> bool:
        """Whether there is work left to do."""
        return self.done < self.most


@dataclass(frozen=True, slots=True)
class Records:
    """Distinct combinations of leaf codes.

    Attributes:
        codes: rising in the column `by`: shape (m, q), F order.
        by: the column in which they differ most; looking up begins there.
        number: of each in the order of `codes`, its number in lexicographic order: shape (m,).
        place: the other way round: shape (m,).
        domain: codes of a column are below it: shape (q,).
        groups: rows and people of each combination, by number.
    """

    codes: Numbers = field(repr=False)
    by: int
    number: npt.NDArray[np.int32] = field(repr=False)
    place: npt.NDArray[np.int32] = field(repr=False)
    domain: Ints
    groups: Groups

    def point(self, number: int) -> Numbers:
        """The leaf codes of a combination: shape (q,)."""
        found: Numbers = self.codes[self.place[number]]
        return found

    def points(self, numbers: Ints) -> Numbers:
        """The leaf codes of combinations: shape (numbers, q)."""
        found: Numbers = self.codes[self.place[numbers]]
        return found

    def within(self, low: Numbers, high: Numbers, work: Work) -> Iterator[Ints]:
        """Numbers of the combinations that lie in a box, bit by bit; low and high: shape (q,)."""
        begin, end = np.searchsorted(self.codes[:, self.by], (low[self.by], high[self.by] + 1))
        columns = self._telling(low, high)
        work.done += _EACH
        size, at = _FIRST, int(begin)
        while at < end:
            stop = min(at + size, int(end))
            work.done += stop - at
            left: Ints | None = None
            for column in columns:
                codes = self.codes[at:stop, column]
                codes = codes if left is None else codes[left]
                fits = np.flatnonzero((low[column] <= codes) & (codes <= high[column]))
                left = fits if left is None else left[fits]
            found = self.number[at:stop]
            yield (found if left is None else found[left]).astype(np.int64)
            at, size = stop, min(2 * size, _LARGEST)

    def inside(self, low: Numbers, high: Numbers, work: Work) -> Ints:
        """All of them."""
        return np.concatenate([np.zeros(0, np.int64), *self.within(low, high, work)])

    def _telling(self, low: Numbers, high: Numbers) -> list[int]:
        """The columns that a box is narrower in than the whole, narrowest first, `by` apart."""
        share = (high - low + 1) / self.domain
        order = np.argsort(share, kind="stable").tolist()
        return [column for column in order if column != self.by and share[column] < 1]


def looked_up(codes: Numbers, domain: Sequence[int] | Ints, groups: Groups) -> Records:
    """Combinations in the order in which they are looked up.

    Args:
        codes: in lexicographic order: shape (m, q).
        domain: codes of a column are below it: shape (q,).
        groups: of each combination.
    """
    sizes = np.asarray(domain, np.int64)
    by = int(sizes.argmax())
    order = np.argsort(codes[:, by], kind="stable").astype(np.int32)
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    kind = np.int16 if int(sizes.max()) < 2**15 else np.int32
    laid = np.empty(codes.shape, kind, order="F")
    for column in range(codes.shape[1]):
        laid[:, column] = codes[order, column]
    return Records(laid, by, order, place, sizes, groups)
