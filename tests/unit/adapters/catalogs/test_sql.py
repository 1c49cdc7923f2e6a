"""The catalog in SQLite: one writer, whole transactions, deleted bytes gone, faults named."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, LargeBinary, Table, func, insert, select

from privet.adapters.catalogs.sql import SqlCatalog
from privet.model.errors import Busy, IntegrityError, PrivetError, StorageError, UsageError
from privet.ports.catalog import METADATA
from tests.world import sqlite_catalog

ROWS = Table(
    "test_catalog_rows",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("data", LargeBinary),
)


def add(catalog: SqlCatalog, *numbers: int, data: bytes = b"x") -> None:
    with catalog.write() as connection:
        connection.execute(insert(ROWS), [{"id": number, "data": data} for number in numbers])


def count(catalog: SqlCatalog) -> int:
    with catalog.read() as connection:
        return connection.execute(select(func.count()).select_from(ROWS)).scalar_one()


def test_a_catalog_is_made_and_opened_again(tmp_path: Path) -> None:
    with sqlite_catalog(tmp_path / "new") as catalog:
        add(catalog, 1, 2)
        assert catalog.url == f"sqlite:///{tmp_path}/new/catalog.db"
    with sqlite_catalog(tmp_path / "new", create=False) as catalog:
        assert count(catalog) == 2
    with sqlite_catalog(tmp_path / "new") as catalog:
        assert count(catalog) == 2


@pytest.mark.parametrize("url", ["sqlite:///a%20b/c.db", "a b/c.db"])
def test_a_relative_url_starts_at_the_base(tmp_path: Path, url: str) -> None:
    with SqlCatalog(url.replace("%20", " "), create=True, base=tmp_path) as catalog:
        assert catalog.url == f"sqlite:///{tmp_path}/a b/c.db"


def test_the_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        with sqlite_catalog(tmp_path / "new") as catalog:
            add(catalog, 1)
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in _files(tmp_path)}
    finally:
        os.umask(old)
    assert modes["catalog.db"] == 0o600
    assert modes["catalog.db-wal"] == 0o600
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_an_error_inside_takes_the_whole_transaction_back(tmp_path: Path) -> None:
    with sqlite_catalog(tmp_path) as catalog:

        def write() -> None:
            with catalog.write() as connection:
                connection.execute(insert(ROWS), {"id": 1, "data": b"x"})
                raise KeyError("stop")

        with pytest.raises(KeyError):
            write()
        assert count(catalog) == 0
        add(catalog, 1)


@pytest.mark.parametrize("same_process", [True, False])
def test_two_writers_exclude_one_another(tmp_path: Path, *, same_process: bool) -> None:
    with sqlite_catalog(tmp_path) as first:
        second = first if same_process else sqlite_catalog(tmp_path, create=False)
        with first.write() as connection:
            connection.execute(insert(ROWS), {"id": 1, "data": b"x"})
            with pytest.raises(Busy, match="held by another run"), second.write():
                pass
            assert count(second) == 0, "a reader neither waits nor sees what is not committed"
        add(second, 2)
        assert count(second) == 2
        second.close()


def test_a_writer_waits_for_its_turn(tmp_path: Path) -> None:
    with sqlite_catalog(tmp_path, busy_seconds=60) as catalog:

        def increment() -> None:
            for _ in range(10):
                with catalog.write() as connection:
                    last = connection.execute(select(func.max(ROWS.c.id))).scalar() or 0
                    connection.execute(insert(ROWS), {"id": last + 1, "data": b"x"})

        threads = [threading.Thread(target=increment) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert count(catalog) == 40


def test_a_read_sees_one_state_from_start_to_end(tmp_path: Path) -> None:
    query = select(func.count()).select_from(ROWS)
    with sqlite_catalog(tmp_path) as catalog:
        add(catalog, 1)
        with catalog.read() as connection:
            add(catalog, 2)  # before the first query: the view was fixed when it was opened
            assert connection.execute(query).scalar() == 1
            add(catalog, 3)
            assert connection.execute(query).scalar() == 1
        assert count(catalog) == 3


def test_a_read_cannot_write_and_a_later_write_can(tmp_path: Path) -> None:
    with sqlite_catalog(tmp_path) as catalog:
        with pytest.raises(StorageError, match="read-only"), catalog.read() as connection:
            connection.execute(insert(ROWS), {"id": 1, "data": b"x"})
        add(catalog, 1)


_KILLED = """
import sys
from sqlalchemy import insert
from privet.adapters.catalogs.sql import SqlCatalog
from tests.unit.adapters.catalogs.test_sql import ROWS
catalog = SqlCatalog(sys.argv[1], create=False)
with catalog.write() as connection:
    for number in range(2, 4000):
        connection.execute(insert(ROWS), {"id": number, "data": b"y" * 4000})
    print("inside", flush=True)
    sys.stdin.read()
