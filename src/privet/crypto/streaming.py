"""Sealed objects as files: write once through `SealingWriter`, read anywhere with `SealedReader`.

The bytes are Tink's (see `privet.crypto.segments`), so its libraries in Java, Go and C++ read them.
"""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from collections.abc import Callable

from privet.crypto.buffers import Readable, Sink
from privet.crypto.segments import (
    FIRST_PLAIN,
    HEADER,
    PLAIN,
    SEGMENT,
    SegmentCipher,
    extent,
    locate,
    plain_size,
    sealed_size,
    segment_count,
)
from privet.model.errors import IntegrityError
from privet.ports.world import Entropy

__all__ = ["SealedReader", "SealingWriter", "plain_size", "seal", "sealed_size", "unseal"]

_CACHED_SEGMENTS = 4
_RUN_SEGMENTS = 8


class SealingWriter(io.BufferedIOBase):
    """A writable file whose bytes leave sealed into `sink`, in segments of 1 MiB.

    `close` writes the last segment and leaves `sink` open. Without it (`abandon`, an exception in
    the `with` block, garbage collection) the object stays without an end, and never opens.

    Args:
        sink: gets the ciphertext, in `bytes` that it may keep.
        key: 32 bytes.
        associated_data: bound to the object, such as `dataset|object id`; the reader states it
            again.
        entropy: source of the salt and the nonce prefix.
    """

    def __init__(self, sink: Sink, key: bytes, associated_data: bytes, entropy: Entropy) -> None:
        super().__init__()
        self._sink = sink
        self._cipher = SegmentCipher.fresh(key, associated_data, entropy)
        self._pending = bytearray()
        self._index = 0
        self._position = 0
        self._closed = False
        self._give(self._cipher.header)

    def writable(self) -> bool:
        """True."""
        return True

    @property
    def closed(self) -> bool:
        """Whether the object was ended or abandoned."""
        return self._closed

    def tell(self) -> int:
        """Plaintext bytes written so far."""
        return self._position

    def write(self, data: Readable, /) -> int:  # type: ignore[override]
        """Take all of `data`; a segment leaves as soon as a later byte shows it is not the last."""
        if self._closed:
            raise ValueError("the sealed object was closed")
        view = memoryview(data).cast("B")
        taken = 0
        while len(self._pending) + len(view) - taken > self._room:
            taken += self._seal_next(view[taken:])
        self._pending += view[taken:]
        self._position += len(view)
        return len(view)

    def close(self) -> None:
        """Write the last segment. Does nothing the second time."""
        if self._closed:
            return
        self._closed = True
        self._emit(self._pending, last=True)

    def abandon(self) -> None:
        """Give up: what was written never opens as an object."""
        self._closed = True
        self._pending = bytearray()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()

    def __del__(self) -> None:
        self._closed = True  # io.IOBase would close, and end an object that nobody finished

    @property
    def _room(self) -> int:
        return PLAIN if self._index else FIRST_PLAIN

    def _seal_next(self, view: memoryview) -> int:
        """Seal one full segment from what is pending and the start of `view`; bytes taken of it."""
        taken = self._room - len(self._pending)
        if not self._pending:
            self._emit(view[:taken], last=False)
            return taken
        self._pending += view[:taken]
        self._emit(self._pending, last=False)
        self._pending = bytearray()
        return taken

    def _emit(self, plain: Readable, *, last: bool) -> None:
        self._give(self._cipher.seal(self._index, plain, last=last))
        self._index += 1

    def _give(self, sealed: bytes) -> None:
        if self._sink.write(sealed) != len(sealed):
            raise OSError("the sink of a sealed object took only part of a segment")


