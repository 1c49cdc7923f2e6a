"""Parquet as batches: the schema is checked before a row is read, the row count after the last."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from privet.adapters.formats.batches import RawBatch
from privet.adapters.formats.drift import Watch
from privet.adapters.formats.guarding import guarded, matched_roots, numbered
from privet.adapters.formats.header import empty, no_rows
from privet.adapters.formats.plain import plain, plain_schema
from privet.model.contract import Column
from privet.model.errors import SourceError

_T = TypeVar("_T")
_MAX_ROWS = 64 << 10
_BUFFER, _LEAST_BUFFER, _BUFFERS = 1 << 20, 16 << 10, 128 << 20
"""Bytes read ahead in a column, at most and at least, and about how many in all columns."""


def parquet_schema(file: BinaryIO, name: str) -> pa.Schema:
    """The Arrow schema of a Parquet file, in the plain layouts that it is read as.

    Raises:
        SourceError: the file is truncated, damaged or not Parquet.
    """
    return plain_schema(_open(file, name).schema_arrow)


def parquet_rows(file: BinaryIO, name: str) -> int:
    """How many rows the file says it has."""
    return _open(file, name).metadata.num_rows


def read_parquet(
    file: BinaryIO,
    name: str,
    columns: Sequence[Column],
    *,
    block_bytes: int,
    watch: Watch | None = None,
) -> Iterator[RawBatch]:
    """Stream a file's rows, in batches of about `block_bytes` uncompressed.

    Raises:
        SourceError: the columns are not the contract's, or the file is truncated or damaged.
    """
    if not file.seek(0, os.SEEK_END):
        raise empty(name)
    parquet = _open(file, name)
    roots = matched_roots(plain_schema(parquet.schema_arrow), columns, name, watch or Watch())
    if not parquet.metadata.num_rows:
        raise no_rows(name)
    size = _batch_rows(parquet.metadata, block_bytes)
    batches = _guarded(name, lambda: parquet.iter_batches(batch_size=size, columns=roots))
    position = 1
    while (batch := _guarded(name, lambda: next(batches, None))) is not None:
        positions = numbered(position, batch.num_rows)
        position += batch.num_rows
        values = [plain(batch.column(root)) for root in roots]
        yield RawBatch(pa.RecordBatch.from_arrays(values, names=roots), positions)
    if position - 1 != parquet.metadata.num_rows:
        raise _damaged(name)


def _open(file: BinaryIO, name: str) -> pq.ParquetFile:
    file.seek(0)
    metadata = _guarded(name, lambda: pq.read_metadata(file))
    # Unbuffered column chunks would put a whole row group into memory; so would too many buffers.
    buffer = max(_LEAST_BUFFER, min(_BUFFER, _BUFFERS // max(1, metadata.num_columns)))
    return _guarded(
        name,
        lambda: pq.ParquetFile(
            file,
            metadata=metadata,
            buffer_size=buffer,
            pre_buffer=False,
            page_checksum_verification=True,
        ),
    )


def _batch_rows(metadata: pq.FileMetaData, block_bytes: int) -> int:
    groups = range(metadata.num_row_groups)
    total = sum(metadata.row_group(i).total_byte_size for i in groups)
    width = max(1, total // max(1, metadata.num_rows))
    return max(1, min(_MAX_ROWS, block_bytes // width))


def _guarded(name: str, act: Callable[[], _T]) -> _T:
    return guarded(act, _damaged(name))


def _damaged(name: str) -> SourceError:
    return SourceError(
        f"`{name}` is not a whole Parquet file: it is truncated, damaged or encrypted",
        hint="Fetch or export the file again; a run uses all of a file or none of it.",
    )
