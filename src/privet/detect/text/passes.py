"""A compiled pass over the bytes of a column: cut into pieces, on all cores, put together."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from privet.kernels.hearing import hear
from privet.kernels.scan.emission import FIELDS
from privet.kernels.scan.tables import workplace
from privet.kernels.spans import Spans

Bytes: TypeAlias = npt.NDArray[np.uint8]
Places: TypeAlias = npt.NDArray[np.int64]
Column: TypeAlias = tuple[Bytes, Places]
"""The bytes of all rows, and where each row begins; one more for the end."""
Kernel: TypeAlias = Callable[[Bytes, Places, int, int, int, Places, Any, Any], tuple[int, int]]
"""`scanner.scan` or `flags.flags`: see there."""

CODES = 4096
NEVER = 101
_PIECE = 1 << 20
"""Bytes that a thread takes at once."""
_BYTES_PER_SPAN = 48
"""A first guess of how much room spans need; where it is wrong, more is taken."""
_HELD = 32
"""Spans that go over into new room: a surer one that is found later may reach back over them."""


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Pass:
    """One kernel, its tables and what counts; safe to share among threads."""

    def __init__(self, kernel: Kernel, tables: Any, wanted: Bytes, threads: int) -> None:
        """Take the kernel.

        Args:
            kernel: finds spans in rows.
            tables: what it looks things up in.
            wanted: by code of a kind, the score from which on it counts; `NEVER` for never.
            threads: how many at most.
        """
        hear()
        self._kernel = kernel
        self._tables = tables
        self._wanted = wanted
        self._threads = threads

    def spans(self, columns: Sequence[Column]) -> list[Spans]:
        """Spans of all rows of each column; threads go on from one to the next without a halt."""
        pieces = [
            (number, row, stop)
            for number, (_, offsets) in enumerate(columns)
            for row, stop in _pieces(offsets)
        ]
        if len(pieces) <= 1 or self._threads == 1:
            found = [self._piece(columns, *piece) for piece in pieces]
        else:
            with ThreadPoolExecutor(min(self._threads, len(pieces))) as pool:
                found = list(pool.map(lambda piece: self._piece(columns, *piece), pieces))
        parts: list[list[Spans]] = [[] for _ in columns]
        for (number, _, _), more in zip(pieces, found, strict=True):
            parts[number] += more
        return [Spans.concat(part) for part in parts]

    def _piece(self, columns: Sequence[Column], number: int, row: int, stop: int) -> list[Spans]:
        return list(self._scan(*columns[number], row, stop))

    def _scan(self, data: Bytes, offsets: Places, row: int, stop: int) -> Iterator[Spans]:
        at, floor = int(offsets[row]), -1
        capacity = 64 + (int(offsets[stop]) - at) // _BYTES_PER_SPAN
        held = np.empty((0, FIELDS), np.int64)
        while row < stop:
            found = np.empty((capacity, FIELDS), np.int64)
            found[: len(held)] = held
            work = workplace(self._wanted, floor)
            work["count"] = len(held)
            row, at = self._kernel(data, offsets, row, at, stop, found, work, self._tables)
            count = int(work["count"][0])
            done = count if row >= stop else max(0, count - _HELD)
            held = found[done:count]
            if done:
                floor = int(found[done - 1, 2])
                yield _spans(found[:done], offsets)


def _spans(found: Places, offsets: Places) -> Spans:
    row, start, end, kind, score, evidence = found.T
    begins = offsets[row]
    return Spans(
        row.copy(),
        start - begins,
        end - begins,
        kind.astype(np.uint16),
        score.astype(np.uint8),
        evidence.astype(np.uint8),
    )


def _pieces(offsets: Places) -> list[tuple[int, int]]:
    """Rows from and to, so that each piece has about `_PIECE` bytes and every row is in one."""
    rows = len(offsets) - 1
    if rows == 0:
        return []
    count = max(1, int(offsets[-1] - offsets[0]) // _PIECE)
    marks = offsets[0] + np.arange(1, count) * _PIECE
    borders = np.unique(np.concatenate(([0], np.searchsorted(offsets, marks), [rows])))
    return list(zip(borders[:-1].tolist(), borders[1:].tolist(), strict=True))
