"""What a Parquet file carries beside its rows: nothing that the release does not declare.

A reader of rows sees none of it: keys of the footer, values of a dictionary that no row uses,
bytes between the columns. All of it is in the file that leaves.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from privet.protect.verifying import Check

_OURS = ("privet.",)
_SCHEMA = b"ARROW:schema"
_FIELD_ID = "PARQUET:field_id"
_FRAME = 12
"""Bytes of a file that are no column's and not the footer's: magic twice, the footer's length."""


def file_checks(path: Path) -> tuple[Check, ...]:
    """Look at a published Parquet file as a file.

    Args:
        path: the file, not sealed.

    Returns:
        A check each: whether it can be read whole; keys and values beside the columns; values that
        no row has; statistics of values that no row has; bytes that belong to nothing.
    """
    try:
        with pq.ParquetFile(path) as file:
            table = file.read()
            metadata = file.metadata
            said = file.schema_arrow
    except (pa.ArrowException, OSError):
        return (Check("file", passed=False, found="the file cannot be read to its end"),)
    return (
        Check("file", passed=True, found=f"{metadata.num_row_groups} row groups, read to the end"),
        _keys(metadata, said),
        _dictionaries(path, table),
        _statistics(metadata, table),
        _bytes(metadata, path.stat().st_size),
    )


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


def _dictionaries(path: Path, table: pa.Table) -> Check:
    """Values that stand in a dictionary, and in no row."""
    texts = [field.name for field in _fields(table.schema) if _is_text(field.type)]
    idle = 0
    with pq.ParquetFile(path, read_dictionary=texts) as file:
        for group in range(file.num_row_groups):
            for column in file.read_row_group(group, columns=texts).columns:
                for chunk in column.chunks:
                    if isinstance(chunk, pa.DictionaryArray):
                        used = len(pc.unique(chunk.indices.drop_null()))
                        idle += len(chunk.dictionary) - used
    return Check("dictionaries", idle == 0, f"{idle} values in dictionaries that no row has")


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _statistics(metadata: Any, table: pa.Table) -> Check:
    """Least and greatest values said of a column that are not its own."""
    wrong = start = 0
    for group in range(metadata.num_row_groups):
        rows = metadata.row_group(group).num_rows
        part = table.slice(start, rows)
        start += rows
        for place in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(place)
            stated = chunk.statistics
            if stated is None or not stated.has_min_max or "." in chunk.path_in_schema:
                continue
            wrong += not _bounds(part.column(chunk.path_in_schema), stated)
    return Check("statistics", wrong == 0, f"{wrong} columns with bounds that are not theirs")


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
