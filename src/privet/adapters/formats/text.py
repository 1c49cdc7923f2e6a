"""A text file as plain UTF-8: decompressed, without byte order mark, whatever its encoding.

A byte that the encoding does not know must reach the quality rules as the bad byte it is, through
parsers that refuse it. It therefore travels *escaped*, as one of 128 characters of Unicode's last
private plane (U+10FF80 and up), and `unescape` puts it back.
"""

from __future__ import annotations

import codecs
import io
import re
from queue import SimpleQueue
from typing import BinaryIO, Literal, Protocol, TypeAlias

import pyarrow as pa

from privet.model.errors import PrivetError, SourceError, StorageError

Compression: TypeAlias = Literal["gzip", "zstd"] | None

_CHUNK = 1 << 20
_BOM = "\ufeff"
_ESCAPE = {0xDC80 + byte: chr(0x10FF80 + byte) for byte in range(128)}
_ESCAPED = re.compile(rb"\xf4\x8f([\xbe\xbf])([\x80-\xbf])")
_MAGIC: dict[bytes, Literal["gzip", "zstd"]] = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}


def unescape(data: bytes) -> bytes:
    """Put back the bytes that `TextStream` escaped."""
    return _ESCAPED.sub(lambda m: bytes([(m[1][0] - 0xBE) * 64 + m[2][0]]), data)


def compression_of(head: bytes) -> Compression:
    """Which compression the first bytes of a file announce (RFC 1952, RFC 8878)."""
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Borrowed(io.RawIOBase):
    """A file that pyarrow may close without closing it for its owner."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)


class ByteSource:
    """A file read front to back, decompressed; a damaged one is an error, never a short read.

    Args:
        file: a binary file that can seek; read from its beginning. It is not closed.
        name: the file's name, for messages.
        compression: `gzip`, `zstd` or None.
    """

    def __init__(self, file: BinaryIO, name: str, compression: Compression) -> None:
        self._name = name
        self._compression = compression
        file.seek(0)
        # Arrow's decompressors refuse a stream that ends early, and take several frames in a row.
        self._file: _Readable = (
            pa.CompressedInputStream(pa.PythonFile(_Borrowed(file), mode="r"), compression)
            if compression
            else file
        )

    def read(self, size: int = _CHUNK) -> bytes:
        """The next bytes, at most `size`; none only at the end.

        Raises:
            SourceError: the file is truncated, damaged or cannot be read.
        """
        try:
            return bytes(self._file.read(size))
        except (SourceError, StorageError):
            raise
        except (OSError, pa.ArrowException):
            problem = self._problem()
        raise problem

    def _problem(self) -> SourceError:
        if self._compression is None:
            return SourceError(
                f"`{self._name}` cannot be read", hint="Check the disk and the file's permissions."
            )
        return SourceError(
            f"`{self._name}` is cut off or damaged: its {self._compression} stream is not whole",
            hint="Fetch or export the file again; no row of it was used.",
        )


class TextStream:
    """A readable file object that yields the text of a file as UTF-8.

    Args:
        source: the file's decompressed bytes.
        name: the file's name, for messages.
        encoding: a Python codec name.
        escape: whether undecodable bytes travel escaped; else they are passed on as they are.
        tail: bytes that follow the text, after a line end (added where the text has none).
    """

    closed = False

    def __init__(
        self, source: ByteSource, name: str, encoding: str, *, escape: bool, tail: bytes = b""
    ) -> None:
        self._source = source
        self._name = name
        self._escape = escape
        self._tail = tail
        self._utf8 = codecs.lookup(encoding).name in {"utf-8", "ascii", "utf-8-sig"}
        # ASCII is read as its superset, so that a later accent is read and not refused.
        codec = "utf-8" if self._utf8 else encoding
        self._decoder = codecs.getincrementaldecoder(codec)("surrogateescape")
        self._started = False
        self._ended = False
        self._stopped = False
        self._ends: SimpleQueue[None] = SimpleQueue()
        self._buffer = b""
        self._offset = 0
        self._last = b"\n"
        self.escaped = False

    def readable(self) -> bool:
        """Always."""
        return True

    def writable(self) -> bool:
        """Never."""
        return False

    def seekable(self) -> bool:
        """Never."""
        return False

    def flush(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Mark as closed; the file below stays open, since its owner closes it."""
        self.closed = True

    def __del__(self) -> None:
        """Say that nobody reads any more."""
        self._ends.put(None)

    def stop(self) -> SimpleQueue[None]:
        """End here: whoever still reads, in another thread perhaps, gets nothing more.

        Returns:
            what tells, by something in it, that nobody will ask again: the last who could is gone,
            or was given an error.
        """
        self._stopped = True
        return self._ends

    def read(self, size: int = -1) -> bytes:
        """The next `size` bytes of text, or all; fewer only at the end."""
        if size < 0:
            return b"".join(iter(lambda: self.read(_CHUNK), b""))
        try:
            return b"" if self._stopped else self._read(size)
        except PrivetError:
            self._ends.put(None)
            raise

    def _read(self, size: int) -> bytes:
        pieces, missing = [], size
        while missing:
            if self._offset >= len(self._buffer):
                if self._ended:
                    break
                self._buffer, self._offset = self._next(missing), 0
            piece = self._buffer[self._offset : self._offset + missing]
            self._offset += len(piece)
            missing -= len(piece)
            pieces.append(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _next(self, size: int) -> bytes:
        chunk = self._source.read(max(size, _CHUNK))
        self._ended = not chunk
        text = self._decode(chunk)
        if text:
            self._last = text[-1:]
        if self._ended and self._tail:
            text += (b"" if self._last == b"\n" else b"\n") + self._tail
        return text

    def _decode(self, chunk: bytes) -> bytes:
        """`chunk` as UTF-8. Plain ASCII, the usual case, passes untouched."""
        pending = not self._utf8 or self._decoder.getstate()[0]
        if chunk and self._started and not pending and chunk.isascii():
            return chunk
        try:
            text = self._decoder.decode(chunk, final=self._ended)
        except UnicodeError:
            text = None
        if text is None:
            raise SourceError(
                f"`{self._name}` is not text of the encoding it was said to have",
                hint="Correct `encoding:` in the pipeline file, or convert the file to UTF-8.",
            )
        if not self._started and text:
            self._started = True
            text = text.removeprefix(_BOM)
        return self._encode(text)

    def _encode(self, text: str) -> bytes:
        try:
            return text.encode()
        except UnicodeEncodeError:
            self.escaped = True
        if self._escape:
            return text.translate(_ESCAPE).encode()
        return text.encode("utf-8", "surrogateescape")
