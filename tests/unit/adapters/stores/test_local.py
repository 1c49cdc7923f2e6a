"""The local store: what it leaves on the disk, and what it says when the disk says no."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from privet.adapters.stores.faults import local_error
from privet.adapters.stores.local import LocalStore
from privet.model.errors import SourceError, StorageError


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_files_and_folders_are_for_their_owner_alone(store: LocalStore) -> None:
    old = os.umask(0)
    try:
        store.put("a/b", b"x")
        with store.writer("a/c/d") as file:
            file.write(b"y")
        store.put("a/e", b"z", create=True)
    finally:
        os.umask(old)
    root = Path(store.url)
    for path in (root, root / "a", root / "a/c"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    for path in (root / "a/b", root / "a/c/d", root / "a/e"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_leftovers_are_not_listed_and_sweep_removes_them(store: LocalStore) -> None:
    store.put("a/b", b"x")
    Path(store.url, "a", ".tmp-00").write_bytes(b"half")
    assert [info.key for info in store.list("")] == ["a/b"]
    assert store.sweep() == 1
    assert names(Path(store.url, "a")) == ["b"]


def test_no_write_leaves_a_temporary_file(store: LocalStore) -> None:
    store.put("a", b"x")
    store.put("a", b"y", create=True)
    store.put("c", b"y", create=True)
    with store.writer("b") as file:
        file.write(b"z")
    assert names(Path(store.url)) == ["a", "b", "c"]
    assert Path(store.url, "c").stat().st_nlink == 1


def test_the_stamp_is_time_and_inode(store: LocalStore) -> None:
    store.put("a", b"x")
    state = Path(store.url, "a").stat()
    info = store.head("a")
    assert info is not None
    assert info.stamp == f"{state.st_mtime_ns}:{state.st_ino}"


def test_what_is_no_file_is_no_object(store: LocalStore) -> None:
    store.put("a/b", b"x")
    with pytest.raises(StorageError, match="cannot read a: it is a folder"):
        store.get("a")
    with pytest.raises(StorageError, match="cannot write a: it is a folder"):
        store.put("a", b"y")
    with pytest.raises(StorageError, match="a/b/c"):
        store.put("a/b/c", b"y")
    assert store.head("a/b/c") is None


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "permission denied"),
        (errno.EIO, "the disk reports an error"),
        (errno.ESTALE, "ESTALE"),
    ],
)
def test_a_fault_is_named_with_its_way_out(code: int, words: str) -> None:
    error = local_error(OSError(code, "x"), "a/b", "write")
    assert isinstance(error, StorageError)
    assert str(error).startswith("cannot write a/b: ")
    assert words in error.message
    assert code == errno.ESTALE or error.hint is not None


def test_only_a_read_makes_a_missing_file_a_source_error() -> None:
    missing = OSError(errno.ENOENT, "x")
    assert isinstance(local_error(missing, "a", "read"), SourceError)
    assert isinstance(local_error(missing, "a", "write"), StorageError)
