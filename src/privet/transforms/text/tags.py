"""`tag`: the kind in the place of the value, `[EMAIL]`, or numbered within a text, `[EMAIL_1]`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]


def numbers(row: Places, value: Places) -> Places:
    """A number for each span: from 1 on in each row, the same for equal values of a row.

    Args:
        row: the row of each span, never less than the one before.
        value: which value it is, as any number of its own.
    """
    if not len(row):
        return np.empty(0, np.int64)
    _, ids = np.unique(value, return_inverse=True)
    _, first, which = np.unique(
        row * (int(ids.max()) + 1) + ids, return_index=True, return_inverse=True
    )
    order = np.argsort(first, kind="stable")
    place = np.empty(len(first), np.int64)
    place[order] = np.arange(len(first))
    rows = row[first[order]]
    begins = np.searchsorted(rows, rows)
    nth = np.arange(len(rows)) - begins + 1
    found: Places = nth[place[which]]
    return found
