"""The remote store: what it adds to obstore, and how it reports what a server says."""

from __future__ import annotations

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


def test_a_store_that_keeps_create_passes_the_probe(store: RemoteStore) -> None:
    store.probe()
    assert list(store.list("")) == []


def test_a_store_that_ignores_create_is_found() -> None:
    class Careless(RemoteStore):
        def put(self, key: str, data: bytes, *, create: bool = False) -> bool:
            return super().put(key, data)

    with pytest.raises(StorageError, match="create-only"):
        Careless(ObstoreMemory(), "memory://").probe()


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
