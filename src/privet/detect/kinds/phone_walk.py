"""Whole columns of numbers through the table of phone numbers, without compiled code."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.detect.kinds.phones import automaton, phone_regions
from privet.transforms.arrow import Values, pc

ABROAD = "+"
"""The entry for what follows a `+`."""


def labels(numbers: Values, entry: str) -> npt.NDArray[np.uint8]:
    """What the automaton says of each text of digits alone, from an entry: `ABROAD` or a region.

    Abroad: 2 a valid number, 1 of a possible length, 0 neither. In a region: 2 valid and dialled
    with the trunk prefix it needs, 1 valid without it, 0 neither.

    Raises:
        ValueError: for a region that the table does not have.
    """
    onward, label, roots = automaton()
    root = 0 if entry == ABROAD else 1 + phone_regions().index(entry)
    texts = pc.cast(numbers, pa.large_binary())
    lengths = pc.binary_length(texts).to_numpy(zero_copy_only=False).astype(np.int64)
    offsets = np.frombuffer(texts.buffers()[1], np.int64)[texts.offset :][: len(texts)]
    data = np.frombuffer(texts.buffers()[2] or b"", np.uint8)
    at = np.full(len(texts), roots[root], np.int64)
    for place in range(int(lengths.max(initial=0))):
        rows = np.flatnonzero((lengths > place) & (at > 0))
        if not len(rows):
            break
        at[rows] = onward[at[rows], data[offsets[rows] + place] - 48]
    found: npt.NDArray[np.uint8] = label[at]
    return found
