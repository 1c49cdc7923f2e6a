"""`mask`: the first or last few characters, and a fixed number of mask characters for the rest."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from privet.model.policy import Treatment
from privet.transforms.arrow import Values, from_numpy, pc
from privet.transforms.normalise import subject_text
from privet.transforms.operation import Input, Prepared
from privet.transforms.parameters import integer, text
from privet.transforms.text_bytes import TextBytes

MASK_LENGTH = 4
"""Mask characters in every output, so that the length of a value does not show."""

_BEYOND_ASCII = 128
_MOST_BYTES = 2**31 - 1


def prepare(treatment: Treatment, column: Input) -> Prepared:
    """Show `show_first` and `show_last` characters around `****`.

    A value no longer than what would be shown is masked whole, `****`. Text is trimmed and NFKC
    first, so that no blank counts as a shown character; integers are masked as their digits.

    Raises:
        ValueError: nothing would be shown, which is what `redact` is for.
    """
    first = integer(treatment, "show_first", 0)
    last = integer(treatment, "show_last", 0)
    if first + last == 0:
        raise ValueError("`mask` shows nothing: set show_last or show_first, or write `redact`")
    stars = text(treatment, "with", "*") * MASK_LENGTH

    def run(values: Values, _: Values | None) -> Values:
        plain = subject_text(values, None)
        there = plain.drop_null() if plain.null_count else plain
        masked = _masked_ascii(there, first, last, stars)
        if masked is None:
            return _masked(plain, first, last, stars)
        if not plain.null_count:
            return masked
        missing = plain.is_null().to_numpy(zero_copy_only=False)
        return masked.take(from_numpy(np.cumsum(~missing) - 1, missing))

    return Prepared(pa.string(), run, per_value=column.family == "string")


def _masked(plain: Values, first: int, last: int, stars: str) -> Values:
    """Any text, by its characters."""
    masked = pc.binary_join_element_wise(
        pc.utf8_slice_codeunits(plain, 0, first),
        stars,
        pc.utf8_slice_codeunits(plain, -last) if last else "",
        "",
    )
    short = pc.less_equal(pc.utf8_length(plain), first + last)
    return pc.if_else(short, stars, masked)


def _masked_ascii(plain: Values, first: int, last: int, stars: str) -> Values | None:
    """The same where every character is one byte and all values are long enough; None elsewhere.

    Then all results are of one length, and a column of them is a matrix of bytes.
    """
    text = TextBytes.of(plain)
    middle = np.frombuffer(stars.encode(), np.uint8)
    long = np.diff(text.offsets) > first + last
    if not long.all() or (text.data >= _BEYOND_ASCII).any():
        return None
    if len(long) * (first + len(middle) + last) > _MOST_BYTES:
        return None
    matrix = np.empty((len(long), first + len(middle) + last), np.uint8)
    starts, ends = text.offsets[:-1], text.offsets[1:]
    for place in range(first):
        matrix[:, place] = text.data[starts + place]
    matrix[:, first : first + len(middle)] = middle
    for place in range(-last, 0):
        matrix[:, place] = text.data[ends + place]
    offsets = np.arange(len(matrix) + 1) * matrix.shape[1]
    return TextBytes(matrix.reshape(-1), offsets).array(plain)
