"""Rows put in order of their partition: a stable counting sort on the first bits of a digest."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import compiled

Order: TypeAlias = npt.NDArray[np.int64]

MAX_BITS: Final = 16


def partition_order(digests: npt.NDArray[np.uint8], bits: int) -> tuple[Order, Order]:
    """Which rows go to which of `2**bits` partitions.

    Args:
        digests: shape (rows, bytes), evenly spread, such as keyed hashes; the first two bytes
            count, or the first where `bits` is at most 8.
        bits: 0 to 16.

    Returns:
        `order`, the row numbers sorted by partition and then by row, shape (rows,); and `bounds`,
        shape (2**bits + 1,): partition p holds `order[bounds[p]:bounds[p + 1]]`.

    Raises:
        ValueError: `bits` out of range, or digests too short for it.
    """
    return _counting_sort(_partitions(digests, bits), 1 << bits)


def partition_order_twin(digests: npt.NDArray[np.uint8], bits: int) -> tuple[Order, Order]:
    """The same with Python's stable sort: the oracle of `partition_order`."""
    parts = [int.from_bytes(bytes(row[:2]).ljust(2, b"\0"), "big") >> 16 - bits for row in digests]
    order = sorted(range(len(parts)), key=parts.__getitem__)
    bounds = [sum(part < edge for part in parts) for edge in range((1 << bits) + 1)]
    return np.array(order, np.int64), np.array(bounds, np.int64)


def warm() -> None:
    """Compile, or load from the cache, before somebody waits for rows."""
    partition_order(np.zeros((1, 2), np.uint8), 1)


def _partitions(digests: npt.NDArray[np.uint8], bits: int) -> npt.NDArray[np.uint16]:
    rows, width = digests.shape
    if not 0 <= bits <= MAX_BITS:
        raise ValueError("partitions are numbered by 0 to 16 bits")
    if width * 8 < bits:
        raise ValueError("the digests are shorter than the bits asked for")
    if bits == 0:
        return np.zeros(rows, np.uint16)
    prefix = digests[:, 0].astype(np.uint16) << np.uint16(8)
    if width > 1:
        prefix |= digests[:, 1]
    return prefix >> np.uint16(MAX_BITS - bits)


@compiled
def _counting_sort(parts: npt.NDArray[np.uint16], count: int) -> tuple[Order, Order]:
    bounds = np.zeros(count + 1, np.int64)
    for part in parts:
        bounds[np.int64(part) + 1] += 1
    for edge in range(count):
        bounds[edge + 1] += bounds[edge]
    place = bounds[:count].copy()
    order = np.empty(len(parts), np.int64)
    for row, part in enumerate(parts):
        order[place[part]] = row
        place[part] += 1
    return order, bounds
