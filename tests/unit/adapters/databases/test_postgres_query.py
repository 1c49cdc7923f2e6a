"""Queries over a real PostgreSQL server, which the test starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import md5
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from privet.adapters.databases.query import infer_query, read_query
from privet.adapters.formats.drift import Drifted, Watch
from privet.model.contract import Column
from privet.model.errors import PrivetError, SourceError, Unreachable
from privet.model.paths import ColumnPath
from privet.model.pipeline import Drift
from privet.quality.typing import enforce
from tests.servers import postgres

psycopg = pytest.importorskip("psycopg")
pytest.importorskip("adbc_driver_postgresql")

MADE = """
create type mood as enum ('fine', 'so so');
create type point2 as (x int, y text);
create table kinds (
    i2 int2, i8 int8, f4 float4, f8 float8, n numeric(10, 2), free numeric, b bool, t text,
    v varchar(9), c char(4), by bytea, d date, ts timestamp, tz timestamptz, u uuid, j jsonb,
    m mood, ints int[], days date[], iv interval, tm time, ip inet, r int4range, p point2);
insert into kinds values (
    1, -9223372036854775808, 0.5, 'NaN', 1.50, 1.234, true, 'Köln', 'x', 'ab', '\\x00ff',
    '2024-02-29', '2024-02-29 12:00:00.123456', '2024-02-29 12:00+02',
    '6e3d83f8-bc60-434e-8c96-37b72c9d532e', '{"a": 1}', 'so so', '{1,null,3}',
    '{2020-01-01,infinity}', '1 day', '12:00', '10.0.0.1', '[1,3)', '(1,q)');
create table odd (id int, d date, tz timestamptz, n numeric);
insert into odd values
    (1, 'infinity', '2024-01-01', 1), (2, '2024-01-01', '-infinity', 1),
    (3, '2024-01-01', '2024-01-01', 'NaN'), (4, '0044-03-15 BC', '2024-01-01', 1),
    (5, '2024-01-01', '2024-01-01', 1e20), (6, '2024-01-01', '2024-01-01', 2.5);
create table many as
    select i as id, md5(i::text) as name, timestamptz '2024-01-01' + i * interval '1 s' as at
    from generate_series(1, 60000) as i;
