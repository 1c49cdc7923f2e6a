"""The catalog: the project's one database and its one sequencer.

The rooms of memory (ledger, registry, vault) and the door declare their tables on `METADATA` and
work through the connection that `write` or `read` gives them, so that a log entry commits in the
very transaction of the state that it records.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection, MetaData

METADATA = MetaData()
"""Every table of the catalog; an adapter creates what is missing when a store is created."""


class Catalog(Protocol):
    """A transactional database."""

    @property
    def url(self) -> str:
        """Where it lies, without credentials, for messages."""
        ...

    def write(self) -> AbstractContextManager[Connection]:
        """One serialisable transaction that holds the write lock; commits on a clean exit."""
        ...

    def read(self) -> AbstractContextManager[Connection]:
        """One read-only view, consistent from start to end."""
        ...

    def hold(self) -> AbstractContextManager[None]:
        """Hold the project against runs on other machines that share this catalog.

        Raises:
            Busy: another run holds it.
        """
        ...

    def close(self) -> None:
        """Give back every connection."""
        ...
