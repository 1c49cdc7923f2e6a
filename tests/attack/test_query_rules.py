"""Somebody who writes a rule in SQL that does more than count, or makes it tell a value."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from privet.adapters.engines.duckdb import DuckDBEngine
from privet.adapters.engines.vetting import ROWS, vet
from privet.model.errors import ConfigError

ENGINE = DuckDBEngine(100 << 20, threads=2)
SECRET = "Zipfelmütze77"
SCHEMA = pa.schema([("id", pa.int64()), ("name", pa.string()), ("weight", pa.float64())])


def rows() -> Iterator[pa.RecordBatch]:
    yield pa.record_batch([[1, 2**62], [SECRET, "b"], [1e300, 2.0]], schema=SCHEMA)


@pytest.mark.parametrize(
    ("query", "construct"),
    [
        # files, networks, the engine's own tables
        ("SELECT count(*) FROM read_csv('/etc/passwd')", "READ_CSV()"),
        ("SELECT count(*) FROM read_text('/etc/passwd'), ${table}", "read_text()"),
        ("SELECT count(*) FROM read_blob('/etc/passwd'), ${table}", "read_blob()"),
        ("SELECT count(*) FROM parquet_scan('x.parquet'), ${table}", "parquet_scan()"),
        ("SELECT count(*) FROM glob('/*'), ${table}", "glob"),
        ("SELECT count(*) FROM sniff_csv('x'), ${table}", "sniff_csv()"),
        ("SELECT count(*) FROM '/etc/passwd', ${table}", "`/etc/passwd`"),
        ("SELECT count(*) FROM \"data.csv\", ${table}", "`data.csv`"),
        ("SELECT count(*) FROM 'https://example.org/x.parquet'", "`https://example.org/x.parquet`"),
        ("SELECT count(*) FROM customers", "`customers`"),
        ("SELECT count(*) FROM ${table} JOIN customers USING (id)", "`customers`"),
        ("SELECT (SELECT count(*) FROM customers) FROM ${table}", "`customers`"),
        ("SELECT count(*) FROM ${table} WHERE id IN (SELECT id FROM customers)", "`customers`"),
        ("SELECT count(*) FROM memory.main.orders", "`DB`"),
        ("SELECT count(*) FROM other.orders", "`DB`"),
        ("SELECT count(*) FROM information_schema.tables", "`DB`"),
        ("SELECT count(*) FROM sqlite_master", "`sqlite_master`"),
        ("SELECT count(*) FROM duckdb_settings()", "duckdb_settings()"),
        ("SELECT count(*) FROM duckdb_secrets(), ${table}", "duckdb_secrets()"),
        ("SELECT count(*) FROM pragma_version(), ${table}", "pragma_version()"),
        ("SELECT count(*) FROM query('SELECT 1'), ${table}", "query()"),
        ("SELECT count(*) FROM query_table('t'), ${table}", "query_table()"),
        ("SELECT count(*) FROM range(1000000000000), ${table}", "GENERATE_SERIES()"),
        ("SELECT count(*) FROM ${table}, unnest([1, 2])", "UNNEST"),
        ("SELECT count(*) FROM ${table}, LATERAL (SELECT 1)", "LATERAL"),
        ("SELECT count(*) FROM (VALUES (1)) v(a), ${table}", "VALUES"),
        ("SELECT count(*) FROM ${table} AT (VERSION => 1)", "`WHEN`"),
        # functions that know, remember, wait, write or throw dice
        ("SELECT getenv('HOME') FROM ${table}", "getenv()"),
        ("SELECT current_setting('home_directory') FROM ${table}", "current_setting()"),
        ("SELECT getvariable('x') FROM ${table}", "getvariable()"),
        ("SELECT nextval('x') FROM ${table}", "nextval()"),
        ("SELECT write_log(name) FROM ${table}", "write_log()"),
        ("SELECT error(name) FROM ${table}", "error()"),
        ("SELECT sleep_ms(100000) FROM ${table}", "sleep_ms()"),
        ("SELECT random() FROM ${table}", "RAND()"),
        ("SELECT now() FROM ${table}", "now()"),
        ("SELECT count(*) FROM ${table} WHERE born > current_date", "CURRENT_DATE()"),
        ("SELECT length(current_user) FROM ${table}", "CURRENT_USER()"),
        ("SELECT length(version()) FROM ${table}", "CURRENT_VERSION()"),
        ("SELECT length(repeat('x', 1000000000)) FROM ${table}", "REPEAT()"),
        ("SELECT length(lpad('x', 1000000000, 'y')) FROM ${table}", "PAD()"),
        ("SELECT max(any_function(id)) FROM ${table}", "any_function()"),
        ("SELECT sum(unnest([1, 2])) FROM ${table}", "EXPLODE()"),
        ("SELECT id::JSON FROM ${table}", "a cast to `"),
        ("SELECT id::my_type FROM ${table}", "a cast to `"),
        ("SELECT COLUMNS(*) FROM ${table}", "COLUMNS"),
        ("SELECT * EXCLUDE (id) FROM ${table}", "`EXCEPT`"),
        ("SELECT $1 FROM ${table}", "PLACEHOLDER"),
        ("SELECT ? FROM ${table}", "PLACEHOLDER"),
        # statements
        ("COPY ${table} TO 'x.csv'", "`COPY`"),
        ("COPY (SELECT * FROM ${table}) TO 'x.csv'", "`COPY`"),
        ("ATTACH 'x.db'", "`ATTACH`"),
        ("INSTALL httpfs", "`INSTALL`"),
        ("LOAD httpfs", "`LOAD`"),
        ("SET threads = 1", "`SET`"),
        ("RESET threads", "`RESET`"),
        ("PRAGMA version", "`PRAGMA`"),
        ("CALL pragma_version()", "`CALL`"),
        ("EXPORT DATABASE 'x'", "`EXPORT`"),
        ("IMPORT DATABASE 'x'", "`IMPORT`"),
        ("CREATE TABLE x AS SELECT * FROM ${table}", "`CREATE`"),
        ("CREATE MACRO f(a) AS a", "`CREATE`"),
        ("INSERT INTO ${table} VALUES (1)", "`INSERT`"),
        ("UPDATE ${table} SET id = 1", "`UPDATE`"),
        ("DELETE FROM ${table}", "`DELETE`"),
        ("DROP TABLE ${table}", "`DROP`"),
        ("EXPLAIN ANALYZE SELECT count(*) FROM ${table}", "`EXPLAIN`"),
        ("DESCRIBE ${table}", "`DESCRIBE`"),
        ("SUMMARIZE ${table}", "`SUMMARIZE`"),
        ("PIVOT ${table} ON id", "`PIVOT`"),
        ("VALUES (1)", "`VALUES`"),
        ("PREPARE x AS SELECT 1", "`PREPARE`"),
        ("CHECKPOINT", "`CHECKPOINT`"),
        ("BEGIN", "`BEGIN`"),
        ("USE x", "`USE`"),
        ("SELECT count(*) FROM ${table}; SELECT 1", "2 statements"),
        ("SELECT count(*) FROM ${table}; COPY x TO 'y'", "2 statements"),
        ("SELECT 1; ATTACH 'x' AS y; SELECT 2", "3 statements"),
        ("SELECT id FROM ${table} UNION SELECT 1", "`UNION`"),
        ("(SELECT id FROM ${table}) UNION ALL (SELECT 1)", "`UNION`"),
        # parts of a SELECT
        ("SELECT count(*) INTO x FROM ${table}", "`INTO`"),
        ("SELECT count(*) FROM ${table} FOR UPDATE", "`LOCKS`"),
        ("SELECT count(*) FROM ${table} USING SAMPLE 10%", "`SAMPLE`"),
        ("SELECT count(*) FROM ${table} TABLESAMPLE 10%", "`SAMPLE`"),
        ("SELECT 1 FROM ${table} PIVOT (sum(id) FOR name IN ('a'))", "`PIVOTS`"),
        ("SELECT count(*) FROM ${table} POSITIONAL JOIN ${table}", "`METHOD`"),
        ("SELECT count(*) FROM ${table} NATURAL JOIN ${table}", "`METHOD`"),
        ("SELECT id FROM ${table} LIMIT 10%", "LIMIT_OPTIONS"),
        ("SELECT DISTINCT ON (id) id FROM ${table}", "`ON`"),
        ("WITH RECURSIVE x AS (SELECT 1 UNION ALL SELECT 1 FROM x) SELECT 1 FROM x, ${table}",
         "`RECURSIVE`"),
        ("WITH x AS (DELETE FROM ${table} RETURNING id) SELECT count(*) FROM x", "DELETE"),
        # names
        ("SELECT 1", "does not read `${table}`"),
        ("WITH orders AS (SELECT 1 AS id) SELECT count(*) FROM orders", "name `orders` twice"),
        ("WITH x AS (SELECT 1), X AS (SELECT 2) SELECT count(*) FROM x, ${table}", "`X` twice"),
        ("WITH a AS (SELECT * FROM b), b AS (SELECT * FROM ${table}) SELECT 1 FROM a", "`b`"),
        ("WITH a AS (SELECT * FROM a) SELECT count(*) FROM a, ${table}", "`a`"),
        ("SELECT count(*) FROM (WITH duckdb_tables AS (SELECT 1) SELECT * FROM ${table}) x",
         "WITH stands inside"),
        ("WITH x AS (WITH sqlite_master AS (SELECT 1) SELECT 1) SELECT 1 FROM sqlite_master",
         "WITH stands inside"),
        ("WITH \"/etc/passwd\" AS (SELECT 1) SELECT count(*) FROM ${table}", "not a plain word"),
        (f'SELECT count(*) FROM "{ROWS}"', "kept for the data set"),
        ("SELECT '${table}' FROM orders", "where no table belongs"),
        ("SELECT ${table} FROM orders", "where no table belongs"),
        ("SELECT count(*) AS ${table} FROM orders", "where no table belongs"),
        # texts that are none
        ("", "no SELECT"),
        ("-- nothing", "no SELECT"),
        ("SELECT", "does not read"),
        ("SELECT count(* FROM ${table}", "cannot be read as SQL"),
        ("SELECT count(*) FROM ${table} WHERE name = 'unfinished", "cannot be read as SQL"),
        ("SELECT count(*) FROM ${table} WHERE " + "(" * 3000 + "1" + ")" * 3000, "nested"),
        ("SELECT count(*) FROM ${table} WHERE " + "NOT " * 4000 + "true", "nested"),
        ("SELECT count(*) FROM ${table} WHERE id = 1" + " OR id = 1" * 3000, "longer than"),
    ],
)  # fmt: skip
def test_refused_before_anything_runs(
    query: str, construct: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(ConfigError) as caught:
        vet(query, "orders", SCHEMA.names)
    assert construct.lower() in str(caught.value).lower()
    assert str(caught.value).startswith("the query cannot be used: ")
    assert caught.value.__cause__ is None
    assert not caplog.records
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT CAST(name AS INTEGER) FROM ${table}",
        "SELECT sum(CAST(name AS DOUBLE)) FROM ${table}",
        "SELECT max(CAST(name AS DATE)) = DATE '2024-01-01' FROM ${table}",
        "SELECT count(*) FROM ${table} WHERE name = 5",
        "SELECT count(*) FROM ${table} WHERE CAST(name AS BOOLEAN)",
        "SELECT sum(id * id) FROM ${table}",
        "SELECT max(CAST(id AS TINYINT)) FROM ${table}",
        "SELECT max(CAST(weight AS INTEGER)) FROM ${table}",
        "SELECT max(CAST(weight AS DECIMAL(4, 2))) FROM ${table}",
        "SELECT count(*) FROM ${table} WHERE regexp_matches('x', name || '(')",
        "SELECT count(*) FROM ${table} WHERE strptime(name, '%Y') IS NULL",
        "SELECT count(*) FROM ${table} WHERE date_part(name, DATE '2024-01-01') = 1",
        "SELECT sqrt(-id) FROM ${table}",
        "SELECT ln(id - id) FROM ${table}",
        "SELECT id FROM ${table} WHERE id = (SELECT id FROM ${table})",
        "SELECT make_date(id, 1, 1) = DATE '2024-01-01' FROM ${table}",
    ],
)
def test_an_error_over_rows_tells_no_value(query: str) -> None:
    ENGINE.check(query, "orders", SCHEMA)
    with pytest.raises(ConfigError) as caught:
        ENGINE.scalar(query, "orders", SCHEMA, rows)
    trace = "".join(traceback.format_exception(caught.value))
    for value in (SECRET, "Zipfel", str(2**62), "1e300", "1e+300"):
        assert value not in trace
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count(*) FROM '{file}'",
        "SELECT count(*) FROM read_csv('{file}')",
        "SELECT count(*) FROM read_text('{file}')",
        "SELECT count(*) FROM glob('{folder}/*')",
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "ATTACH '{folder}/other.db'",
        "EXPORT DATABASE '{folder}/out'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "LOAD '{file}'",
        "FORCE INSTALL httpfs FROM community",
        "SELECT count(*) FROM 'https://example.org/x.parquet'",
        "SET enable_external_access = true",
        "SET temp_directory = '{folder}'",
        "SET memory_limit = '10GB'",
        "SET threads = 64",
        "SET lock_configuration = false",
        "SET python_enable_replacements = true",
        "SET log_query_path = '{folder}/log'",
        "PRAGMA enable_profiling = 'json'",
        "PRAGMA profiling_output = '{folder}/profile'",
        "CREATE PERSISTENT SECRET s (TYPE http)",
        "SELECT count(*) FROM table_of_python",
    ],
)
def test_behind_the_vetting_the_engine_itself_is_shut(statement: str, tmp_path: Path) -> None:
    table_of_python = pa.table({"id": [1]})
    file = tmp_path / "data.csv"
    file.write_text("a\n1\n")
    with ENGINE.connect() as connection, pytest.raises(duckdb.Error):
        connection.execute(statement.format(file=file, folder=tmp_path)).fetchall()
    assert list(tmp_path.iterdir()) == [file]
    assert table_of_python.num_rows == 1


@pytest.mark.parametrize(
    "name", ["user", "localtimestamp", "current_date", "Session_User", "current_role", "rowid"]
)
def test_what_the_engine_would_answer_itself_is_no_column(name: str) -> None:
    query = f'SELECT count("{name}") FROM ${{table}}'
    with pytest.raises(ConfigError, match=f'(column `{name}`|"{name}" not found)'):
        ENGINE.check(query, "orders", SCHEMA)
    ENGINE.check(query, "orders", pa.schema([(name.lower(), pa.int64())]))
