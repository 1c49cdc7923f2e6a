"""The log: append within the caller's transaction, publish after it, prove, and never go back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from sqlalchemy import Connection, insert, select

from privet.crypto.notes import NoteSigner
from privet.ledger import audit, publication
from privet.ledger.tables import (
    CHECKPOINT,
    ENTRY,
    HASH,
    entry_count,
    require_bytes,
    stored_subtrees,
)
from privet.model import canonical
from privet.model.canonical import Json
from privet.model.errors import IntegrityError, Unavailable
from privet.ports.catalog import Catalog
from privet.ports.store import ObjectStore
from privet.ports.world import Clock
from privet_verify import VerificationError
from privet_verify.checkpoint import Checkpoint
from privet_verify.notes import VerifierKey
from privet_verify.proof import Proof
from privet_verify.tree import inclusion_path, leaf_hash, node_hash

KINDS = frozenset(
    {
        "genesis",
        "key",
        "snapshot",
        "waived",
        "grant",
        "release",
        "abandoned",
        "restriction",
        "policy",
        "map",
        "reserve",
        "spend",
        "settle",
        "unbounded",
    }
)
"""What an entry can record."""

MAX_LEAF = 65_535
"""An entry bundle of tlog-tiles gives an entry's length in 16 bits."""

_PAGE = 256


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log, parsed. `time` is RFC 3339, UTC, whole seconds."""

    index: int
    kind: str
    time: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Log:
    """The project's log.

    Attributes:
        catalog: keeps the entries; its write lock is the log's one sequencer.
        store: where tiles and checkpoints are published.
        signer: signs checkpoints; its name is the log's origin.
        clock: stamps entries.
        prefix: what the keys of published objects begin with: empty, or a folder and `/`.
    """

    catalog: Catalog
    store: ObjectStore
    signer: NoteSigner
    clock: Clock
    prefix: str = ""

    @property
    def key(self) -> VerifierKey:
        """The public key of the log's checkpoints."""
        return VerifierKey.parse(self.signer.verifier_key())

    def append(self, connection: Connection, kind: str, body: Mapping[str, Json]) -> int:
        """Add an entry in the caller's write transaction; return its index.

        The caller publishes after its commit, and before the act that the entry records.

        Raises:
            ValueError: an unknown kind, a value without canonical form, or more than `MAX_LEAF`
                bytes.
            TypeError: a float, or a type that JSON lacks.
        """
        if kind not in KINDS:
            raise ValueError(f"log entries of kind {kind!r} are not known")
        time = self.clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        leaf = canonical.encode({"v": 1, "kind": kind, "time": time, "body": body})
        if len(leaf) > MAX_LEAF:
            raise ValueError(f"a log entry of {len(leaf)} bytes; {MAX_LEAF} is the most")
        index = entry_count(connection)
        connection.execute(insert(ENTRY).values(position=index, leaf=leaf))
        connection.execute(insert(HASH), _completed(connection, index, leaf_hash(leaf)))
        return index

    def publish(self) -> Checkpoint:
        """Publish every committed entry under a signed checkpoint; repeat it freely.

        The write lock is held meanwhile, so that two processes publish one after the other. A crash
        anywhere leaves the store as it was, or with files that the next call completes.

        Raises:
            IntegrityError: the store holds another history of this log, or the catalog was changed.
            StorageError: the store cannot be written; nothing was lost.
        """
        with self.catalog.write() as connection:
            return self._publish(connection)

    def catch_up(self) -> Checkpoint:
        """Compare the catalog with what was published, then publish what a crash left behind.

        Every entry is hashed again, so that whoever reads entries afterwards reads what was signed.

        Raises:
            IntegrityError: the catalog is behind a published checkpoint, or differs from it (an
                older database was restored); or the store lost what was published to it.
        """
        with self.catalog.write() as connection:
            audit.verify_entries(connection)
            at = stored_subtrees(connection)
            for found in publication.newest_published(self.store, self.prefix, self.key):
                publication.require_continued(found, entry_count(connection), at)
            recorded = self._recorded(connection)
            name = publication.checkpoint_key(self.prefix, recorded.size) if recorded else None
            if name is not None and self.store.head(name) is None:
                raise IntegrityError(
                    f"{name} was published and is no longer in the store",
                    hint="put the store's log folder back from a backup, then open the project",
                )
            return self._publish(connection)

    def checkpoint(self) -> Checkpoint | None:
        """The newest published checkpoint: keep a copy elsewhere, and no history can be rewritten.

        Raises:
            IntegrityError: the catalog's copy was changed.
        """
        with self.catalog.read() as connection:
            return self._recorded(connection)

    def proof(self, index: int) -> str:
        """That entry `index` stands in the published log: a C2SP tlog-proof, with the entry in it.

        Raises:
            Unavailable: the entry is not published yet.
        """
        with self.catalog.read() as connection:
            newest = self._recorded(connection)
            if newest is None or not 0 <= index < newest.size:
                raise Unavailable(
                    f"log entry {index} is not published", hint="publish the log, then ask again"
                )
            leaf = connection.execute(
                select(ENTRY.c.leaf).where(ENTRY.c.position == index)
            ).scalar_one()
            path = inclusion_path(index, newest.size, stored_subtrees(connection))
        return Proof(require_bytes(leaf), index, tuple(path), newest.note).text()

    def entries(self, start: int = 0) -> Iterator[Entry]:
        """Entries from `start` on; see `entries`."""
        return entries(self.catalog, start)

    def verify(self) -> int:
        """Recompute the log from the catalog's entries and compare every published byte with it.

        Returns:
            How many entries were checked.

        Raises:
            IntegrityError: a file or a row was changed, removed or added; the message names it.
        """
        with self.catalog.read() as connection:
            return audit.verify(connection, self.store, self.prefix, self.key)

    def _publish(self, connection: Connection) -> Checkpoint:
        size = entry_count(connection)
        at = stored_subtrees(connection)
        recorded = self._recorded(connection)
        if recorded is not None:
            publication.require_continued(recorded, size, at)
            if recorded.size == size:
                return recorded
        published = recorded.size if recorded else 0
        written = []
        for key, data in publication.files_between(connection, published, size):
            self.store.put(self.prefix + key, data)
            written.append(self.prefix + key)
        checkpoint = publication.sign_checkpoint(self.signer, size, at)
        publication.put_checkpoint(self.store, self.prefix, checkpoint)
        publication.drop_partial(self.store, written)
        connection.execute(insert(CHECKPOINT).values(size=size, note=checkpoint.note))
        return checkpoint

    def _recorded(self, connection: Connection) -> Checkpoint | None:
        row = connection.execute(
            select(CHECKPOINT).order_by(CHECKPOINT.c.size.desc()).limit(1)
        ).first()
        if row is None:
            return None
        try:
            return audit.open_numbered(row.note, row.size, self.key)
        except VerificationError as error:
            raise IntegrityError(
                f"the catalog's checkpoint of {row.size} entries was changed",
                hint="the project's key or its database is not the one that it was made with",
            ) from error


def entries(catalog: Catalog, start: int = 0) -> Iterator[Entry]:
    """A log's entries from `start` on, oldest first, read a page at a time.

    Raises:
        IntegrityError: an entry is not one of ours.
    """
    while True:
        with catalog.read() as connection:
            rows = connection.execute(
                select(ENTRY.c.position, ENTRY.c.leaf)
                .where(ENTRY.c.position >= start)
                .order_by(ENTRY.c.position)
                .limit(_PAGE)
            ).all()
        for position, leaf in rows:
            value = audit.parse_leaf(position, require_bytes(leaf))
            yield Entry(position, value["kind"], value["time"], value["body"])
        if len(rows) < _PAGE:
            return
        start = rows[-1].position + 1


def _completed(connection: Connection, index: int, digest: bytes) -> list[dict[str, object]]:
    """The hashes that entry `index` completes: its own, and that of each subtree it is last in."""
    at = stored_subtrees(connection)
    rows: list[dict[str, object]] = [{"level": 0, "position": index, "hash": digest}]
    level = 0
    while index & 1:
        digest = node_hash(at(level, index - 1), digest)
        level, index = level + 1, index >> 1
        rows.append({"level": level, "position": index, "hash": digest})
    return rows
