"""Check digits of a whole column: Luhn (ISO/IEC 7812), mod 97-10 (ISO 7064, ISO 13616)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.transforms.arrow import Values, pc
from privet.transforms.text_bytes import TextBytes

Mask = npt.NDArray[np.bool_]
_DOUBLED = np.array([0, 2, 4, 6, 8, 1, 3, 5, 7, 9], np.int64)
_EMPTY = 255


def luhn(digits: Values) -> Mask:
    """Whether the last digit checks; `digits` hold nothing but decimal digits, none is empty."""
    signs = _right_aligned(digits)
    worth = np.where(signs == _EMPTY, 0, signs.astype(np.int64) - ord("0"))
    worth[:, -2::-2] = _DOUBLED[worth[:, -2::-2]]
    checked: Mask = worth.sum(axis=1) % 10 == 0
    return checked


def mod_97(texts: Values) -> Mask:
    """Whether A-Z0-9 read as a number (A = 10) is 1 modulo 97; none is empty."""
    signs = _right_aligned(texts)
    rest = np.zeros(len(signs), np.int64)
    for place in range(signs.shape[1]):
        sign = signs[:, place].astype(np.int64)
        letter, there = sign >= ord("A"), sign != _EMPTY
        worth = np.where(letter, sign - ord("A") + 10, sign - ord("0"))
        rest = np.where(there, (rest * np.where(letter, 100, 10) + worth) % 97, rest)
    checked: Mask = rest == 1
    return checked


def _right_aligned(texts: Values) -> npt.NDArray[np.uint8]:
    """One row for each text, its bytes at the end, `_EMPTY` before."""
    raw = TextBytes.of(pc.cast(texts, pa.binary()))
    lengths = np.diff(raw.offsets)
    width = int(lengths.max()) if len(lengths) else 1
    signs = np.full((len(lengths), max(width, 1)), _EMPTY, np.uint8)
    row = np.repeat(np.arange(len(lengths)), lengths)
    place = np.arange(len(raw.data)) - np.repeat(raw.offsets[1:], lengths) + signs.shape[1]
    signs[row, place] = raw.data
    return signs
