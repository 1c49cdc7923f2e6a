"""What the catalog needs to know of one kind of database."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table

META = Table(
    "meta",
    MetaData(),
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)
"""Facts about the catalog itself: `schema`, the version of its tables."""


class Dialect(Protocol):
    """How one kind of database is opened, locked, read and cleaned, and how it says no."""

    @property
    def url(self) -> str:
        """Where the database is, without credentials."""
        ...

    def engine(self, *, create: bool) -> Engine:
        """Connections to it; with `create`, what `write` needs is made where it is missing."""
        ...

    def write(self, engine: Engine) -> AbstractContextManager[Connection]:
        """A serialisable transaction that holds the write lock."""
        ...

    def read(self, engine: Engine) -> AbstractContextManager[Connection]:
        """A consistent view that cannot write."""
        ...

    def hold(self, engine: Engine) -> AbstractContextManager[None]:
        """Keep other machines' runs out of the project until the end of the `with`."""
        ...

    def checkpoint(self, engine: Engine) -> None:
        """Take deleted bytes out of the database's files."""
        ...

    def faults(self) -> AbstractContextManager[None]:
        """Turn the database's errors into ours, without statements and values."""
        ...
