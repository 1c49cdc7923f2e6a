"""The columns of a data file and their types: inferred once, then kept in a contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO, TypeAlias

import pyarrow as pa

from privet.adapters.formats.arrow_reader import arrow_file_schema, has_arrow_rows
from privet.adapters.formats.csv_reader import column_names, read_csv
from privet.adapters.formats.header import RESERVED, check_names, empty, no_rows
from privet.adapters.formats.json_rows import BadLine, parse_object
from privet.adapters.formats.json_shape import Shape
from privet.adapters.formats.jsonl_reader import lines_of
from privet.adapters.formats.narrowing import Narrowing
from privet.adapters.formats.parquet_reader import parquet_rows, parquet_schema
from privet.adapters.formats.read import BLOCK_BYTES, block_for
from privet.adapters.formats.sniff import json_array
from privet.model.contract import Column
from privet.model.errors import SourceError
from privet.model.paths import ColumnPath
from privet.model.pipeline import SourceFormat
from privet.ports.arrow_types import leaf_columns, spell_type

_MANY_NAMES = 2000
"""So many field names are a wide table where most objects have most of them, else they are data."""

_CSV_SCAN_BYTES = 256 << 20
_JSON_SCAN_BYTES = 64 << 20
"""JSON is looked at object by object, at about 12 MB a second."""

_Found: TypeAlias = tuple[ColumnPath, str, str | None]
"""A leaf column, its type, and what a person should know of it."""


def infer_columns(
    file: BinaryIO, name: str, form: SourceFormat, *, scan_bytes: int | None = None
) -> tuple[Column, ...]:
    """Every leaf column of a file, in its order, with the narrowest type that holds its values.

    Args:
        file: a binary file that can seek; it is not closed.
        name: its name, for messages.
        form: its form, as `sniff` stated it.
        scan_bytes: how much of a text file is looked at (None: 256 MiB of CSV, 64 MiB of JSON). A
            later value that does not fit is not lost: its row goes to quarantine.

    Raises:
        SourceError: the file has no rows, or column names that a contract cannot have.
    """
    if form.name == "parquet":
        schema = parquet_schema(file, name)
        found = typed_leaves(schema, name, has_rows=parquet_rows(file, name) > 0)
    elif form.name == "arrow":
        schema = arrow_file_schema(file, name)
        found = typed_leaves(schema, name, has_rows=has_arrow_rows(file, name))
    elif form.name == "jsonl":
        found = _jsonl(file, name, form, scan_bytes or _JSON_SCAN_BYTES)
    else:
        found = _csv(file, name, form, scan_bytes or _CSV_SCAN_BYTES)
    return tuple(Column(path, kind, note=note) for path, kind, note in found)


def _csv(file: BinaryIO, name: str, form: SourceFormat, scan_bytes: int) -> list[_Found]:
    names = column_names(file, name, form)
    types = [Narrowing() for _ in names]
    rows = seen = rejected = 0
    block_bytes = block_for(len(names), BLOCK_BYTES)
    for batch in read_csv(file, name, form, names, block_bytes=block_bytes):
        for narrowing, values in zip(types, batch.rows.columns, strict=True):
            narrowing.add(values)
        rows += batch.rows.num_rows
        rejected += len(batch.rejects)
        seen += batch.rows.nbytes
        if seen >= scan_bytes:
            break
    if not rows:
        raise SourceError(
            f"`{name}`: none of its {rejected:,} records has the {len(names)} fields of its header",
            hint="Check `delimiter:` in the pipeline file, and that the header is complete.",
        )
    return [(ColumnPath.of(n), t.type, t.note) for n, t in zip(names, types, strict=True)]


def _jsonl(file: BinaryIO, name: str, form: SourceFormat, scan_bytes: int) -> list[_Found]:
    shape, lines, good = Shape(), 0, 0
    for line in _first_lines(file, name, form, scan_bytes):
        lines += 1
        if lines == 1 and line.startswith(b"["):
            raise json_array(name)
        try:
            value = parse_object(line)
        except BadLine:
            continue
        good += 1
        shape.add(value)
    if not lines:
        raise empty(name)
    if not shape.fields:
        raise SourceError(
            f"`{name}`: none of its first {lines:,} lines is a JSON object with fields",
            hint="Write one object per line; `jq -c . FILE` makes such lines of other JSON.",
        )
    _check_keys(shape, name)
    return [
        (ColumnPath(steps), kind, note)
        for key, below in shape.fields.items()
        for steps, kind, note in below.leaves((), key)
    ]


def _first_lines(file: BinaryIO, name: str, form: SourceFormat, scan_bytes: int) -> Iterator[bytes]:
    seen = 0
    for _, lines in lines_of(file, name, form, block_bytes=BLOCK_BYTES):
        for line in lines:
            seen += len(line)
            if line:
                yield line
        if seen >= scan_bytes:
            return


def _check_keys(shape: Shape, name: str) -> None:
    keys = list(shape.names())
    if "" in keys:
        raise SourceError(f"`{name}`: an object has a field without a name", hint="Name the field.")
    # Keys such as e-mail addresses are values in the place of names: they are not repeated.
    many = len(keys) > _MANY_NAMES and shape.rare() * 2 > len(keys)
    if many or any("@" in key for key in keys):
        raise SourceError(
            f"`{name}`: objects have data for field names ({len(keys):,} different ones)",
            hint='Write them as a list of objects: [{"key": …, "value": …}, …].',
        )
    _check_reserved(shape.fields, name)


def _check_reserved(names: Sequence[str] | dict[str, Shape], name: str) -> None:
    reserved = next((key for key in names if key.startswith(RESERVED)), None)
    if reserved is not None:
        check_names([reserved], name)


def typed_leaves(schema: pa.Schema, name: str, *, has_rows: bool) -> list[_Found]:
    """Every leaf column of a typed table, as `infer_columns` has those of a file.

    Raises:
        SourceError: there are no rows, or a name or type that a contract cannot have.
    """
    check_names(schema.names, name)
    if not has_rows:
        raise no_rows(name)
    found: list[_Found] = []
    for path, kind in leaf_columns(schema):
        try:
            found.append((path, spell_type(kind), None))
        except ValueError as error:
            raise SourceError(
                f"`{name}`: column `{path}`: {error}",
                hint="Write the column as text, or leave it out of the export.",
            ) from None
    return found
