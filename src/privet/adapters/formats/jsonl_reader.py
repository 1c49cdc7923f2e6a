"""JSON Lines as batches: blocks by pyarrow, and line by line only where a line is bad."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.json

from privet.adapters.formats.batches import RawBatch, Reject
from privet.adapters.formats.drift import Watch
from privet.adapters.formats.header import empty
from privet.adapters.formats.json_keys import Keys
from privet.adapters.formats.json_rows import BadLine, parse_object, shape
from privet.adapters.formats.sniff import json_array
from privet.adapters.formats.text import ByteSource, TextStream
from privet.model.contract import Column
from privet.model.errors import SourceError
from privet.model.pipeline import SourceFormat
from privet.ports.arrow_types import arrow_schema, parse_type

_MAX_LINE = 64 << 20
_FEW_LINES = 128
"""A block of so few lines is not halved again, but read line by line."""


def raw_type(spelling: str) -> pa.DataType:
    """What a contract's type is read as: JSON has numbers, booleans and text, and no dates."""
    kind = parse_type(spelling)
    native = (
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_decimal(kind)
    )
    return kind if native else pa.string()


def lines_of(
    file: BinaryIO, name: str, form: SourceFormat, *, block_bytes: int
) -> Iterator[tuple[int, list[bytes]]]:
    """A file's lines in blocks: the first one's number (from 1), and the stripped lines.

    Raises:
        SourceError: the file is damaged, or has a line of over 64 MiB.
    """
    source = ByteSource(file, name, form.compression)
    stream = TextStream(source, name, form.encoding, escape=False)
    first, size = 1, 0
    rest: list[bytes] = []
    while piece := stream.read(block_bytes):
        whole, newline, rest_of_piece = piece.rpartition(b"\n")
        if not newline:
            rest.append(piece)
            size += len(piece)
            if size > _MAX_LINE:
                raise _too_long(name, first)
            continue
        lines = b"".join([*rest, whole]).split(b"\n")
        yield first, [line.strip() for line in lines]
        first, rest, size = first + len(lines), [rest_of_piece], len(rest_of_piece)
    if size:
        yield first, [b"".join(rest).strip()]


def read_jsonl(
    file: BinaryIO,
    name: str,
    form: SourceFormat,
    columns: Sequence[Column],
    *,
    block_bytes: int,
    watch: Watch | None = None,
) -> Iterator[RawBatch]:
    """Stream a file's rows; blank lines are passed over, and positions are line numbers.

    Raises:
        SourceError: the file is damaged, has a line of over 64 MiB, or other keys than `watch`
            allows.
    """
    watch = Watch() if watch is None else watch
    schema = arrow_schema(columns, raw_type)
    target = _Target(schema, ignore=watch.drift.added == "ignore")
    keys = Keys(schema, watch, name)
    seen = False
    for first, lines in lines_of(file, name, form, block_bytes=block_bytes):
        filled = [(number, line) for number, line in enumerate(lines, first) if line]
        if not seen and filled and filled[0][1].startswith(b"["):
            raise json_array(name)
        parts = list(_parsed(filled, target))
        seen = seen or bool(filled)
        batch = RawBatch(
            _joined([part.rows for part in parts], schema),
            pa.concat_arrays([part.positions for part in parts] or [pa.array([], pa.int64())]),
            tuple(reject for part in parts for reject in part.rejects),
        )
        keys.add(lines, batch)
        yield batch
    if not seen:
        raise empty(name)
    keys.end()


@dataclass(frozen=True, slots=True)
class _Target:
    """The schema that lines are read as, and whether other keys are passed over."""

    schema: pa.Schema
    ignore: bool


def _parsed(lines: Sequence[tuple[int, bytes]], target: _Target) -> Iterator[RawBatch]:
    """Read lines at once; where that fails, each half; where few are left, one by one."""
    if not lines:
        return
    rows = _at_once([line for _, line in lines], target)
    if rows is not None:
        yield RawBatch(rows, pa.array([number for number, _ in lines], pa.int64()))
    elif len(lines) > _FEW_LINES:
        middle = len(lines) // 2
        yield from _parsed(lines[:middle], target)
        yield from _parsed(lines[middle:], target)
    else:
        yield _one_by_one(lines, target)


def _at_once(lines: Sequence[bytes], target: _Target) -> pa.RecordBatch | None:
    """All lines as rows, or None if one of them is bad.

    pyarrow's parser crashes on a top-level `null`, and takes two objects on a line, or one on two
    lines, for rows. So it is only given lines that begin and end as an object does, and its rows
    are counted: an object cannot then go over the end of a line, since a brace follows a brace.
    """
    if not all(line[:1] == b"{" and line[-1:] == b"}" for line in lines):
        return None
    data = b"\n".join(lines)
    try:
        data.decode()
        table = pyarrow.json.read_json(
            io.BytesIO(data),
            pyarrow.json.ReadOptions(use_threads=False, block_size=len(data) + 1),
            pyarrow.json.ParseOptions(
                explicit_schema=target.schema,
                unexpected_field_behavior="ignore" if target.ignore else "error",
            ),
        )
    except (pa.ArrowException, UnicodeDecodeError):
        return None
    if table.num_rows != len(lines):
        return None
    batches = table.combine_chunks().to_batches()
    return batches[0] if len(batches) == 1 else None


def _one_by_one(lines: Sequence[tuple[int, bytes]], target: _Target) -> RawBatch:
    rows: list[dict[str, Any]] = []
    positions: list[int] = []
    rejects: list[Reject] = []
    for number, line in lines:
        try:
            rows.append(shape(parse_object(line), target.schema, ignore=target.ignore))
            positions.append(number)
        except BadLine as bad:
            rejects.append(Reject(number, bad.reason, line))
    batch = pa.RecordBatch.from_pylist(rows, target.schema) if rows else _none(target.schema)
    return RawBatch(batch, pa.array(positions, pa.int64()), tuple(rejects))


def _joined(parts: Sequence[pa.RecordBatch], schema: pa.Schema) -> pa.RecordBatch:
    if len(parts) == 1:
        return parts[0]
    whole = pa.Table.from_batches(parts, schema).combine_chunks().to_batches()
    return whole[0] if whole else _none(schema)


def _none(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([], schema)


def _too_long(name: str, line: int) -> SourceError:
    return SourceError(
        f"`{name}`: line {line:,} is longer than {_MAX_LINE >> 20} MiB",
        hint="Write one object per line; split documents of that size, or use Parquet.",
    )
