"""The bytes of a text or binary column, as kernels read them."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bytes: TypeAlias = npt.NDArray[np.uint8]
Sizes: TypeAlias = npt.NDArray[np.uint64]


def column_bytes(values: pa.Array[Any]) -> tuple[Bytes, Sizes]:
    """The bytes of all values, and where each row starts (one more for the end); none is copied.

    Args:
        values: string, large_string, binary or large_binary; slices are fine. What a null row
            holds is nobody's.

    Raises:
        TypeError: another type of array.
    """
    kind = values.type
    if pa.types.is_large_string(kind) or pa.types.is_large_binary(kind):
        width: type[np.signedinteger[Any]] = np.int64
    elif pa.types.is_string(kind) or pa.types.is_binary(kind):
        width = np.int32
    else:
        raise TypeError(f"rows to hash are string or binary, not {kind}")
    _, starts, content = values.buffers()
    if starts is None or len(values) == 0:
        return np.frombuffer(b"", np.uint8), np.zeros(1, np.uint64)
    offsets = np.frombuffer(memoryview(starts), width)[
        values.offset : values.offset + len(values) + 1
    ]
    data = np.frombuffer(memoryview(content or b""), np.uint8)
    data.flags.writeable = False  # one type of array, one compilation
    return data, offsets.astype(np.uint64)
