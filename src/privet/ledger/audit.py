"""Checking a whole log: the catalog against itself, then every published byte against the catalog.

What holds after it: each entry hashes to its leaf, each stored hash to its parent, so every root
follows from the entries alone; every numbered checkpoint is signed and is the root of its size;
every tile and bundle in the store is byte for byte what the entries give, none is missing that a
checkpoint needs, and none is there that no log has.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection, func, select

from privet.ledger.publication import (
    LATEST,
    NUMBERED,
    bundle_bytes,
    checkpoint_key,
    require_continued,
    tile_bytes,
)
from privet.ledger.tables import (
    CHECKPOINT,
    ENTRY,
    HASH,
    entry_count,
    require_bytes,
    stored_subtrees,
)
from privet.model import canonical
from privet.model.errors import IntegrityError, SourceError
from privet.ports.store import ObjectStore
from privet_verify import Code, VerificationError
from privet_verify.checkpoint import Checkpoint, open_checkpoint
from privet_verify.notes import VerifierKey
from privet_verify.tiles import HEIGHT, WIDTH, tile_path, tile_width
from privet_verify.tree import leaf_hash, node_hash

_CHANGED = "it was changed after it was written: keep it as evidence, and restore it from a backup"
_TILE = re.compile(r"tile/(entries|\d{1,2})/((?:x\d{3}/)*\d{3})(?:\.p/(\d{1,3}))?", re.ASCII)


def verify(connection: Connection, store: ObjectStore, prefix: str, key: VerifierKey) -> int:
    """Check everything; return how many entries there are.

    Raises:
        IntegrityError: something differs; the message names the file or the row.
    """
    size = verify_entries(connection)
    sizes = _check_checkpoints(connection, store, prefix, key)
    present = _check_tiles(connection, store, prefix, size)
    for published in sizes:
        _require_tiles(present, prefix, published, everything=published == max(sizes))
    return size


def verify_entries(connection: Connection) -> int:
    """Recompute every hash that the catalog keeps from its entries; return how many there are.

    The root that a checkpoint signs then follows from the entries alone.

    Raises:
        IntegrityError: a row was changed, removed or added.
    """
    size = entry_count(connection)
    _check_entries(connection)
    _check_hashes(connection, size)
    return size


def parse_leaf(index: int, leaf: bytes) -> dict[str, Any]:
    """Read the bytes of an entry.

    Raises:
        IntegrityError: they are not an entry of version 1.
    """
    value = canonical.decode(leaf)
    match value:
        case {"v": 1, "kind": str(), "time": str(), "body": dict(), **more} if not more:
            return dict(value)
    raise IntegrityError(f"log entry {index} is not of its form", hint=_CHANGED)


def open_numbered(note: str, size: int, key: VerifierKey) -> Checkpoint:
    """Open a checkpoint that is kept under its size.

    Raises:
        VerificationError: it is not signed by `key`, or is of another size.
    """
    checkpoint = open_checkpoint(note, key)
    if checkpoint.size != size:
        raise VerificationError(Code.LOG, "the checkpoint is of another size than its name says")
    return checkpoint


def _check_entries(connection: Connection) -> None:
    rows = connection.execute(
        select(ENTRY.c.position, ENTRY.c.leaf, HASH.c.hash)
        .outerjoin(HASH, (HASH.c.level == 0) & (HASH.c.position == ENTRY.c.position))
        .order_by(ENTRY.c.position)
        .execution_options(yield_per=1024)
    )
    for expected, (position, leaf, digest) in enumerate(rows):
        if position != expected:
            raise IntegrityError(f"log entry {expected} is not in the catalog", hint=_CHANGED)
        content = require_bytes(leaf)
        if leaf_hash(content) != digest:
            raise IntegrityError(f"log entry {position} differs from its hash", hint=_CHANGED)
        parse_leaf(position, content)


def _check_hashes(connection: Connection, size: int) -> None:
    """Each stored hash above the leaves is that of its two children, and none is missing."""
    parent, left, right = HASH.alias(), HASH.alias(), HASH.alias()
    rows = connection.execute(
        select(parent.c.level, parent.c.position, parent.c.hash, left.c.hash, right.c.hash)
        .join(
            left, (left.c.level == parent.c.level - 1) & (left.c.position == 2 * parent.c.position)
        )
        .join(
            right,
            (right.c.level == parent.c.level - 1) & (right.c.position == 2 * parent.c.position + 1),
        )
        .execution_options(yield_per=1024)
    )
    joined = 0
    for level, position, digest, one, other in rows:
        joined += 1
        if node_hash(require_bytes(one), require_bytes(other)) != digest:
            raise IntegrityError(f"hash {position} of log level {level} is wrong", hint=_CHANGED)
    stored = connection.execute(select(func.count()).select_from(HASH)).scalar_one()
    if stored != joined + size or stored != sum(
        size >> level for level in range(size.bit_length())
    ):
        raise IntegrityError("the catalog lacks hashes of the log, or has some more", hint=_CHANGED)


def _check_checkpoints(
    connection: Connection, store: ObjectStore, prefix: str, key: VerifierKey
) -> list[int]:
    """Check every numbered checkpoint and the latest; return the sizes."""
    at, size = stored_subtrees(connection), entry_count(connection)
    recorded = {row.size: row.note for row in connection.execute(select(CHECKPOINT))}
    found: dict[int, bytes] = {}
    for info in store.list(f"{prefix}{NUMBERED}"):
        number = info.key.rpartition("/")[2]
        if not number.isdecimal() or info.key != checkpoint_key(prefix, int(number)):
            raise IntegrityError(f"{info.key} is no file of a log", hint="remove it, and ask why")
        data = store.get(info.key)
        try:
            checkpoint = open_numbered(data.decode("utf-8", "replace"), int(number), key)
        except VerificationError as error:
            raise IntegrityError(f"{info.key} does not verify", hint=_CHANGED) from error
        require_continued(checkpoint, size, at)
        found[checkpoint.size] = data
    for number, note in recorded.items():
        if found.get(number) != note.encode("utf-8"):
            raise IntegrityError(
                f"{checkpoint_key(prefix, number)} is missing or differs", hint=_CHANGED
            )
    _check_latest(store, prefix, found, finished=max(recorded, default=None))
    return sorted(found)


def _check_latest(
    store: ObjectStore, prefix: str, found: dict[int, bytes], *, finished: int | None
) -> None:
    """Insist that the latest checkpoint is the newest one.

    A crash may have stopped its writing; then it is still the newest that was `finished`.
    """
    key = prefix + LATEST
    interrupted = bool(found) and max(found) != finished
    if finished is None and store.head(key) is None:
        return
    accepted = {found[max(found)]} if found else set()
    if interrupted and finished is not None:
        accepted.add(found[finished])
    if _get(store, key) not in accepted:
        raise IntegrityError(f"{key} is not the newest checkpoint", hint=_CHANGED)


def _check_tiles(connection: Connection, store: ObjectStore, prefix: str, size: int) -> set[str]:
    """Compare every file below `tile/` with the catalog; return their keys without the prefix."""
    present = set()
    for info in store.list(f"{prefix}tile"):
        name = info.key.removeprefix(prefix)
        expected = _expected_tile(connection, name, size)
        if expected is None:
            raise IntegrityError(
                f"{info.key} is no file of this log", hint="remove it, and ask why"
            )
        _require(store, info.key, expected)
        present.add(name)
    return present


def _expected_tile(connection: Connection, name: str, size: int) -> bytes | None:
    match = _TILE.fullmatch(name)
    if match is None:
        return None
    kind, parts, partial = match.groups()
    index = int(parts.replace("x", "").replace("/", ""))
    width = WIDTH if partial is None else int(partial)
    level = 0 if kind == "entries" else int(kind)
    is_ours = tile_path(kind, index, width) == name and (partial is None or 0 < width < WIDTH)
    if not is_ours or width > tile_width(level, index, size):
        return None
    if kind == "entries":
        return bundle_bytes(connection, index, width)
    return tile_bytes(connection, level, index, width)


def _require_tiles(present: set[str], prefix: str, size: int, *, everything: bool) -> None:
    """Insist on the tiles of a tree of `size`: all of them, or just the last of each level."""
    level = 0
    while count := size >> (HEIGHT * level):
        last = (count - 1) // WIDTH
        for index in range(0 if everything else last, last + 1):
            width = tile_width(level, index, size)
            for kind in (level, "entries") if level == 0 else (level,):
                names = {tile_path(kind, index, width), tile_path(kind, index)}
                if not names & present:
                    raise IntegrityError(
                        f"{prefix}{tile_path(kind, index, width)} is missing", hint=_CHANGED
                    )
        level += 1


def _require(store: ObjectStore, key: str, expected: bytes) -> None:
    if _get(store, key) != expected:
        raise IntegrityError(f"{key} differs from the log", hint=_CHANGED)


def _get(store: ObjectStore, key: str) -> bytes:
    try:
        return store.get(key)
    except SourceError as error:
        raise IntegrityError(f"{key} is missing", hint=_CHANGED) from error
