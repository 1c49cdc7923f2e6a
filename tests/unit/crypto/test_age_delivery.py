"""Releases sealed by age: what the recipient opens, and what happens when the sink fails."""

from __future__ import annotations

import gc
import io
import threading
from typing import BinaryIO

import pyrage
import pytest

from privet.crypto.delivery import AgeWriter, check_recipient
from privet.model.errors import StorageError

IDENTITY = pyrage.x25519.Identity.generate()
RECIPIENT = str(IDENTITY.to_public())


class FailingSink(io.BytesIO):
    """A sink that fails once it has taken `room` bytes, as a full disk does."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self._room = room

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        if self.tell() + len(data) > self._room:
            raise StorageError("the store is full")
        return super().write(data)


def write_all(writer: AgeWriter, size: int) -> None:
    with writer as file:
        for _ in range(0, size, 4096):
            file.write(bytes(4096))


def interrupted(sink: BinaryIO, size: int) -> None:
    with AgeWriter(sink, RECIPIENT) as file:
        file.write(bytes(size))
        raise KeyError


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 1_000_000])
def test_the_recipient_opens_it(size: int) -> None:
    data = bytes(range(256)) * (size // 256) + bytes(size % 256)
    sink = io.BytesIO()
    with AgeWriter(sink, RECIPIENT) as writer:
        assert writer.writable()
        writer.write(data[:100])
        writer.write(memoryview(data)[100:])
        assert writer.tell() == size
    assert pyrage.decrypt(sink.getvalue(), [IDENTITY]) == data
    assert not sink.closed


def test_nobody_else_opens_it() -> None:
    sink = io.BytesIO()
    with AgeWriter(sink, RECIPIENT) as writer:
        writer.write(b"ada@example.org")
    assert b"ada" not in sink.getvalue()
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sink.getvalue(), [pyrage.x25519.Identity.generate()])


@pytest.mark.parametrize("room", [0, 100, 70_000, 500_000])
def test_a_failing_sink_is_heard_and_nobody_waits(room: int) -> None:
    with pytest.raises(StorageError, match="full"):
        write_all(AgeWriter(FailingSink(room), RECIPIENT), 4_000_000)


def test_a_sink_that_fails_on_the_very_last_write_is_heard() -> None:
    with pytest.raises(StorageError, match="full"):
        write_all(AgeWriter(FailingSink(0), RECIPIENT), 4096)


@pytest.mark.parametrize("size", [0, 10, 200_000])
def test_an_exception_leaves_a_file_that_never_opens(size: int) -> None:
    sink = io.BytesIO()
    with pytest.raises(KeyError):
        interrupted(sink, size)
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sink.getvalue(), [IDENTITY])


def test_a_forgotten_writer_ends_nothing_and_leaves_no_thread() -> None:
    sink = io.BytesIO()
    before = threading.active_count()
    writer = AgeWriter(sink, RECIPIENT)
    writer.write(bytes(100))
    del writer
    gc.collect()
    assert threading.active_count() == before
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sink.getvalue(), [IDENTITY])


def test_a_closed_writer_takes_no_more() -> None:
    writer = AgeWriter(io.BytesIO(), RECIPIENT)
    writer.close()
    writer.close()
    writer.abandon()
    with pytest.raises(ValueError, match="closed"):
        writer.write(b"late")


@pytest.mark.parametrize(
    "key",
    ["", "age1qqqq", RECIPIENT[:-1], str(IDENTITY), "ssh-ed25519 AAAA"],
    ids=["empty", "short", "cut", "secret", "ssh"],
)
def test_a_wrong_key_is_refused_without_being_repeated(key: str) -> None:
    for refuse in (check_recipient, lambda text: AgeWriter(io.BytesIO(), text)):
        with pytest.raises(ValueError, match="age public key") as caught:
            refuse(key)
        assert not key or key not in str(caught.value)
        assert caught.value.__cause__ is None


def test_a_right_key_passes() -> None:
    check_recipient(RECIPIENT)
