from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from privet.adapters.databases.query import infer_query, read_query
from privet.adapters.formats.drift import Drifted, Watch
from privet.model.contract import Column
from privet.model.errors import SourceError, Unreachable, UsageError
from privet.model.paths import ColumnPath
from privet.model.pipeline import Drift
from privet.quality.typing import enforce

URL = "sqlite:///shop.db"


def make(base: Path, rows: Iterable[Sequence[Any]], columns: str = "id, value") -> None:
    with closing(sqlite3.connect(base / "shop.db")) as connection:
        connection.execute(f"create table t({columns})")
        marks = ", ".join("?" * len(columns.split(",")))
        connection.executemany(f"insert into t values ({marks})", rows)
        connection.commit()


def columns(**types: str) -> list[Column]:
    return [Column(ColumnPath.of(name), kind) for name, kind in types.items()]


def read(
    base: Path,
    wanted: Sequence[Column],
    query: str = "select * from t",
    *,
    block_bytes: int = 1 << 16,
    **options: Any,
) -> list[tuple[int, dict[str, Any], str | None]]:
    """Position, typed row and reason of every row."""
    found = []
    for raw in read_query(URL, query, wanted, base=base, block_bytes=block_bytes, **options):
        typed = enforce(raw.rows, wanted)
        parts = (raw.positions.to_pylist(), typed.rows.to_pylist(), typed.reasons.to_pylist())
        found += list(zip(*parts, strict=True))
    return found


def test_rows_come_in_order_with_their_numbers_and_types(tmp_path: Path) -> None:
    make(tmp_path, [(i, f"v{i}") for i in range(5000)])
    found = read(tmp_path, columns(value="string", id="int64"), "select * from t order by id desc")
    assert [position for position, _, _ in found] == list(range(1, 5001))
    assert [row["id"] for _, row, _ in found] == list(range(4999, -1, -1))
    assert found[0][1] == {"value": "v4999", "id": 4999}


@pytest.mark.parametrize("late", ["late", 1.5, b"\xff", "9223372036854775808"])
def test_a_type_that_changes_late_holds_back_its_row_alone(late: object, tmp_path: Path) -> None:
    make(tmp_path, [*((i, i) for i in range(3000)), (3000, late), (3001, None), (3002, 7)])
    found = read(tmp_path, columns(id="int64", value="int64"))
    held = [(position, reason) for position, _, reason in found if reason]
    assert held in ([(3001, "type:value")], [(3001, "encoding:value")])
    assert found[-1] == (3003, {"id": 3002, "value": 7}, None)


def test_a_column_that_begins_with_nulls_is_not_taken_for_numbers(tmp_path: Path) -> None:
    make(tmp_path, [*((i, None) for i in range(3000)), (3000, "text")])
    found = read(tmp_path, columns(id="int64", value="string"))
    assert {reason for _, _, reason in found} == {None}
    assert found[-1][1]["value"] == "text"


@pytest.mark.parametrize(
    ("kind", "given", "found"),
    [
        ("double", 0.1 + 0.2, 0.1 + 0.2),
        ("double", 1e300, 1e300),
        ("double", -0.0, 0.0),  # SQLite itself has no -0
        ("double", float("inf"), float("inf")),
        ("double", float("nan"), None),  # SQLite itself has no NaN
        ("double", 5, 5.0),
        ("int64", -(2**63), -(2**63)),
        ("string", 7, "7"),
        ("string", 0.1, "0.1"),
        ("string", "a\0b", "a\0b"),
        ("bool", 1, True),
        ("binary", b"\x00\xff", b"\x00\xff"),
        ("date32", "2024-02-29", date(2024, 2, 29)),
        ("string", "", ""),
    ],
)
def test_values_keep_what_they_say(kind: str, given: object, found: object, tmp_path: Path) -> None:
    make(tmp_path, [(1, given)])
    [(_, row, reason)] = read(tmp_path, columns(value=kind), "select value from t")
    assert (repr(row["value"]), reason) == (repr(found), None)


@pytest.mark.parametrize(
    ("kind", "given", "reason"),
    [
        ("int64", 5.0, "type:value"),
        ("date32", "2023-02-29", "type:value"),
        ("date32", "24-02-29", "type:value"),
        ("date32", 17, "type:value"),
        ("string", b"\xff", "encoding:value"),
        ("binary", "not hex", "type:value"),
    ],
)
def test_values_of_another_kind_are_held_back(
    kind: str, given: object, reason: str, tmp_path: Path
) -> None:
    make(tmp_path, [(1, given)])
    assert read(tmp_path, columns(value=kind), "select value from t")[0][2] == reason


def test_columns_are_inferred_from_what_is_stored(tmp_path: Path) -> None:
    row = (1, 0.5, "Ulm", "2024-01-01", b"\xff", None, "007", 1)
    names = "whole, real, text, day, bytes, empty, digits, mixed"
    make(tmp_path, [row] * 600 + [(*row[:-1], "x")] * 3, names)
    found = infer_query(URL, "select * from t", base=tmp_path)
    assert {str(column.path): column.type for column in found} == {
        "whole": "int64", "real": "double", "text": "string", "day": "date32",
        "bytes": "binary", "empty": "string", "digits": "string", "mixed": "int64",
    }  # fmt: skip
    assert found[-1].note is not None


