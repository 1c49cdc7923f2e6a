"""Spans where a test says that something stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from privet.kernels.spans import Spans


def spans(texts: Sequence[str | None], found: Iterable[tuple[int, str, int]]) -> Spans:
    """The first place of each (row, value, kind) after the one before it in the row."""
    listed, after = [], dict.fromkeys(range(len(texts)), 0)
    for row, value, kind in found:
        text, wanted = (texts[row] or "").encode(), value.encode()
        start = text.index(wanted, after[row])
        after[row] = start + len(wanted)
        listed.append((row, start, after[row], kind))
    return of(listed)


def of(listed: Iterable[tuple[int, int, int, int]]) -> Spans:
    """Spans of (row, start, end, kind)."""
    rows = sorted(listed)
    columns = np.array(rows, np.int64).reshape(len(rows), 4).T
    ones = np.ones(len(rows), np.uint8)
    kinds = columns[3].astype(np.uint16)
    return Spans(columns[0].copy(), columns[1].copy(), columns[2].copy(), kinds, ones, ones)
