"""The order of 64-bit words, several times sooner than NumPy's stable sort."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Words: TypeAlias = npt.NDArray[np.uint64]
Order: TypeAlias = npt.NDArray[np.int64]


def stable_order(words: Words) -> Order:
    """The row numbers in order of their words, equal ones in the order of rows: shape (rows,).

    The leading bits in which words differ and the row number share one word, which is sorted in
    place (with SIMD, where the processor has it). The bits of a word that find no room hardly ever
    decide; where they would, the slow sort does.
    """
    rows = len(words)
    if rows < 2:
        return np.arange(rows, dtype=np.int64)
    differing = int(np.bitwise_or.reduce(words ^ words[0])).bit_length()
    place = (rows - 1).bit_length()
    low = np.uint64(max(differing + place - 64, 0))
    shift = np.uint64(64 - max(differing, 1)) + low
    keys = ((words >> low) << shift) | np.arange(rows, dtype=np.uint64)
    keys.sort()
    order = (keys & np.uint64((1 << place) - 1)).astype(np.int64)
    if low:
        ordered = words[order]
        if (ordered[1:] < ordered[:-1]).any():
            return np.argsort(words, kind="stable").astype(np.int64)
    return order


def stable_order_twin(words: Words) -> Order:
    """The same by Python's sort: the oracle of `stable_order`."""
    listed = words.tolist()
    return np.array(sorted(range(len(listed)), key=listed.__getitem__), np.int64)
