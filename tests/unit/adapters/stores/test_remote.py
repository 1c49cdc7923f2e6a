"""The remote store: what it adds to obstore, and how it reports what a server says."""

from __future__ import annotations

from array import array

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from obstore.store import MemoryStore as ObstoreMemory

from privet.adapters.stores.remote import RemoteStore
from privet.model.errors import StorageError, UsageError


@pytest.fixture
def store() -> RemoteStore:
    return RemoteStore(ObstoreMemory(), "memory://")


def test_arrow_writes_and_reads_a_parquet_object(store: RemoteStore) -> None:
    table = pa.table({"n": list(range(1000))})
    with store.writer("t.parquet") as file:
        pq.write_table(table, file)
    assert pq.read_table(pa.BufferReader(store.get("t.parquet"))) == table


def test_closing_the_file_alone_shows_nothing(store: RemoteStore) -> None:
    def write() -> None:
        with store.writer("k") as file:
            file.write(b"half")
            file.close()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert store.head("k") is None


def test_a_large_object_goes_in_parts(store: RemoteStore) -> None:
    with store.writer("big") as file:
        for number in range(40):
            file.write(bytes([number]) * 1_000_000)
    info = store.head("big")
    assert info is not None
    assert info.size == 40_000_000
    assert store.read_at("big", 39_999_999, 10) == bytes([39])


def test_a_buffer_may_be_used_again_after_a_write(store: RemoteStore) -> None:
    buffer, words = bytearray(1_000_000), array("H", [1] * 500_000)
    with store.writer("k") as file:
        for number in range(12):
            buffer[:] = bytes([number]) * len(buffer)
            file.write(buffer)
            file.write(memoryview(buffer)[:10])
            file.write(words)
        buffer[:] = bytes(len(buffer))
        assert file.tell() == 12 * 2_000_010
    parts = (bytes([number]) * 1_000_010 + words.tobytes() for number in range(12))
    assert store.get("k") == b"".join(parts)


def test_a_fault_of_the_one_who_writes_stays_what_it_was(store: RemoteStore) -> None:
    with pytest.raises(OSError, match="of my own"), store.writer("k"):
        raise OSError("of my own")
    assert store.head("k") is None


@pytest.mark.parametrize("stamp", ['W/"1"', "modified 2026-01-02T03:04:05+00:00", "", None])
def test_a_stamp_that_a_server_cannot_compare_is_not_sent(
    store: RemoteStore, stamp: str | None
) -> None:
    store.put("k", b"0123")
    assert store.read_at("k", 1, 2, stamp=stamp) == b"12"


@pytest.mark.parametrize(
    "url",
    ["s3://user:secret@bucket/x", "https://a:secret@example.org/x", "s3://b/x?X-Signature=secret"],
)
def test_a_url_with_credentials_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        RemoteStore.open(url)
    assert "secret" not in str(caught.value)
    assert "environment" in str(caught.value)


def test_http_is_for_reading() -> None:
    store = RemoteStore.open("https://example.org/data")
    with pytest.raises(StorageError, match="read-only"):
        store.put("k", b"x")
    with pytest.raises(StorageError, match="read-only"), store.writer("k"):
        pass


def test_a_server_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("privet.adapters.stores.remote._RETRY", {"max_retries": 0})
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "marker-secret")
    store = RemoteStore.open("s3://bucket")
    with pytest.raises(StorageError, match="cannot read k at s3://bucket") as caught:
        store.get("k")
    assert "marker-secret" not in str(caught.value)
