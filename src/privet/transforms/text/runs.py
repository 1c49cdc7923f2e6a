"""Characters of chosen classes in the bytes of many values at once: by rank, by run, drawn anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from privet.transforms.arrow import Values, from_numpy, pc
from privet.transforms.text.drawing import WIDTH, Bytes, Flags, Places
from privet.transforms.text_bytes import TextBytes

_ZERO, _A, _SMALL_A = (np.uint8(ord(one)) for one in "0Aa")


def _class(members: bytes) -> Flags:
    table = np.zeros(256, np.bool_)
    table[list(members)] = True
    return table


DIGITS: Final = _class(b"0123456789")
UPPER: Final = _class(bytes(range(65, 91)))
LOWER: Final = _class(bytes(range(97, 123)))
LETTERS: Final = UPPER | LOWER
ALNUM: Final = LETTERS | DIGITS
BEYOND: Final = _class(bytes(range(128, 256)))


@dataclass(frozen=True, slots=True)
class Ranked:
    """Chosen bytes of n values.

    Attributes:
        at: where each stands in the bytes of all values.
        row: which value it is of.
        rank: how many chosen ones stand before it in its value.
        counts: how many each value has: shape (n,).
    """

    at: Places
    row: Places
    rank: Places
    counts: Places

    @classmethod
    def of(cls, text: TextBytes, chosen: Flags) -> Ranked:
        """Those bytes that `chosen` marks, one mark for each byte."""
        before = np.zeros(len(chosen) + 1, np.int64)
        np.cumsum(chosen, out=before[1:])
        firsts = before[text.offsets[:-1]]
        counts = before[text.offsets[1:]] - firsts
        row = np.repeat(np.arange(len(counts)), counts)
        return cls(np.flatnonzero(chosen), row, np.arange(len(row)) - firsts[row], counts)

    def matrix(self, text: TextBytes, width: int) -> Bytes:
        """The first `width` of each value, zeros beyond: shape (n, width)."""
        found = np.zeros((len(self.counts), width), np.uint8)
        fits = self.rank < width
        found[self.row[fits], self.rank[fits]] = text.data[self.at[fits]]
        return found

    def put(self, data: Bytes, matrix: Bytes, rows: Flags) -> None:
        """Write what `matrix` holds over the first ones of the values that `rows` marks."""
        fits = (self.rank < matrix.shape[1]) & rows[self.row]
        data[self.at[fits]] = matrix[self.row[fits], self.rank[fits]]


@dataclass(frozen=True, slots=True)
class Runs:
    """Unbroken runs of chosen bytes in n values.

    Attributes:
        row: the value that each run is of.
        start: its first byte, in the bytes of all values.
        size: in bytes.
        rank: how many runs stand before it in its value.
        counts: how many runs each value has: shape (n,).
    """

    row: Places
    start: Places
    size: Places
    rank: Places
    counts: Places

    @classmethod
    def of(cls, text: TextBytes, chosen: Flags) -> Runs:
        """Runs of what `chosen` marks; none goes beyond its value."""
        padded = np.concatenate(([False], chosen, [False]))
        begins = chosen & ~padded[:-2]
        ends = chosen & ~padded[2:]
        inner = text.offsets[(text.offsets > 0) & (text.offsets < len(chosen))]
        begins[inner] |= chosen[inner]
        ends[inner - 1] |= chosen[inner - 1]
        first = Ranked.of(text, begins)
        size = np.flatnonzero(ends) - first.at + 1
        return cls(first.row, first.at, size, first.rank, first.counts)


def reshaped(values: Values, draws: Bytes, kept: Flags | None = None) -> TextBytes:
    """Every letter and digit drawn anew, in its class; the rest stays, and so does the shape.

    What is not ASCII becomes a small letter for each byte, so that no byte changes its place.

    Args:
        values: a string array without nulls.
        draws: bytes for each value, shape (n, 64); from the 65th byte of a value on they repeat.
        kept: marks bytes that stay.
    """
    text = TextBytes.of(values)
    data = text.data.copy()
    free = np.ones(len(data), np.bool_) if kept is None else ~kept
    sizes = np.diff(text.offsets)
    row = np.repeat(np.arange(len(sizes)), sizes)
    place = (np.arange(len(data)) - text.offsets[:-1][row]) % WIDTH
    drawn = draws[row, place]
    for members, base, many in (
        (DIGITS, _ZERO, 10),
        (UPPER, _A, 26),
        (LOWER | BEYOND, _SMALL_A, 26),
    ):
        chosen = members[text.data] & free
        data[chosen] = base + drawn[chosen] % np.uint8(many)
    return TextBytes(data, text.offsets)


def overlaid(values: Values, draws: Bytes, places: Ranked, fresh: Bytes, rows: Flags) -> Values:
    """`fresh` over the chosen bytes of the rows that fit; other rows drawn sign by sign.

    Args:
        values: a string array without nulls.
        draws: bytes for each value, shape (n, 64).
        places: the chosen bytes.
        fresh: what they become: shape (n, most of them).
        rows: which values have no more of them than `fresh` has: shape (n,).
    """
    text = TextBytes.of(values)
    data = text.data.copy()
    places.put(data, fresh.astype(np.uint8), rows)
    exact = TextBytes(data, text.offsets).array(values)
    if rows.all():
        return exact
    return pc.if_else(from_numpy(rows), exact, reshaped(values, draws).array(values))