def test_odd_column_names_stay_names(tmp_path: Path) -> None:
    make(tmp_path, [(1, "x")], 'id, "a ""b"" (c)"')
    wanted = [Column(ColumnPath.of('a "b" (c)'), "string"), *columns(id="int64")]
    assert read(tmp_path, wanted)[0][1] == {'a "b" (c)': "x", "id": 1}
    [column] = infer_query(URL, "select count(*) from t", base=tmp_path)
    assert str(column.path) == "count(*)"


def test_drift_is_the_pipelines_to_allow(tmp_path: Path) -> None:
    make(tmp_path, [(1, "x")])
    wanted = columns(id="int64", values="string")
    with pytest.raises(SourceError, match=r"no column `values`.*another column"):
        read(tmp_path, wanted)
    watch = Watch(Drift(added="ignore", lost="null"))
    assert read(tmp_path, wanted, watch=watch) == [(1, {"id": 1, "values": None}, None)]
    assert watch.drifted == Drifted(("value",), ("values",))


def test_rows_after_a_number_are_chosen_by_the_database_and_undated_ones_come_too(
    tmp_path: Path,
) -> None:
    make(tmp_path, [*((i, "x") for i in range(100)), (None, "x"), ("2024", "x"), (b"9", "x")])
    found = read(tmp_path, columns(id="int64", value="string"), after=("id", "97"))
    assert [(row["id"], reason) for _, row, reason in found] == [
        (98, None), (99, None), (None, None), (2024, None), (9, None),
    ]  # fmt: skip
    assert len(read(tmp_path, columns(id="string", value="string"), after=("id", "97"))) == 103


def test_nothing_found_is_an_error_unless_that_may_be(tmp_path: Path) -> None:
    make(tmp_path, [])
    wanted = columns(id="int64", value="string")
    with pytest.raises(SourceError, match="no rows"):
        read(tmp_path, wanted)
    assert read(tmp_path, wanted, watch=Watch(empty_ok=True)) == []
    with pytest.raises(SourceError, match="no rows"):
        infer_query(URL, "select * from t", base=tmp_path)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("select * from nowhere", "has no such table"),
        ("select secret_name from t", "has no such column"),
        ("select abs(-9223372036854775808 + id) as id from t where id = 0", "ended the query"),
    ],
)
def test_a_query_that_fails_is_named_without_its_text(
    query: str, said: str, tmp_path: Path
) -> None:
    make(tmp_path, [(i, i) for i in range(10)])
    with pytest.raises(SourceError, match=said) as caught:
        read(tmp_path, columns(id="int64"), query)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="names no file"):
        read(tmp_path, columns(id="int64"))
    (tmp_path / "shop.db").write_text("id,value\n1,secret\n" * 100)
    with pytest.raises(SourceError, match="is no SQLite database") as caught:
        read(tmp_path, columns(id="int64"))
    assert "secret" not in str(caught.value)


def test_a_damaged_database_is_an_error(tmp_path: Path) -> None:
    make(tmp_path, [(i, "x" * 100) for i in range(2000)])
    data = bytearray((tmp_path / "shop.db").read_bytes())
    data[8192:12288] = b"\xff" * 4096
    (tmp_path / "shop.db").write_bytes(data)
    with pytest.raises(SourceError, match="is damaged"):
        read(tmp_path, columns(id="int64", value="string"))


def test_nothing_is_written(tmp_path: Path) -> None:
    make(tmp_path, [(1, "x")])
    before = (tmp_path / "shop.db").read_bytes()
    read(tmp_path, columns(id="int64", value="string"))
    assert (tmp_path / "shop.db").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["shop.db"]


def test_a_locked_database_can_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("privet.adapters.databases.sqlite._BUSY_MILLISECONDS", 1)
    make(tmp_path, [(1, "x")])
    # Another process: within one, SQLite's locks do not bind another SQLite library.
    program = """
import sqlite3, sys
writer = sqlite3.connect(sys.argv[1], isolation_level=None)
writer.execute("begin exclusive")
print("locked", flush=True)
sys.stdin.readline()
"""
    command = [sys.executable, "-c", program, str(tmp_path / "shop.db")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "locked\n"
        with pytest.raises(Unreachable, match="locked by another program"):
            read(tmp_path, columns(id="int64", value="string"))
        writer.communicate("\n")
    assert len(read(tmp_path, columns(id="int64", value="string"))) == 1


def test_rows_that_a_writer_has_not_put_into_the_file_yet_are_read(tmp_path: Path) -> None:
    """Write-ahead logging: the newest rows stand in a file beside the database."""
    make(tmp_path, [(1, "x")])
    with closing(sqlite3.connect(tmp_path / "shop.db")) as writer:
        writer.execute("pragma journal_mode = wal")
        writer.execute("insert into t values (2, 'y')")
        writer.commit()
        assert len(read(tmp_path, columns(id="int64", value="string"))) == 2


def test_long_values_do_not_gather(tmp_path: Path) -> None:
    make(tmp_path, [(i, "x" * 1_000_000) for i in range(60)])
    wanted = columns(id="int64", value="string")
    sizes = [
        raw.rows.nbytes
        for raw in read_query(URL, "select * from t", wanted, base=tmp_path, block_bytes=1 << 20)
    ]
    assert sum(sizes) > 60_000_000
    assert read(tmp_path, wanted, "select * from t limit 0", watch=Watch(empty_ok=True)) == []


def test_a_url_that_is_no_database() -> None:
    with pytest.raises(UsageError):
        list(read_query("shop.csv", "select 1", columns(id="int64"), block_bytes=1024))
