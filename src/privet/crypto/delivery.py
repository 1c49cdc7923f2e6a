"""Releases sealed for their recipient: the age v1 format (age-encryption.org/v1), by pyrage."""

from __future__ import annotations

import contextlib
import io
import os
import threading

import pyrage

from privet.crypto.buffers import Readable, Sink
from privet.model.errors import StorageError


def check_recipient(key: str) -> None:
    """Return in silence when `key` is an age X25519 recipient, `age1...`.

    Raises:
        ValueError: it is not. The message does not repeat the key: a secret one may have been
            pasted in its place.
    """
    _recipient(key)


class AgeWriter(io.BufferedIOBase):
    """A writable file whose bytes leave as one age file into `sink`.

    The bytes go through a pipe to a thread that encrypts them in chunks of 64 KiB: memory is
    bounded, and no plaintext reaches a disk. `close` ends the age file and raises whatever went
    wrong in the thread; it leaves `sink` open. After `abandon`, or an exception in the `with`
    block, what was written never opens.

    Args:
        sink: gets the ciphertext, from the thread; use it again only after `close` or `abandon`.
        recipient: an age X25519 public key, `age1...`.

    Raises:
        ValueError: not such a key.
    """

    def __init__(self, sink: Sink, recipient: str) -> None:
        super().__init__()
        self._closed = True  # until there is a pipe to close
        key = _recipient(recipient)
        source, self._pipe = os.pipe()
        self._worker = _Worker(source, sink, key)
        self._worker.start()
        self._closed = False
        self._position = 0

    def writable(self) -> bool:
        """True."""
        return True

    @property
    def closed(self) -> bool:
        """Whether the age file was ended or abandoned."""
        return self._closed

    def tell(self) -> int:
        """Plaintext bytes written so far."""
        return self._position

    def write(self, data: Readable, /) -> int:  # type: ignore[override]
        """Take all of `data`; waits while the sink is slower.

        Raises:
            Exception: what the sink raised, if it failed meanwhile.
        """
        if self._closed:
            raise ValueError("the age file was closed")
        view = memoryview(data).cast("B")
        sent = 0
        try:
            while sent < len(view):
                sent += os.write(self._pipe, view[sent:])
        except BrokenPipeError:  # the thread is gone, and knows why
            self.close()
        self._position += len(view)
        return len(view)

    def close(self) -> None:
        """End the age file. Does nothing the second time.

        Raises:
            Exception: what the sink raised, if it failed.
        """
        if self._closed:
            return
        self._stop()
        self._worker.raise_failure()

    def abandon(self) -> None:
        """Give up: what was written never opens as an age file."""
        if not self._closed:
            self._worker.abandoned = True
            self._stop()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()

    def __del__(self) -> None:
        self.abandon()  # io.IOBase would close, and end a file that nobody finished

    def _stop(self) -> None:
        self._closed = True
        os.close(self._pipe)
        self._worker.join()


class _Worker(threading.Thread):
    """Encrypts what comes out of a pipe; also the file that pyrage reads from and writes to."""

    def __init__(self, source: int, sink: Sink, recipient: pyrage.x25519.Recipient) -> None:
        super().__init__(name="privet-age", daemon=True)
        self.abandoned = False
        self._source = source
        self._sink = sink
        self._recipient = recipient
        self._failure: BaseException | None = None
        self._finished = False

    def run(self) -> None:
        """Encrypt until the pipe ends, then close its end, so that no writer waits in vain."""
        try:
            with contextlib.suppress(pyrage.EncryptError):  # `_finished` stays False
                pyrage.encrypt_io(self, self, [self._recipient])
                self._finished = True
        finally:
            os.close(self._source)

    def read(self, size: int) -> bytes:
        """The next plaintext; an error at the end of an abandoned file, so that it gets no end."""
        data = os.read(self._source, size)
        if not data and self.abandoned:
            raise EOFError("abandoned")
        return data

    def write(self, data: bytes) -> int:
        """Pass ciphertext on, and keep what the sink raises: pyrage drops it on the last write."""
        try:
            return self._sink.write(data)
        except BaseException as error:
            self._failure = error
            raise

    def flush(self) -> None:
        """Nothing is held here."""

    def raise_failure(self) -> None:
        """Raise what went wrong, if anything did."""
        if self._failure is not None:
            raise self._failure
        if not self._finished:
            raise StorageError("a release could not be sealed for its recipient")


def _recipient(key: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError:
        raise ValueError(
            "not an age public key: it starts with `age1` and `age-keygen -y` prints it"
        ) from None
