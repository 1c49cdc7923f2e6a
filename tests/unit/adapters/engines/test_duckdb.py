from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from privet.adapters.engines.duckdb import DuckDBEngine
from privet.model.errors import ConfigError, SourceError, Unavailable
from privet.ports.engine import Engine

ENGINE: Engine = DuckDBEngine(200 << 20, threads=2)
ORDERS = pa.schema(
    [
        ("id", pa.int64()),
        ("name", pa.string()),
        ("price", pa.decimal128(18, 2)),
        ("weight", pa.float64()),
        ("born", pa.date32()),
        ("seen", pa.timestamp("us", "Europe/Paris")),
        ("paid", pa.bool_()),
        ("where", pa.struct([("city", pa.string())])),
        ("tags", pa.list_(pa.string())),
        ("odd name", pa.int64()),
    ]
)
ROWS: list[dict[str, Any]] = [
    {"id": 1, "name": "Ana", "price": Decimal("1.50"), "weight": 1.0, "born": date(1990, 4, 2),
     "seen": datetime(2024, 1, 1, tzinfo=UTC), "paid": True, "where": {"city": "Ulm"},
     "tags": ["a", "b"], "odd name": 5},
    {"id": 2, "name": "Bo", "price": Decimal("2.50"), "weight": float("nan"), "paid": False},
    {"id": 3, "name": None, "price": None, "weight": None, "odd name": 7},
    {"id": 3, "name": "12", "price": Decimal("0.01"), "weight": float("inf")},
]  # fmt: skip


def parts(*sizes: int) -> Callable[[], Iterator[pa.RecordBatch]]:
    """The rows in batches of these sizes, beside a column that the query may not see."""
    whole = pa.RecordBatch.from_pylist(ROWS, schema=ORDERS)
    whole = whole.append_column("_privet_record", pa.array(range(len(ROWS))))

    def rows() -> Iterator[pa.RecordBatch]:
        start = 0
        for size in sizes:
            yield whole.slice(start, size)
            start += size

    return rows


def ask(query: str, rows: Callable[[], Iterator[pa.RecordBatch]] | None = None) -> float | None:
    return ENGINE.scalar(query, "orders", ORDERS, rows or parts(1, 0, 2, 1))


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("SELECT count(*) FROM ${table}", 4),
        ("SELECT count(*) FROM ${object}", 4),
        ("SELECT count(*) FROM orders", 4),
        ('SELECT count(*) FROM "Orders" AS o WHERE o.id > 1', 3),
        ("SELECT max(orders.id) FROM orders", 3),
        ("SELECT max(${table}.id) FROM ${table}", 3),
        ("FROM ${table} SELECT count(DISTINCT id)", 3),
        ("(SELECT count(*) FROM ${table});", 4),
        ("SELECT count(*) -- how many\nFROM ${table} /* all */", 4),
        ("SELECT 100.0 * count(*) FILTER (WHERE name IS NULL) / count(*) FROM ${table}", 25),
        ("SELECT sum(price) FROM ${table}", 4.01),
        ("SELECT sum(id) FROM ${table}", 9),
        ("SELECT max(weight) FROM ${table} WHERE NOT isnan(weight)", float("inf")),
        ("SELECT max(weight) FROM ${table}", None),
        ("SELECT max(id) FROM ${table} WHERE false", None),
        ("SELECT count(*) > 3 FROM ${table}", 1),
        ("SELECT bool_and(paid) FROM ${table}", 0),
        ("SELECT count(*) FROM ${table} WHERE born BETWEEN DATE '1990-04-02' AND '1990-04-02'", 1),
        ("SELECT count(*) FROM ${table} WHERE seen < TIMESTAMPTZ '2024-01-01 00:00:00.000001'", 1),
        ("SELECT date_part('hour', max(seen)) FROM ${table}", 0),
        ("SELECT date_diff('day', min(born), DATE '1990-04-12') FROM ${table}", 10),
        ('SELECT count(*) FROM ${table} WHERE "where".city = \'Ulm\'', 1),
        ("SELECT count(*) FROM ${table} o WHERE o.\"where\".city LIKE 'U%'", 1),
        ("SELECT sum(len(tags)) FROM ${table}", 2),
        ("SELECT count(*) FROM ${table} WHERE list_contains(tags, 'a')", 1),
        ('SELECT max("odd name") FROM ${table}', 7),
        ("SELECT max(n) FROM (SELECT id, count(*) AS n FROM ${table} GROUP BY id)", 2),
        ("SELECT count(*) FROM ${table} WHERE try_cast(name AS INTEGER) IS NOT NULL", 1),
        ("SELECT count(*) FROM ${table} WHERE regexp_matches(name, '^[A-Z]')", 2),
        ("SELECT count(*) FROM ${table} WHERE length(name) = 2 AND name || 'x' <> 'Box'", 1),
        (("SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY id ORDER BY name) AS n"
         " FROM ${table}) WHERE n > 1"), 1),
        ("SELECT count(*) FROM ${table} WHERE CASE WHEN id = 1 THEN true ELSE false END", 1),
        ("SELECT median(id) + quantile_cont(id, 0.5) FROM ${table}", 5),
        ("SELECT id FROM ${table} ORDER BY id LIMIT 1", 1),
    ],
)  # fmt: skip
def test_answers(query: str, answer: float | None) -> None:
    assert ask(query) == answer


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("SELECT count(*) FROM ${table} a JOIN ${table} b USING (id)", 6),
        ("SELECT count(*) FROM ${table} a, orders b", 16),
        ("SELECT (SELECT count(*) FROM ${table}) + (SELECT max(id) FROM ${table})", 7),
        ("WITH o AS (SELECT * FROM ${table}) SELECT count(*) FROM o a JOIN o b USING (id)", 6),
        (("WITH o AS MATERIALIZED (SELECT * FROM ${table}), p AS (SELECT id FROM o)"
         " SELECT count(*) FROM o JOIN p USING (id) JOIN ${table} USING (id)"), 10),
        ("SELECT count(*) FROM ${table} WHERE id = (SELECT max(id) FROM ${table})", 2),
        (("SELECT count(*) FROM ${table} a WHERE EXISTS (SELECT 1 FROM ${table} b"
         " WHERE a.id = b.id + 1)"), 3),
        ("SELECT count(*) FROM (SELECT id FROM ${table} UNION ALL SELECT id FROM ${table})", 8),
        ("SELECT count(*) FROM (SELECT id FROM ${table} EXCEPT SELECT 1)", 2),
    ],
)  # fmt: skip
def test_a_query_may_read_the_data_set_again_and_again(query: str, answer: float) -> None:
    assert ask(query) == answer