create table bare as select null::text as a, null::int as b from generate_series(1, 5000);
create table secret (a int);
create role reader login;
create role locked login password 'hunter2';
grant select on kinds, many to reader;
"""
HERE = Path()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as url:
        with psycopg.connect(url) as connection:
            connection.execute(MADE)
        yield url


def columns(**types: str) -> list[Column]:
    return [Column(ColumnPath.of(name), kind) for name, kind in types.items()]


def read(
    url: str, query: str, wanted: Sequence[Column], **options: Any
) -> list[tuple[dict[str, Any], str | None]]:
    found = []
    for raw in read_query(url, query, wanted, block_bytes=1 << 20, **options):
        typed = enforce(raw.rows, wanted)
        found += list(zip(typed.rows.to_pylist(), typed.reasons.to_pylist(), strict=True))
    return found


def count(url: str, query: str, wanted: Sequence[Column], **options: Any) -> int:
    return sum(
        b.rows.num_rows for b in read_query(url, query, wanted, block_bytes=1 << 20, **options)
    )


def test_every_kind_of_column_is_inferred_and_read(server: str) -> None:
    inferred = infer_query(server, "select * from kinds", base=HERE)
    assert {str(column.path): column.type for column in inferred} == {
        "i2": "int64", "i8": "int64", "f4": "double", "f8": "double", "n": "decimal128(10, 2)",
        "free": "decimal128(38, 3)", "b": "bool", "t": "string", "v": "string", "c": "string",
        "by": "binary", "d": "date32", "ts": "timestamp[us]", "tz": "timestamp[us, UTC]",
        "u": "string", "j": "string", "m": "string", "ints[]": "int64", "days[]": "string",
        "iv": "string", "tm": "string", "ip": "string", "r": "string", "p": "string",
    }  # fmt: skip
    [(row, reason)] = read(server, "select * from kinds -- all", inferred)
    assert reason is None
    assert str(row.pop("f8")) == "nan"
    assert row == {
        "i2": 1, "i8": -(2**63), "f4": 0.5, "n": Decimal("1.50"), "free": Decimal("1.234"),
        "b": True, "t": "Köln", "v": "x", "c": "ab  ", "by": b"\x00\xff",
        "d": date(2024, 2, 29), "ts": datetime(2024, 2, 29, 12, 0, 0, 123456),
        "tz": datetime(2024, 2, 29, 10, tzinfo=UTC),
        "u": "6e3d83f8-bc60-434e-8c96-37b72c9d532e", "j": '{"a": 1}', "m": "so so",
        "ints": [1, None, 3], "days": ["2020-01-01", "infinity"], "iv": "P1D", "tm": "12:00:00",
        "ip": "10.0.0.1/32", "r": "[1,3)", "p": "(1,q)",
    }  # fmt: skip


def test_values_that_no_type_holds_are_held_back_and_not_turned_into_others(server: str) -> None:
    wanted = columns(id="int64", d="date32", tz="timestamp[us, UTC]", n="decimal128(10, 2)")
    found = read(server, "select * from odd order by id", wanted)
    assert [reason for _, reason in found] == [
        "type:d", "type:tz", "type:n", "type:d", "type:n", None,
    ]  # fmt: skip


def test_rows_stream_in_order_and_positions_count_them(server: str) -> None:
    wanted = columns(id="int64", name="string", at="timestamp[us, UTC]")
    batches = list(
        read_query(server, "select * from many order by id desc", wanted, block_bytes=1 << 18)
    )
    assert len(batches) > 10
    assert max(batch.rows.nbytes for batch in batches) < 4 << 20
    positions = [p for batch in batches for p in batch.positions.to_pylist()]
    assert positions == list(range(1, 60_001))
    assert batches[0].rows.column("id")[0].as_py() == 60_000


def test_rows_of_nulls_alone_are_rows(server: str) -> None:
    assert len(read(server, "select * from bare", columns(a="string", b="int64"))) == 5000


@pytest.mark.parametrize(
    ("column", "value", "beyond"),
    [
        ("id", "59997", 3),
        ("at", "2024-01-01 16:39:57.000000Z", 3),
        ("name", "fff", sum(md5(str(i).encode()).hexdigest() > "fff" for i in range(1, 60_001))),
        ("nowhere", "1", 60_000),
    ],
)
def test_the_server_leaves_out_what_does_not_go_beyond(
    column: str, value: str, beyond: int, server: str
) -> None:
    wanted = columns(id="int64", name="string", at="timestamp[us, UTC]")
    assert count(server, "select * from many", wanted, after=(column, value)) == beyond
    more = "select * from many union all select null, null, null"
    assert count(server, more, wanted, after=(column, value)) == beyond + 1


def test_text_that_is_a_number_to_us_is_not_compared_as_text(server: str) -> None:
    query = "select id::text as id, name, at from many"
    wanted = columns(id="int64", name="string", at="timestamp[us, UTC]")
    assert count(server, query, wanted, after=("id", "9")) == 60_000


def test_days_that_no_date_holds_come_every_time(server: str) -> None:
    days = "(date '2024-01-02'), (date '-infinity'), (date '0044-03-15 BC'), (date '1999-01-01')"
    query = f"select d from (values {days}) as v(d)"
    assert count(server, query, columns(d="date32"), after=("d", "2024-01-01")) == 3


def test_a_value_to_go_beyond_is_a_parameter_and_no_part_of_the_statement(server: str) -> None:
    wanted = columns(id="int64", name="string", at="timestamp[us, UTC]")
    sly = ("name", "'; drop table many; --")
    assert count(server, "select * from many", wanted, after=sly) == 60_000


def test_drift_is_the_pipelines_to_allow(server: str) -> None:
    wanted = columns(i2="int64", sizes="string")
    query = "select i2, v from kinds"
    with pytest.raises(SourceError, match=r"no column `sizes`.*another column"):
        read(server, query, wanted)
    watch = Watch(Drift(added="ignore", lost="null"))
    assert read(server, query, wanted, watch=watch) == [({"i2": 1, "sizes": None}, None)]
    assert watch.drifted == Drifted(("v",), ("sizes",))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("select a from nowhere", r"has no table or view `nowhere` \(SQLSTATE 42P01\)"),
        ("select hidden from many", r"has no column `hidden` \(SQLSTATE 42703\)"),
        ("select 1 / 0 as a", "cannot compute the query"),
        ("select (name || 'hunter2')::int as a from many", "ended the query with an error"),
        ("select 10 / (id - 40000) as a from many", "ended the query with an error after row"),
        ("select nextval('many_seq') as a", "SQLSTATE"),
        ("select 1 as a, 2 as a", "have the same name"),
        ("select 1 as a where false", "no rows"),
    ],
)
def test_a_query_that_fails_says_why_without_values(query: str, said: str, server: str) -> None:
    with pytest.raises(SourceError, match=said) as caught:
        read(server, query, columns(a="int64"))
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_session_cannot_write_whatever_a_function_says(server: str) -> None:
    with psycopg.connect(server) as connection:
        connection.execute(
            "create or replace function sly() returns int language plpgsql as $$ begin "
            "perform set_config('transaction_read_only', 'off', false); "
            "insert into secret values (1); return 1; end $$"
        )
    with pytest.raises(SourceError):
        read(server, "select sly() as a", columns(a="int64"))
    with psycopg.connect(server) as connection:
        assert connection.execute("select count(*) from secret").fetchone() == (0,)


def test_a_table_without_permission(server: str) -> None:
    mine = server.replace("owner@", "reader@")
    assert len(read(mine, "select i2 from kinds", columns(i2="int64"))) == 1
    with pytest.raises(SourceError, match="does not let this user read `secret`") as no:
        read(mine, "select a from secret", columns(a="int64"))
    assert "GRANT" in str(no.value).upper()


def test_passwords_come_from_the_environment_and_stay_there(
    server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        [hba] = connection.execute("show hba_file").fetchone()
        before = Path(hba).read_text()
        Path(hba).write_text("local all locked scram-sha-256\n" + before)
        connection.execute("select pg_reload_conf()")
        connection.execute("grant select on kinds to locked")
    url = server.replace("owner@", "locked@")
    wanted = columns(i2="int64")
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "none"))
    for word in (None, "wrong-hunter3"):
        if word is not None:
            monkeypatch.setenv("PGPASSWORD", word)
        with pytest.raises(SourceError, match="does not let this user in") as caught:
            read(url, "select i2 from kinds", wanted)
        assert "hunter" not in str(caught.value)
        assert "PGPASSWORD" in str(caught.value)
    monkeypatch.setenv("PGPASSWORD", "hunter2")
    assert len(read(url, "select i2 from kinds", wanted)) == 1
    monkeypatch.delenv("PGPASSWORD")
    passfile = tmp_path / "pgpass"
    passfile.write_text("*:*:*:locked:hunter2\n")
    passfile.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(passfile))
    assert len(read(url, "select i2 from kinds", wanted)) == 1


def test_a_server_or_database_that_is_not_there(server: str, tmp_path: Path) -> None:
    nowhere = f"postgresql://owner@/postgres?host={tmp_path}"
    with pytest.raises(Unreachable, match="postgresql:///postgres cannot be reached"):
        read(nowhere, "select 1 as a", columns(a="int64"))
    other = server.replace("/postgres?", "/nodb?")
    with pytest.raises(SourceError, match="there is no such database"):
        read(other, "select 1 as a", columns(a="int64"))


def end_sessions(server: str) -> None:
    with psycopg.connect(server) as connection:
        found = connection.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
            "where application_name = 'privet'"
        ).fetchall()
    assert found


def test_a_connection_that_is_dropped_midway_can_be_tried_again(server: str) -> None:
    wanted = columns(id="int64", name="string", at="timestamp[us, UTC]")
    query = "select * from many" + " union all select * from many" * 4
    rows = read_query(server, query, wanted, block_bytes=1 << 16)
    assert next(rows).rows.num_rows > 0
    end_sessions(server)
    with pytest.raises(Unreachable, match="postgresql:///postgres dropped the connection") as end:
        list(rows)
    assert "nothing of it was kept" in str(end.value)
    assert count(server, "select * from many", wanted) == 60_000


def test_a_reader_that_stops_early_leaves_no_session(server: str) -> None:
    wanted = columns(id="int64", name="string", at="timestamp[us, UTC]")
    rows = read_query(server, "select * from many", wanted, block_bytes=1 << 16)
    next(rows)
    rows.close()  # type: ignore[attr-defined]
    with pytest.raises(AssertionError):
        end_sessions(server)


def test_errors_are_ours_and_name_no_user(server: str) -> None:
    with pytest.raises(PrivetError) as caught:
        read(server, "select a from nowhere", columns(a="int64"))
    assert "owner" not in str(caught.value)
    assert urlsplit(server).query not in str(caught.value)
