"""A set of row numbers, one bit each: what is known of every row without holding any."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Marks:
    """Row numbers from 0 on. A hundred million rows take 12 MB, once one of the last is marked."""

    def __init__(self) -> None:
        self._bits = np.zeros(0, np.uint8)

    def add(self, numbers: Numbers) -> None:
        """Mark the rows; those below 0 are nobody's, and stay out."""
        numbers = numbers[numbers >= 0]
        if not len(numbers):
            return
        self._reach(int(numbers.max()) // 8 + 1)
        np.bitwise_or.at(self._bits, numbers >> 3, _bit(numbers))

    def of(self, numbers: Numbers) -> Flags:
        """Which of the rows are marked."""
        marked = np.zeros(len(numbers), np.bool_)
        reached = np.flatnonzero((numbers >= 0) & (numbers < 8 * len(self._bits)))
        numbers = numbers[reached]
        marked[reached] = (self._bits[numbers >> 3] & _bit(numbers)) > 0
        return marked

    def _reach(self, size: int) -> None:
        if size > len(self._bits):
            grown = np.zeros(max(size, 2 * len(self._bits)), np.uint8)
            grown[: len(self._bits)] = self._bits
            self._bits = grown


def _bit(numbers: Numbers) -> npt.NDArray[np.uint8]:
    return np.left_shift(np.uint8(1), (numbers & 7).astype(np.uint8))
