"""What the writers of this room take, and what they write to."""

from __future__ import annotations

from typing import Protocol, TypeAlias

Readable: TypeAlias = "bytes | bytearray | memoryview"
"""Bytes to read, in whatever holds them."""


class Sink(Protocol):
    """Whatever ciphertext goes to: an open file, an upload, a file that hashes what passes."""

    def write(self, data: bytes, /) -> int:
        """Take all of `data`, and say how much that was."""
        ...