def test_rows_are_the_same_however_they_are_cut_and_none_may_come() -> None:
    for sizes in ((4,), (1, 1, 1, 1), (0, 4, 0)):
        assert ask("SELECT sum(id) FROM ${table}", parts(*sizes)) == 9
    for nothing in (parts(), parts(0)):
        assert ask("SELECT sum(id) FROM ${table}", nothing) is None
        assert ask("SELECT count(*) FROM ${table}", nothing) == 0


def test_more_rows_than_the_memory_given() -> None:
    row = pa.record_batch({"id": pa.array(range(100_000)), "text": ["x" * 100] * 100_000})
    small = DuckDBEngine(40 << 20, threads=2)
    found = small.scalar(
        "SELECT count(*) + max(length(text)) FROM ${table}",
        "t",
        row.schema,
        lambda: iter([row] * 30),
    )
    assert found == 3_000_100


def test_too_little_memory_is_an_error_and_nothing_is_spilled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))

    def rows() -> Iterator[pa.RecordBatch]:
        for start in range(0, 2_000_000, 100_000):
            texts = [f"secret {number:060}" for number in range(start, start + 100_000)]
            yield pa.record_batch({"text": texts})

    small = DuckDBEngine(40 << 20, threads=2)
    query = "SELECT max(n) FROM (SELECT count(*) AS n FROM ${table} GROUP BY text)"
    with pytest.raises(Unavailable, match="more memory than the 40 MiB") as caught:
        small.scalar(query, "t", pa.schema([("text", pa.string())]), rows)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT name FROM ${table} LIMIT 1", "it gives a `varchar`, not a number"),
        ("SELECT max(born) FROM ${table}", "it gives a `date`"),
        ("SELECT NULL FROM ${table}", "it gives a `null`"),
        ("SELECT id, paid FROM ${table}", "it gives 2 columns"),
        ("SELECT * FROM ${table}", "it gives 10 columns"),
        ("SELECT nmae FROM ${table}", 'Referenced column "nmae" not found'),
        ("SELECT count(*) FROM ${table} WHERE name > 5 + born", "Cannot compare"),
        ("SELECT count(*) FROM ${table} WHERE _privet_record = 1", "_privet_record"),
    ],
)
def test_what_is_wrong_without_any_row_is_found_without_any_row(query: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        ENGINE.check(query, "orders", ORDERS)
    assert str(caught.value).startswith("the query cannot be used: ")
    assert message in str(caught.value)
    assert "privet rows" not in str(caught.value)

    def never() -> Iterator[pa.RecordBatch]:
        raise RuntimeError("rows were asked for")

    with pytest.raises(ConfigError):
        ask(query, never)


def test_check_is_content_with_a_good_query() -> None:
    ENGINE.check("SELECT count(*) FROM ${table}", "orders", ORDERS)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT id FROM ${table}", "several rows"),
        ("SELECT id FROM ${table} WHERE id > 99", "no row"),
        ("SELECT id FROM ${table} ORDER BY id LIMIT 2", "several rows"),
    ],
)
def test_the_answer_is_one_row(query: str, message: str) -> None:
    ENGINE.check(query, "orders", ORDERS)
    with pytest.raises(ConfigError, match=f"it gives {message}, not one number"):
        ask(query)


def test_columns_that_sql_does_not_tell_apart() -> None:
    twice = pa.schema([("a", pa.int64()), ("A", pa.int64())])
    with pytest.raises(ConfigError, match="upper and lower case only"):
        ENGINE.check("SELECT max(a) FROM ${table}", "t", twice)


def test_what_breaks_while_rows_are_read_comes_through_as_it_is() -> None:
    broken = SourceError("a fragment is damaged", hint="Restore it.")

    def rows() -> Iterator[pa.RecordBatch]:
        yield from parts(2)()
        raise broken

    for engine in (ENGINE, DuckDBEngine(100 << 20)):
        with pytest.raises(SourceError) as caught:
            engine.scalar("SELECT sum(id) FROM ${table}", "orders", ORDERS, rows)
        assert caught.value is broken


ENDLESS = """
import signal

import pyarrow as pa

from privet.adapters.engines.duckdb import DuckDBEngine

signal.signal(signal.SIGINT, signal.default_int_handler)
batch = pa.record_batch({"id": pa.array(range(1000))})


def rows():
    yield batch
    print("reading", flush=True)
    while True:
        yield batch


try:
    DuckDBEngine(100 << 20, threads=2).scalar(
        "SELECT count(*) FROM ${table} WHERE sqrt(id) > 3", "t", batch.schema, rows
    )
except KeyboardInterrupt:
    print("stopped")
"""


def test_ctrl_c_stops_a_query() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ENDLESS],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "reading\n"
        child.send_signal(signal.SIGINT)
        said, complained = child.communicate(timeout=120)
    assert (said, complained, child.returncode) == ("stopped\n", "", 0)
