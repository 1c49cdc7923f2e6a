"""How many rows have a combination of values that no other row has: counted, or estimated.

Counting sorts the rows' keys. The estimate keeps the k smallest hashes of keys with their counts
(bottom-k sampling, Cohen and Kaplan, PODC 2007): a key is kept from its first row on or never, so
the counts of kept keys are exact, and the share of keys below the k-th hash scales them up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

KEPT = 4_096
"""Keys of a sketch: where most keys have one row, an estimate is within 3 % of itself, 19 times in
20; `Singled.error` says within how many rows."""
_HASHES = 2.0**64
_MANY = 2
_ROOMY = 8

Keys = npt.NDArray[np.uint64]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Singled:
    """Rows with a combination that no other row has.

    Attributes:
        unique: how many.
        rows: of how many.
        error: `unique` is within so many rows, 19 times in 20; 0: it is counted.
    """

    unique: int
    rows: int
    error: int = 0


def dense(keys: Keys) -> tuple[Codes, int]:
    """The same keys as numbers from 0, and how many different ones there are."""
    values, codes = np.unique(keys, return_inverse=True)
    return codes.astype(np.int64), len(values)


def pair(left: tuple[Codes, int], right: tuple[Codes, int]) -> tuple[Codes, int]:
    """Codes of the combination of two coded columns; dense again where the range gets large."""
    codes, span = left[0] * right[1] + right[0], left[1] * right[1]
    if span <= _ROOMY * max(len(codes), 1):
        return codes, span
    return dense(codes.astype(np.uint64))


def singletons(codes: Codes, span: int) -> int:
    """How many of the codes, from 0 to `span`, stand once."""
    return int((np.bincount(codes, minlength=span) == 1).sum())


def combined(columns: list[Keys]) -> Keys:
    """One hash of several columns' hashes, row by row."""
    total = np.zeros(len(columns[0]), np.uint64)
    for place, keys in enumerate(columns):
        total = (total ^ keys) * np.uint64(0xD1342543DE82EF95 + 2 * place)
        total ^= total >> np.uint64(29)
    total *= np.uint64(0x94D049BB133111EB)
    mixed: Keys = total ^ (total >> np.uint64(32))
    return mixed


class Sketch:
    """Counts rows by key in bounded memory, and estimates how many keys have one row."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._rows = 0
        self._keys: Keys = np.empty(0, np.uint64)
        self._counts: Codes = np.empty(0, np.int64)

    def add(self, keys: Keys) -> None:
        """Take the keys of further rows in."""
        self._rows += len(keys)
        if len(self._keys) == self._most:
            keys = keys[keys <= self._keys[-1]]
        values, counts = np.unique(keys, return_counts=True)
        merged = np.concatenate((self._keys, values))
        self._keys, places = np.unique(merged, return_inverse=True)
        total = np.zeros(len(self._keys), np.int64)
        np.add.at(total, places, np.concatenate((self._counts, counts)))
        self._keys, self._counts = self._keys[: self._most], np.minimum(total, _MANY)[: self._most]

    def singled(self) -> Singled:
        """The rows singled out so far."""
        ones = int((self._counts == 1).sum())
        if len(self._keys) < self._most:
            return Singled(ones, self._rows)
        part = (float(self._keys[-1]) + 1) / _HASHES
        ones = int((self._counts[:-1] == 1).sum())
        unique = min(self._rows, round(ones / part))
        # Such an estimate has a variance of its square by the hits; none at all allows for three.
        spread = 2 * math.sqrt(ones) if ones else 3
        return Singled(unique, self._rows, max(1, round(spread / part)))
