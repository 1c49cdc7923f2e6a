"""The catalog in PostgreSQL: against a server of its own where one is installed."""

from __future__ import annotations

import getpass
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, func, insert, select
from sqlalchemy.engine import make_url

from privet.adapters.catalogs.postgres import PostgresDialect
from privet.adapters.catalogs.sql import SqlCatalog
from privet.model.errors import Busy, PrivetError, StorageError, UsageError

DRIVER = importlib.util.find_spec("psycopg") is not None
ROWS = Table(
    "test_postgres_rows",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("data", LargeBinary),
)


@pytest.mark.skipif(DRIVER, reason="the driver is installed")
def test_a_missing_driver_names_its_extra() -> None:
    with pytest.raises(UsageError, match="driver") as caught:
        SqlCatalog("postgresql://host/x", create=False)
    assert caught.value.hint is not None
    assert "privet[postgres]" in caught.value.hint


def test_the_url_is_shown_without_its_driver() -> None:
    dialect = PostgresDialect(make_url("postgresql://ana@host:5433/x"), 1.0)
    assert dialect.url == "postgresql://ana@host:5433/x"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server on a socket in a folder of its own; gives its URL."""
    binaries = [shutil.which(name) for name in ("initdb", "pg_ctl")]
    if not DRIVER or not all(binaries):
        pytest.skip("needs psycopg (privet[postgres]) and PostgreSQL's initdb and pg_ctl")
    # PostgreSQL refuses to run as root: it then runs as `nobody`, who must reach the folder.
    user = "nobody" if os.geteuid() == 0 else getpass.getuser()
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        shutil.chown(folder, user)
        data = f"{folder}/data"

        def run(name: str, *arguments: str) -> None:
            subprocess.run(
                [shutil.which(name) or name, *arguments],
                user=user if os.geteuid() == 0 else None,
                cwd=folder,
                check=True,
                stdout=subprocess.DEVNULL,
                timeout=60,
            )

        run("initdb", "-D", data, "-A", "trust", "-U", "owner", "-N")
        options = f"-k {folder} -c listen_addresses="
        run("pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", "-o", options, "start")
        try:
            yield f"postgresql://owner@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")


@pytest.fixture
def catalog(server: str) -> Iterator[SqlCatalog]:
    with SqlCatalog(server, create=True, busy_seconds=0.05) as catalog:
        with catalog.write() as connection:
            ROWS.drop(connection, checkfirst=True)
            ROWS.create(connection)
        yield catalog


def count(catalog: SqlCatalog) -> int:
    with catalog.read() as connection:
        return connection.execute(select(func.count()).select_from(ROWS)).scalar_one()


def test_what_was_made_is_opened(server: str, catalog: SqlCatalog) -> None:
    with SqlCatalog(server, create=False) as second, second.write() as connection:
        connection.execute(insert(ROWS), {"id": 1, "data": b"x"})
    assert count(catalog) == 1


def test_two_writers_exclude_one_another_and_see_one_another(
    server: str, catalog: SqlCatalog
) -> None:
    with SqlCatalog(server, create=False, busy_seconds=0.05) as second:
        with catalog.write() as connection:
            connection.execute(insert(ROWS), {"id": 1, "data": b"x"})
            with pytest.raises(Busy, match="another run"), second.write():
                pass
            assert count(second) == 0
        with second.write() as connection:
            assert connection.execute(select(func.max(ROWS.c.id))).scalar() == 1


def test_a_read_cannot_write(catalog: SqlCatalog) -> None:
    with pytest.raises(StorageError, match="read-only"), catalog.read() as connection:
        connection.execute(insert(ROWS), {"id": 1, "data": b"x"})
    with catalog.write() as connection:
        connection.execute(insert(ROWS), {"id": 1, "data": b"x"})


def test_a_refused_statement_shows_no_value(catalog: SqlCatalog) -> None:
    with catalog.write() as connection:
        connection.execute(insert(ROWS), {"id": 424242, "data": b"x"})

    def again() -> None:
        with catalog.write() as connection:
            connection.execute(insert(ROWS), {"id": 424242, "data": b"marker"})

    with pytest.raises(PrivetError, match="23505") as caught:
        again()
    assert "424242" not in str(caught.value)


def test_a_database_that_is_no_catalog(server: str, catalog: SqlCatalog) -> None:
    other = server.replace("/postgres?", "/template1?")
    with pytest.raises(StorageError, match="is not a catalog"):
        SqlCatalog(other, create=False)
    with pytest.raises(StorageError, match="cannot be reached"):
        SqlCatalog(server.replace("/postgres?", "/nowhere?"), create=False)
