"""Distinct rows of codes: packed into keys of 63 bits, and sorted.

Each code gets a field of bits of its own, so that keys sort as rows do. Rows too wide for 63 bits
are grouped by their first columns; then the number of the group, which sorts as these do, is the
first field of the next key. So no key ever overflows, and none needs to be verified.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import compiled

Codes: TypeAlias = npt.NDArray[np.int32]
NarrowCodes: TypeAlias = npt.NDArray[np.int16]
Keys: TypeAlias = npt.NDArray[np.int64]

KEY_BITS = 63
"""Bits of a key: int64, never negative."""
_POSITIVE = (1 << KEY_BITS) - 1


def group_keys(keys: Keys) -> tuple[Keys, Keys]:
    """The distinct keys in order, and which of them each row has.

    Args:
        keys: shape (n,), none negative.

    Returns:
        Distinct keys, rising: shape (m,). The place of each row's key among them: shape (n,).
    """
    bits = int(np.bitwise_or.reduce(keys, initial=0)).bit_length()
    place = len(keys).bit_length()
    groups = np.empty(len(keys), np.int64)
    if bits + place <= KEY_BITS:
        # Key and row number share a word, and NumPy sorts words with SIMD.
        words = keys << place
        words |= np.arange(len(keys), dtype=np.int64)
        words.sort()
        found = _number_words(words, place, groups)
        return words[:found].copy(), groups
    order = np.argsort(keys)
    distinct = keys[order]
    found = _number_sorted(distinct, order, groups)
    return distinct[:found].copy(), groups


def group_rows(columns: Codes | NarrowCodes, sizes: Keys) -> tuple[Codes, Keys]:
    """The distinct rows of codes, in lexicographic order, and which of them each row is.

    Args:
        columns: a row of the array is a column of the table: shape (q, n), C order, of 16 or 32
            bits.
        sizes: how many codes each column has; codes are from 0 and below it. Shape (q,).

    Returns:
        Distinct rows: shape (m, q), C order. The place of each row among them: shape (n,).

    Raises:
        ValueError: a code is outside of its column's size.
    """
    rows = columns.shape[1]
    widths = np.array([max(int(size) - 1, 0).bit_length() for size in sizes], np.int64)
    groups = np.zeros(rows, np.int64)
    parts: list[Codes] = []
    begin, before = 0, 0
    while begin < len(columns):
        end = _fitting(widths, begin, before)
        part = cast("Codes", np.ascontiguousarray(columns[begin:end]))
        if _pack(part, np.ascontiguousarray(sizes[begin:end]), widths[begin:end], groups):
            raise ValueError("a code is outside of its column's codes")
        keys, groups = group_keys(groups)
        fields, first = _unpack(keys, widths[begin:end])
        parts = [np.ascontiguousarray(done[first]) for done in parts] + [fields]
        begin, before = end, max(len(keys) - 1, 0).bit_length()
    if not parts:
        return np.zeros((min(rows, 1), 0), np.int32), groups
    return np.ascontiguousarray(np.hstack(parts)), groups


def first_of_each(columns: Sequence[npt.NDArray[np.signedinteger[Any]]]) -> npt.NDArray[np.bool_]:
    """Whether a row is the first with its numbers: shape (n,).

    Args:
        columns: one or more of shape (n,), of any integers.
    """
    groups = group_keys(columns[0].astype(np.int64) & _POSITIVE)[1]
    for column in columns[1:]:
        _, numbers = group_keys(column.astype(np.int64) & _POSITIVE)
        groups = group_keys((groups << 31) | numbers)[1]
    first = np.zeros(len(groups), np.bool_)
    seen = np.zeros(int(groups.max()) + 1 if len(groups) else 0, np.bool_)
    _mark_first(groups, seen, first)
    return first


def note_words(table: Keys, count: int, words: Keys) -> tuple[Keys, int, npt.NDArray[np.bool_]]:
    """Add words to a set; the set's table and size as they are now, and which words were new.

    Args:
        table: a power of two of places, 0 where empty, and at least twice the words in it. The word
            0 is kept as 1.
        count: words in it.
        words: to be added: shape (n,).
    """
    size = len(table)
    while size < 2 * (count + len(words)):
        size *= 2
    if size > len(table):
        old, table = table[table != 0], np.zeros(size, np.int64)
        _note(table, old, np.zeros(len(old), np.bool_))
    new = np.zeros(len(words), np.bool_)
    return table, count + _note(table, words, new), new


def sums(groups: Keys, counts: Keys, size: int) -> Keys:
    """The sum of the counts of each group: shape (size,)."""
    total = np.zeros(size, np.int64)
    _add(total, groups, counts)
    return total


def _fitting(widths: Keys, begin: int, before: int) -> int:
    """One past the last column that fits a key behind a field of `before` bits."""
    end, bits = begin, before
    while end < len(widths) and bits + int(widths[end]) <= KEY_BITS:
        bits += int(widths[end])
        end += 1
    return end


@compiled
def _pack(columns: Codes, sizes: Keys, widths: Keys, keys: Keys) -> bool:
    """Append a field for each column to the keys; whether a code is out of bounds."""
    signs = np.int64(0)
    block = 2048
    for start in range(0, len(keys), block):
        part = keys[start : start + block]
        for column in range(len(columns)):
            codes = columns[column, start : start + block]
            width, last = widths[column], sizes[column] - 1
            for row in range(len(part)):
                code = np.int64(codes[row])
                signs |= code | (last - code)  # negative where either is
                part[row] = (part[row] << width) | code
    return bool(signs < 0)


@compiled
def _number_words(words: Keys, place: int, groups: Keys) -> int:
    """Number the keys of sorted words; they move to the front. How many there are.

    Args:
        words: key and row number in each, rising.
        place: bits of the row number.
        groups: filled with the number of each row's key.
    """
    mask = (np.int64(1) << place) - 1
    found = np.int64(-1)
    before = np.int64(-1)
    for at in range(len(words)):
        word = words[at]
        key = word >> place
        if key != before:
            found += 1
            words[found] = key
            before = key
        groups[word & mask] = found
    return int(found + 1)


@compiled
def _number_sorted(keys: Keys, order: Keys, groups: Keys) -> int:
    """Number sorted keys; distinct ones move to the front. How many there are.

    Args:
        keys: rising.
        order: the row of each.
        groups: filled with the number of each row's key.
    """
    found = np.int64(-1)
    before = np.int64(-1)
    for at in range(len(keys)):
        key = keys[at]
        if key != before:
            found += 1
            keys[found] = key
            before = key
        groups[order[at]] = found
    return int(found + 1)


@compiled
def _unpack(keys: Keys, widths: Keys) -> tuple[Codes, Keys]:
    """The fields of each key, and what stands before them."""
    fields = np.empty((len(keys), len(widths)), np.int32)
    first = np.empty(len(keys), np.int64)
    for row in range(len(keys)):
        key = keys[row]
        for column in range(len(widths) - 1, -1, -1):
            width = widths[column]
            fields[row, column] = key & ((np.int64(1) << width) - 1)
            key >>= width
        first[row] = key
    return fields, first


@compiled
def _place(key: np.int64, mask: int) -> np.int64:
    """Where a key's search begins (the finaliser of MurmurHash3)."""
    mixed = (key ^ (key >> 31)) * np.int64(-49064778989728563)
    mixed = (mixed ^ (mixed >> 29)) * np.int64(-4265267296055464877)
    return np.int64((mixed ^ (mixed >> 32)) & mask)


@compiled
def _mark_first(groups: Keys, seen: npt.NDArray[np.bool_], first: npt.NDArray[np.bool_]) -> None:
    for row in range(len(groups)):
        group = groups[row]
        if not seen[group]:
            seen[group] = True
            first[row] = True


@compiled
def _add(total: Keys, groups: Keys, counts: Keys) -> None:
    for row in range(len(groups)):
        total[groups[row]] += counts[row]


@compiled
def _note(table: Keys, words: Keys, new: npt.NDArray[np.bool_]) -> int:
    """Add words to a table with room for them; how many were new."""
    mask = len(table) - 1
    count = 0
    for row in range(len(words)):
        word = words[row] if words[row] != 0 else np.int64(1)
        place = _place(word, mask)
        while table[place] != 0 and table[place] != word:
            place = (place + 1) & mask
        if table[place] == 0:
            table[place] = word
            new[row] = True
            count += 1
    return count
