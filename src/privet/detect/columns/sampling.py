"""A bounded, uniform, repeatable sample of a column's distinct values.

Bottom-k sampling (Cohen and Kaplan, PODC 2007): values are ordered by a hash of their bytes and the
first k are kept. Each distinct value is as likely to be kept as any other, however often and
wherever it stands, so the sample does not depend on the order of rows or the size of batches; and
the k-th hash tells how many distinct values there are (Bar-Yossef et al., RANDOM 2002).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from privet.detect.columns.hashing import LONGEST, Hashes, hashes_of
from privet.transforms.arrow import Values, pc
from privet.transforms.text_bytes import TextBytes

MOST_DISTINCT = 5_000
_ROWS_AT_ONCE = 16_384
_HASHES = 2.0**64


@dataclass(frozen=True, slots=True)
class Sample:
    """What is known of a column's values.

    Attributes:
        values: values seen, nulls and empty ones included.
        missing: nulls, and texts that hold nothing but white space.
        distinct: distinct values; an estimate where there were more than are kept.
        texts: the kept values as a string array, trimmed, in the order of their hashes: a slice
            from the front is a uniform sample too.
    """

    values: int
    missing: int
    distinct: int
    texts: Values = field(repr=False)

    @property
    def whole(self) -> bool:
        """Whether `texts` are all distinct values."""
        return len(self.texts) == self.distinct


class DistinctSampler:
    """Takes the values of one column in, array by array; keeps at most `most` of them."""

    def __init__(self, most: int = MOST_DISTINCT) -> None:
        self._most = most
        self._values = self._missing = 0
        self._hashes: Hashes = np.empty(0, np.uint64)
        self._kept: Values = pa.array([], pa.binary())

    def add(self, values: Values) -> None:
        """Take an array in: text (valid UTF-8 or not), or any type that can be written as text."""
        self._values += len(values)
        for start in range(0, len(values), _ROWS_AT_ONCE):
            self._add(as_bytes(values.slice(start, _ROWS_AT_ONCE)))

    def sample(self) -> Sample:
        """What was seen so far; the sampler can go on."""
        count = len(self._hashes)
        if count == self._most:
            count = max(count, round((count - 1) / (float(self._hashes[-1]) / _HASHES)))
        return Sample(
            self._values, self._missing, count, pc.utf8_trim_whitespace(_text(self._kept))
        )

    def _add(self, values: Values) -> None:
        present = values.filter(pc.fill_null(pc.greater(pc.binary_length(values), 0), False))  # noqa: FBT003
        self._missing += len(values) - len(present)
        hashes = hashes_of(TextBytes.of(present))
        if len(self._hashes) == self._most:
            below = np.flatnonzero(hashes < self._hashes[-1])
            hashes, present = hashes[below], present.take(pa.array(below))
        if not len(hashes):
            return
        merged = np.concatenate((self._hashes, hashes))
        self._hashes, first = np.unique(merged, return_index=True)
        self._hashes, first = self._hashes[: self._most], first[: self._most]
        self._kept = pa.concat_arrays([self._kept, present]).take(pa.array(first))


def as_bytes(values: Values) -> Values:
    """Values as trimmed, shortened bytes of text; what has no text form becomes null."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_binary(values.type) or pa.types.is_large_binary(values.type):
        # Bytes that are no text say nothing; those that are, what the text says.
        return pc.cast(pc.binary_slice(values, 0, LONGEST), pa.binary())
    try:
        text = pc.cast(values, pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return pa.array([None] * len(values), pa.binary())
    trimmed = pc.ascii_trim_whitespace(text)
    return pc.binary_slice(pc.cast(trimmed, pa.binary()), 0, LONGEST)


def _text(raw: Values) -> Values:
    """Bytes as text; what is no UTF-8 in them is replaced."""
    try:
        return pc.cast(raw, pa.string())
    except pa.ArrowInvalid:
        return pa.array([value.decode("utf-8", errors="replace") for value in raw.to_pylist()])
