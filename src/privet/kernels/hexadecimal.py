"""Digests as lower-case hexadecimal text."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_MAX_TEXT: Final = 2**31 - 1
_PAIRS: Final = np.frombuffer(b"".join(b"%02x" % byte for byte in range(256)), "<u2")
"""Both digits of every byte, as they lie in memory."""


def hex_array(
    digests: npt.NDArray[np.uint8], mask: npt.NDArray[np.bool_] | None = None
) -> pa.StringArray:
    """The rows of `digests`, shape (rows, bytes), as text of twice as many characters.

    Args:
        digests: any number of bytes a row; a view such as `digests[:, :16]` is fine.
        mask: True where a row is null, as in `pyarrow.array`.

    Raises:
        ValueError: more than 2 GiB of text, or a mask of another length.
    """
    rows, width = digests.shape
    if rows * width * 2 > _MAX_TEXT:
        raise ValueError("more than 2 GiB of text for one array; use smaller batches")
    text = np.take(_PAIRS, digests).reshape(-1)
    starts = np.arange(rows + 1, dtype=np.int32) * np.int32(2 * width)
    return pa.StringArray.from_buffers(rows, _buffer(starts), _buffer(text), _validity(rows, mask))


def hex_array_twin(
    digests: npt.NDArray[np.uint8], mask: npt.NDArray[np.bool_] | None = None
) -> pa.StringArray:
    """The same row by row: the oracle of `hex_array`."""
    hidden = np.zeros(len(digests), np.bool_) if mask is None else mask
    texts = [None if null else bytes(row).hex() for row, null in zip(digests, hidden, strict=True)]
    return pa.array(texts, pa.string())


def _validity(rows: int, mask: npt.NDArray[np.bool_] | None) -> pa.Buffer | None:
    if mask is None:
        return None
    if mask.shape != (rows,):
        raise ValueError("a mask has one entry for each row")
    return _buffer(np.packbits(~mask, bitorder="little"))


def _buffer(array: npt.NDArray[Any]) -> pa.Buffer:
    return pa.py_buffer(array.data)