"""


def test_kill_9_inside_a_transaction_leaves_it_as_it_was(tmp_path: Path) -> None:
    with sqlite_catalog(tmp_path) as catalog:
        add(catalog, 1)
    with subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(tmp_path / "catalog.db")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[4],
        env={**os.environ, "PYTHONPATH": "."},
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"inside\n"
        child.kill()
    with sqlite_catalog(tmp_path, create=False) as catalog:
        assert count(catalog) == 1
        add(catalog, 2)
        with catalog.read() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


@pytest.mark.parametrize("size", [100, 20_000])
def test_deleted_bytes_are_in_no_file(tmp_path: Path, size: int) -> None:
    marker = os.urandom(8).hex().encode()
    secret = marker * (size // len(marker))
    with sqlite_catalog(tmp_path) as catalog:
        add(catalog, *range(50), data=secret)
        assert any(marker in path.read_bytes() for path in _files(tmp_path))
        with catalog.write() as connection:
            connection.execute(ROWS.delete().where(ROWS.c.id % 2 == 0))
            connection.execute(ROWS.update().values(data=b"over"))
        catalog.checkpoint()
        assert not any(marker in path.read_bytes() for path in _files(tmp_path))
        assert count(catalog) == 25
    assert not any(marker in path.read_bytes() for path in _files(tmp_path))
    assert [path.name for path in _files(tmp_path)] == ["catalog.db"]


def test_a_catalog_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="there is no catalog") as caught:
        sqlite_catalog(tmp_path, create=False)
    assert caught.value.hint is not None
    assert not _files(tmp_path), "looking for it makes nothing"


def test_a_database_that_is_no_catalog(tmp_path: Path) -> None:
    (tmp_path / "catalog.db").write_bytes(b"")
    with pytest.raises(StorageError, match="is not a catalog"):
        sqlite_catalog(tmp_path, create=False)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "catalog.db").write_bytes(b"marker text, no database" * 1000)
    for create in (True, False):
        with pytest.raises(IntegrityError, match="is not a database"):
            sqlite_catalog(tmp_path, create=create)


def test_a_damaged_database_is_said_to_be_damaged(tmp_path: Path) -> None:
    with sqlite_catalog(tmp_path) as catalog:
        add(catalog, *range(2000), data=b"z" * 500)
    path = tmp_path / "catalog.db"
    data = bytearray(path.read_bytes())
    data[8192:] = b"\xff" * (len(data) - 8192)
    path.write_bytes(data)
    with pytest.raises(IntegrityError, match="damaged"):
        count(sqlite_catalog(tmp_path, create=False))


def test_a_newer_version_is_refused(tmp_path: Path) -> None:
    with sqlite_catalog(tmp_path) as catalog, catalog.write() as connection:
        connection.exec_driver_sql("UPDATE meta SET value = '99' WHERE name = 'schema'")
    for create in (True, False):
        with pytest.raises(StorageError, match="version 99"):
            sqlite_catalog(tmp_path, create=create)


def test_a_full_database_is_named_and_stays_whole(tmp_path: Path) -> None:
    with sqlite_catalog(tmp_path) as catalog:
        add(catalog, 1)

        def fill() -> None:
            with catalog.write() as connection:
                connection.exec_driver_sql("PRAGMA max_page_count = 20")
                connection.execute(insert(ROWS), {"id": 2, "data": b"z" * 1_000_000})

        with pytest.raises(StorageError, match="disk is full"):
            fill()
        assert count(catalog) == 1


def test_a_refused_statement_shows_no_value(tmp_path: Path) -> None:
    with sqlite_catalog(tmp_path) as catalog:
        add(catalog, 1)
        with pytest.raises(PrivetError, match="CONSTRAINT") as caught:
            add(catalog, 1, data=b"marker-value")
        assert "marker" not in repr(caught.value) + str(caught.value)
        assert "INSERT" not in str(caught.value)
        assert caught.value.__cause__ is None


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/x", "::://"])
def test_a_url_that_is_no_catalog(url: str) -> None:
    with pytest.raises(UsageError):
        SqlCatalog(url, create=True)


@pytest.mark.parametrize(
    "url", ["postgresql://ana:hunter2@host/x", "postgresql://h/x?password=hunter2"]
)
def test_a_password_in_a_url_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UsageError, match="password") as caught:
        SqlCatalog(url, create=True)
    assert "hunter2" not in str(caught.value)
    assert "PGPASSWORD" in str(caught.value)
