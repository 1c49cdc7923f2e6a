"""What a Parquet file carries beside its rows: nothing that the release does not declare.

A reader of rows sees none of it: keys of the footer, values of a dictionary that no row uses,
bytes between the columns. All of it is in the file that leaves.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from privet.protect.verifying import Check

_OURS = ("privet.",)
_SCHEMA = b"ARROW:schema"
_FIELD_ID = "PARQUET:field_id"
_FRAME = 12
"""Bytes of a file that are no column's and not the footer's: magic twice, the footer's length."""


def file_checks(opened: Callable[[], BinaryIO]) -> tuple[Check, ...]:
    """Look at a published Parquet file as a file, one row group after the other.

    Args:
        opened: opens the file anew, not sealed.

    Returns:
        A check each: whether it can be read whole; keys and values beside the columns; values that
        no row has; statistics of values that no row has; bytes that belong to nothing.
    """
    try:
        with opened() as stream, pq.ParquetFile(stream) as file:
            metadata, said = file.metadata, file.schema_arrow
            texts = [field.name for field in _fields(said) if _is_text(field.type)]
        with opened() as stream, pq.ParquetFile(stream, read_dictionary=texts) as file:
            groups = [_group(file, number) for number in range(metadata.num_row_groups)]
            stream.seek(0, os.SEEK_END)
            size = stream.tell()
    except (pa.ArrowException, OSError):
        return (Check("file", passed=False, found="the file cannot be read to its end"),)
    idle, wrong = sum(idle for idle, _ in groups), sum(wrong for _, wrong in groups)
    return (
        Check("file", passed=True, found=f"{metadata.num_row_groups} row groups, read to the end"),
        _keys(metadata, said),
        Check("dictionaries", idle == 0, f"{idle} values in dictionaries that no row has"),
        Check("statistics", wrong == 0, f"{wrong} columns with bounds that are not theirs"),
        _bytes(metadata, size),
    )


def _group(file: Any, number: int) -> tuple[int, int]:
    """Values in dictionaries that no row has, and columns with bounds that are not theirs."""
    table, metadata = file.read_row_group(number), file.metadata.row_group(number)
    idle = wrong = 0
    for place in range(metadata.num_columns):
        chunk = metadata.column(place)
        if "." in chunk.path_in_schema:  # inside of a list or struct
            continue
        column = table.column(chunk.path_in_schema)
        idle += sum(_idle(part) for part in column.chunks)
        stated = chunk.statistics
        if stated is not None and stated.has_min_max:
            wrong += not _bounds(column, stated)
    return idle, wrong


def _idle(part: Any) -> int:
    if not isinstance(part, pa.DictionaryArray):
        return 0
    return len(part.dictionary) - len(pc.unique(part.indices.drop_null()))


def _keys(metadata: Any, said: pa.Schema) -> Check:
    foreign = [key for key in metadata.metadata or {} if key != _SCHEMA and not _is_ours(key)]
    foreign += [key for key in said.metadata or {} if not _is_ours(key)]
    for field in _fields(said):
        foreign += [key for key in field.metadata or {} if not _is_ours(key)]
    inner = (metadata.metadata or {}).get(_SCHEMA)
    if inner is not None:
        kept = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(inner)))
        if kept.names != said.names:
            foreign.append(_SCHEMA)
        foreign += [key for key in kept.metadata or {} if not _is_ours(key)]
        for field in _fields(kept):
            foreign += [key for key in field.metadata or {} if not _is_ours(key)]
    return Check("metadata", not foreign, f"{len(foreign)} foreign keys in the footer")


def _is_ours(key: bytes) -> bool:
    text = key.decode("utf-8", "replace")
    return text.startswith(_OURS) or text == _FIELD_ID


def _fields(schema: pa.Schema) -> Iterator[pa.Field[Any]]:
    return (schema.field(place) for place in range(len(schema)))


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _bounds(column: Any, stated: Any) -> bool:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not (pa.types.is_string(column.type) or pa.types.is_integer(column.type)):
        return True
    said = [stated.min, stated.max]
    own = [pc.min(column).as_py(), pc.max(column).as_py()]
    return said == own


def _bytes(metadata: Any, size: int) -> Check:
    """Every byte belongs to a column's pages or to the footer.

    `serialized_size` is the footer's; page indexes and filters, which we do not write, would count
    as strange too.
    """
    told = _FRAME + metadata.serialized_size
    for group in range(metadata.num_row_groups):
        for place in range(metadata.num_columns):
            told += metadata.row_group(group).column(place).total_compressed_size
    strange = size - told
    return Check("bytes", strange == 0, f"{abs(strange)} bytes that belong to no column")
