"""Who the project is: its id, its log's origin and its public key, in the catalog and beside it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Column, Connection, String, Table, insert, inspect, select

from privet.model.errors import IntegrityError, StorageError
from privet.ports.catalog import METADATA, Catalog

PUBLIC_KEY_FILE = "privet.pub"

PROJECT = Table(
    "project",
    METADATA,
    Column("id", String, primary_key=True),
    Column("origin", String, nullable=False),
    Column("public_key", String, nullable=False),
)


@dataclass(frozen=True, slots=True)
class ProjectIdentity:
    """Id (128 random bits, hex), log origin and public key (C2SP signed-note verifier key)."""

    id: str
    origin: str
    public_key: str


def insert_identity(connection: Connection, identity: ProjectIdentity) -> None:
    """Write who the project is, once, when it is made."""
    connection.execute(
        insert(PROJECT).values(
            id=identity.id, origin=identity.origin, public_key=identity.public_key
        )
    )


def read_identity(connection: Connection) -> ProjectIdentity:
    """Who the project is.

    Raises:
        IntegrityError: the catalog does not say; making the project was cut short or undone.
    """
    row = connection.execute(select(PROJECT)).one_or_none()
    if row is None:
        raise IntegrityError("the catalog does not say whose it is", hint="restore the catalog")
    return ProjectIdentity(row.id, row.origin, row.public_key)


def has_identity(catalog: Catalog) -> bool:
    """Whether the project in this catalog was made, or only begun."""
    with catalog.read() as connection:
        if not inspect(connection).has_table(PROJECT.name):
            return False
        return connection.execute(select(PROJECT.c.id)).first() is not None


def publish_key(root: Path, identity: ProjectIdentity) -> None:
    """Write the public key beside privet.yaml, for recipients and for `privet verify`.

    Raises:
        IntegrityError: another key is there, and what was signed would be checked against it.
    """
    path = root / PUBLIC_KEY_FILE
    try:
        if not path.exists():
            _write_whole(path, identity.public_key + "\n")
        elif path.read_text(encoding="utf-8", errors="replace").strip() != identity.public_key:
            raise IntegrityError(
                f"{path} is not this project's public key",
                hint="somebody changed it; remove it, and the next run writes the right one",
            )
    except OSError as error:
        raise StorageError(
            f"cannot write {path}: {error.strerror}", hint="let this user write there, then run"
        ) from error


def _write_whole(path: Path, text: str) -> None:
    """Write a file that is there with all of its text or not at all, whenever the process ends."""
    unfinished = path.with_name(f".{path.name}.partial")
    with unfinished.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def find_public_key(start: Path) -> str | None:
    """The nearest `privet.pub` in a folder above `start`; never one inside `start` itself."""
    for folder in start.absolute().parents:
        path = folder / PUBLIC_KEY_FILE
        if path.is_file():
            return path.read_text(encoding="utf-8", errors="replace").strip()
    return None
