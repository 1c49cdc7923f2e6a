"""Where a database is: its URL, without credentials, and how messages show it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from privet.model.errors import UsageError

Kind: TypeAlias = Literal["sqlite", "postgresql"]

_SCHEMES: dict[str, Kind] = {
    "sqlite": "sqlite",
    "postgresql": "postgresql",
    "postgres": "postgresql",
}
_SQLITE = "sqlite:///"
_PATIENCE = {
    "connect_timeout": "15",
    "keepalives_idle": "60",
    "keepalives_interval": "15",
    "keepalives_count": "4",
}
"""Seconds, and probes: a server that has gone is noticed after two minutes and not after hours."""


@dataclass(frozen=True, slots=True)
class Address:
    """A database.

    Attributes:
        kind: which driver opens it.
        shown: its URL for messages and receipts: without user and options.
        url: as it was written, with an absolute path.
        uri: what the driver is given.
        path: the file, for SQLite.
    """

    kind: Kind
    shown: str
    url: str = field(repr=False)
    uri: str = field(repr=False)
    path: Path | None = None


def is_database(url: str) -> bool:
    """Whether a URL names a database and not a file or a store."""
    scheme, marked, _ = url.partition("://")
    return bool(marked) and scheme.lower() in _SCHEMES


def parse_address(url: str, base: Path) -> Address:
    """Read a database's URL.

    Args:
        url: `sqlite:///shop.db` (relative), `sqlite:////data/shop.db` (absolute), or
            `postgresql://host:port/database`, with a user and libpq's options where needed.
        base: the folder that a relative path starts from.

    Raises:
        UsageError: it is no such URL, or it holds a password; the message does not repeat it.
    """
    kind = _SCHEMES.get(url.partition("://")[0].lower())
    if kind is None:
        raise UsageError(
            "a source of `format: sql` has a database's URL",
            hint="Write `from: sqlite:///shop.db` or `from: postgresql://host/database`.",
        )
    return _sqlite(url, base) if kind == "sqlite" else _postgresql(url)


def _sqlite(url: str, base: Path) -> Address:
    name = url[len(_SQLITE) :]
    if not url.lower().startswith(_SQLITE) or not name or "?" in name or "\0" in name:
        raise UsageError(
            "an SQLite source has the URL of a file, without options",
            hint="Three slashes: sqlite:///shop.db; four before an absolute path.",
        )
    path, root = (base / name).absolute(), base.absolute()
    shown = str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
    return Address(
        kind="sqlite",
        shown=f"{_SQLITE}{shown}",
        url=f"{_SQLITE}{path}",
        uri=f"file:{quote(str(path))}?mode=ro",
        path=path,
    )


def _postgresql(url: str) -> Address:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = None
    if parts is None:
        raise UsageError(
            "a postgresql:// URL is not complete", hint="Write postgresql://host:port/database."
        )
    options = parse_qsl(parts.query, keep_blank_values=True)
    if parts.password is not None or any(_is_secret(name) for name, _ in options):
        raise UsageError(
            "a postgresql:// URL holds a password",
            hint="Take it out, and give it in PGPASSWORD or ~/.pgpass.",
        )
    host = parts.netloc.rpartition("@")[2]
    given = {name for name, _ in options}
    waits = [(name, value) for name, value in _PATIENCE.items() if name not in given]
    told = [*options, *waits, ("client_encoding", "UTF8"), ("fallback_application_name", "privet")]
    query = urlencode(told, quote_via=quote)
    uri = urlunsplit(("postgresql", parts.netloc, parts.path, query, ""))
    return Address("postgresql", f"postgresql://{host}{parts.path}", url, uri)


def _is_secret(option: str) -> bool:
    return any(word in option.lower() for word in ("password", "secret", "token"))
