"""Sealed objects: Tink's bytes both ways, and a file that Parquet readers can use."""

from __future__ import annotations

import gc
import io
import threading
from contextlib import AbstractContextManager
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import tink
from tink import secret_key_access, streaming_aead
from tink.proto import aes_gcm_hkdf_streaming_pb2, common_pb2, tink_pb2

from privet.crypto.segments import FIRST_PLAIN, PLAIN, SEGMENT
from privet.crypto.streaming import (
    SealedReader,
    SealingWriter,
    plain_size,
    seal,
    sealed_size,
    unseal,
)
from privet.model.errors import IntegrityError
from tests.world import SeededEntropy

KEY = bytes(range(32))
NAME = b"customers|object-7"
BOUNDARIES = (
    0,
    1,
    17,
    FIRST_PLAIN - 1,
    FIRST_PLAIN,
    FIRST_PLAIN + 1,
    FIRST_PLAIN + PLAIN - 1,
    FIRST_PLAIN + PLAIN,
    FIRST_PLAIN + PLAIN + 1,
    3 * SEGMENT,
)


def content(size: int) -> bytes:
    return bytes(range(251)) * (size // 251) + bytes(range(size % 251))


def reader(sealed: bytes, key: bytes = KEY, name: bytes = NAME) -> SealedReader:
    return SealedReader(
        lambda start, length: sealed[start : start + length], len(sealed), key, name
    )


@pytest.fixture(scope="module")
def theirs() -> streaming_aead.StreamingAead:
    """The same key in the `tink` package: AES256_GCM_HKDF_1MB, raw prefix."""
    streaming_aead.register()
    parameters = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingParams(
        ciphertext_segment_size=SEGMENT, derived_key_size=32, hkdf_hash_type=common_pb2.SHA256
    )
    key = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingKey(params=parameters, key_value=KEY)
    keyset = tink_pb2.Keyset(primary_key_id=1)
    entry = keyset.key.add(key_id=1, status=tink_pb2.ENABLED, output_prefix_type=tink_pb2.RAW)
    entry.key_data.type_url = "type.googleapis.com/google.crypto.tink.AesGcmHkdfStreamingKey"
    entry.key_data.value = key.SerializeToString()
    entry.key_data.key_material_type = tink_pb2.KeyData.SYMMETRIC
    handle = tink.proto_keyset_format.parse(keyset.SerializeToString(), secret_key_access.TOKEN)
    return handle.primitive(streaming_aead.StreamingAead)


class Kept(io.BytesIO):
    """A sink that keeps its bytes when it is closed."""

    kept = b""

    def close(self) -> None:
        self.kept = self.getvalue() if not self.closed else self.kept
        super().close()


@pytest.mark.parametrize("size", BOUNDARIES)
def test_tink_reads_what_we_seal(size: int, theirs: streaming_aead.StreamingAead) -> None:
    sealed = seal(content(size), KEY, NAME, SeededEntropy())
    with theirs.new_decrypting_stream(io.BytesIO(sealed), NAME) as stream:
        assert stream.read() == content(size)


@pytest.mark.parametrize("size", BOUNDARIES)
def test_we_read_what_tink_seals(size: int, theirs: streaming_aead.StreamingAead) -> None:
    sink = Kept()
    with theirs.new_encrypting_stream(sink, NAME) as stream:
        stream.write(content(size))
    assert len(sink.kept) == sealed_size(size)
    assert plain_size(len(sink.kept)) == size
    assert unseal(sink.kept, KEY, NAME) == content(size)


@pytest.mark.parametrize("step", [1000, 65536, FIRST_PLAIN, SEGMENT, 5 * SEGMENT])
def test_pieces_of_any_size_make_the_same_object(step: int) -> None:
    data = content(2 * SEGMENT + 333)
    sink = io.BytesIO()
    with SealingWriter(sink, KEY, NAME, SeededEntropy()) as writer:
        for start in range(0, len(data), step):
            writer.write(data[start : start + step])
        assert writer.tell() == len(data)
    assert sink.getvalue() == seal(data, KEY, NAME, SeededEntropy())
    assert not sink.closed


class KeepingSink:
    """A sink that copies nothing, as an upload in the background does."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self.parts.append(data)
        return len(data)


def test_a_sink_may_keep_what_it_is_given() -> None:
    data, sink = content(3 * SEGMENT), KeepingSink()
    with SealingWriter(sink, KEY, NAME, SeededEntropy()) as writer:
        for start in range(0, len(data), 99_999):
            writer.write(bytearray(data[start : start + 99_999]))
    assert unseal(b"".join(sink.parts), KEY, NAME) == data


def test_a_sink_that_takes_only_a_part_is_heard() -> None:
    class ShortSink(KeepingSink):
        def write(self, data: bytes, /) -> int:
            return super().write(data) - 1

    with pytest.raises(OSError, match="part"):
        SealingWriter(ShortSink(), KEY, NAME, SeededEntropy())


def test_two_objects_of_the_same_content_differ() -> None:
    entropy = SeededEntropy()
    assert seal(b"x", KEY, NAME, entropy) != seal(b"x", KEY, NAME, entropy)


def test_a_writer_takes_no_more_once_closed() -> None:
    writer = SealingWriter(io.BytesIO(), KEY, NAME, SeededEntropy())
    writer.close()
    writer.close()
    with pytest.raises(ValueError, match="closed"):
        writer.write(b"late")


def interrupted(writer: AbstractContextManager[BinaryIO]) -> None:
    with writer as file:
        file.write(content(2 * SEGMENT))
        raise KeyError


def test_an_exception_leaves_an_object_that_never_opens() -> None:
    sink = io.BytesIO()
    with pytest.raises(KeyError):
        interrupted(SealingWriter(sink, KEY, NAME, SeededEntropy()))
    with pytest.raises(IntegrityError):
        unseal(sink.getvalue(), KEY, NAME)


def test_a_forgotten_writer_ends_nothing() -> None:
    sink = io.BytesIO()
    writer = SealingWriter(sink, KEY, NAME, SeededEntropy())
    writer.write(b"half")
    del writer
    gc.collect()
    assert len(sink.getvalue()) == 40


def test_seeking_and_reading_like_a_file() -> None:
    data = content(3 * SEGMENT)
    file = reader(seal(data, KEY, NAME, SeededEntropy()))
    plain = io.BytesIO(data)
    assert file.readable()
    assert file.seekable()
    assert file.size() == len(data)
    for offset, whence, size in [
        (FIRST_PLAIN - 3, io.SEEK_SET, 7),
        (-1, io.SEEK_CUR, SEGMENT),
        (-10, io.SEEK_END, 100),
        (5, io.SEEK_END, 1),
        (0, io.SEEK_SET, -1),
        (0, io.SEEK_SET, 0),
    ]:
        assert file.seek(offset, whence) == plain.seek(offset, whence)
        assert file.read(size) == plain.read(size)
        assert file.tell() == plain.tell()
    buffer = bytearray(10)
    file.seek(FIRST_PLAIN - 5)
    assert file.readinto(buffer) == 10
    assert buffer == data[FIRST_PLAIN - 5 : FIRST_PLAIN + 5]
    with pytest.raises(ValueError, match="negative"):
        file.seek(-1)


def test_a_closed_reader_reads_nothing() -> None:
    file = reader(seal(b"data", KEY, NAME, SeededEntropy()))
    file.close()
    with pytest.raises(ValueError, match="closed"):
        file.read(1)


def test_every_thread_has_its_own_position() -> None:
    data = content(4 * SEGMENT)
    file = reader(seal(data, KEY, NAME, SeededEntropy()))
    gate = threading.Barrier(8)
    wrong: list[int] = []

    def read(number: int) -> None:
        gate.wait()
        file.seek(number * 1000)
        for turn in range(200):
            start = number * 1000 + turn * 20_000
            if file.read(20_000) != data[start : start + 20_000]:
                wrong.append(number)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert file.tell() == 0


def test_a_long_read_is_fetched_in_few_requests_and_small_ones_are_cached() -> None:
    data = content(30 * SEGMENT)
    sealed = seal(data, KEY, NAME, SeededEntropy())
    asked: list[int] = []

    def read_at(start: int, length: int) -> bytes:
        asked.append(length)
        return sealed[start : start + length]

    file = SealedReader(read_at, len(sealed), KEY, NAME)
    asked.clear()
    assert file.read() == data
    assert len(asked) <= 6
    assert max(asked) <= 8 * SEGMENT
    asked.clear()
    file.seek(5 * SEGMENT)
    for _ in range(50):
        file.read(1000)
    assert len(asked) == 1


def test_parquet_through_a_sealed_file() -> None:
    table = pa.table({"n": pa.array(range(300_000)), "s": [str(i * 7919) for i in range(300_000)]})
    sink = io.BytesIO()
    with SealingWriter(sink, KEY, NAME, SeededEntropy()) as writer:
        pq.write_table(table, pa.PythonFile(writer, mode="w"), row_group_size=50_000)
    source = pa.PythonFile(reader(sink.getvalue()), mode="r")
    file = pq.ParquetFile(source)
    assert file.read().equals(table)
    assert file.read_row_group(3, columns=["s"]).equals(table.slice(150_000, 50_000).select(["s"]))


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        seal(b"", b"short", NAME, SeededEntropy())
