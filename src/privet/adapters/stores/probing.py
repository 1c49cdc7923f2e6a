"""Trying a store out before anything is kept in it."""

from __future__ import annotations

import secrets

from privet.model.errors import StorageError
from privet.ports.store import ObjectStore

_PROBE = "probe-"
"""How the keys begin by which a store is tried out."""


def probe(store: ObjectStore) -> None:
    """Find out whether `store` keeps the promise of `create`, by trying it once.

    It is for a store that nothing is kept in yet, and removes what an earlier try left that was cut
    short. A few S3 look-alikes accept `If-None-Match` and ignore it.

    Raises:
        StorageError: a second writer can replace what the first has created, or cannot create.
    """
    key = _PROBE + secrets.token_hex(8)
    kept = store.put(key, b"1", create=True) and not store.put(key, b"2", create=True)
    for left in list(store.list("")):
        if is_probe(left.key):
            store.delete(left.key)
    if not kept:
        raise StorageError(
            f"{store.url} does not keep create-only writes",
            hint="Two runs could overwrite each other: choose one with If-None-Match.",
        )


def is_probe(key: str) -> bool:
    """Whether `key` is of an object by which a store was tried out."""
    return key.startswith(_PROBE)
