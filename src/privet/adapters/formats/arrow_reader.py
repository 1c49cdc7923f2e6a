"""Arrow IPC, files and streams, as batches; what it says of itself is checked before it is used.

Nothing in the format proves that its bytes are whole: every batch is validated before its offsets
are followed, and a stream must end with its end mark (Arrow columnar format, "IPC streaming
format"), with nothing behind it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from io import IOBase
from typing import Any, BinaryIO, TypeVar, cast

import pyarrow as pa
import pyarrow.ipc

from privet.adapters.formats.batches import RawBatch
from privet.adapters.formats.drift import Watch
from privet.adapters.formats.guarding import guarded, matched_roots, numbered
from privet.adapters.formats.header import empty, no_rows
from privet.adapters.formats.plain import plain, plain_schema
from privet.model.contract import Column
from privet.model.errors import SourceError
from privet.ports.arrow_types import leaf_columns

_T = TypeVar("_T")

FILE_MAGIC = b"ARROW1"
STREAM_MAGIC = b"\xff\xff\xff\xff"
_END_MARK = b"\xff\xff\xff\xff\x00\x00\x00\x00"
_MAX_ROWS = 64 << 10


def arrow_file_schema(file: BinaryIO, name: str) -> pa.Schema:
    """The schema of an Arrow IPC file or stream, in the plain layouts that it is read as.

    Raises:
        SourceError: it is truncated, damaged or not Arrow.
    """
    return _guarded(name, lambda: _readable(plain_schema(_opened(file, name).schema)))


def has_arrow_rows(file: BinaryIO, name: str) -> bool:
    """Whether any batch has a row."""
    return any(batch.num_rows for batch in _batches(file, name))


def read_arrow(
    file: BinaryIO,
    name: str,
    columns: Sequence[Column],
    *,
    block_bytes: int,
    watch: Watch | None = None,
) -> Iterator[RawBatch]:
    """Stream the rows of an Arrow IPC file or stream, in parts of about `block_bytes`.

    A record batch of the file is read whole: who writes one of a gigabyte makes its reader hold it.

    Raises:
        SourceError: the columns are not the contract's, or the file is truncated or damaged.
    """
    if not file.seek(0, os.SEEK_END):
        raise empty(name)
    roots = matched_roots(arrow_file_schema(file, name), columns, name, watch or Watch())
    position = 1
    for whole in _batches(file, name):
        batch = _validated(whole.select(roots), name)
        size = _slice_rows(batch, block_bytes)
        for start in range(0, batch.num_rows, size):
            part = batch.slice(start, size)
            values = _guarded(name, lambda of=part: [plain(c) for c in of.columns])  # type: ignore[misc]
            rows = pa.RecordBatch.from_arrays(values, names=roots)
            yield RawBatch(rows, numbered(position, part.num_rows))
            position += part.num_rows
    if position == 1:
        raise no_rows(name)


def _readable(schema: pa.Schema) -> pa.Schema:
    """A schema whose every name is text: in a damaged file, not even names are UTF-8."""
    for _ in leaf_columns(schema):
        pass
    return schema


def _batches(file: BinaryIO, name: str) -> Iterator[pa.RecordBatch]:
    opened = _guarded(name, lambda: _opened(file, name))
    if isinstance(opened, pa.ipc.RecordBatchFileReader):
        for number in range(opened.num_record_batches):
            yield _guarded(name, lambda at=number: opened.get_batch(at))  # type: ignore[misc]
        return
    while (batch := _guarded(name, lambda: _next(opened))) is not None:
        yield batch
    _require_end(file, name)


def _opened(
    file: BinaryIO, name: str
) -> pa.ipc.RecordBatchFileReader | pa.ipc.RecordBatchStreamReader:
    file.seek(0)
    magic = file.read(len(FILE_MAGIC))
    file.seek(0)
    if magic == FILE_MAGIC:
        return pa.ipc.open_file(cast("IOBase", file))
    if magic[: len(STREAM_MAGIC)] != STREAM_MAGIC:
        raise _damaged(name)
    return pa.ipc.open_stream(cast("IOBase", file))


def _next(stream: pa.ipc.RecordBatchStreamReader) -> pa.RecordBatch | None:
    try:
        return stream.read_next_batch()
    except StopIteration:
        return None


def _require_end(file: BinaryIO, name: str) -> None:
    """Insist on the end mark: without it, a stream that was cut between two batches looks whole."""
    at = file.tell()
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, at - len(_END_MARK)))
    if at != end:
        raise SourceError(
            f"`{name}` holds something behind the end of its Arrow stream",
            hint="Write one stream to a file; more of them belong into files of their own.",
        )
    if file.read() != _END_MARK:
        raise _damaged(name)


def _validated(batch: pa.RecordBatch, name: str) -> pa.RecordBatch:
    """The batch with offsets and indices that hold; bad UTF-8 is left for the quality rules."""
    try:
        batch.validate(full=True)
    except pa.ArrowException:
        columns = [_guarded(name, lambda c=column: _column(c)) for column in batch.columns]  # type: ignore[misc]
        return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
    return batch


def _column(values: pa.Array[Any]) -> pa.Array[Any]:
    """A valid column, or one of strings of which only the letters are not.

    Raises:
        pa.ArrowException: neither.
    """
    try:
        values.validate(full=True)
    except pa.ArrowException:
        if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
            raise
        large = pa.types.is_large_string(values.type)
        values.view(pa.large_binary() if large else pa.binary()).validate(full=True)
    return values


def _slice_rows(batch: pa.RecordBatch, block_bytes: int) -> int:
    width = max(1, batch.nbytes // max(1, batch.num_rows))
    return max(1, min(_MAX_ROWS, block_bytes // width))


def _guarded(name: str, act: Callable[[], _T]) -> _T:
    return guarded(act, _damaged(name))


def _damaged(name: str) -> SourceError:
    return SourceError(
        f"`{name}` is not a whole Arrow IPC file or stream: it is truncated or damaged",
        hint="Fetch or export the file again; a run uses all of a file or none of it.",
    )
