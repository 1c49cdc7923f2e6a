"""The order of rows in a release: unrelated to the source's, and to that for anybody else.

Rows in the order of the vault, or of the source, would let two recipients lay their files side by
side and join what tokens keep apart. So the order has a linkage domain too: each block of rows is
permuted by a keyed stream (SHAKE-256, FIPS 202), the same only for one purpose and recipient, which
share their tokens anyway, so that a release can be made again byte by byte.
"""

from __future__ import annotations

from hashlib import shake_256

import numpy as np
import pyarrow as pa

from privet.crypto.mac import derive_key

_WORD = np.dtype("<u8")


class RowOrder:
    """Permutes one data set's rows, batch by batch.

    Args:
        key: the secret of the row order's linkage domain.
        data: the data set.
    """

    __slots__ = ("_blocks", "_key")

    def __init__(self, key: bytes, data: str) -> None:
        self._key = derive_key(key, f"row order/{data}")
        self._blocks = 0

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The rows of the next batch in another order: a sort by random 64-bit words."""
        if not batch.num_columns:
            return batch
        stream = shake_256(self._key + self._blocks.to_bytes(8, "big"))
        self._blocks += 1
        words = np.frombuffer(stream.digest(batch.num_rows * _WORD.itemsize), _WORD)
        return batch.take(np.argsort(words))
