"""The catalog in PostgreSQL: against a server of its own where one is installed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, func, insert, select
from sqlalchemy.engine import make_url

from privet.adapters.catalogs.postgres import PostgresDialect
from privet.adapters.catalogs.sql import SqlCatalog
from privet.model.errors import Busy, PrivetError, StorageError, UsageError
from tests.servers import POSTGRES_DRIVER, postgres

ROWS = Table(
    "test_postgres_rows",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("data", LargeBinary),
)


@pytest.mark.skipif(POSTGRES_DRIVER, reason="the driver is installed")
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
    with postgres() as url:
        yield url


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


def test_one_run_holds_the_project_wherever_it_runs(server: str, catalog: SqlCatalog) -> None:
    with SqlCatalog(server, create=False) as elsewhere:
        with catalog.hold(), pytest.raises(Busy, match="another run"), elsewhere.hold():
            pass
        with elsewhere.hold():
            pass
