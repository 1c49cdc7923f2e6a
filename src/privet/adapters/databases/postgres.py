"""PostgreSQL, streamed by `COPY … (FORMAT binary)` through the ADBC driver.

Numbers, truth values, text and bytes come in their own types. All else comes as the server's text:
the driver has no room for `infinity` among dates and times, and turns it into another day. A text
that the contract's type cannot hold is held back with its row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa

from privet.adapters.databases.address import Address
from privet.adapters.databases.faults import Faults, no_driver
from privet.adapters.databases.statement import quoted, select_from
from privet.model.errors import PrivetError

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Connection

_SETTINGS = (
    # Before the first query, and for good: a function that the query calls cannot take it back.
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "SET LOCAL default_transaction_read_only = on",
    "SET LOCAL datestyle = 'ISO, YMD'",
    "SET LOCAL intervalstyle = 'iso_8601'",
    "SET LOCAL timezone = 'UTC'",
    "SET LOCAL extra_float_digits = 1",
)
_NUMBERS = ("int2", "int4", "int8", "float4", "float8", "numeric")
_NATIVE = frozenset([*_NUMBERS, "bool", "bytea", "text", "varchar", "bpchar", "name"])
_ORDERED = {
    "int2": "int64",
    "int4": "int64",
    "int8": "int64",
    "date": "date32",
    "timestamp": "timestamp[us]",
    "timestamptz": "timestamp[us, UTC]",
    "text": "string",
    "varchar": "string",
}
"""Types of which the server's order is ours, text with its collation set aside, each with the type
that the contract must have: numbers that stand there as text have another order."""

_FIRST_DAY = "0001-01-01"
"""What lies before (`-infinity` too) is a date to the server, and none to us."""


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of a query's result.

    Attributes:
        name: its name.
        declared: the server's name of its type (`_int4` for an array of them).
        modifier: the type's modifier: for a numeric, its digits; -1 for none.
        kind: the Arrow type that it is read as.
        cast: what it is cast to on the server, or None.
    """

    name: str
    declared: str
    modifier: int
    kind: pa.DataType
    cast: str | None


class PostgresSession:
    """A read-only transaction on one server."""

    def __init__(self, connection: Connection, faults: Faults) -> None:
        self._connection = connection
        self._faults = faults

    def columns(self, query: str) -> list[ResultColumn]:
        """The result's columns, by the server's own description of the query."""

        def described() -> list[ResultColumn]:
            with closing(self._connection.cursor()) as cursor:
                return [_column(f) for f in cursor.adbc_execute_schema(select_from("*", query))]

        return self._faults.server(described)

    def scale(self, query: str, name: str, rows: int) -> int | None:
        """The most digits after the point that a numeric column has in the first rows."""
        first = f"{select_from(f'scale(q.{quoted(name)}) AS s', query)} LIMIT {rows:d}"
        [found] = self._one(select_from("max(q.s)", first))
        return cast("int | None", found)

    def rows(
        self,
        query: str,
        columns: Sequence[ResultColumn],
        *,
        block_bytes: int,
        after: tuple[ResultColumn, str] | None = None,
    ) -> Iterator[pa.RecordBatch]:
        """Batches of about `block_bytes`, as the server sends them.

        Args:
            query: the SELECT.
            columns: those of its columns that are read.
            block_bytes: how much a batch takes, about.
            after: a column, and the value, as text, that rows which are left out do not go beyond.
        """
        chosen = ", ".join(
            f"q.{quoted(c.name)}{f'::{c.cast}' if c.cast else ''} AS {quoted(c.name)}"
            for c in columns
        )
        statement = select_from(chosen, query)
        if after is not None:
            self._remember(after[1])
            statement += f" WHERE {_above(after[0])}"
        options = {"adbc.postgresql.batch_size_hint_bytes": str(block_bytes)}
        read = 0
        with closing(self._connection.cursor(adbc_stmt_kwargs=options)) as cursor:
            self._faults.server(lambda: cursor.execute(statement))
            reader = cursor.fetch_record_batch()
            while (batch := self._next(reader, read)) is not None:
                read += batch.num_rows
                yield batch

    def _remember(self, value: str) -> None:
        """Give the server a value as a parameter: a COPY cannot have one, so a setting keeps it."""
        self._one("SELECT set_config('privet.after', $1, true)", value)

    def _one(self, statement: str, *parameters: str) -> tuple[Any, ...]:
        def asked() -> tuple[Any, ...]:
            with closing(self._connection.cursor()) as cursor:
                cursor.execute(statement, parameters or None)
                return cursor.fetchone() or ()

        return self._faults.server(asked)

    def _next(self, reader: pa.RecordBatchReader, read: int) -> pa.RecordBatch | None:
        try:
            return next(reader, None)
        except PrivetError:
            raise
        except (pa.ArrowException, OSError):
            pass
        raise self._faults.broken(read) if self._answers() else self._faults.lost()

    def _answers(self) -> bool:
        """Whether the server is still there; it tells a failed query from a lost connection."""
        from adbc_driver_manager import Error  # noqa: PLC0415 - an extra

        try:
            self._connection.rollback()
            with closing(self._connection.cursor()) as cursor:
                cursor.execute("SELECT 1")
                return bool(cursor.fetchone())
        except (Error, pa.ArrowException, OSError):
            return False


@contextmanager
def open_postgres(address: Address, query: str) -> Iterator[PostgresSession]:
    """A session; user, password and certificates are found as libpq finds them.

    Raises:
        Unreachable: the server does not answer.
        SourceError: it does not let this user in.
        UsageError: the driver is not installed.
    """
    try:
        from adbc_driver_postgresql import dbapi  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise no_driver() from None
    faults = Faults(address.shown, query)
    with closing(faults.connecting(lambda: dbapi.connect(address.uri))) as connection:
        faults.server(lambda: _prepare(connection))
        yield PostgresSession(connection, faults)


def _prepare(connection: Connection) -> None:
    with closing(connection.cursor()) as cursor:
        for setting in _SETTINGS:
            cursor.execute(setting)


def _column(field: pa.Field[Any]) -> ResultColumn:
    told = cast("Mapping[bytes, bytes]", field.metadata or {})
    declared = told.get(b"POSTGRESQL:type", b"").decode(errors="replace")
    modifier = int(told.get(b"POSTGRESQL:typmod", b"-1"))
    kind = field.type
    if declared in _NATIVE or _is_enumeration(kind):
        text = None
    elif pa.types.is_list(kind):
        text = None if declared.removeprefix("_") in _NATIVE else "text[]"
        kind = kind if text is None else pa.list_(pa.string())
    else:
        text, kind = "text", pa.string()
    return ResultColumn(field.name, declared, modifier, kind, text)


def _is_enumeration(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind))


def _above(column: ResultColumn) -> str:
    """Rows above the remembered value, and those without one, which nobody can compare."""
    name = f"q.{quoted(column.name)}"
    value = "current_setting('privet.after')"
    if column.declared in {"text", "varchar"}:
        return f'({name} COLLATE "C" > {value} COLLATE "C" OR {name} IS NULL)'
    undated = f"{name} IS NULL"
    if column.declared in {"date", "timestamp", "timestamptz"}:
        undated += f" OR {name} < '{_FIRST_DAY}'"
    return f"({name} > {value}::{column.declared} OR {undated})"


def same_order(column: ResultColumn, kind: str | None) -> bool:
    """Whether the server orders a column as we do when its values have the type `kind`."""
    return kind is not None and _ORDERED.get(column.declared) == kind
