"""DuckDB as the query engine: in memory, in this process, and with every door shut.

It may read no file, reach no network, load no extension, keep no secret and change no setting, and
it has no place to spill to: what it cannot hold in the memory given is an error. Its own messages
quote values and are never passed on, but for what it says of a query over no rows at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from privet.adapters.engines.vetting import ROWS, vet, wrong
from privet.model.errors import ConfigError, Unavailable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_PATIENCE = 0.1  # seconds
_SHUT = {
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_extension_repositories": "forbidden",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",
    "enable_external_file_cache": "false",
    "temp_directory": "",
}
_NUMBERS = frozenset(
    f"{sign}{size}" for sign in ("", "u") for size in ("tinyint", "smallint", "integer", "bigint")
) | {"hugeint", "uhugeint", "float", "double", "decimal", "boolean"}


@dataclass(frozen=True, slots=True)
class DuckDBEngine:
    """An `Engine`; each query has a database of its own, which is gone with the answer.

    Args:
        memory: bytes that a query may use, beside what the rows come in.
        threads: how many threads a query may use.
    """

    memory: int
    threads: int = 1

    def check(self, query: str, table: str, schema: pa.Schema) -> None:
        """See `Engine.check`."""
        vetted = vet(query, table, schema.names)
        with closing(self.connect()) as connection:
            self._bind(connection, vetted, schema)

    def scalar(
        self,
        query: str,
        table: str,
        schema: pa.Schema,
        rows: Callable[[], Iterator[pa.RecordBatch]],
    ) -> float | None:
        """See `Engine.scalar`."""
        vetted = vet(query, table, schema.names)
        with closing(self.connect()) as connection:
            self._bind(connection, vetted, schema)
            return self._answer(connection, vetted, _Stream(schema, rows))

    def _bind(self, connection: DuckDBPyConnection, vetted: str, schema: pa.Schema) -> None:
        """Let the engine look for the query's names and types, over no rows."""
        names = [name.casefold() for name in schema.names]
        if len(set(names)) != len(names):
            raise wrong(
                "two columns have names that differ in upper and lower case only",
                "SQL does not tell them apart: rename one.",
            )
        import duckdb  # noqa: PLC0415  # 65 MB: only where a rule is in SQL

        connection.register(ROWS, schema.empty_table())
        try:
            kinds = [kind.id for kind in connection.sql(vetted).types]
        except duckdb.Error as error:
            # No row was there, so it can speak of the query alone.
            kind, said = type(error).__name__, str(error).partition("\n")[0]
        else:
            _insist_on_a_number(kinds)
            connection.unregister(ROWS)
            return
        if kind == "OutOfMemoryException":
            raise self._told(kind)
        raise wrong(said.replace(ROWS, "${table}"), "Correct the query.")

    def _answer(self, connection: DuckDBPyConnection, vetted: str, stream: _Stream) -> float | None:
        import duckdb  # noqa: PLC0415

        connection.register(ROWS, stream)
        try:
            answers = _interruptible(connection, vetted)
        except (duckdb.Error, RuntimeError) as error:
            kind = type(error).__name__
        else:
            return _number(answers)
        # Outside of the handler, so that the engine's message hangs on to no error of ours.
        if stream.broken:
            raise stream.broken[0]
        raise self._told(kind)

    def connect(self) -> DuckDBPyConnection:
        """An empty database in memory, with every door shut; the caller closes it."""
        import duckdb  # noqa: PLC0415

        settings: dict[str, str | bool | int | float | list[str]] = {
            **_SHUT,
            "memory_limit": f"{self.memory}B",
            "threads": self.threads,
        }
        connection = duckdb.connect(":memory:", config=settings)
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET lock_configuration = true")
        return connection

    def _told(self, kind: str) -> ConfigError | Unavailable:
        """What the engine said about the rows, without what it said."""
        match kind:
            case "OutOfMemoryException":
                return Unavailable(
                    f"the query needs more memory than the {self.memory >> 20} MiB it may use",
                    hint="Raise `memory`, or let the query group and sort less.",
                )
            case "ConversionException":
                return wrong(
                    "a value cannot be converted to the type that it asks for",
                    "TRY_CAST gives null for such a value.",
                )
            case "OutOfRangeException":
                return wrong(
                    "a number is out of its type's range", "Cast to DOUBLE before computing."
                )
            case "InvalidInputException":
                return wrong("a value is not one that it can compute with", "Correct the query.")
            case _:
                return wrong(f"the engine gave up ({kind})", "Write the query in a simpler way.")


def _interruptible(connection: DuckDBPyConnection, vetted: str) -> list[tuple[Any, ...]]:
    """Up to two rows of the answer; Ctrl-C stops the query, wherever it is.

    DuckDB itself looks for Ctrl-C between pieces of work only, and a piece of a join can take an
    hour. So another thread asks, and this one waits. DuckDB forgets an interruption that comes as a
    piece begins: it is told again until it has heard.
    """
    answers: list[tuple[Any, ...]] = []
    failures: list[BaseException] = []
    finished = Event()

    def ask() -> None:
        try:
            answers.extend(connection.execute(vetted).fetchmany(2))
        except BaseException as error:  # noqa: BLE001  # handed to the thread that waits
            failures.append(error)
        finally:
            finished.set()

    other = Thread(target=ask, daemon=True)
    try:
        other.start()
        finished.wait()
    except BaseException:
        while other.ident is not None and not finished.wait(_PATIENCE):
            connection.interrupt()
        raise
    if failures:
        raise failures[0]
    return answers


@dataclass(frozen=True, slots=True)
class _Stream:
    """The rows as an Arrow stream, from the start for each one who asks.

    Attributes:
        broken: what went wrong while they were read, which the engine would only quote.
    """

    schema: pa.Schema
    rows: Callable[[], Iterator[pa.RecordBatch]] = field(repr=False)
    broken: list[BaseException] = field(default_factory=list, repr=False)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> Any:
        reader: Any = pa.RecordBatchReader.from_batches(self.schema, self._batches())
        return reader.__arrow_c_stream__(requested_schema)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        try:
            for batch in self.rows():
                yield batch.select(self.schema.names)
        except GeneratorExit:
            raise
        except BaseException as error:
            self.broken.append(error)
            raise


def _insist_on_a_number(kinds: Sequence[str]) -> None:
    if len(kinds) != 1:
        raise wrong(f"it gives {len(kinds)} columns, not one number")
    if kinds[0] not in _NUMBERS:
        raise wrong(f"it gives a `{kinds[0]}`, not a number")


def _number(answers: list[tuple[Any, ...]]) -> float | None:
    if len(answers) != 1:
        found = "no row" if not answers else "several rows"
        raise wrong(f"it gives {found}, not one number", "Aggregate, so that one row comes out.")
    (value,) = answers[0]
    figure = None if value is None else float(value)
    return None if figure is None or math.isnan(figure) else figure
