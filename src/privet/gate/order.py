"""The order of rows in a release: unrelated to the source's, and to that for anybody else.

Rows in the order of the vault, or of the source, would let two recipients lay their files side by
side and join what tokens keep apart. So the order has a linkage domain too: each block of rows is
permuted by a keyed stream (SHAKE-256, FIPS 202), the same only for one purpose and recipient, which
share their tokens anyway, so that a release can be made again byte by byte.

Where a release has a column that says which rows are one subject's, those rows stay together (in an
order of their own): that tells nobody more than the column does, and the file is half as large.
"""

from __future__ import annotations

from hashlib import shake_256

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.crypto.mac import derive_key
from privet.transforms.arrow import Values, pc

_WORD = np.dtype("<u8")
_LOW = np.uint64(0xFFFFFFFF)


class RowOrder:
    """Permutes one data set's rows, batch by batch.

    Args:
        key: the secret of the row order's linkage domain.
        data: the data set.
        together: a column as released; neighbours of one value in it stay neighbours.
    """

    __slots__ = ("_blocks", "_key", "_together")

    def __init__(self, key: bytes, data: str, together: str | None = None) -> None:
        self._key = derive_key(key, f"row order/{data}")
        self._together = together
        self._blocks = 0

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The rows of the next batch in another order: a sort by random 64-bit words."""
        if not batch.num_columns or not batch.num_rows:
            return batch
        stream = shake_256(self._key + self._blocks.to_bytes(8, "big"))
        self._blocks += 1
        words = np.frombuffer(stream.digest(batch.num_rows * _WORD.itemsize), _WORD)
        if self._together is not None:
            first = _first_of_run(batch.column(self._together))
            words = words[first] & ~_LOW | words & _LOW
        return batch.take(np.argsort(words))


def _first_of_run(values: Values) -> npt.NDArray[np.intp]:
    """For every row, the first row of its run of equal values; nulls are equal to none."""
    changes = pc.fill_null(
        pc.not_equal(values.slice(1), values.slice(0, len(values) - 1)), fill_value=True
    )
    starts = np.concatenate(([0], np.flatnonzero(changes.to_numpy(zero_copy_only=False)) + 1))
    return np.repeat(starts, np.diff(starts, append=len(values)))
