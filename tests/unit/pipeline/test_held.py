"""Records of held-back rows read again, and the column that a reason names."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from privet.model.contract import Column, Contract, SubjectRef
from privet.model.paths import ColumnPath
from privet.model.pipeline import Drift, SourceFormat, SourceSpec
from privet.model.quality import NotNull, QualityRule, Range
from privet.pipeline.held import column_of, read_record, read_rows, text_at
from privet.vault.records import json_records

ID, DAY, PRICE, BLOB = (ColumnPath.of(name) for name in ("id", "day", "price", "blob"))
COLUMNS = (
    Column(ID, "string", "user.unique_id"),
    Column(DAY, "date32", "none"),
    Column(PRICE, "decimal128(8, 2)", "none"),
    Column(BLOB, "binary", "none"),
)
CONTRACT = Contract(
    name="things",
    version="1.0.0",
    columns=COLUMNS,
    subjects=(SubjectRef("person", ID),),
    rules=(
        QualityRule("cheap", Range(maximum="9"), (PRICE,)),
        QualityRule("both", NotNull(), (DAY, PRICE)),
    ),
)


def source(form: Any, drift: Drift = Drift()) -> SourceSpec:  # noqa: B008
    return SourceSpec("things", ("things",), SourceFormat(form), drift=drift)


def recorded(rows: pa.RecordBatch) -> list[bytes | None]:
    return json_records(rows, pa.array([True] * rows.num_rows)).to_pylist()


@pytest.mark.parametrize(
    ("reason", "column"),
    [
        ("type:day", DAY),
        ("required:price", PRICE),
        ("encoding:id", ID),
        ("clean:date:day", DAY),
        ("clean:date:gone", None),
        ("rule:cheap", PRICE),
        ("rule:both", None),
        ("rule:gone", None),
        ("unowned", ID),
        ("ragged_row", None),
        ("type:no[such", None),
    ],
)
def test_the_column_that_a_reason_names(reason: str, column: ColumnPath | None) -> None:
    assert column_of(reason, CONTRACT) == column


def test_typed_rows_come_back_as_they_were() -> None:
    rows = pa.RecordBatch.from_pydict(
        {
            "id": pa.array(["a", None]),
            "day": pa.array([date(2024, 1, 2), None]),
            "price": pa.array([Decimal("1.50"), None], pa.decimal128(8, 2)),
            "blob": pa.array([b"\x00\xff", None]),
        }
    )
    (found,) = read_rows(recorded(rows), source("parquet"), COLUMNS)
    assert found[0] == [0, 1]
    assert found[1].to_pylist() == rows.to_pylist()
    assert found[1].schema.types[1:] == rows.schema.types[1:]


def test_text_stays_text_where_the_source_has_only_text() -> None:
    rows = pa.RecordBatch.from_pydict(
        {name: pa.array(["2024-01-02", "07"]) for name in ("id", "day", "price", "blob")}
    )
    (found,) = read_rows(recorded(rows), source("csv"), COLUMNS)
    assert found[1].to_pylist() == rows.to_pylist()
    assert set(found[1].schema.types) == {pa.string()}


def test_rows_of_unlike_types_come_apart() -> None:
    records = [
        b'{"id": "a", "day": "soon", "price": 1, "blob": null}',
        b'{"id": 7, "day": "2024-01-02", "price": 1, "blob": null}',
        b'{"id": {"x": 1}, "day": null, "price": 99999999999999999999999, "blob": null}',
    ]
    found = {
        number: rows.slice(at, 1).to_pylist()[0]
        for numbers, rows in read_rows(records, source("parquet"), COLUMNS)
        for at, number in enumerate(numbers)
    }
    assert [found[0]["day"], found[1]["day"]] == ["soon", date(2024, 1, 2)]
    assert [found[0]["id"], found[1]["id"]] == ["a", 7]
    assert 2 not in found  # no array holds it


@pytest.mark.parametrize(
    "record",
    [
        None,
        b"",
        b"1,2",
        b"[1]",
        b'"text"',
        b'{"id": "a"}',
        b'{"id": "a", "day": null, "price": null, "blob": null, "more": 1}',
        '{"id": "\ufffd", "day": null, "price": null, "blob": null}'.encode(),
    ],
)
def test_what_is_no_whole_row_is_passed_over(record: bytes | None) -> None:
    assert list(read_rows([record], source("csv"), COLUMNS)) == []


def test_a_line_that_its_reader_refused_is_read_as_that_reader_would_today() -> None:
    line = b'{"id": "a", "more": 1}'
    columns = COLUMNS[:1]
    assert list(read_rows([line], source("jsonl"), columns)) == []
    lenient = source("jsonl", Drift(added="ignore"))
    ((numbers, rows),) = read_rows([b"no json", line], lenient, columns)
    assert (numbers, rows.to_pylist()) == ([1], [{"id": "a"}])
    assert list(read_rows([b'{"id": "a", "id": "b"}'], lenient, columns)) == []


def test_a_refused_line_of_a_partition_does_not_say_which() -> None:
    parted = SourceSpec("things", ("things",), SourceFormat("jsonl"), partitions=(DAY,))
    columns = COLUMNS[:2]
    assert list(read_rows([b'{"id": "a"}'], parted, columns)) == []
    ((_, rows),) = read_rows([b'{"id": "a", "day": "2024"}'], parted, columns)
    assert rows.to_pylist() == [{"id": "a", "day": "2024"}]


def test_what_stood_at_a_path_is_text() -> None:
    row = read_record(b'{"a": {"b": 1.5}, "l": [{"x": "y"}, null, {}], "t": true}')
    assert row is not None
    assert text_at(row, ColumnPath.parse("a.b")) == "1.5"
    assert text_at(row, ColumnPath.parse("a.c")) is None
    assert text_at(row, ColumnPath.parse("l[].x")) == '["y", null, null]'
    assert text_at(row, ColumnPath.parse("t")) == "true"
    assert text_at(row, ColumnPath.parse("gone.b")) is None
    assert text_at({"b": b"\x00\xff"}, ColumnPath.of("b")) == "00ff"
