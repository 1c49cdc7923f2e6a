"""Fakes that are real: a clock that stands still, a store in memory that can fail, a database."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from privet.adapters.catalogs.sql import SqlCatalog
from privet.adapters.stores.keys import check_key, check_prefix
from privet.model.errors import SourceError, StorageError
from privet.model.release import Principal
from privet.ports.store import ObjectInfo

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@dataclass(slots=True)
class FixedClock:
    """A clock that moves only when told to."""

    time: datetime = START

    def now(self) -> datetime:
        return self.time

    def advance(self, seconds: float = 0.0, **more: float) -> None:
        """Move on by seconds, or by what `timedelta` takes (`days=3`)."""
        self.time += timedelta(seconds=seconds, **more)


@dataclass(slots=True)
class SeededEntropy:
    """Bytes that look random and are the same in every run; never two parts alike."""

    seed: int = 0
    drawn: int = 0

    def token_bytes(self, count: int) -> bytes:
        self.drawn += 1
        return hashlib.shake_256(f"{self.seed}:{self.drawn}".encode()).digest(count)


@dataclass(frozen=True, slots=True)
class FixedIdentity:
    """Somebody who is always the same."""

    name: str = "os:ana"
    attributes: dict[str, str] = field(default_factory=dict)

    def principal(self) -> Principal:
        return Principal(self.name, self.attributes)


@dataclass(slots=True)
class MemoryStore:
    """An `ObjectStore` in memory, with faults on demand.

    `writes` counts puts, writers and deletes that took effect.
    """

    objects: dict[str, bytes] = field(default_factory=dict)
    writes: int = 0
    _stamps: dict[str, int] = field(default_factory=dict)
    _left: int | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def fail_after(self, writes: int | None) -> None:
        """Let `writes` more writes through and refuse the rest; None lets all through."""
        self._left = writes

    def flip(self, key: str, offset: int) -> None:
        """Turn the lowest bit of one byte (negative offsets count from the end)."""
        changed = bytearray(self.objects[key])
        changed[offset] ^= 1
        self.objects[key] = bytes(changed)

    @property
    def url(self) -> str:
        return "memory://"

    def get(self, key: str) -> bytes:
        try:
            return self.objects[check_key(key)]
        except KeyError:
            raise SourceError(f"{key} is not there") from None

    def read_at(self, key: str, start: int, length: int, *, stamp: str | None = None) -> bytes:
        if stamp is not None and (info := self.head(key)) and info.stamp != stamp:
            raise SourceError(f"`{key}` changed while it was read")
        return self.get(key)[start : start + length]

    def open(self, key: str) -> BinaryIO:
        return io.BytesIO(self.get(key))

    def head(self, key: str) -> ObjectInfo | None:
        data = self.objects.get(check_key(key))
        return None if data is None else ObjectInfo(key, len(data), str(self._stamps.get(key, 0)))

    def put(self, key: str, data: bytes, *, create: bool = False) -> bool:
        with self._lock:
            if create and check_key(key) in self.objects:
                return False
            self._count(key)
            self.objects[key] = bytes(data)
            self._stamps[key] = self.writes
            return True

    @contextmanager
    def writer(self, key: str) -> Iterator[BinaryIO]:
        check_key(key)
        with io.BytesIO() as buffer:
            yield buffer
            self.put(key, buffer.getvalue())

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        folder = check_prefix(prefix)
        for key in sorted(self.objects):
            if (not folder or key.startswith(f"{folder}/")) and (info := self.head(key)):
                yield info

    def delete(self, key: str) -> None:
        if check_key(key) in self.objects:
            self._count(key)
            del self.objects[key]

    def _count(self, key: str) -> None:
        check_key(key)
        if self._left is not None:
            if self._left <= 0:
                raise StorageError(f"cannot write {key}: the disk is full", hint="Free some space.")
            self._left -= 1
        self.writes += 1


def sqlite_catalog(folder: Path, *, create: bool = True, busy_seconds: float = 0.0) -> SqlCatalog:
    """A real catalog in `folder`, which gives up at once where another writer is at work."""
    return SqlCatalog(
        f"sqlite:///{folder / 'catalog.db'}", create=create, busy_seconds=busy_seconds
    )
