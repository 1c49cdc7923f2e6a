"""Marked values in tables, queries and credentials: in no message of a failing source."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from privet.adapters.databases.query import infer_query, read_query
from privet.model.contract import Column
from privet.model.paths import ColumnPath
from tests.attack.test_formats_leaks import said
from tests.servers import postgres

MARK = "mk7313zq"
COLUMNS = [Column(ColumnPath.of("id"), "int64"), Column(ColumnPath.of("mail"), "string")]
QUERIES = [
    "select id, mail from t",
    "select id, mail from nowhere",
    f"select '{MARK}' as id, mail from t where",
    f"select nothere('{MARK}') as id, mail from t",
    f"select id, mail from t where mail = '{MARK}' group by",
    "select abs(-9223372036854775808 + id) as id, mail from t where id = 0",
    "select id, mail from t where id = (select json(mail) from t)",
]
SERVER_QUERIES = [
    *QUERIES,
    "select mail::int as id, mail from t",
    "select 1 / (id - id) as id, mail from t",
    "select (mail || '-02-31')::date as id, mail from t",
    f"select id, mail from t where mail ~ '({MARK}'",
    f"select id, '{MARK}'::uuid::text as mail from t",
    f"select id, mail from t where id = ('{{\"{MARK}\": 1'::jsonb ->> 'a')::int",
    "select fails() as id, mail from t",
]


@pytest.mark.parametrize("query", QUERIES)
def test_sqlite(query: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        connection.execute("create table t(id, mail)")
        connection.executemany("insert into t values (?, ?)", [(0, MARK), (MARK, MARK)])
        connection.commit()
    url = "sqlite:///shop.db"
    options = {"base": tmp_path, "block_bytes": 1 << 16}
    assert MARK not in said(lambda: list(read_query(url, query, COLUMNS, **options)))  # type: ignore[arg-type]
    assert MARK not in said(lambda: infer_query(url, query, base=tmp_path))
    after = ("id", "7")
    assert MARK not in said(
        lambda: list(read_query(url, query, COLUMNS, after=after, **options))  # type: ignore[arg-type]
    )


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    psycopg = pytest.importorskip("psycopg")
    pytest.importorskip("adbc_driver_postgresql")
    with postgres() as url:
        with psycopg.connect(url) as connection:
            connection.execute(
                f"create table t as select i as id, '{MARK}'::text as mail "
                "from generate_series(1, 5000) as i"
            )
            connection.execute(
                "create function fails() returns int language plpgsql as $$ begin "
                f"raise exception '\"{MARK}\"' using errcode = '42P01', detail = '{MARK}'; end $$"
            )
        yield url


@pytest.mark.parametrize("query", SERVER_QUERIES)
def test_postgresql(query: str, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", MARK)
    here = Path()
    assert MARK not in said(lambda: list(read_query(server, query, COLUMNS, block_bytes=1 << 16)))
    assert MARK not in said(lambda: infer_query(server, query, base=here))
    bad = server.replace("owner@", f"{MARK}@")
    assert MARK not in said(lambda: list(read_query(bad, query, COLUMNS, block_bytes=1 << 16)))
    after = ("mail", MARK)
    assert MARK not in said(
        lambda: list(read_query(server, query, COLUMNS, block_bytes=1 << 16, after=after))
    )


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://u:{MARK}@h/d",
        f"postgresql://h/d?password={MARK}",
        f"postgresql://[{MARK}/d",
        f"sqlite://{MARK}",
    ],
)
def test_urls_that_are_refused(url: str) -> None:
    assert MARK not in said(lambda: list(read_query(url, "select 1", COLUMNS, block_bytes=1024)))
