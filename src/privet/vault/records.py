"""Where a row stood and what its record was, as they are kept beside why it is held back."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from privet.model.reserved import FILE, POSITION

_POSITION_BITS = 40


def places(rows: pa.RecordBatch) -> pa.Array[Any]:
    """The PLACE of each row, of its FILE and its POSITION.

    Raises:
        ValueError: a file has 2**40 records or more, or a source 2**23 files.
    """
    file, position = (rows.column(name).cast(pa.int64()).to_numpy() for name in (FILE, POSITION))
    packed = file << _POSITION_BITS | position
    if ((packed >> _POSITION_BITS != file) | (position < 0)).any():
        raise ValueError("a source has too many files, or a file too many records")
    made: pa.Array[Any] = pa.array(packed)
    return made


def file_and_position(packed: pa.Array[Any]) -> tuple[pa.Array[Any], pa.Array[Any]]:
    """FILE and POSITION of each PLACE."""
    numbers = packed.to_numpy()
    return pa.array(numbers >> _POSITION_BITS), pa.array(numbers & (1 << _POSITION_BITS) - 1)


def json_records(rows: pa.RecordBatch, held: pa.BooleanArray) -> pa.BinaryArray:
    """The held-back rows as they are, one JSON object each; null for the others.

    Args:
        rows: without reserved columns.
        held: boolean, for each row.

    Returns:
        A binary array. What JSON has no word for is spelled as the text formats do: dates and
        decimals as text, bytes as hexadecimal digits.
    """
    wanted = pc.indices_nonzero(held).to_numpy()
    texts: list[bytes | None] = [None] * rows.num_rows
    for index, row in zip(wanted.tolist(), _as_rows(rows.take(wanted)), strict=True):
        texts[index] = json.dumps(row, ensure_ascii=False, default=_as_text).encode()
    return pa.array(texts, pa.binary())


def _as_text(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _as_rows(rows: pa.RecordBatch) -> list[dict[str, Any]]:
    """Rows as Python values; text that is no UTF-8 is kept with replacement signs."""
    plain = []
    for column in rows.columns:
        if pa.types.is_string(column.type):
            values = column.cast(pa.binary()).to_pylist()
            plain.append([None if v is None else v.decode("utf-8", "replace") for v in values])
        else:
            plain.append(column.to_pylist())
    return [dict(zip(rows.schema.names, row, strict=True)) for row in zip(*plain, strict=True)]
