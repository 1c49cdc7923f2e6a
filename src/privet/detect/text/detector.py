"""From an Arrow array of texts to spans: cut into pieces, scanned on all cores, put together."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.detect.kinds.registry import KINDS, select
from privet.detect.text.tables import known_tables
from privet.kernels.column_bytes import column_bytes
from privet.kernels.scan.emission import FIELDS
from privet.kernels.scan.scanner import scan
from privet.kernels.scan.tables import workplace
from privet.kernels.spans import Spans
from privet.transforms.arrow import Values

Texts: TypeAlias = "pa.Array[Any] | pa.ChunkedArray[Any]"
_Bytes: TypeAlias = npt.NDArray[np.uint8]
_Places: TypeAlias = npt.NDArray[np.int64]

THRESHOLD = 50
_CODES = 4096
_NEVER = 101
_PIECE = 1 << 20
"""Bytes that a thread takes at once."""
_BYTES_PER_SPAN = 48
"""A first guess of how much room spans need; where it is wrong, more is taken."""


class Detector:
    """Finds personal data in texts; the same for every caller, and safe to share among threads."""

    def __init__(
        self,
        kinds: Iterable[str] | None = None,
        *,
        threshold: int = THRESHOLD,
        threads: int | None = None,
    ) -> None:
        """Choose what to find.

        Args:
            kinds: names of kinds or families; all without.
            threshold: the least score (0 to 100) of a span.
            threads: how many at most; as many as cores without.

        Raises:
            ValueError: an unknown kind, or a threshold that is no percentage.
        """
        if not 0 <= threshold <= 100:
            raise ValueError(f"a threshold is 0 to 100, not {threshold}")
        chosen = KINDS.values() if kinds is None else select(kinds)
        self._wanted = np.full(_CODES, _NEVER, np.uint8)
        self._wanted[[kind.code for kind in chosen]] = threshold
        self._threads = threads or len(os.sched_getaffinity(0))

    def detect(self, texts: Texts) -> Spans:
        """Spans in every text, sorted by row and place.

        Args:
            texts: string, large_string, binary or large_binary, in one array or in chunks, whose
                rows are numbered through. What is no valid UTF-8 is looked at as it is.

        Raises:
            TypeError: another type of array.
        """
        parts: list[Spans] = []
        first = 0
        for chunk in texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]:
            parts.extend(self._detect(_without_nulls(chunk), first))
            first += len(chunk)
        return Spans.concat(parts)

    def _detect(self, texts: pa.Array[Any], first: int) -> Sequence[Spans]:
        data, sizes = column_bytes(texts)
        offsets = sizes.astype(np.int64)
        pieces = _pieces(offsets)
        if len(pieces) == 1 or self._threads == 1:
            return [
                part for piece in pieces for part in self._scan(data, offsets, *piece, first=first)
            ]
        with ThreadPoolExecutor(min(self._threads, len(pieces))) as pool:
            found = pool.map(
                lambda piece: list(self._scan(data, offsets, *piece, first=first)), pieces
            )
            return [part for parts in found for part in parts]

    def _scan(
        self, data: _Bytes, offsets: _Places, row: int, stop: int, *, first: int
    ) -> Iterator[Spans]:
        """The spans of the rows from `row` to `stop`; `first` is the number of row 0."""
        at, floor = int(offsets[row]), -1
        known = known_tables()
        capacity = 64 + (int(offsets[stop]) - at) // _BYTES_PER_SPAN
        while row < stop:
            found = np.empty((capacity, FIELDS), np.int64)
            work = workplace(self._wanted, floor)
            row, at = scan(data, offsets, row, at, stop, found, work, known)
            count = int(work["count"][0])
            if count:
                floor = int(found[count - 1, 2])
                yield _spans(found[:count], offsets, first)


def _spans(found: _Places, offsets: _Places, first: int) -> Spans:
    row, start, end, kind, score, evidence = found.T
    begins = offsets[row]
    return Spans(
        row + first,
        start - begins,
        end - begins,
        kind.astype(np.uint16),
        score.astype(np.uint8),
        evidence.astype(np.uint8),
    )


def _pieces(offsets: _Places) -> list[tuple[int, int]]:
    """Rows from and to, so that each piece has about `_PIECE` bytes and every row is in one."""
    rows = len(offsets) - 1
    if rows == 0:
        return []
    count = max(1, int(offsets[-1] - offsets[0]) // _PIECE)
    marks = offsets[0] + np.arange(1, count) * _PIECE
    borders = np.unique(np.concatenate(([0], np.searchsorted(offsets, marks), [rows])))
    return list(zip(borders[:-1].tolist(), borders[1:].tolist(), strict=True))


def _without_nulls(texts: Values) -> Values:
    """The same rows; what a null row hides in its buffer is nobody's, so it becomes empty."""
    if pa.types.is_dictionary(texts.type):
        texts = texts.dictionary_decode()
    if not texts.null_count:
        return texts
    return texts.fill_null(b"" if pa.types.is_binary(texts.type) else "")
