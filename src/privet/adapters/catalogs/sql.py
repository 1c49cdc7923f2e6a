"""The catalog in an SQL database, through SQLAlchemy.

What differs between databases (how a transaction begins, what a fault is called) is in a `Dialect`;
this module keeps the promises that are the same everywhere: one writer at a time, consistent reads,
a schema version, and no statement or value in an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from privet.adapters.catalogs.dialect import META, Dialect
from privet.adapters.catalogs.postgres import PostgresDialect
from privet.adapters.catalogs.sqlite import SqliteDialect
from privet.model.errors import Missing, PrivetError, StorageError, Unavailable, UsageError
from privet.ports.catalog import METADATA

SCHEMA_VERSION = "1"
"""The version of the tables, written when a catalog is made and checked whenever it is opened."""


class SqlCatalog:
    """A `Catalog` in SQLite (`sqlite:///privet.db`, or a path) or PostgreSQL (`postgresql://…`).

    Args:
        url: where the database is. It holds no password: PostgreSQL's own `PGPASSWORD`, `~/.pgpass`
            and `PGSERVICE` give that.
        create: make the database's file and tables where they are missing; without it, a catalog
            that is not there is `Missing`.
        base: the folder that a relative SQLite path starts from; default the current one.
        busy_seconds: how long a writer waits for another before it raises `Busy`.

    Raises:
        UsageError: the URL is not one of a database known here, or holds a password.
        Missing: there is no catalog there.
        StorageError: it cannot be opened, or a newer Privet made it.
        IntegrityError: the file is damaged, or is no database.
    """

    def __init__(
        self,
        url: str,
        *,
        create: bool,
        base: Path | None = None,
        busy_seconds: float = 5.0,
    ) -> None:
        self._dialect = _dialect(url, base or Path.cwd(), busy_seconds)
        with self._dialect.faults():
            self._engine = self._dialect.engine(create=create)
        try:
            if create:
                self._create()
            self._check_version()
        except PrivetError:
            self._engine.dispose()
            raise

    @property
    def url(self) -> str:
        """Where it lies, without credentials."""
        return self._dialect.url

    def __repr__(self) -> str:
        return f"SqlCatalog({self.url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One serialisable transaction that holds the write lock; commits on a clean exit.

        Raises:
            Busy: another writer held the lock for longer than `busy_seconds`.
            StorageError: the database is full, read-only or out of reach.
            IntegrityError: the database is damaged.
        """
        with self._dialect.faults(), self._dialect.write(self._engine) as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One read-only view, consistent from start to end; it stops no writer.

        Raises:
            StorageError: the database is out of reach, or something was written.
            IntegrityError: the database is damaged.
        """
        with self._dialect.faults(), self._dialect.read(self._engine) as connection:
            yield connection

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold the project against runs on other machines that share this catalog.

        Raises:
            Busy: another run holds it.
        """
        stack = ExitStack()
        with self._dialect.faults():
            stack.enter_context(self._dialect.hold(self._engine))
        try:
            yield  # outside of `faults`: what a run raises is not the catalog's
        finally:
            with self._dialect.faults():
                stack.close()

    def checkpoint(self) -> None:
        """Take what was deleted out of every file of the database, as far as readers allow.

        `close` does so too; an erasure calls it before it says that it is done.

        Raises:
            StorageError: the disk is full or read-only.
            IntegrityError: the database is damaged.
        """
        with self._dialect.faults():
            self._dialect.checkpoint(self._engine)

    def close(self) -> None:
        """Checkpoint, and give back every connection.

        On a full disk, or while a read is still open, the checkpoint is left to whoever opens the
        catalog next: all that was committed is safe, and an error here would hide that, or hide the
        error that ended the read.
        """
        try:
            with suppress(Unavailable):
                self.checkpoint()
        finally:
            self._engine.dispose()

    def _create(self) -> None:
        with self.write() as connection:
            META.create(connection, checkfirst=True)
            METADATA.create_all(connection)
            if _version(connection) is None:
                connection.execute(META.insert(), {"name": "schema", "value": SCHEMA_VERSION})

    def _check_version(self) -> None:
        with self.read() as connection:
            version = _version(connection) if inspect(connection).has_table(META.name) else None
        if version is None:
            raise Missing(f"{self.url} is not a catalog", hint="`privet run` makes one.")
        if version != SCHEMA_VERSION:
            raise StorageError(
                f"{self.url} has catalog version {version}; this Privet knows {SCHEMA_VERSION}",
                hint="Use the version of Privet that made it, or a newer one.",
            )


def _version(connection: Connection) -> str | None:
    return connection.execute(select(META.c.value).where(META.c.name == "schema")).scalar()


def _dialect(url: str, base: Path, busy_seconds: float) -> Dialect:
    if "://" not in url and not url.startswith("sqlite:"):
        return SqliteDialect(base / url, busy_seconds)
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # their text may repeat the URL
        raise UsageError("the catalog's URL cannot be read", hint=_KNOWN) from None
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed.database, base, busy_seconds)
    if parsed.get_backend_name() in {"postgresql", "postgres"}:
        return PostgresDialect(parsed, busy_seconds)
    raise UsageError(f"{parsed.get_backend_name()}: is no database known here", hint=_KNOWN)


def _sqlite(database: str | None, base: Path, busy_seconds: float) -> Dialect:
    if not database or database == ":memory:":
        raise UsageError("a catalog cannot live in memory", hint=_KNOWN)
    return SqliteDialect(base / database, busy_seconds)


_KNOWN = "Known are sqlite:///path/to/catalog.db and postgresql://user@host/database."
