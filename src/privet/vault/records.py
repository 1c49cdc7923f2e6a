"""The record of a row that is held back, as it is kept beside its reason."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


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
