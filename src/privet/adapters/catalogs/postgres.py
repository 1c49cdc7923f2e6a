"""PostgreSQL as the catalog of a team.

Every transaction is SERIALIZABLE. A writer first takes `LOCK TABLE meta`: the statement that
PostgreSQL lets a serialisable transaction wait in before its snapshot is taken, so that whoever
waited sees all that the one before it wrote. Readers are not held up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from privet.adapters.catalogs.dialect import META
from privet.model.errors import Busy, PrivetError, StorageError, UsageError

_HOLD = 0x7072697665740001
"""The advisory lock of a project's run: `privet` in ASCII, and the kind of lock."""

_BUSY = {"55P03", "40001", "40P01"}  # lock_not_available, serialization_failure, deadlock_detected
_FAULTS = {
    "53": ("has no room", "Free some space on the server, or raise its limits."),
    "25006": ("is read-only", "Connect to the primary server."),
    "42501": ("does not let this user do that", "Grant the user its schema."),
}
"""By SQLSTATE, or its class: what is wrong, way out (PostgreSQL manual, appendix A)."""


class PostgresDialect:
    """A catalog in a PostgreSQL database, reached through psycopg 3."""

    __slots__ = ("_busy_seconds", "_url")

    def __init__(self, url: URL, busy_seconds: float) -> None:
        if url.password is not None or any("password" in name for name in url.query):
            raise UsageError(
                "the catalog's URL holds a password",
                hint="Take it out, and give it in PGPASSWORD or ~/.pgpass.",
            )
        self._url = url.set(drivername="postgresql+psycopg")
        self._busy_seconds = busy_seconds

    @property
    def url(self) -> str:
        """The database's URL, which never holds a password."""
        return self._url.set(drivername="postgresql").render_as_string(hide_password=True)

    def engine(self, *, create: bool) -> Engine:
        """Connections to the database; with `create`, the table that writers lock is made."""
        try:
            engine = create_engine(
                self._url,
                isolation_level="SERIALIZABLE",
                hide_parameters=True,
                pool_pre_ping=True,
            )
        except ModuleNotFoundError as error:
            raise UsageError(
                "PostgreSQL needs a driver that is not installed",
                hint='Install the extra: pip install "privet[postgres]".',
            ) from error
        if create:
            with engine.begin() as connection:
                META.create(connection, checkfirst=True)
        return engine

    @contextmanager
    def write(self, engine: Engine) -> Iterator[Connection]:
        """A serialisable transaction that excludes other writers."""
        wait = f"SET LOCAL lock_timeout = {max(1, round(self._busy_seconds * 1000))}"
        with engine.begin() as connection:
            connection.exec_driver_sql(wait)
            connection.exec_driver_sql(f"LOCK TABLE {META.name} IN EXCLUSIVE MODE")
            yield connection

    @contextmanager
    def read(self, engine: Engine) -> Iterator[Connection]:
        """A serialisable, read-only transaction."""
        with engine.connect() as connection:
            connection.execution_options(postgresql_readonly=True)
            with connection.begin():
                yield connection

    @contextmanager
    def hold(self, engine: Engine) -> Iterator[None]:
        """A session's advisory lock: the server frees it when the run, or its machine, dies."""
        with engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            taken = connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({_HOLD})").scalar()
            if not taken:
                raise Busy(
                    f"another run holds the project of {self.url}",
                    hint="Wait for it to end, then run again.",
                )
            try:
                yield
            finally:
                connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_HOLD})")

    def checkpoint(self, engine: Engine) -> None:
        """Nothing here: the server's VACUUM and its operator see to its files."""

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Errors of the driver become ours; they name the database and no statement."""
        try:
            yield
        except DBAPIError as error:
            raise self._error(error) from None
        except SQLAlchemyError as error:
            raise StorageError(f"{self.url}: {type(error).__name__}") from None

    def _error(self, error: DBAPIError) -> PrivetError:
        state = getattr(error.orig, "sqlstate", None) or ""
        if state in _BUSY:
            return Busy(f"the catalog {self.url} is held by another run", hint="Run again later.")
        if not state and isinstance(error, OperationalError):
            return StorageError(
                f"the catalog {self.url} cannot be reached",
                hint="Is the server up, and is PGPASSWORD or ~/.pgpass set?",
            )
        what, hint = _FAULTS.get(state) or _FAULTS.get(state[:2]) or ("refused a statement", None)
        return StorageError(f"the catalog {self.url} {what} (SQLSTATE {state})", hint=hint)
