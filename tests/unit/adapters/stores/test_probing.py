"""A store is tried out before anything is kept in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from obstore.store import MemoryStore as ObstoreMemory

from privet.adapters.stores.local import LocalStore
from privet.adapters.stores.probing import is_probe, probe
from privet.adapters.stores.remote import RemoteStore
from privet.model.errors import StorageError
from privet.ports.store import ObjectStore
from tests.world import MemoryStore


@pytest.fixture(params=["local", "remote", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "local":
        return LocalStore(tmp_path / "store")
    return RemoteStore(ObstoreMemory(), "memory://") if request.param == "remote" else MemoryStore()


def test_a_store_that_keeps_create_passes_and_is_left_as_it_was(store: ObjectStore) -> None:
    store.put("kept", b"1")
    store.put("probe-of-a-first-run-cut-short", b"1")
    probe(store)
    assert [info.key for info in store.list("")] == ["kept"]


def test_a_store_that_ignores_create_is_found() -> None:
    class Careless(MemoryStore):
        def put(self, key: str, data: bytes, *, create: bool = False) -> bool:
            return super().put(key, data)

    store = Careless()
    with pytest.raises(StorageError, match="create-only"):
        probe(store)
    assert list(store.list("")) == []


def test_only_its_own_objects_are_probes() -> None:
    assert is_probe("probe-1")
    assert not is_probe("log/probe-1")
