"""What a database says, in our words: the place and the way out, never a value or a statement."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import pyarrow as pa

from privet.model.errors import PrivetError, SourceError, StorageError, Unreachable, UsageError

_T = TypeVar("_T")

_NAMED = re.compile(r'"([^"\n]{1,130})"|permission denied for \w+ (\S{1,130})$')

_STATES: dict[str, tuple[str, str]] = {
    "42P01": ("has no table or view {name}", "Check the name in `query:`, and its schema."),
    "42703": ("has no column {name}", "Check the name in `query:`."),
    "42883": ("has no such function or operator", "Check `query:`; a cast may be missing."),
    "42501": (
        "does not let this user read {name}",
        "Grant SELECT on it to a user that may only read, and name that user in the URL.",
    ),
    "42": ("does not understand the query", "Try it in psql; a view can hold what is special."),
    "22": (
        "cannot compute the query: a value does not fit what is done with it",
        "Select the column as it is: a value that does not fit its type is then held back alone.",
    ),
    "25006": ("was asked to write, and a source is only read", "Leave it out of `query:`."),
    "57014": ("ended the query: it took too long, or somebody did", "Raise statement_timeout."),
    "53": ("has no room or no memory for the query", "Ask its operator, or select less."),
}
"""By SQLSTATE, or its class: what is wrong, way out (PostgreSQL manual, appendix A)."""

_LOST = ("08", "57P", "40001", "40P01", "55P03", "53300")
"""The connection, a shutdown, a conflict on a standby, too many connections: it may go through."""

_REFUSED = re.compile(r"FATAL|password|authentication|no pg_hba", re.IGNORECASE)
_LATER = re.compile(r"starting up|shutting down|recovery mode|too many|remaining connection", re.I)

_SQLITE: tuple[tuple[str, type[PrivetError], str, str], ...] = (
    ("is locked", Unreachable, "is locked by another program", "Wait until it has ended."),
    ("no such table", SourceError, "has no such table", "Check the names in `query:`."),
    ("no such column", SourceError, "has no such column", "Check the names in `query:`."),
    ("syntax error", SourceError, "does not understand the query", "Try it in sqlite3."),
    ("not a database", SourceError, "is no SQLite database", "Check the file."),
    ("malformed", SourceError, "is damaged", "Restore it, or export its tables as CSV."),
    ("disk I/O error", SourceError, "cannot be read", "Check the disk."),
    ("unable to open", SourceError, "cannot be opened", "Let this user read it and its folder."),
    ("readonly", SourceError, "was asked to write, and a source is only read", "Correct `query:`."),
)


@dataclass(frozen=True, slots=True)
class Faults:
    """Turns a driver's errors into ours, for one database.

    Attributes:
        shown: its URL as messages have it.
        query: the statement; a name that stands in it may be repeated, and no other word.
    """

    shown: str
    query: str = field(default="", repr=False)

    def sqlite(self, act: Callable[[], _T]) -> _T:
        """Do something with an SQLite file."""
        return _done(act, lambda error: self._sqlite(str(error)))

    def connecting(self, act: Callable[[], _T]) -> _T:
        """Open a connection to a server, which gives no SQLSTATE when it fails."""
        return _done(act, lambda error: self._connecting(str(error)))

    def server(self, act: Callable[[], _T]) -> _T:
        """Have a statement done; the server says by its SQLSTATE what is wrong."""
        return _done(
            act, lambda error: self._server(getattr(error, "sqlstate", None) or "", _said(error))
        )

    def lost(self) -> Unreachable:
        """The error for a connection that ended in the middle."""
        return Unreachable(
            f"{self.shown} dropped the connection",
            hint="Run again when the server is up; nothing of it was kept.",
        )

    def broken(self, after: int) -> SourceError:
        """The error for a query that the database ended in the middle."""
        return SourceError(
            f"{self.shown} ended the query with an error after row {after:,}",
            hint="Select the columns as they are: a value that does not fit its type is then held "
            "back alone.",
        )

    def _sqlite(self, said: str) -> PrivetError:
        for mark, kind, what, hint in _SQLITE:
            if mark in said:
                return kind(f"{self.shown} {what}", hint=hint)
        return SourceError(
            f"{self.shown} ended the query with an error", hint="Try the query in sqlite3."
        )

    def _connecting(self, said: str) -> PrivetError:
        if _REFUSED.search(said) and not _LATER.search(said):
            return SourceError(
                f"{self.shown} does not let this user in, or there is no such database",
                hint="Give the user in the URL, and the password in PGPASSWORD or ~/.pgpass.",
            )
        return Unreachable(
            f"{self.shown} cannot be reached", hint="Is the server up, and its name right?"
        )

    def _server(self, state: str, said: str) -> PrivetError:
        if not state or state.startswith(_LOST):
            return self.lost()
        what, hint = _STATES.get(state) or _STATES.get(state[:2]) or ("refused the query", None)
        found = _NAMED.search(said) if state in _STATES else None
        name = (found[1] or found[2]) if found else ""
        known = name and name.rpartition(".")[2] in self.query
        what = what.format(name=f"`{name}`" if known else "that the query names")
        kind = StorageError if state.startswith("53") else SourceError
        return kind(f"{self.shown} {what} (SQLSTATE {state})", hint=hint)


def _said(error: BaseException) -> str:
    """The server's first line, which for errors of names holds names and nothing else."""
    details = dict(getattr(error, "details", None) or ())
    return bytes(details.get(b"PG_DIAG_MESSAGE_PRIMARY", b"")).decode(errors="replace")


def _done(act: Callable[[], _T], ours: Callable[[BaseException], PrivetError]) -> _T:
    """Raise our error in place of the driver's, and not from it: that may quote a value."""
    from adbc_driver_manager import Error  # noqa: PLC0415 - an extra

    try:
        return act()
    except PrivetError:
        raise
    except (Error, pa.ArrowException, OSError) as error:
        problem = ours(error)
    raise problem


def no_driver() -> UsageError:
    """The error where the extra is not installed."""
    return UsageError(
        "reading a database needs drivers that are not installed",
        hint='Install the extra: pip install "privet[sql]".',
    )
