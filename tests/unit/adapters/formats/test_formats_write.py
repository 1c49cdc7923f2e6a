from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from privet.adapters.formats.write import hex_text, open_writer
from privet.model.errors import ConfigError
from privet.model.pipeline import FormatName


def write(form: FormatName, *batches: pa.RecordBatch) -> bytes:
    sink = io.BytesIO()
    writer = open_writer(sink, form, batches[0].schema)
    for batch in batches:
        writer.write(batch)
    writer.close()
    assert not sink.closed
    return sink.getvalue()


def test_parquet_keeps_field_metadata_and_is_zstd() -> None:
    schema = pa.schema([pa.field("t", pa.binary(16), metadata={b"privet.key": b"k1"})])
    data = write("parquet", pa.record_batch([pa.array([b"1" * 16], pa.binary(16))], schema=schema))
    file = pq.ParquetFile(io.BytesIO(data))
    assert file.schema_arrow.field("t").metadata[b"privet.key"] == b"k1"
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


def test_parquet_tells_the_range_of_numbers_and_dates_alone() -> None:
    batch = pa.record_batch(
        {
            "n": [1, 2],
            "day": pa.array([3, 4], pa.date32()),
            "money": pa.array([Decimal("1.5"), None], pa.decimal128(9, 2)),
            "text": ["a", "b"],
            "list": [["x"], None],
        }
    )
    file = pq.ParquetFile(io.BytesIO(write("parquet", batch)))
    group = file.metadata.row_group(0)
    told = {
        group.column(at).path_in_schema
        for at in range(group.num_columns)
        if group.column(at).is_stats_set
    }
    assert told == {"n", "day", "money"}
    assert file.read().to_batches()[0].equals(batch)


def test_csv_has_hex_for_bytes_and_nothing_for_null() -> None:
    batch = pa.record_batch(
        {
            "s": ['a"b,c\nd', None],
            "b": pa.array([b"\x00\xff", None]),
            "f": pa.array([b"ab", b"cd"], pa.binary(2)),
            "c": pa.array(["x", None]).dictionary_encode(),
            "d": [date(2020, 1, 2), None],
            "t": [datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC), None],
            "n": pa.array([Decimal("1.50"), None], pa.decimal128(5, 2)),
        }
    )
    lines = write("csv", batch, batch).decode().split("\n")
    assert lines[0] == '"s","b","f","c","d","t","n"'
    assert lines[1:3] == [
        '"a""b,c',
        'd","00ff","6162","x",2020-01-02,2020-01-02 03:04:05.000000Z,1.50',
    ]
    assert lines[3] == ',,"6364",,,,'


def test_nested_columns_are_refused_in_csv_with_the_way_out() -> None:
    with pytest.raises(ConfigError, match="`tags` is nested") as caught:
        open_writer(io.BytesIO(), "csv", pa.schema([("tags", pa.list_(pa.string()))]))
    assert "jsonl" in str(caught.value)


def test_json_lines_have_plain_words_for_every_type() -> None:
    batch = pa.record_batch(
        {
            "d": [date(2020, 1, 2)],
            "t": [datetime(2020, 1, 2, 3, 4, 5, 6, tzinfo=UTC)],
            "ns": pa.array([1], pa.timestamp("ns")),
            "n": pa.array([Decimal("1.50")], pa.decimal128(5, 2)),
            "b": [b"\x00\xff"],
            "m": [[{"x": float("nan"), "y": "ä\n"}]],
        }
    )
    line = write("jsonl", batch)
    assert line.endswith(b"\n")
    assert json.loads(line) == {
        "d": "2020-01-02",
        "t": "2020-01-02T03:04:05.000006+00:00",
        "ns": "1970-01-01 00:00:00.000000001",
        "n": "1.50",
        "b": "00ff",
        "m": [{"x": None, "y": "ä\n"}],
    }


def test_hex_of_slices_and_empty_arrays() -> None:
    values = pa.array([b"\x01", None, b"", b"\xab\xcd", b"\xff"])
    assert hex_text(values).to_pylist() == ["01", None, "", "abcd", "ff"]
    assert hex_text(values[1:4]).to_pylist() == [None, "", "abcd"]
    assert hex_text(pa.array([], pa.binary())).to_pylist() == []
    assert hex_text(pa.array([None, None], pa.binary())).to_pylist() == [None, None]
