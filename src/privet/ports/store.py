"""Where bytes lie: the vault's objects, the published log, sources, releases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """One object of a store: key (with `/`), size in bytes, and what tells a change.

    `stamp` is `mtime_ns:inode` on a local disk and the ETag elsewhere; empty where a server gives
    nothing that would tell.
    """

    key: str
    size: int
    stamp: str


class ObjectStore(Protocol):
    """A flat space of objects under one root.

    Every method raises only `StorageError` (or `SourceError` for an object that is not there), and
    its message names the key, never the content. A write is durable (on a local disk: file and
    directory fsynced) and visible whole, or not at all.
    """

    @property
    def url(self) -> str:
        """The root, for messages."""
        ...

    def get(self, key: str) -> bytes:
        """The whole object."""
        ...

    def read_at(self, key: str, start: int, length: int, *, stamp: str | None = None) -> bytes:
        """`length` bytes from `start` (fewer at the end).

        With the `stamp` that `head` gave, another object under the key is a `SourceError`, as far
        as the server can tell.
        """
        ...

    def head(self, key: str) -> ObjectInfo | None:
        """The object's size and stamp, or None where there is none."""
        ...

    def put(self, key: str, data: bytes, *, create: bool = False) -> bool:
        """Write the whole object. With `create`, leave an existing one alone and return False."""
        ...

    def writer(self, key: str) -> AbstractContextManager[BinaryIO]:
        """A writable file that becomes visible under `key` on a clean exit, and not otherwise."""
        ...

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """Objects below `prefix` (a folder, or empty), sorted by key."""
        ...

    def delete(self, key: str) -> None:
        """Remove the object; nothing happens where there is none."""
        ...
