"""Texts on spans: what stands in them, cut out, and other bytes spliced in, in one pass each.

Bytes in, bytes out: whether a span lies on borders of characters is for its finder to see to. What
a null row holds is nobody's and is left behind.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.kernels.column_bytes import Bytes, column_bytes
from privet.kernels.compiled import compiled

Places: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]

MOST_BYTES: Final = 2**31 - 1
"""What fits an array with offsets of 32 bits."""


def cut(texts: pa.Array[Any], row: Places, start: Places, end: Places) -> pa.Array[Any]:
    """What stands in each span: a large_string array (large_binary of binary), one for each span.

    Args:
        texts: string, large_string, binary or large_binary; slices are fine.
        row: the text that each span lies in; never less than the one before.
        start: its first byte, counted from the start of the text.
        end: the byte after its last; spans of a row overlap nowhere.

    Raises:
        ValueError: spans overlap, are out of order or lie outside of their text.
    """
    data, offsets = _read(texts)
    _check(offsets, _hidden(texts), row, start, end)
    bounds = np.zeros(len(row) + 1, np.int64)
    np.cumsum(end - start, out=bounds[1:])
    out = np.empty(bounds[-1], np.uint8)
    _cut(data, offsets[row] + start, bounds, out)
    kind = pa.large_binary() if _is_binary(texts.type) else pa.large_string()
    return pa.Array.from_buffers(kind, len(row), [None, _buffer(bounds), _buffer(out)])


def cut_twin(texts: pa.Array[Any], row: Places, start: Places, end: Places) -> list[bytes]:
    """The same in plain Python: the oracle of `cut`."""
    given = texts.cast(pa.large_binary()).to_pylist()
    return [given[r][a:b] for r, a, b in zip(row, start, end, strict=True)]


def splice(
    texts: pa.Array[Any],
    row: Places,
    start: Places,
    end: Places,
    *,
    words: pa.Array[Any],
    choice: Places,
    most: int = MOST_BYTES,
) -> pa.Array[Any]:
    """`texts` with one of `words` in the place of every span; nulls stay null.

    Args:
        texts: as in `cut`.
        row: as in `cut`.
        start: as in `cut`.
        end: as in `cut`.
        words: string, large_string, binary or large_binary, without nulls.
        choice: for each span the place in `words` of what takes its place.
        most: bytes from which on the result is a large_string (large_binary).

    Raises:
        ValueError: as in `cut`; or a choice lies outside of `words`.
    """
    data, offsets = _read(texts)
    hidden = _hidden(texts)
    _check(offsets, hidden, row, start, end)
    word_data, word_offsets = _read(words)
    fits = len(choice) == len(row) and (not len(choice) or _within(choice, len(words)))
    if not fits or words.null_count:
        raise ValueError("each span needs a place in `words`, and no null there")
    sizes = np.where(hidden, 0, np.diff(offsets)) if len(hidden) else np.diff(offsets)
    total = int(sizes.sum() - (end - start).sum() + np.diff(word_offsets)[choice].sum())
    out, bounds = np.empty(total, np.uint8), np.zeros(len(texts) + 1, np.int64)
    _splice(
        (data, offsets, hidden), (row, start, end), (word_data, word_offsets, choice), out, bounds
    )
    return _array(texts, out, bounds, hidden, most)


def splice_twin(
    texts: pa.Array[Any],
    spans: list[tuple[int, int, int]],
    replacements: list[bytes],
) -> list[bytes | None]:
    """The same in plain Python, spans as (row, start, end): the oracle of `splice`."""
    given: list[bytes | None] = texts.cast(pa.large_binary()).to_pylist()
    for (row, start, end), word in reversed(list(zip(spans, replacements, strict=True))):
        text = given[row] or b""
        given[row] = text[:start] + word + text[end:]
    return given


def _read(texts: pa.Array[Any]) -> tuple[Bytes, Places]:
    data, sizes = column_bytes(texts)
    return data, sizes.view(np.int64)


def _hidden(texts: pa.Array[Any]) -> Flags:
    """True where a text is null; of no length where none is."""
    if not texts.null_count:
        return np.empty(0, np.bool_)
    return np.array(texts.is_null().to_numpy(zero_copy_only=False), np.bool_)


def _is_binary(kind: pa.DataType) -> bool:
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind)


def _within(places: Places, count: int) -> bool:
    return bool(places.min() >= 0 and places.max() < count)


def _check(offsets: Places, hidden: Flags, row: Places, start: Places, end: Places) -> None:
    """Compiled code reads what it is told to: here is where spans are held to their texts."""
    if not len(row) == len(start) == len(end):
        raise ValueError("a span has a row, a start and an end")
    if not len(row):
        return
    if not _within(row, len(offsets) - 1):
        raise ValueError("a span lies in a row that is not there")
    sizes = np.diff(offsets)[row]
    if (start < 0).any() or (end < start).any() or (end > sizes).any():
        raise ValueError("a span lies outside of its text")
    if len(hidden) and hidden[row].any():
        raise ValueError("a span lies in a null")
    step = np.diff(row)
    if (step < 0).any() or ((step == 0) & (start[1:] < end[:-1])).any():
        raise ValueError("spans are sorted by row and start, and none overlaps another")


def _array(
    texts: pa.Array[Any], out: Bytes, bounds: Places, hidden: Flags, most: int
) -> pa.Array[Any]:
    binary = _is_binary(texts.type)
    large = pa.types.is_large_string(texts.type) or pa.types.is_large_binary(texts.type)
    offsets: npt.NDArray[np.signedinteger[Any]] = bounds
    kind: pa.DataType = pa.large_binary() if binary else pa.large_string()
    if not large and len(out) <= most:
        kind, offsets = pa.binary() if binary else pa.string(), bounds.astype(np.int32)
    valid = _buffer(np.packbits(~hidden, bitorder="little")) if len(hidden) else None
    return pa.Array.from_buffers(kind, len(texts), [valid, _buffer(offsets), _buffer(out)])


def _buffer(array: npt.NDArray[Any]) -> pa.Buffer:
    return pa.py_buffer(array.data)


@compiled
def _copied(source: Bytes, low: int, high: int, out: Bytes, at: int) -> int:
    """Bytes [low, high) of `source` to `at` of `out`; where the next would go."""
    first, place = np.uint64(low), np.uint64(at)
    for byte in range(np.uint64(high - low)):
        out[place + byte] = source[first + byte]
    return at + high - low


@compiled
def _cut(data: Bytes, start: Places, bounds: Places, out: Bytes) -> None:
    for span in range(len(start)):
        size = bounds[span + 1] - bounds[span]
        _copied(data, start[span], start[span] + size, out, bounds[span])


@compiled
def _splice(
    texts: tuple[Bytes, Places, Flags],
    spans: tuple[Places, Places, Places],
    words: tuple[Bytes, Places, Places],
    out: Bytes,
    bounds: Places,
) -> None:
    data, offsets, hidden = texts
    row, start, end = spans
    word_data, word_offsets, choice = words
    span, at = 0, 0
    for text in range(len(offsets) - 1):
        low = offsets[text]
        if len(hidden) == 0 or not hidden[text]:
            done = low
            while span < len(row) and row[span] == text:
                at = _copied(data, done, low + start[span], out, at)
                word = choice[span]
                at = _copied(word_data, word_offsets[word], word_offsets[word + 1], out, at)
                done = low + end[span]
                span += 1
            at = _copied(data, done, offsets[text + 1], out, at)
        bounds[text + 1] = at
