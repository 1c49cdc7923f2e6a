"""Publishing: which files a log of a given size has, their bytes, and their order.

The form is C2SP tlog-tiles (https://c2sp.org/tlog-tiles), and beside it `checkpoints/<size>`: each
checkpoint ever signed, written once and never again. Tiles and entries come first, then the
numbered checkpoint, then `checkpoint`; so whatever a reader finds signed, its tiles are there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, select

from privet.crypto.notes import NoteSigner, sign_note
from privet.ledger.tables import ENTRY, HASH, require_bytes
from privet.model.errors import IntegrityError
from privet.ports.store import ObjectStore
from privet_verify import VerificationError
from privet_verify.checkpoint import Checkpoint, checkpoint_text, open_checkpoint
from privet_verify.notes import VerifierKey
from privet_verify.tiles import HASH_BYTES, HEIGHT, WIDTH, tile_path, tile_width
from privet_verify.tree import Subtrees, root

LATEST = "checkpoint"
NUMBERED = "checkpoints"

_ROLLED_BACK = (
    "an older database was restored, or another copy of the project went on: use the newest "
    "database; a restored one cannot give back what was spent since"
)


def checkpoint_key(prefix: str, size: int) -> str:
    """Where the checkpoint of `size` entries lies."""
    return f"{prefix}{NUMBERED}/{size:016d}"


def files_between(connection: Connection, old: int, new: int) -> Iterator[tuple[str, bytes]]:
    """Keys and bytes that a log of `new` entries has beyond the same log of `old`."""
    level = 0
    while new >> (HEIGHT * level):
        before, after = old >> (HEIGHT * level), new >> (HEIGHT * level)
        first, last = before // WIDTH, (after - 1) // WIDTH
        for index in range(first, last + 1) if after > before else ():
            width = tile_width(level, index, new)
            if level == 0:
                yield tile_path("entries", index, width), bundle_bytes(connection, index, width)
            yield tile_path(level, index, width), tile_bytes(connection, level, index, width)
        level += 1


def tile_bytes(connection: Connection, level: int, index: int, width: int) -> bytes:
    """The bytes of a tile, from the catalog.

    Raises:
        IntegrityError: the catalog lacks some of its hashes.
    """
    start = index * WIDTH
    hashes = connection.execute(
        select(HASH.c.hash)
        .where(HASH.c.level == HEIGHT * level)
        .where(HASH.c.position.between(start, start + width - 1))
        .order_by(HASH.c.position)
    ).scalars()
    data = b"".join(map(require_bytes, hashes))
    if len(data) != width * HASH_BYTES:
        raise _catalog_gap()
    return data


def bundle_bytes(connection: Connection, index: int, width: int) -> bytes:
    """The bytes of an entry bundle: each entry behind its length, 16 bits big-endian.

    Raises:
        IntegrityError: the catalog lacks some of its entries.
    """
    start = index * WIDTH
    rows = (
        connection.execute(
            select(ENTRY.c.leaf)
            .where(ENTRY.c.position.between(start, start + width - 1))
            .order_by(ENTRY.c.position)
        )
        .scalars()
        .all()
    )
    leaves = [require_bytes(leaf) for leaf in rows]
    if len(leaves) != width:
        raise _catalog_gap()
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)


def sign_checkpoint(signer: NoteSigner, size: int, at: Subtrees) -> Checkpoint:
    """The checkpoint of the first `size` entries; Ed25519 gives the same bytes every time."""
    top = root(size, at)
    note = sign_note(checkpoint_text(signer.name, size, top), signer)
    return Checkpoint(signer.name, size, top, note)


def put_checkpoint(store: ObjectStore, prefix: str, checkpoint: Checkpoint) -> None:
    """Write a checkpoint under its number, once and for all, and then as the latest.

    Raises:
        IntegrityError: another one of that size was published.
    """
    key = checkpoint_key(prefix, checkpoint.size)
    data = checkpoint.note.encode("utf-8")
    if not store.put(key, data, create=True) and store.get(key) != data:
        raise IntegrityError(f"{key} is of another history of this log", hint=_ROLLED_BACK)
    store.put(prefix + LATEST, data)


def drop_partial(store: ObjectStore, written: Iterable[str]) -> None:
    """Remove the partial forms of tiles that were now written in full, as tlog-tiles allows.

    Without it the published log would grow with the square of 256, for each 256 entries.
    """
    for key in written:
        if ".p/" not in key:
            for info in list(store.list(f"{key}.p")):
                store.delete(info.key)


def newest_published(store: ObjectStore, prefix: str, key: VerifierKey) -> Iterator[Checkpoint]:
    """The checkpoint of the highest number in the store, and the one named the latest.

    Raises:
        IntegrityError: one of them is not a checkpoint that `key` signed.
    """
    numbered = [info.key for info in store.list(f"{prefix}{NUMBERED}")]
    latest = prefix + LATEST
    names = numbered[-1:] + ([latest] if store.head(latest) else [])
    for name in names:
        try:
            yield open_checkpoint(store.get(name).decode("utf-8", "replace"), key)
        except VerificationError as error:
            raise IntegrityError(
                f"{name} is not a checkpoint of this project's log",
                hint="it was changed, or the store is another project's",
            ) from error


def require_continued(published: Checkpoint, size: int, at: Subtrees) -> None:
    """Insist that the catalog's log of `size` entries begins with what was published.

    Raises:
        IntegrityError: it is shorter, or differs.
    """
    if size < published.size:
        raise IntegrityError(
            f"the database knows {size} log entries and {published.size} were published",
            hint=_ROLLED_BACK,
        )
    if root(published.size, at) != published.root:
        raise IntegrityError(
            f"the database's first {published.size} log entries are not those published",
            hint=_ROLLED_BACK,
        )


def _catalog_gap() -> IntegrityError:
    return IntegrityError(
        "the catalog lacks entries or hashes of the log",
        hint="the database was changed by hand: restore it, whole, from its last backup",
    )
