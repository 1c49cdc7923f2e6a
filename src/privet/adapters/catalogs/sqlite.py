"""SQLite as the catalog of one machine.

Write-ahead logging, so that a long read (`verify`) and a writer do not wait for one another;
`synchronous=FULL`, so that a commit has reached the disk when `write` returns; `secure_delete=ON`,
so that a deleted key is overwritten and not merely unlinked from a page. The write-ahead log still
holds old pages until it is truncated: `checkpoint` does that.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from privet.model.errors import Busy, IntegrityError, Missing, PrivetError, StorageError

_FAULTS: dict[int, tuple[type[PrivetError], str, str]] = {
    sqlite3.SQLITE_BUSY: (Busy, "is held by another run", "Wait until that run has ended."),
    sqlite3.SQLITE_LOCKED: (Busy, "is held by another run", "Wait until that run has ended."),
    sqlite3.SQLITE_FULL: (StorageError, "has no room: the disk is full", "Free some space."),
    sqlite3.SQLITE_READONLY: (StorageError, "is read-only", "Let this user write there."),
    sqlite3.SQLITE_PERM: (StorageError, "cannot be opened", "Let this user read and write there."),
    sqlite3.SQLITE_CANTOPEN: (
        StorageError,
        "cannot be opened",
        "Let this user read and write the file and its folder.",
    ),
    sqlite3.SQLITE_IOERR: (StorageError, "could not be read or written", "Check the disk."),
    sqlite3.SQLITE_NOTADB: (IntegrityError, "is not a database", "Restore it from a backup."),
    sqlite3.SQLITE_CORRUPT: (IntegrityError, "is damaged", "Restore it from a backup."),
}
"""By primary result code (https://sqlite.org/rescode.html): error, what is wrong, way out."""

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA trusted_schema=OFF",
)


class SqliteDialect:
    """A catalog in one file, readable by its owner alone (0600, in a folder made 0700)."""

    __slots__ = ("_busy_seconds", "_path")

    def __init__(self, path: Path, busy_seconds: float) -> None:
        self._path = path.absolute()
        self._busy_seconds = busy_seconds

    @property
    def url(self) -> str:
        """`sqlite:///` and the file's path."""
        return f"sqlite:///{self._path}"

    def engine(self, *, create: bool) -> Engine:
        """Connections to the file, each with this module's settings."""
        if create:
            self._make_file()
        elif not self._path.is_file():
            raise Missing(
                f"there is no catalog at {self._path}",
                hint="`privet run` makes one; was it moved, or is this another project's folder?",
            )
        engine = create_engine(
            "sqlite://", creator=self._connect, poolclass=QueuePool, hide_parameters=True
        )
        event.listen(engine, "begin", _begin)
        return engine

    @contextmanager
    def write(self, engine: Engine) -> Iterator[Connection]:
        """`BEGIN IMMEDIATE`: the write lock is held from the start."""
        with engine.connect() as connection:
            connection.execution_options(privet_begin="BEGIN IMMEDIATE")
            with connection.begin():
                yield connection

    @contextmanager
    def read(self, engine: Engine) -> Iterator[Connection]:
        """A deferred transaction that has taken its snapshot, on a connection set to read."""
        with engine.connect() as connection, connection.begin():
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema")
            connection.exec_driver_sql("PRAGMA query_only=ON")
            try:
                yield connection
            finally:
                connection.exec_driver_sql("PRAGMA query_only=OFF")

    def hold(self, engine: Engine) -> AbstractContextManager[None]:  # noqa: ARG002
        """Nothing here: the file is this machine's, where the project's run lock holds."""
        return nullcontext()

    def checkpoint(self, engine: Engine) -> None:
        """Copy the write-ahead log into the file and cut it to nothing.

        A reader that is still open delays this to a later checkpoint.
        """
        if not self._path.is_file():
            return
        with engine.connect() as connection:
            raw = connection.connection.driver_connection
            if isinstance(raw, sqlite3.Connection):
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Errors of the driver become ours; they name the file and no statement."""
        try:
            yield
        except DBAPIError as error:
            raise self._error(error.orig) from None
        except sqlite3.Error as error:
            raise self._error(error) from None
        except UnicodeDecodeError:  # a damaged schema, quoted in SQLite's own message
            raise IntegrityError(
                f"the catalog {self._path} is damaged", hint="Restore it from a backup."
            ) from None
        except SQLAlchemyError as error:
            raise StorageError(f"{self._path}: {type(error).__name__}") from None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(str(self._path))}?mode=rw",
            uri=True,
            timeout=self._busy_seconds,
            isolation_level=None,  # SQLAlchemy says when a transaction begins, not the driver
            check_same_thread=False,
        )
        try:
            for pragma in _PRAGMAS:
                connection.execute(pragma).fetchall()
        except (sqlite3.Error, UnicodeDecodeError):
            connection.close()
            raise
        return connection

    def _make_file(self) -> None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError):
                os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except OSError as error:
            raise StorageError(
                f"{self._path} cannot be made: {error.strerror}",
                hint="Let this user write in that folder, or free some space.",
            ) from error

    def _error(self, error: BaseException | None) -> PrivetError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        kind, what, hint = _FAULTS.get(code, (StorageError, "refused a statement", ""))
        name = getattr(error, "sqlite_errorname", type(error).__name__)
        return kind(f"the catalog {self._path} {what} ({name})", hint=hint or None)


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("privet_begin", "BEGIN"))
