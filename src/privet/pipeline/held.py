"""A held-back row's own story: which column its reason names, what stood there, and the row itself.

A record is JSON (`privet.vault.records`), or what a reader could not take for a row, as it stood.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import pyarrow as pa

from privet.adapters.formats.json_rows import BadLine, parse_object, shape
from privet.adapters.formats.jsonl_reader import raw_type
from privet.model.contract import Column, Contract
from privet.model.paths import ColumnPath, Step
from privet.model.pipeline import SourceSpec
from privet.pipeline.inspection import UNOWNED
from privet.ports.arrow_types import arrow_schema
from privet.quality.casting import as_type, is_text
from privet.transforms.arrow import Values

RULE = "rule:"
"""How the reason of a row begins that a rule of the contract held back."""

_Numbered: TypeAlias = "tuple[int, Mapping[str, Any]]"

_TYPED = frozenset({"parquet", "arrow", "sql"})
"""Formats that have dates, decimals and bytes, for which JSON has no word."""

_REPLACED = "\N{REPLACEMENT CHARACTER}"
"""What a record has in place of bytes that are no text."""

_OF_COLUMN = frozenset({"type", "required", "encoding", "clean"})


def column_of(reason: str, contract: Contract) -> ColumnPath | None:
    """The one column that a reason is about; None where there is none, or more than one."""
    kind, _, about = reason.partition(":")
    if reason == UNOWNED and contract.subject is not None:
        return contract.subject.key
    if kind == "clean":
        about = about.partition(":")[2]
    if kind in _OF_COLUMN:
        named = (column.path for column in contract.columns if str(column.path) == about)
        return next(named, None)
    rules = {f"{RULE}{rule.name}": rule.columns for rule in contract.rules}
    columns = rules.get(reason, ())
    return columns[0] if len(columns) == 1 else None


def read_record(record: bytes | None) -> Mapping[str, Any] | None:
    """The row that a record is, as it was read; None where it is no row, or there is no record."""
    if record is None:
        return None
    try:
        row = json.loads(record)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def read_rows(
    records: Sequence[bytes | None], source: SourceSpec, columns: Sequence[Column]
) -> Iterator[tuple[list[int], pa.RecordBatch]]:
    """The rows that some of the records are, as a reader of the source would give them.

    Args:
        records: those that are no rows of the source, or that are not whole, are passed over.
        source: where they are from.
        columns: the contract's columns that the source itself has.

    Yields:
        places in `records`, and as many rows.
    """
    rows: list[_Numbered] = []
    for number, record in enumerate(records):
        row = _row(record, source, columns)
        if row is not None:
            rows.append((number, row))
    yield from _batches(rows, source, columns)


def _row(
    record: bytes | None, source: SourceSpec, columns: Sequence[Column]
) -> Mapping[str, Any] | None:
    row = read_record(record)
    if row is None or record is None:
        return None
    names = {column.path.root for column in columns}
    if source.format.name != "jsonl":
        # A record that some bytes are lost of must not pass for the row that it was.
        whole = _REPLACED not in record.decode("utf-8", "replace")
        return row if whole and row.keys() == names else None
    if not {path.root for path in source.partitions} <= row.keys():
        return None  # a line that its reader refused: it does not say where its file stood
    schema = arrow_schema(columns, raw_type)
    try:
        return shape(parse_object(record), schema, ignore=source.drift.added == "ignore")
    except BadLine:
        return None


def _batches(
    rows: Sequence[_Numbered], source: SourceSpec, columns: Sequence[Column]
) -> Iterator[tuple[list[int], pa.RecordBatch]]:
    """All rows at once; where their values are of unlike types, each half."""
    if not rows:
        return
    try:
        batch = _batch([row for _, row in rows], source, columns)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        middle = len(rows) // 2
        if middle:
            yield from _batches(rows[:middle], source, columns)
            yield from _batches(rows[middle:], source, columns)
        return
    yield [number for number, _ in rows], batch


def _batch(
    rows: Sequence[Mapping[str, Any]], source: SourceSpec, columns: Sequence[Column]
) -> pa.RecordBatch:
    typed = arrow_schema(columns)
    if source.format.name == "jsonl":
        return pa.RecordBatch.from_pylist(list(rows), arrow_schema(columns, raw_type))
    arrays: list[Values] = [pa.array([row[name] for row in rows]) for name in typed.names]
    if source.format.name in _TYPED:
        arrays = [
            _native(values, member.type) for values, member in zip(arrays, typed, strict=True)
        ]
    return pa.RecordBatch.from_arrays(arrays, names=typed.names)


def _native(values: Values, kind: pa.DataType) -> Values:
    """Dates, decimals and bytes as the source has them, where they are no text in it."""
    spelled = pa.types.is_temporal(kind) or pa.types.is_decimal(kind) or pa.types.is_binary(kind)
    if not (spelled and is_text(values.type)):
        return values
    try:
        return as_type(values, kind)
    except pa.ArrowException:
        return values


def text_at(row: Mapping[str, Any], path: ColumnPath) -> str | None:
    """What stands at `path`, as text; values in lists as a JSON list."""
    return as_text(_descend(row, path.steps))


def as_text(value: Any) -> str | None:
    """A value as text: bytes as hexadecimal digits, lists and structs as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, bool | list | dict):
        return json.dumps(value, ensure_ascii=False, default=as_text)
    return str(value)


def _descend(value: Any, steps: tuple[Step, ...]) -> Any:
    if not steps:
        return value
    step, below = steps[0], steps[1:]
    inner = value.get(step.name) if isinstance(value, Mapping) else None
    return _through(inner, step.lists, below)


def _through(value: Any, lists: int, below: tuple[Step, ...]) -> Any:
    if not lists:
        return _descend(value, below)
    return [_through(item, lists - 1, below) for item in value] if isinstance(value, list) else None
