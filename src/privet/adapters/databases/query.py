"""A SELECT's rows as raw batches, and its columns as those of a contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from privet.adapters.databases.address import Address, parse_address
from privet.adapters.databases.postgres import (
    PostgresSession,
    ResultColumn,
    open_postgres,
    same_order,
)
from privet.adapters.databases.sqlite import SqliteSession, open_sqlite
from privet.adapters.databases.statement import checked_query
from privet.adapters.formats.batches import RawBatch
from privet.adapters.formats.drift import Watch
from privet.adapters.formats.guarding import matched_roots, numbered
from privet.adapters.formats.header import check_names, no_rows
from privet.adapters.formats.layout import Layout
from privet.adapters.formats.narrowing import ISO_TIMES, Narrowing
from privet.adapters.formats.plain import plain, plain_schema
from privet.model.contract import Column
from privet.model.errors import SourceError
from privet.model.paths import ColumnPath
from privet.ports.arrow_types import leaf_columns, spell_type

_MAX_ROWS = 64 << 10
_LOOK_ROWS = 200_000
_TIMES = {"date": "date32", "timestamp": "timestamp[us]", "timestamptz": "timestamp[us, UTC]"}
_MAX_DIGITS = 38
_MAX_SCALE = 18
"""With more digits after the point, too few are left before it: the number is rather a double."""


def read_query(
    url: str,
    query: str | None,
    columns: Sequence[Column],
    *,
    block_bytes: int,
    base: Path = Path(),
    watch: Watch | None = None,
    after: tuple[str, str] | None = None,
) -> Iterator[RawBatch]:
    """Stream a query's rows; positions are row numbers of the result, from 1.

    Args:
        url: the database.
        query: one SELECT.
        columns: the contract's leaf columns.
        block_bytes: about how much a batch takes.
        base: the folder that a relative SQLite path starts from.
        watch: what happens where the result's columns are others, and whether it may be empty.
        after: a top-level column, and a value of it as text: rows that surely do not go beyond may
            be left out. Others may come too, so the caller still compares.

    Raises:
        SourceError: the query cannot be run, or its columns are not the contract's.
        Unreachable: the server does not answer, or dropped the connection.
        ConfigError: it is not one SELECT.
        UsageError: the URL is not a database's, or the driver is not installed.
    """
    address = parse_address(url, base)
    watch = Watch() if watch is None else watch
    asked = _Asked(address, checked_query(query, address.kind), columns, block_bytes, watch, after)
    yield from Layout(columns).complete(_positioned(asked))


def infer_query(url: str, query: str | None, *, base: Path) -> tuple[Column, ...]:
    """Every leaf column of a query's result, with its type: the server's, or what values have.

    Raises:
        SourceError: the query cannot be run, or gives no row of SQLite.
        Unreachable: the server does not answer.
        ConfigError: it is not one SELECT.
        UsageError: the URL is not a database's, or the driver is not installed.
    """
    address = parse_address(url, base)
    checked = checked_query(query, address.kind)
    if address.kind == "sqlite":
        with open_sqlite(address) as session:
            return _inferred(session, checked, address)
    with open_postgres(address, checked) as server:
        found = server.columns(checked)
        check_names([column.name for column in found], address.shown)
        return tuple(leaf for each in found for leaf in _declared(server, checked, each, address))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What `read_query` was asked for."""

    address: Address
    query: str
    columns: Sequence[Column]
    block_bytes: int
    watch: Watch
    after: tuple[str, str] | None = field(repr=False)

    def roots(self, schema: pa.Schema) -> list[str]:
        return matched_roots(schema, self.columns, self.address.shown, self.watch)


def _positioned(asked: _Asked) -> Iterator[RawBatch]:
    position = 1
    for batch in _sqlite(asked) if asked.address.kind == "sqlite" else _postgres(asked):
        yield RawBatch(batch, numbered(position, batch.num_rows))
        position += batch.num_rows
    if position == 1 and not asked.watch.empty_ok:
        raise no_rows(asked.address.shown)


