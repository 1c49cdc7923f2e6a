"""A file that hashes and counts what is written through it."""

from __future__ import annotations

import io
from typing import Protocol

from privet.crypto.buffers import Readable, Sink
from privet.model.errors import StorageError


class Hasher(Protocol):
    """A hash in the making: `hashlib.sha256()`, `blake3()`."""

    def update(self, data: Readable, /) -> object:
        """Take more bytes."""
        ...

    def hexdigest(self) -> str:
        """The hash so far, in hex."""
        ...


class HashingSink(io.RawIOBase):
    """Passes bytes on to `sink`, and counts and hashes them; closing it leaves `sink` open.

    Attributes:
        size: bytes so far.
    """

    def __init__(self, sink: Sink, hasher: Hasher) -> None:
        super().__init__()
        self._sink = sink
        self._hasher = hasher
        self.size = 0

    def writable(self) -> bool:
        """True."""
        return True

    def tell(self) -> int:
        """Bytes so far."""
        return self.size

    def write(self, data: Readable, /) -> int:  # type: ignore[override]
        """Hash and pass on all of `data`.

        Raises:
            StorageError: the sink took only part of it.
        """
        count = self._sink.write(bytes(data))
        if count != len(data):
            raise StorageError("the store took only part of a write")
        self._hasher.update(data)
        self.size += count
        return count

    def hexdigest(self) -> str:
        """Hash of everything so far."""
        return self._hasher.hexdigest()
