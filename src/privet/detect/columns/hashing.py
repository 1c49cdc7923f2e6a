"""A 64-bit hash of texts, all bytes of a column at once. It orders and finds; it protects nothing.

The lists of names and places (`lists/*.bin`) hold these hashes: another hash needs them made anew.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.transforms.text_bytes import TextBytes

LONGEST = 1024
"""Bytes of a value that are looked at: a longer one is text."""

Hashes = npt.NDArray[np.uint64]


def hashes_of(texts: TextBytes) -> Hashes:
    """A polynomial hash of every value, none empty and none longer than `LONGEST` bytes."""
    if len(texts.offsets) == 1:
        return np.empty(0, np.uint64)
    starts = texts.offsets[:-1]
    place = np.arange(len(texts.data)) - np.repeat(starts, np.diff(texts.offsets))
    return _mix(np.add.reduceat(_WORDS[texts.data] * _POWERS[place], starts))


def _mix(numbers: Hashes) -> Hashes:
    """The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def _tables() -> tuple[Hashes, Hashes]:
    """A random word for each byte, and powers of an odd number for each place."""
    words = _mix(np.arange(1, 257, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    powers = np.full(LONGEST, 0xD1342543DE82EF95, np.uint64)
    powers[0] = 1
    return words, np.cumprod(powers, dtype=np.uint64)


_WORDS, _POWERS = _tables()
