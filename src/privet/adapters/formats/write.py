"""Data files of a release, written batch by batch."""

from __future__ import annotations

import json
import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from io import IOBase
from typing import Any, BinaryIO, Protocol, cast

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet as pq

from privet.adapters.formats.overlap import BehindWriter
from privet.adapters.formats.plain import plain, plain_schema
from privet.model.errors import ConfigError
from privet.model.pipeline import FormatName

_GROUP_ROWS, _GROUP_BYTES = 100_000, 64 << 20
_DICTIONARY_BYTES = 128 << 10
"""A Parquet column of many values, such as tokens, soon gives its dictionary up: that is smaller,
and a quarter less CPU."""

_HEX = np.frombuffer("".join(f"{byte:02x}" for byte in range(256)).encode(), dtype="S2")


class BatchWriter(Protocol):
    """Takes batches of one schema and leaves a whole file behind when closed."""

    def write(self, batch: pa.RecordBatch) -> None:
        """Write rows; `batch` has the writer's schema."""
        ...

    def close(self) -> None:
        """Write what ends the file. The sink stays open: its owner closes it."""
        ...


def open_writer(sink: BinaryIO, form: FormatName, schema: pa.Schema) -> BatchWriter:
    """A writer of one file.

    Parquet and Arrow (an IPC file; both zstd) keep every type and the schema's metadata, Arrow
    with dictionaries spelled out. The text formats write bytes as
    hexadecimal digits and times as ISO 8601; CSV has nulls as empty fields; JSON Lines has decimals
    as text, and null for a number that is none.

    Parquet and Arrow are compressed in a thread of the writer's own, which `close` ends; the sink
    is the writer's alone until then.

    Raises:
        ConfigError: the schema has columns that the format cannot hold.
    """
    if form == "parquet":
        return BehindWriter(_ParquetWriter(sink, schema))
    if form == "arrow":
        return BehindWriter(_ArrowWriter(sink, schema))
    if form == "jsonl":
        return _JsonLinesWriter(sink, schema)
    return _CsvWriter(sink, schema)


def hex_text(values: pa.Array[Any]) -> pa.StringArray:
    """Binary values as lower-case hexadecimal digits; nulls stay null."""
    values = values.cast(pa.binary())
    _, offsets_buffer, data = values.buffers()
    offsets = np.zeros(1, np.int64)
    if offsets_buffer is not None and len(values):
        every = np.frombuffer(memoryview(offsets_buffer), dtype=np.int32)
        offsets = every[values.offset : values.offset + len(values) + 1].astype(np.int64)
    used = np.frombuffer(memoryview(data or b""), dtype=np.uint8)[offsets[0] : offsets[-1]]
    digits = pa.py_buffer(_HEX[used].tobytes())
    starts = pa.py_buffer(((offsets - offsets[0]) * 2).tobytes())
    nulls = values.is_valid().buffers()[1] if values.null_count else None
    text = pa.LargeStringArray.from_buffers(len(values), starts, digits, nulls)
    return cast("pa.StringArray", text.cast(pa.string()))


class _Grouped(ABC):
    """Groups of good size, however small the batches are."""

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema
        self._pending: list[pa.RecordBatch] = []
        self._rows = self._bytes = 0

    def write(self, batch: pa.RecordBatch) -> None:
        self._pending.append(batch)
        self._rows += batch.num_rows
        self._bytes += batch.nbytes
        if self._rows >= _GROUP_ROWS or self._bytes >= _GROUP_BYTES:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._end()

    def _flush(self) -> None:
        if self._pending:
            self._put(pa.Table.from_batches(self._pending, self._schema))
            self._pending, self._rows, self._bytes = [], 0, 0

    @abstractmethod
    def _put(self, group: pa.Table) -> None: ...

    @abstractmethod
    def _end(self) -> None: ...