def _sqlite(asked: _Asked) -> Iterator[pa.RecordBatch]:
    types = {column.path.root: column.type for column in asked.columns}
    binary = frozenset(name for name, kind in types.items() if kind == "binary")
    with open_sqlite(asked.address) as session:
        names = session.names(asked.query)
        roots = asked.roots(pa.schema([(name, pa.string()) for name in names]))
        bound = None
        if asked.after is not None and types.get(asked.after[0]) == "int64":
            bound = (asked.after[0], int(asked.after[1])) if asked.after[0] in names else None
        rows = session.rows(asked.query, roots, binary=binary, after=bound)
        yield from _joined(rows, asked.block_bytes)


def _postgres(asked: _Asked) -> Iterator[pa.RecordBatch]:
    with open_postgres(asked.address, asked.query) as session:
        found = session.columns(asked.query)
        by_name = {column.name: column for column in found}
        kinds = [(column.name, column.kind) for column in found]
        roots = asked.roots(plain_schema(pa.schema(kinds)))
        types = {column.path.root: column.type for column in asked.columns}
        bound = None
        if asked.after is not None and asked.after[0] in by_name:
            name, value = asked.after
            bound = (by_name[name], value) if same_order(by_name[name], types.get(name)) else None
        chosen = [by_name[root] for root in roots]
        batches = session.rows(asked.query, chosen, block_bytes=asked.block_bytes, after=bound)
        for batch in batches:
            values = [plain(column) for column in batch.columns]
            yield pa.RecordBatch.from_arrays(values, names=roots)


def _joined(batches: Iterator[pa.RecordBatch], block_bytes: int) -> Iterator[pa.RecordBatch]:
    """Small batches as larger ones, of about `block_bytes`."""
    held: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        held.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if size >= block_bytes or rows >= _MAX_ROWS:
            yield from _combined(held)
            held, rows, size = [], 0, 0
    yield from _combined(held)


def _combined(batches: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
    if sum(batch.num_rows for batch in batches) == 0:
        return []
    return pa.Table.from_batches(batches).combine_chunks().to_batches()


def _inferred(session: SqliteSession, query: str, address: Address) -> tuple[Column, ...]:
    names = session.names(query)
    check_names(names, address.shown)
    kinds = session.kinds(query, names, _LOOK_ROWS)
    narrowing = {
        name: Narrowing(ISO_TIMES) if found == {"text"} else Narrowing()
        for name, found in zip(names, kinds, strict=True)
        if "text" in found and "blob" not in found
    }
    rows = 0
    for batch in session.rows(query, names):
        rows += batch.num_rows
        for name, each in narrowing.items():
            each.add(batch.column(name))
        if rows >= _LOOK_ROWS or (rows and not narrowing):
            break
    if not rows:
        raise no_rows(address.shown)
    columns = []
    for name, found in zip(names, kinds, strict=True):
        looked = narrowing.get(name)
        kind, note = (looked.type, looked.note) if looked else (_storage(found), None)
        columns.append(Column(ColumnPath.of(name), kind, note=note))
    return tuple(columns)


def _storage(kinds: set[str]) -> str:
    """The type of a column with values of these storage classes."""
    if kinds == {"integer"}:
        return "int64"
    if kinds == {"blob"}:
        return "binary"
    return "double" if kinds and kinds <= {"integer", "real"} else "string"


def _declared(
    server: PostgresSession, query: str, column: ResultColumn, address: Address
) -> list[Column]:
    path = ColumnPath.of(column.name)
    if column.declared == "numeric":
        return [Column(path, _decimal(server, query, column))]
    if column.declared in _TIMES:
        return [Column(path, _TIMES[column.declared])]
    schema = plain_schema(pa.schema([(column.name, column.kind)]))
    try:
        return [Column(leaf, spell_type(kind)) for leaf, kind in leaf_columns(schema)]
    except ValueError as error:
        raise SourceError(
            f"{address.shown}: column `{column.name}`: {error}", hint="Cast it in `query:`."
        ) from None


def _decimal(server: PostgresSession, query: str, column: ResultColumn) -> str:
    """A numeric with its digits (PostgreSQL source, `numeric.c`), or those that its values have."""
    modifier = column.modifier - 4
    precision, scale = modifier >> 16 & 0xFFFF, modifier & 0x7FF
    if modifier >= 0 and 0 < precision <= _MAX_DIGITS and scale <= precision:
        return f"decimal128({precision}, {scale})"
    seen = server.scale(query, column.name, _LOOK_ROWS)
    return "double" if seen is None or seen > _MAX_SCALE else f"decimal128({_MAX_DIGITS}, {seen})"
