"""From offsets in bytes to offsets in characters, span by span."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import lean

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]


@lean
def _starts(data: Bytes, start: int, end: int) -> int:
    """Bytes that begin a character: all but those of the form 10xxxxxx."""
    count = 0
    for place in range(start, end):
        count += (data[place] & 0xC0) != 0x80
    return count


@lean
def _characters(
    data: Bytes, offsets: Places, rows: Places, starts: Places, ends: Places, out: Places
) -> None:
    row = -1
    seen = at = 0
    for span in range(len(rows)):
        if rows[span] != row:
            row = rows[span]
            seen, at = 0, offsets[row]
        start, end = offsets[row] + starts[span], offsets[row] + ends[span]
        seen += _starts(data, at, start)
        out[0, span] = seen
        seen += _starts(data, start, end)
        out[1, span] = seen
        at = end


def in_characters(
    data: Bytes, offsets: Places, rows: Places, starts: Places, ends: Places
) -> Places:
    """Starts and ends in characters of each span's row: shape (2, spans).

    Args:
        data: the bytes of all rows.
        offsets: shape (rows + 1,): where each row begins.
        rows: shape (spans,), ascending.
        starts: first bytes within the row, ascending within each row.
        ends: bytes after the last; no span overlaps another.
    """
    out = np.empty((2, len(rows)), np.int64)
    _characters(data, offsets, rows, starts, ends, out)
    return out


def in_characters_twin(
    data: Bytes, offsets: Places, rows: Places, starts: Places, ends: Places
) -> Places:
    """The same, span by span with Python's own decoder: the oracle of `in_characters`."""
    given = data.tobytes()
    out = np.empty((2, len(rows)), np.int64)
    for span, row in enumerate(rows):
        text = given[offsets[row] : offsets[row + 1]]
        out[0, span] = len(text[: starts[span]].decode())
        out[1, span] = len(text[: ends[span]].decode())
    return out
