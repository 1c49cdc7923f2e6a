"""Parquet as batches: the schema is checked before a row is read, the row count after the last."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from privet.adapters.formats.batches import RawBatch
from privet.adapters.formats.header import match_names
from privet.model.contract import Column
from privet.model.errors import PrivetError, SourceError
from privet.ports.arrow_types import leaf_columns

_T = TypeVar("_T")
_MAX_ROWS = 64 << 10


def parquet_schema(file: BinaryIO, name: str) -> pa.Schema:
    """The Arrow schema of a Parquet file.

    Raises:
        SourceError: the file is truncated, damaged or not Parquet.
    """
    return _open(file, name).schema_arrow


def parquet_rows(file: BinaryIO, name: str) -> int:
    """How many rows the file says it has."""
    return _open(file, name).metadata.num_rows


def read_parquet(
    file: BinaryIO, name: str, columns: Sequence[Column], *, block_bytes: int
) -> Iterator[RawBatch]:
    """Stream a file's rows, in batches of about `block_bytes` uncompressed.

    Raises:
        SourceError: the columns are not the contract's, or the file is truncated or damaged.
    """
    parquet = _open(file, name)
    found = [str(path) for path, _ in leaf_columns(parquet.schema_arrow)]
    match_names(found, [str(column.path) for column in columns], name)
    roots = list(dict.fromkeys(column.path.root for column in columns))
    size = _batch_rows(parquet.metadata, block_bytes)
    batches = _guarded(name, lambda: parquet.iter_batches(batch_size=size))
    position = 1
    while (batch := _guarded(name, lambda: next(batches, None))) is not None:
        positions = pa.array(range(position, position + batch.num_rows), pa.int64())
        position += batch.num_rows
        yield RawBatch(batch.select(roots), positions)
    if position - 1 != parquet.metadata.num_rows:
        raise _damaged(name)


def _open(file: BinaryIO, name: str) -> pq.ParquetFile:
    file.seek(0)
    # Unbuffered column chunks would put a whole row group into memory.
    return _guarded(
        name,
        lambda: pq.ParquetFile(
            file, buffer_size=1 << 20, pre_buffer=False, page_checksum_verification=True
        ),
    )


def _batch_rows(metadata: pq.FileMetaData, block_bytes: int) -> int:
    groups = range(metadata.num_row_groups)
    total = sum(metadata.row_group(i).total_byte_size for i in groups)
    width = max(1, total // max(1, metadata.num_rows))
    return max(1, min(_MAX_ROWS, block_bytes // width))


def _guarded(name: str, act: Callable[[], _T]) -> _T:
    """Run `act`; pyarrow's errors, which may quote content, become ours."""
    try:
        return act()
    except PrivetError:
        raise
    except (pa.ArrowException, OSError, ValueError, OverflowError):
        pass
    raise _damaged(name)


def _damaged(name: str) -> SourceError:
    return SourceError(
        f"`{name}` is not a whole Parquet file: it is truncated, damaged or encrypted",
        hint="Fetch or export the file again; a run uses all of a file or none of it.",
    )
