"""The log's tables in the catalog, and its hashes as stored there.

`log_hash` keeps the hash of every *complete* subtree: `(level, position)` covers the entries
`[position * 2**level, (position + 1) * 2**level)`. A complete subtree never changes, so rows are
only ever added, and every root and proof of every size can be put together from them.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    LargeBinary,
    Table,
    Text,
    func,
    select,
)

from privet.model.errors import IntegrityError
from privet.ports.catalog import METADATA
from privet_verify.tree import Subtrees

_BY_HAND = "the database was changed by hand: restore it, whole, from its last backup"

ENTRY = Table(
    "log_entry",
    METADATA,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("leaf", LargeBinary, nullable=False),
)

HASH = Table(
    "log_hash",
    METADATA,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)

CHECKPOINT = Table(
    "log_checkpoint",
    METADATA,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
)
"""Checkpoints whose files are all in the store; a row comes after the last file."""


def entry_count(connection: Connection) -> int:
    """How many entries the log has."""
    newest: int | None = connection.execute(select(func.max(ENTRY.c.position))).scalar()
    return 0 if newest is None else newest + 1


def stored_subtrees(connection: Connection) -> Subtrees:
    """Subtree hashes, read from the catalog one by one."""

    def at(level: int, position: int) -> bytes:
        row = connection.execute(
            select(HASH.c.hash).where(HASH.c.level == level, HASH.c.position == position)
        ).scalar()
        if row is None:
            raise IntegrityError(
                f"the catalog lacks hash {position} of level {level} of the log", hint=_BY_HAND
            )
        return require_bytes(row)

    return at


def require_bytes(value: object) -> bytes:
    """The value of a binary column, which SQLite would let be anything.

    Raises:
        IntegrityError: it is not bytes.
    """
    if not isinstance(value, bytes):
        raise IntegrityError("a row of the log in the catalog is not bytes", hint=_BY_HAND)
    return value
