"""Which rows of a text column are equal: for columns of few different values.

An open table of the rows that were first of their value, by a chain of folded multiplications, as
`privet.kernels.row_hash` has them. Equal hashes say where to look, and the bytes decide. The hash
has a fresh secret, and a column of more different values than expected is given up soon, so that
nobody can make the table slow.
"""

from __future__ import annotations

import secrets
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.kernels.compiled import compiled, inlined
from privet.kernels.folding import Bytes, Words, fold, load

Rows: TypeAlias = npt.NDArray[np.int32]

MOST: Final = 2**16
"""Different values at the most."""

_MOST_STEPS: Final = 64
_0, _1, _3, _8, _16, _32 = map(np.uint64, (0, 1, 3, 8, 16, 32))
_UPPER, _LOWER = map(np.uint64, (0xFFFFFFFF_00000000, 0xFFFFFFFF))


class _Column(NamedTuple):
    """A column's bytes, where each row begins, and a hash of each."""

    data: Bytes
    offsets: Rows
    hashes: Words


def firsts_and_codes(values: pa.Array[Any], most: int) -> tuple[Rows, Rows] | None:
    """The first row of each different value, and for each row the number of its value.

    Args:
        values: string or binary; slices are fine. Null is a value, and the first of them.
        most: give up where there are more different values; at most `MOST`.

    Returns:
        Row numbers, in the order in which the values first appear, and one code for each row; None
        where there are more values.

    Raises:
        TypeError: another type of array.
    """
    kind = values.type
    if not (pa.types.is_string(kind) or pa.types.is_binary(kind)):
        raise TypeError(f"{kind} values are no text")
    most = max(min(most, MOST, len(values)), 1)
    codes, firsts = np.full(len(values), -1, np.int32), np.empty(most, np.int32)
    _, starts, content = values.buffers()
    if starts is None or not len(values):
        return firsts[:0], codes
    if values.null_count:
        missing = np.flatnonzero(values.is_null().to_numpy(zero_copy_only=False))
        codes[missing], firsts[0] = 0, missing[0]
    offsets = np.frombuffer(memoryview(starts), np.int32)
    offsets = offsets[values.offset : values.offset + len(values) + 1]
    data = np.frombuffer(memoryview(content or b""), np.uint8)
    offsets.flags.writeable = data.flags.writeable = False  # one type of array, one compilation
    column = _Column(data, offsets, np.empty(len(values), np.uint64))
    _hash(data, offsets, np.frombuffer(secrets.token_bytes(16), np.uint64), column.hashes)
    table = np.zeros(2 << most.bit_length(), np.uint64)
    found = _number(column, table, firsts, codes, 1 if values.null_count else 0)
    return None if found < 0 else (firsts[:found], codes)


def spread(words: Words, codes: Rows) -> Words:
    """The rows of `words` that `codes` name: shape (len(codes), width).

    Raises:
        IndexError: a code is beyond the rows.
    """
    if len(codes) and not 0 <= codes.min() <= codes.max() < len(words):
        raise IndexError("a code names no row")
    out = np.empty((len(codes), words.shape[1]), np.uint64)
    _spread(words, codes, out)
    return out


@inlined
def _short(data: Bytes, at: np.uint64, size: np.uint64) -> np.uint64:
    """The fewer than eight bytes of a value as a word."""
    word = _0
    for place in range(size):
        word |= np.uint64(data[at + np.uint64(place)]) << (np.uint64(place) << _3)
    return np.uint64(word)


@inlined
def _same(data: Bytes, one: np.uint64, other: np.uint64, size: np.uint64) -> bool:
    """Whether two values of `size` bytes are equal: whole words, of which the last may overlap."""
    if size < _8:
        return bool(_short(data, one, size) == _short(data, other, size))
    end = one + size - _8
    same = bool(load(data, end) == load(data, other + size - _8))
    while same and one < end:
        same = bool(load(data, one) == load(data, other))
        one += _8
        other += _8
    return same


@compiled
def _hash(data: Bytes, offsets: Rows, secret: Words, hashes: Words) -> None:
    """A hash of each value: of its last word and size, then of its words from the first on."""
    s1, s2 = secret[0], secret[1]
    for row in range(len(hashes)):
        at, end = np.uint64(offsets[row]), np.uint64(offsets[row + 1])
        size = end - at
        tail = load(data, end - _8) if size >= _8 else _short(data, at, size)
        folded = fold(tail ^ s1, size ^ s2)
        while at + _16 < end:
            folded = fold(load(data, at) ^ s1, load(data, at + _8) ^ folded ^ s2)
            at += _16
        if at + _8 < end:
            folded = fold(load(data, at) ^ s1, folded ^ s2)
        hashes[row] = folded


@inlined
def _slot(column: _Column, table: Words, row: int) -> np.int64:
    """Where a row's value stands in the table, or belongs; -1 where that is too far."""
    mask = np.uint64(len(table) // 2 - 1)
    slot, upper = column.hashes[row] & mask, column.hashes[row] & _UPPER
    start = np.uint64(column.offsets[row])
    size = np.uint64(column.offsets[row + 1]) - start
    for _ in range(_MOST_STEPS):
        held, place = table[slot << _1], table[(slot << _1) | _1]
        if held == _0:
            return np.int64(slot << _1)
        alike = held & _UPPER == upper and place & _LOWER == size
        if alike and _same(column.data, start, place >> _32, size):
            return np.int64(slot << _1)
        slot = (slot + _1) & mask
    return np.int64(-1)


@compiled
def _number(column: _Column, table: Words, firsts: Rows, codes: Rows, found: int) -> int:
    """Number the values of the rows that have no code yet; -1 where they are too many.

    A slot of the table is two words: the upper half of a hash and one more than the code; where the
    first of the value begins, and its size.
    """
    for row in range(len(codes)):
        if codes[row] >= 0:
            continue
        slot = _slot(column, table, row)
        if slot < 0:
            return -1
        if table[slot] == _0:
            if found == len(firsts):
                return -1
            firsts[found] = row
            found += 1
            start, end = np.uint64(column.offsets[row]), np.uint64(column.offsets[row + 1])
            table[slot] = (column.hashes[row] & _UPPER) | np.uint64(found)
            table[slot + 1] = (start << _32) | (end - start)
        codes[row] = np.int64(table[slot] & _LOWER) - 1
    return found


@compiled
def _spread(words: Words, codes: Rows, out: Words) -> None:
    for row in range(len(codes)):
        code = codes[row]
        for place in range(words.shape[1]):
            out[row, place] = words[code, place]
