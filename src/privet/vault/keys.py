"""The key table: every key but the root key, wrapped, in the catalog and nowhere else.

Wrapped keys never lie in a manifest or an object's header: what is deleted here (the catalog runs
with secure delete) is gone from old copies of the store too. A long-lived key enters the log when
it is made and when it is destroyed, in the transaction that does it, so that a row removed or
put back by hand is found (`verify`); fragment keys are too many for that and are named by signed
manifests instead.

Tree: root → `dataset` (one per data set) → `fragment` (one per sealed object); root → the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, get_args

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    RowMapping,
    String,
    Table,
    UniqueConstraint,
    func,
    insert,
    select,
    update,
)

from privet.crypto.wrapping import unwrap, wrap
from privet.ledger import Log
from privet.model.canonical import encode
from privet.model.errors import IntegrityError
from privet.ports.catalog import METADATA
from privet.ports.world import Clock, Entropy

KeyKind: TypeAlias = Literal[
    "dataset", "fragment", "linkage", "signing", "registry", "clustering", "evidence"
]
KEY_SIZE = 32
LIVE, DESTROYED = "live", "destroyed"
_UNLOGGED = ("fragment", "evidence")
_KIND_LABELS = {kind: f"{kind} key" for kind in get_args(KeyKind)}

KEYS = Table(
    "key",
    METADATA,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("name", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("parent", String),
    Column("wrapped", LargeBinary),
    Column("state", String, nullable=False),
    Column("created", String, nullable=False),
    UniqueConstraint("kind", "name", "version"),
)
"""One row per key. `parent` is the id of the key that wraps it, or null for the root key."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key, unwrapped.

    Attributes:
        id: 128 random bits in hex.
        name: what it is for: a data set, a linkage domain, an object.
        version: 1, 2, …; the highest live one is current.
        parent: id of the key that wraps it, or None for the root key.
        secret: 32 bytes.
    """

    id: str
    kind: KeyKind
    name: str
    version: int
    parent: str | None
    secret: bytes = field(repr=False)


class KeyTable:
    """The project's keys, read and written through the caller's own transaction.

    Args:
        project_id: bound into every wrapped key.
        root: the root key, 32 bytes.
    """

    __slots__ = ("_clock", "_entropy", "_project_id", "_root")

    def __init__(self, project_id: str, root: bytes, entropy: Entropy, clock: Clock) -> None:
        if len(root) != KEY_SIZE:
            raise ValueError("a root key has 32 bytes")
        self._project_id = project_id
        self._root = root
        self._entropy = entropy
        self._clock = clock

    def mint(
        self,
        kind: KeyKind,
        name: str,
        *,
        version: int = 1,
        parent: Key | None = None,
        secret: bytes | None = None,
    ) -> Key:
        """A new key that is in no table yet; random unless `secret` gives its 32 bytes."""
        key_id = self._entropy.token_bytes(16).hex()
        drawn = self._entropy.token_bytes(KEY_SIZE) if secret is None else secret
        if len(drawn) != KEY_SIZE:
            raise ValueError("a key has 32 bytes")
        return Key(key_id, kind, name, version, parent.id if parent else None, drawn)

    def insert(self, connection: Connection, keys: Iterable[Key]) -> None:
        """Wrap new keys and store them."""
        created = self._clock.now().isoformat(timespec="seconds")
        parents: dict[str | None, bytes] = {None: self._root}
        rows = []
        for key in keys:
            if key.parent not in parents:
                parents[key.parent] = self._wrapping_secret(connection, key.parent)
            bound = self._associated_data(key.id, key.kind, key.name, key.version)
            wrapped = wrap(parents[key.parent], key.secret, bound, self._entropy)
            rows.append(
                {
                    "id": key.id,
                    "kind": key.kind,
                    "name": key.name,
                    "version": key.version,
                    "parent": key.parent,
                    "wrapped": wrapped,
                    "state": LIVE,
                    "created": created,
                }
            )
        if rows:
            connection.execute(insert(KEYS), rows)

    def create(
        self,
        connection: Connection,
        kind: KeyKind,
        name: str,
        *,
        secret: bytes | None = None,
        log: Log | None = None,
    ) -> Key:
        """Make the next version of a key under the root key.

        Args:
            connection: a write transaction.
            kind: what sort of key.
            name: what it is for; a linkage domain, a data set: words of the policy, no data.
            secret: its 32 bytes, where they exist already (a signing seed); random otherwise.
            log: writes a `key` entry in the same transaction. Leave it out only while the project
                is being made and there is no log yet.
        """
        newest = connection.execute(
            select(func.max(KEYS.c.version)).where(KEYS.c.kind == kind, KEYS.c.name == name)
        ).scalar()
        key = self.mint(kind, name, version=(newest or 0) + 1, secret=secret)
        self.insert(connection, [key])
        if log is not None:
            log.append(connection, "key", _entry("created", key.id, kind, name, key.version))
        return key

    def get(self, connection: Connection, key_id: str) -> Key:
        """The key with this id, unwrapped.

        Raises:
            IntegrityError: there is none, it was destroyed, or it does not unwrap.
        """
        row = connection.execute(select(KEYS).where(KEYS.c.id == key_id)).mappings().first()
        if row is None:
            raise IntegrityError(
                f"key {key_id} is not in the key table",
                hint="the catalog was changed or restored; restore catalog and store together",
            )
        return self._unwrapped(connection, row)

    def current(self, connection: Connection, kind: KeyKind, name: str) -> Key | None:
        """The newest live key of this kind and name, or None."""
        wanted = (
            select(KEYS)
            .where(KEYS.c.kind == kind, KEYS.c.name == name, KEYS.c.state == LIVE)
            .order_by(KEYS.c.version.desc())
            .limit(1)
        )
        row = connection.execute(wanted).mappings().first()
        return None if row is None else self._unwrapped(connection, row)

    def names(self, connection: Connection, kind: KeyKind) -> list[str]:
        """What there are keys of this kind for."""
        query = select(KEYS.c.name).where(KEYS.c.kind == kind).distinct().order_by(KEYS.c.name)
        return list(connection.execute(query).scalars())

    def ensure(self, connection: Connection, kind: KeyKind, name: str, log: Log) -> Key:
        """The current key, made if there is none yet."""
        found = self.current(connection, kind, name)
        return found or self.create(connection, kind, name, log=log)

    def destroy(self, connection: Connection, key_id: str, log: Log | None = None) -> None:
        """Delete the wrapped bytes: everything under the key is unreadable from the commit on.

        Raises:
            IntegrityError: there is no such key.
        """
        row = connection.execute(select(KEYS).where(KEYS.c.id == key_id)).mappings().first()
        if row is None:
            raise IntegrityError(f"key {key_id} is not in the key table")
        connection.execute(
            update(KEYS).where(KEYS.c.id == key_id).values(wrapped=None, state=DESTROYED)
        )
        if log is not None and row["kind"] not in _UNLOGGED:
            entry = _entry("destroyed", key_id, row["kind"], row["name"], row["version"])
            log.append(connection, "key", entry)

    def _unwrapped(self, connection: Connection, row: RowMapping) -> Key:
        label = f"{_KIND_LABELS.get(row['kind'], 'key')} {row['id']}"
        if row["state"] != LIVE or row["wrapped"] is None:
            raise IntegrityError(f"{label} was destroyed", hint="what it sealed is gone for good")
        bound = self._associated_data(row["id"], row["kind"], row["name"], row["version"])
        try:
            secret = unwrap(self._wrapping_secret(connection, row["parent"]), row["wrapped"], bound)
        except IntegrityError as error:
            raise IntegrityError(
                f"{label} does not unwrap: the key table was changed, or the root key is another",
                hint="restore the catalog and the keyring of one and the same project",
            ) from error
        return Key(row["id"], row["kind"], row["name"], row["version"], row["parent"], secret)

    def _wrapping_secret(self, connection: Connection, parent: str | None) -> bytes:
        if parent is None:
            return self._root
        row = connection.execute(select(KEYS).where(KEYS.c.id == parent)).mappings().first()
        if row is None or row["kind"] != "dataset" or row["parent"] is not None:
            raise IntegrityError(f"the wrapping key {parent} is not in the key table")
        return self._unwrapped(connection, row).secret

    def _associated_data(self, key_id: str, kind: str, name: str, version: int) -> bytes:
        return encode(["privet key", 1, self._project_id, kind, name, version, key_id])


def check_against_log(rows: Iterable[RowMapping], entries: Iterable[Mapping[str, Any]]) -> None:
    """Compare the key table with the `key` entries of the log; needs no key.

    Args:
        rows: every row of the key table.
        entries: bodies of the log's `key` entries, oldest first.

    Raises:
        IntegrityError: a key that the log made is missing, changed, or back from destruction.
    """
    table = {row["id"]: row for row in rows}
    state: dict[str, Mapping[str, Any]] = {entry["id"]: entry for entry in entries}
    for key_id, entry in state.items():
        row = table.get(key_id)
        expected = DESTROYED if entry["action"] == "destroyed" else LIVE
        if row is None:
            raise IntegrityError(f"{entry['kind']} key {key_id} was removed from the key table")
        if any(row[name] != entry[name] for name in ("kind", "name", "version")):
            raise IntegrityError(f"{entry['kind']} key {key_id} was changed in the key table")
        if row["state"] != expected or (row["wrapped"] is None) != (expected == DESTROYED):
            raise IntegrityError(f"{entry['kind']} key {key_id} is not {expected}, as the log says")


def _entry(action: str, key_id: str, kind: str, name: str, version: int) -> dict[str, str | int]:
    return {"action": action, "id": key_id, "kind": kind, "name": name, "version": version}
