"""Real disks that are full, read-only or closed to us: clear errors, and nothing lost."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from privet.adapters.stores.local import LocalStore
from privet.model.errors import StorageError
from tests.world import sqlite_catalog


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    made = _run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place))
    if made.returncode:
        pytest.skip("mounting a file system needs root and the right to mount")
    try:
        yield place
    finally:
        _run("umount", "-l", str(place))


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def _run(*command: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError:
        return subprocess.CompletedProcess(command, 1)


def test_a_full_disk_loses_nothing(small_disk: Path) -> None:
    store = LocalStore(small_disk)
    store.put("kept", b"k" * 1000)
    with pytest.raises(StorageError, match="cannot write kept: the disk is full") as caught:
        store.put("kept", b"x" * 2_000_000)
    assert caught.value.hint is not None
    with pytest.raises(StorageError, match="the disk is full"), store.writer("other") as file:
        file.writelines([b"x" * 100_000] * 20)
    assert [info.key for info in store.list("")] == ["kept"]
    assert store.get("kept") == b"k" * 1000
    assert names(small_disk) == ["kept"]
    store.put("small", b"fits again")


def test_a_full_disk_leaves_the_catalog_as_it_was(small_disk: Path) -> None:
    with sqlite_catalog(small_disk) as catalog:
        with catalog.write() as connection:
            connection.exec_driver_sql("CREATE TABLE kept (data BLOB)")
            connection.exec_driver_sql("INSERT INTO kept VALUES ('k')")

        def fill() -> None:
            with catalog.write() as connection:
                connection.exec_driver_sql("INSERT INTO kept VALUES (randomblob(2000000))")

        with pytest.raises(StorageError, match="the disk is full"):
            fill()
    with sqlite_catalog(small_disk, create=False) as catalog, catalog.read() as connection:
        assert connection.exec_driver_sql("SELECT data FROM kept").scalars().all() == ["k"]


def test_a_read_only_disk_is_named(small_disk: Path) -> None:
    store = LocalStore(small_disk)
    store.put("kept", b"k")
    if _run("mount", "-o", "remount,ro", str(small_disk)).returncode:
        pytest.skip("the file system cannot be made read-only here")
    for write in (lambda: store.put("new/er", b"x"), lambda: store.delete("kept")):
        with pytest.raises(StorageError, match="read-only"):
            write()
    assert store.get("kept") == b"k"


_KILLED = """
import sys
from pathlib import Path
from privet.adapters.stores.local import LocalStore
store = LocalStore(Path(sys.argv[1]))
with store.writer("k") as file:
    file.write(b"new" * 1_000_000)
    file.flush()
    print("half", flush=True)
    sys.stdin.read()
"""


def test_kill_9_in_the_middle_of_a_write_leaves_the_old_object(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "store")
    store.put("k", b"old")
    with subprocess.Popen(
        [sys.executable, "-c", _KILLED, store.url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"half\n"
        child.kill()
    assert store.get("k") == b"old"
    assert [info.key for info in store.list("")] == ["k"]
    assert store.sweep() == 1
    assert names(tmp_path / "store") == ["k"]