class _ParquetWriter(_Grouped):
    def __init__(self, sink: BinaryIO, schema: pa.Schema) -> None:
        super().__init__(schema)
        self._writer = pq.ParquetWriter(
            sink,
            schema,
            compression="zstd",
            dictionary_pagesize_limit=_DICTIONARY_BYTES,
            # Rows lie in a random order, so the least and the greatest text of a group tell a
            # reader nothing that would spare it the group; finding them is a sixth of the work.
            write_statistics=[field.name for field in schema if _is_fixed_width(field.type)],
        )

    def _put(self, group: pa.Table) -> None:
        self._writer.write_table(group)

    def _end(self) -> None:
        self._writer.close()


def _is_fixed_width(kind: pa.DataType) -> bool:
    return bool(pa.types.is_primitive(kind) or pa.types.is_decimal(kind))


class _ArrowWriter(_Grouped):
    """Dictionaries may not change within a file, so their values are written themselves."""

    def __init__(self, sink: BinaryIO, schema: pa.Schema) -> None:
        super().__init__(schema)
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        self._plain = plain_schema(schema)
        self._writer = pa.ipc.new_file(cast("IOBase", sink), self._plain, options=options)

    def _put(self, group: pa.Table) -> None:
        rows = group.combine_chunks().to_batches()
        for batch in rows:
            columns = [plain(values) for values in batch.columns]
            self._writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=self._plain))

    def _end(self) -> None:
        self._writer.close()


class _CsvWriter:
    def __init__(self, sink: BinaryIO, schema: pa.Schema) -> None:
        nested = next((field for field in schema if pa.types.is_nested(field.type)), None)
        if nested is not None:
            raise ConfigError(
                f"column `{nested.name}` is nested, and CSV has no place for it",
                hint="Release it with `format: parquet` or `format: jsonl`, or drop the column.",
            )
        self._convert = [_csv_form(field.type) for field in schema]
        fields = [
            pa.field(field.name, pa.string() if convert else field.type)
            for field, convert in zip(schema, self._convert, strict=True)
        ]
        self._schema = pa.schema(fields)
        self._writer = pa.csv.CSVWriter(sink, self._schema)

    def write(self, batch: pa.RecordBatch) -> None:
        columns = [
            convert(values) if convert else values
            for values, convert in zip(batch.columns, self._convert, strict=True)
        ]
        self._writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=self._schema))

    def close(self) -> None:
        self._writer.close()


def _csv_form(kind: pa.DataType) -> Callable[[pa.Array[Any]], pa.Array[Any]] | None:
    """How values of a type become text where pyarrow's writer has another way, or none."""
    if pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return hex_text
    if pa.types.is_dictionary(kind):
        return lambda values: values.cast(pa.string())
    return None


class _JsonLinesWriter:
    def __init__(self, sink: BinaryIO, schema: pa.Schema) -> None:
        self._sink = sink
        self._plain = pa.schema([pa.field(f.name, _json_form(f.type)) for f in schema])

    def write(self, batch: pa.RecordBatch) -> None:
        rows = batch.cast(self._plain).to_pylist()
        self._sink.write("".join(map(_line, rows)).encode())

    def close(self) -> None:
        """Nothing ends the file but its last line."""


def _json_form(kind: pa.DataType) -> pa.DataType:
    """`kind` with nanoseconds as text, since Python's own times have none."""
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(f.name, _json_form(f.type)) for f in kind])
    if pa.types.is_list(kind):
        return pa.list_(_json_form(kind.value_type))
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return pa.string()
    return kind


def _line(row: dict[str, Any]) -> str:
    try:
        return json.dumps(row, ensure_ascii=False, allow_nan=False, default=_text) + "\n"
    except ValueError:
        # JSON has no word for NaN or infinity.
        return json.dumps(_finite(row), ensure_ascii=False, default=_text) + "\n"


def _text(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"a value of type {type(value).__name__} has no place in JSON")


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(below) for key, below in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