class SealedReader(io.RawIOBase):
    """A sealed object as a readable, seekable file.

    Opening it verifies the last segment, so an object cut at a segment's edge is refused before its
    first byte is used; each other segment is verified when it is first read. One reader may serve
    many threads: every thread has its own position, as DuckDB needs.

    Args:
        read_at: `(start, length)` to that many bytes of the sealed object; safe to call from
            several threads.
        size: bytes of the sealed object.
        key: 32 bytes.
        associated_data: what the writer stated.

    Raises:
        IntegrityError: the object was changed, cut short, or sealed with another key or name. Reads
            raise it too.
    """

    def __init__(
        self, read_at: Callable[[int, int], Readable], size: int, key: bytes, associated_data: bytes
    ) -> None:
        super().__init__()
        self._read_at = read_at
        self._sealed_bytes = size
        self._count = segment_count(size)
        self._size = plain_size(size)
        self._cache: OrderedDict[int, bytes] = OrderedDict()
        self._lock = threading.Lock()
        self._local = threading.local()
        self._cipher = SegmentCipher(key, associated_data, bytes(self._fetch(0, HEADER)))
        self._segment(self._count - 1)

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True."""
        return True

    def size(self) -> int:
        """Bytes of plaintext."""
        return self._size

    def tell(self) -> int:
        """This thread's position."""
        position: int = getattr(self._local, "position", 0)
        return position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move this thread's position; past the end is allowed, and reads nothing there."""
        self._require_open()
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.tell(), io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("negative position")
        self._local.position = start + offset
        return start + offset

    def read(self, size: int | None = -1, /) -> bytes:
        """`size` bytes from this thread's position, fewer only at the end; all with -1 or None."""
        start = self.tell()
        left = max(self._size - start, 0)
        length = left if size is None or size < 0 else min(size, left)
        data = self.read_range(start, length)
        self._local.position = start + len(data)
        return data

    def readall(self) -> bytes:
        """Everything from this thread's position on."""
        return self.read(-1)

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Fill `buffer` from this thread's position; the count of bytes."""
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def read_range(self, start: int, length: int) -> bytes:
        """Up to `length` bytes of plaintext from `start`; moves no position."""
        self._require_open()
        stop = min(start + length, self._size)
        if start >= stop:
            return b""
        (first, offset), (last, _) = locate(start), locate(stop - 1)
        if first == last:
            return self._segment(first)[offset : offset + stop - start]
        parts = [self._segment(first)[offset:]]
        for index in range(first + 1, last, _RUN_SEGMENTS):
            parts += self._open_run(index, min(index + _RUN_SEGMENTS, last))
        head = sum(map(len, parts))
        parts.append(self._segment(last)[: stop - start - head])
        return b"".join(parts)

    def _segment(self, index: int) -> bytes:
        """One segment's plaintext, from the cache if it was used lately."""
        with self._lock:
            known = self._cache.get(index)
            if known is not None:
                self._cache.move_to_end(index)
                return known
        (plain,) = self._open_run(index, index + 1)
        with self._lock:
            self._cache[index] = plain
            while len(self._cache) > _CACHED_SEGMENTS:
                self._cache.popitem(last=False)
        return plain

    def _open_run(self, first: int, stop: int) -> list[bytes]:
        """Open segments `first` to `stop - 1`, fetched in one read."""
        end = min(stop * SEGMENT, self._sealed_bytes)
        start = extent(first)
        sealed = memoryview(self._fetch(start, end - start))
        final = self._count - 1
        return [
            self._cipher.open(
                index,
                sealed[extent(index) - start : (index + 1) * SEGMENT - start],
                last=index == final,
            )
            for index in range(first, stop)
        ]

    def _fetch(self, start: int, length: int) -> Readable:
        data = self._read_at(start, length)
        if len(data) != length:
            raise IntegrityError("a sealed object ends before its recorded size")
        return data

    def _require_open(self) -> None:
        if self.closed:
            raise ValueError("the sealed object was closed")


def seal(data: Readable, key: bytes, associated_data: bytes, entropy: Entropy) -> bytes:
    """The sealed object of `data`, in memory: what `SealingWriter` writes, with fewer copies."""
    cipher = SegmentCipher.fresh(key, associated_data, entropy)
    rest = memoryview(data).cast("B")
    pieces = [cipher.header]
    while len(rest) > (room := PLAIN if len(pieces) > 1 else FIRST_PLAIN):
        pieces.append(cipher.seal(len(pieces) - 1, rest[:room], last=False))
        rest = rest[room:]
    pieces.append(cipher.seal(len(pieces) - 1, rest, last=True))
    return b"".join(pieces)


def unseal(data: Readable, key: bytes, associated_data: bytes) -> bytes:
    """The plaintext of a sealed object, every segment of it verified.

    Raises:
        IntegrityError: it was changed, cut short, or sealed with another key or name.
    """
    view = memoryview(data).cast("B")
    final = segment_count(len(view)) - 1
    cipher = SegmentCipher(key, associated_data, bytes(view[:HEADER]))
    pieces = [
        cipher.open(index, view[extent(index) : (index + 1) * SEGMENT], last=index == final)
        for index in range(final + 1)
    ]
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
