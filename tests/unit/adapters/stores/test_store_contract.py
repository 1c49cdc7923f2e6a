"""What every store promises, tried on each of them, the tests' own one included."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from obstore.store import MemoryStore as ObstoreMemory

from privet.adapters.stores.keys import TEMPORARY
from privet.adapters.stores.local import LocalStore
from privet.adapters.stores.remote import RemoteStore
from privet.model.errors import SourceError, StorageError
from privet.ports.store import ObjectStore
from tests.world import MemoryStore

BAD_KEYS = ["", "/a", "a/", "a//b", "..", "a/../b", ".", "a\\b", "a\nb", "a/.tmp-1", "a\0b"]


@pytest.fixture(params=["local", "remote", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "local":
        return LocalStore(tmp_path / "store")
    return RemoteStore(ObstoreMemory(), "memory://") if request.param == "remote" else MemoryStore()


def test_what_was_put_is_read(store: ObjectStore) -> None:
    assert store.put("a/b.bin", b"0123456789")
    assert store.get("a/b.bin") == b"0123456789"
    info = store.head("a/b.bin")
    assert info is not None
    assert (info.key, info.size) == ("a/b.bin", 10)
    assert store.head("a/c") is None
    assert store.head("a") is None


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [(0, 3, b"012"), (8, 5, b"89"), (10, 4, b""), (30, 4, b""), (3, 0, b"")],
)
def test_a_range_ends_with_the_object(
    store: ObjectStore, start: int, length: int, expected: bytes
) -> None:
    store.put("k", b"0123456789")
    assert store.read_at("k", start, length) == expected


def test_an_object_that_is_not_there(store: ObjectStore) -> None:
    with pytest.raises(SourceError, match="missing/key"):
        store.get("missing/key")
    with pytest.raises(SourceError, match="missing/key"):
        store.read_at("missing/key", 0, 1)
    store.delete("missing/key")


def test_create_leaves_an_existing_object_alone(store: ObjectStore) -> None:
    assert store.put("k", b"first", create=True)
    assert not store.put("k", b"second", create=True)
    assert store.get("k") == b"first"
    assert store.put("k", b"third")
    assert store.get("k") == b"third"


def test_of_many_creators_one_wins(store: ObjectStore) -> None:
    won: list[int] = []
    barrier = threading.Barrier(8)

    def create(name: int) -> None:
        barrier.wait()
        if store.put("manifests/0000001", str(name).encode() * 1000, create=True):
            won.append(name)

    threads = [threading.Thread(target=create, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert store.get("manifests/0000001") == str(won[0]).encode() * 1000


def test_a_writer_shows_its_object_on_a_clean_exit_only(store: ObjectStore) -> None:
    with store.writer("deep/er/k") as file:
        file.write(b"one")
        file.write(b"two")
        assert file.tell() == 6
        assert store.head("deep/er/k") is None
        assert not list(store.list(""))
    assert store.get("deep/er/k") == b"onetwo"


def test_a_writer_that_fails_leaves_what_was(store: ObjectStore) -> None:
    store.put("k", b"old")

    def write() -> None:
        with store.writer("k") as file:
            file.write(b"half" * 5_000_000)
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        write()
    assert store.get("k") == b"old"
    assert [info.key for info in store.list("")] == ["k"]


def test_a_list_is_sorted_and_goes_by_folders(store: ObjectStore) -> None:
    for key in ["b", "a/2", "a/10", "a-b/1", "ab", "a/c/1"]:
        store.put(key, b"x")
    assert [info.key for info in store.list("")] == ["a-b/1", "a/10", "a/2", "a/c/1", "ab", "b"]
    assert [info.key for info in store.list("a")] == ["a/10", "a/2", "a/c/1"]
    assert [info.key for info in store.list("a/")] == ["a/10", "a/2", "a/c/1"]
    assert list(store.list("nothing")) == []


def test_delete_removes(store: ObjectStore) -> None:
    store.put("a/b", b"x")
    store.delete("a/b")
    assert store.head("a/b") is None
    assert list(store.list("")) == []


def test_a_change_changes_the_stamp(store: ObjectStore) -> None:
    store.put("k", b"one")
    before = store.head("k")
    store.put("k", b"two")
    after = store.head("k")
    assert before is not None
    assert after is not None
    assert before.stamp != after.stamp


def test_a_read_of_an_object_that_was_replaced_is_an_error(store: ObjectStore) -> None:
    store.put("k", b"one")
    before = store.head("k")
    assert before is not None
    assert store.read_at("k", 0, 3, stamp=before.stamp) == b"one"
    store.put("k", b"two")
    with pytest.raises(SourceError, match="k` changed while it was read"):
        store.read_at("k", 0, 3, stamp=before.stamp)
    assert store.read_at("k", 0, 3) == b"two"


@pytest.mark.parametrize("key", BAD_KEYS)
def test_a_bad_key_is_refused_everywhere(store: ObjectStore, key: str) -> None:
    for call in (store.get, store.head, store.delete, lambda key: store.put(key, b"x")):
        with pytest.raises(StorageError):
            call(key)
    with pytest.raises(StorageError), store.writer(key):
        pass
    assert list(store.list("")) == []


def _usable(part: str) -> bool:
    return part not in {".", ".."} and not part.startswith(TEMPORARY)


letters = st.characters(exclude_characters="/\\", categories=("L", "N", "P", "Zs"))
parts = st.text(letters, min_size=1, max_size=12).filter(_usable)
keys = st.lists(parts, min_size=1, max_size=3).map("/".join)


@given(objects=st.dictionaries(keys, st.binary(), max_size=5))
def test_any_printable_key_comes_back(tmp_path: Path, objects: dict[str, bytes]) -> None:
    folders = {key[:at] for key in objects for at, letter in enumerate(key) if letter == "/"}
    objects = {key: data for key, data in objects.items() if key not in folders}
    with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
        stores: list[ObjectStore] = [
            LocalStore(Path(folder)),
            RemoteStore(ObstoreMemory(), "memory://"),
            MemoryStore(),
        ]
        for store in stores:
            for key, data in objects.items():
                store.put(key, data)
            assert {info.key: store.get(info.key) for info in store.list("")} == objects
