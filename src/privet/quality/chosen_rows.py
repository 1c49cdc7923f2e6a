"""A sample of rows that follows from their numbers alone, and halves as the table grows."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Numbers: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]

_BITS = 64


class ChosenRows:
    """The rows of a table that are looked at: all, or those whose mixed number begins with n zeros.

    Attributes:
        zeros: n; a step up lets about half of the rows go.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._numbers: list[Numbers] = []
        self.count = 0
        self.zeros = 0

    def extend(self, begin: int, end: int) -> tuple[Numbers, Flags | None]:
        """Go on with the rows from `begin` to `end` (not included).

        Returns:
            The numbers of those that are chosen, ascending; and, where rows chosen before are let
            go, which of them stay (None: all).
        """
        numbers = np.arange(begin, end, dtype=np.int64)
        numbers = numbers[chosen(numbers, self.zeros)]
        if self.count + len(numbers) <= self._most:
            self._hold(numbers)
            return numbers, None
        before = np.concatenate([*self._numbers, numbers[:0]])
        held = before
        while len(held) + len(numbers) > self._most:
            self.zeros += 1
            held, numbers = (rows[chosen(rows, self.zeros)] for rows in (held, numbers))
        self._numbers, self.count = [], 0
        self._hold(held)
        self._hold(numbers)
        return numbers, chosen(before, self.zeros)

    def _hold(self, numbers: Numbers) -> None:
        self._numbers.append(numbers)
        self.count += len(numbers)


def chosen(numbers: Numbers, zeros: int) -> Flags:
    """Which rows are chosen where their mixed number has to begin with so many zeros."""
    if zeros == 0:
        return np.ones(len(numbers), np.bool_)
    return _mixed(numbers) < np.uint64(1 << (_BITS - zeros))


def _mixed(numbers: Numbers) -> npt.NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), of numbers from 1 on."""
    mixed = numbers.astype(np.uint64) + np.uint64(1)
    mixed *= np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed
