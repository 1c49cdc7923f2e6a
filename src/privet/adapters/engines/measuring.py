"""DuckDB over tables that this process made, for queries that this house wrote: no user's SQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from privet.adapters.engines.duckdb import DuckDBEngine
from privet.model.errors import IntegrityError, Unavailable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_AT_ONCE = 4 * 122_880
"""Rows that are loaded in one go: whole row groups of the engine."""

_TAKEN = 10_000
"""Rows of an answer that are Python's at once."""


@dataclass(frozen=True, slots=True)
class Measuring:
    """Answers queries over tables; its messages hold no value."""

    _connection: DuckDBPyConnection = field(repr=False)

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of the answer, a piece at a time; read them before the next query.

        Raises:
            Unavailable: the memory given is not enough.
            IntegrityError: the query cannot be answered: a fault of ours.
        """
        import duckdb  # noqa: PLC0415

        try:
            answer = self._connection.execute(query)
            while piece := answer.fetchmany(_TAKEN):
                yield from piece
        except duckdb.Error as error:
            kind = type(error).__name__
        else:
            return
        raise _told(kind)

    def table(self, query: str) -> pa.Table:
        """The answer, whole.

        Raises:
            As `rows`.
        """
        import duckdb  # noqa: PLC0415

        try:
            found: pa.Table = self._connection.sql(query).to_arrow_table()
        except duckdb.Error as error:
            kind = type(error).__name__
        else:
            return found
        raise _told(kind)


@contextmanager
def measuring(
    tables: Mapping[str, pa.RecordBatchReader | pa.Table], memory: int
) -> Iterator[Measuring]:
    """A database of these tables, in memory alone, in the order of their rows.

    Args:
        tables: by name; read once, here.
        memory: bytes that it may use.
    """
    import duckdb  # noqa: PLC0415  # 65 MB: only where a release is measured

    connection = DuckDBEngine(memory).connect()
    try:
        connection.execute("ATTACH ':memory:' AS held (COMPRESS)")  # labels come again and again
        connection.execute("USE held")
        for name, rows in tables.items():
            try:
                _load(connection, name, rows)
            except duckdb.Error as error:
                kind = type(error).__name__
            else:
                continue
            raise _told(kind)
        yield Measuring(connection)
    finally:
        connection.close()


def _load(connection: DuckDBPyConnection, name: str, rows: pa.RecordBatchReader | pa.Table) -> None:
    """Make a table, in pieces: what is loaded is compressed only when the engine is told to."""
    batches = rows.to_batches(_AT_ONCE) if isinstance(rows, pa.Table) else rows
    connection.register("incoming", rows.schema.empty_table())
    connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM incoming')  # noqa: S608  # ours
    for piece in _pieces(batches):
        connection.register("incoming", pa.Table.from_batches(piece, rows.schema))
        connection.execute(f'INSERT INTO "{name}" SELECT * FROM incoming')  # noqa: S608  # ours
        connection.execute("CHECKPOINT held")
    connection.unregister("incoming")


def _pieces(batches: Iterable[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    """Batches of about `_AT_ONCE` rows together."""
    piece: list[pa.RecordBatch] = []
    for batch in batches:
        piece.append(batch)
        if sum(each.num_rows for each in piece) >= _AT_ONCE:
            yield piece
            piece = []
    if piece:
        yield piece


def _told(kind: str) -> Unavailable | IntegrityError:
    if kind == "OutOfMemoryException":
        return Unavailable(
            "the check of what would leave needs more memory than it may use",
            hint="Raise `memory` in privet.yaml.",
        )
    return IntegrityError(
        f"the check of what would leave gave up ({kind})",
        hint="nothing left; this is a fault in Privet, please report it",
    )
