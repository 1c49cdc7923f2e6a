"""HMAC-SHA256 (RFC 2104) of a column, by whatever is less work for as many rows as there are.

Loading the compiled kernel costs a few tenths of a second of CPU, and compiling it, once on a
machine, two or three; the standard library costs about a microsecond a row. So a process begins
with the latter and turns to the kernel when it has seen enough rows for it to pay, or is told that
so many will come.
"""

from __future__ import annotations

import hmac
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bytes: TypeAlias = npt.NDArray[np.uint8]

DIGEST_BYTES: Final = 32
PAYS_AFTER: Final = 200_000
"""Rows by the standard library in one process before the kernel is loaded."""


class _Seen:
    """Rows hashed by this process; a race between threads miscounts, and does no harm."""

    rows = 0


def expect(rows: int) -> None:
    """Say that about so many rows are to come: if they are many, the kernel takes them all."""
    if rows > PAYS_AFTER:
        _Seen.rows = max(_Seen.rows, PAYS_AFTER)


def hmac_rows(key: bytes, values: pa.Array[Any]) -> Bytes:
    """HMAC-SHA256 of each value: an array of shape (rows, 32).

    Args:
        key: the secret, of any length.
        values: string, large_string, binary or large_binary; slices are fine. A null row gives
            zeros, and the caller keeps the validity.

    Raises:
        TypeError: another type of array.
    """
    _Seen.rows += len(values)
    if _Seen.rows <= PAYS_AFTER:
        return hmac_rows_plain(key, values)
    from privet.kernels.hmac_sha256 import hmac_rows as compiled  # noqa: PLC0415 (loads Numba)

    return compiled(key, values)


def hmac_rows_plain(key: bytes, values: pa.Array[Any]) -> Bytes:
    """The same by the standard library, row by row: the oracle of the kernel."""
    kind = values.type
    if not (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
    ):
        raise TypeError(f"{kind} values have no bytes to hash")
    digests = np.zeros((len(values), DIGEST_BYTES), np.uint8)
    for row, value in enumerate(values.cast(pa.large_binary()).to_pylist()):
        if value is not None:
            digests[row] = np.frombuffer(hmac.digest(key, value, "sha256"), np.uint8)
    return digests
