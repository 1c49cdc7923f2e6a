"""Sealed records: evidence of runs, fitted plans; each one object under a key of its own.

A record is named once and never replaced. Its object and digest stand in the catalog; whoever
writes the log entry of what it proves puts the digest there too.
"""

from __future__ import annotations

from sqlalchemy import Column, Connection, Integer, String, Table, insert, select

from privet.model.errors import IntegrityError
from privet.ports.catalog import METADATA
from privet.vault.manifest import SealedObject

FOLDER = "evidence"

RECORDS = Table(
    "sealed_record",
    METADATA,
    Column("name", String, primary_key=True),
    Column("object", String, nullable=False, unique=True),
    Column("key", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("blake3", String, nullable=False),
)
"""One row per sealed record; `key` is an id of the key table."""


def insert_record(connection: Connection, name: str, sealed: SealedObject) -> None:
    """Name a sealed object that lies in the store.

    Raises:
        IntegrityError: the name is taken: a record is never replaced.
    """
    require_free(connection, name)
    connection.execute(
        insert(RECORDS).values(
            name=name,
            object=sealed.object,
            key=sealed.key,
            size=sealed.size,
            blake3=sealed.blake3,
        )
    )


def require_free(connection: Connection, name: str) -> None:
    """Refuse a name that is taken."""
    if find_record(connection, name) is not None:
        raise IntegrityError(f"the sealed record {name} is there already, and is never replaced")


def find_record(connection: Connection, name: str) -> SealedObject | None:
    """The sealed object of a record, or None."""
    row = connection.execute(select(RECORDS).where(RECORDS.c.name == name)).first()
    return None if row is None else SealedObject(row.object, row.key, row.size, row.blake3)


def all_records(connection: Connection) -> list[SealedObject]:
    """Every sealed record's object."""
    rows = connection.execute(select(RECORDS).order_by(RECORDS.c.name))
    return [SealedObject(row.object, row.key, row.size, row.blake3) for row in rows]
