"""Keyed commitments to subject keys: what stands for a person where the person may not be named."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from privet.crypto.mac import derive_key, hmac_sha256
from privet.kernels.hmac_column import hmac_rows

COMMITMENT_BYTES = 32


def commit_text(key: bytes, subject_type: str, text: str) -> bytes:
    """The commitment (32 bytes) to one normalised subject key."""
    return hmac_sha256(_type_key(key, subject_type), text.encode("utf-8"))


def commit_rows(key: bytes, subject_type: str, values: pa.Array[Any]) -> npt.NDArray[np.uint8]:
    """The commitment to each value, shape (rows, 32); a null row is all zeros."""
    return hmac_rows(_type_key(key, subject_type), values)


def is_committed(
    key: bytes, subject_type: str, values: pa.Array[Any], known: Collection[bytes]
) -> pa.BooleanArray:
    """Which values have a commitment in `known`; a null value has none."""
    if not known or len(values) == 0:
        return pa.array(np.zeros(len(values), np.bool_))
    digests = commit_rows(key, subject_type, values)
    kind = pa.binary(COMMITMENT_BYTES)
    rows = pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(digests.tobytes())])
    found = pc.is_in(rows, value_set=pa.array(sorted(known), kind))
    return pc.and_(found, pc.is_valid(values))


def _type_key(key: bytes, subject_type: str) -> bytes:
    """One key per subject type: the same text in two types gives two unrelated commitments."""
    return derive_key(key, f"registry/{subject_type}")
