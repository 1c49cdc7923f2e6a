"""SQLite, read as text.

A column of SQLite has no type: any row may hold anything. The driver takes the type of its first
batch and fails on a later value of another (ADBC SQLite driver, `adbc.sqlite.query.batch_rows`). So
every value comes as text, which the contract's types are then enforced on row by row. A first row
of our own, of texts, tells the driver so; it is taken off again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from privet.adapters.databases.address import Address
from privet.adapters.databases.faults import Faults, no_driver
from privet.adapters.databases.statement import quoted, select_from
from privet.model.errors import SourceError

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Connection

_BATCH_ROWS = 256
"""The driver's batches have a number of rows, not of bytes: few rows bound what long ones take."""

_BATCH_CELLS = 64 << 10
_BUSY_MILLISECONDS = 10_000


class SqliteSession:
    """A read-only connection to one file."""

    def __init__(self, connection: Connection, faults: Faults) -> None:
        self._connection = connection
        self._faults = faults

    def names(self, query: str) -> list[str]:
        """The names of the result's columns."""

        def described() -> list[str]:
            with closing(self._connection.cursor()) as cursor:
                cursor.execute(f"{select_from('*', query)} LIMIT 0")
                return cursor.fetch_record_batch().schema.names

        return self._faults.sqlite(described)

    def kinds(self, query: str, names: Sequence[str], rows: int) -> list[set[str]]:
        """The storage classes that the first rows have in each column (null says nothing)."""
        found: list[set[str]] = [set() for _ in names]
        classes = ", ".join(f"typeof(q.{quoted(name)})" for name in names)

        def look() -> None:
            with closing(self._cursor(len(names))) as cursor:
                cursor.execute(f"{select_from(classes, query)} LIMIT {rows:d}")
                for batch in cursor.fetch_record_batch():
                    for kinds, values in zip(found, batch.columns, strict=True):
                        kinds.update(values.unique().to_pylist())

        self._faults.sqlite(look)
        return [kinds - {"null", None} for kinds in found]

    def rows(
        self,
        query: str,
        names: Sequence[str],
        *,
        binary: frozenset[str] = frozenset(),
        after: tuple[str, int] | None = None,
    ) -> Iterator[pa.RecordBatch]:
        """Small batches of text; `binary` columns as hexadecimal digits.

        Args:
            query: the SELECT.
            names: the columns to read.
            binary: those of them that hold bytes.
            after: a column, and the number that rows which are left out do not go beyond.
        """
        mark = ", ".join(f"'' AS {quoted(name)}" for name in names)
        texts = ", ".join(_text(name, binary=name in binary) for name in names)
        statement = f"SELECT {mark} UNION ALL {select_from(texts, query)}"
        parameters: list[Any] | None = None
        if after is not None:
            column = f"q.{quoted(after[0])}"
            # All else may be a number that only we can read, or none, and then comes every time.
            statement += f" WHERE NOT (typeof({column}) = 'integer' AND {column} <= ?)"
            parameters = [after[1]]
        first = True
        with closing(self._cursor(len(names))) as cursor:
            self._faults.sqlite(lambda: cursor.execute(statement, parameters))
            reader = cursor.fetch_record_batch()
            while (batch := self._faults.sqlite(lambda: next(reader, None))) is not None:
                yield batch.slice(1) if first else batch
                first = False

    def _cursor(self, columns: int) -> Any:
        rows = max(1, min(_BATCH_ROWS, _BATCH_CELLS // max(1, columns)))
        return self._connection.cursor(adbc_stmt_kwargs={"adbc.sqlite.query.batch_rows": str(rows)})


@contextmanager
def open_sqlite(address: Address) -> Iterator[SqliteSession]:
    """A session; the file is opened read-only, and an application that writes is waited for.

    Raises:
        SourceError: there is no such file, or it cannot be read.
        UsageError: the driver is not installed.
    """
    if address.path is None or not address.path.is_file():
        raise SourceError(f"{address.shown} names no file", hint="Check the path.")
    try:
        from adbc_driver_sqlite import dbapi  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise no_driver() from None
    faults = Faults(address.shown)
    with closing(faults.sqlite(lambda: dbapi.connect(address.uri, autocommit=True))) as connection:
        faults.sqlite(lambda: _prepare(connection))
        yield SqliteSession(connection, faults)


def _prepare(connection: Connection) -> None:
    with closing(connection.cursor()) as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}").fetchall()


def _text(name: str, *, binary: bool) -> str:
    """A column as text that says what it holds: numbers with all their digits, bytes in hex."""
    value = f"q.{quoted(name)}"
    text = f"CAST({value} AS TEXT)"
    if binary:
        return f"CASE typeof({value}) WHEN 'blob' THEN hex({value}) ELSE {text} END"
    # SQLite writes 15 digits, of which some numbers have 17.
    short = f"typeof({value}) <> 'real' OR CAST({text} AS REAL) = {value}"
    return f"CASE WHEN {short} THEN {text} ELSE printf('%!.17g', {value}) END"
