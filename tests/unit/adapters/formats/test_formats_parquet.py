from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from privet.adapters.formats.infer import infer_columns
from privet.adapters.formats.read import read_batches
from privet.model.contract import Column
from privet.model.errors import SourceError
from privet.model.paths import ColumnPath
from privet.model.pipeline import SourceFormat

PARQUET = SourceFormat("parquet")


def written(table: pa.Table, **options: object) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def columns(*paths: str) -> list[Column]:
    return [Column(ColumnPath.parse(path), "string") for path in paths]


def test_rows_stream_in_small_batches_in_the_contracts_order() -> None:
    data = written(pa.table({"b": ["x"] * 1000, "a": range(1000)}), row_group_size=300)
    batches = list(
        read_batches(io.BytesIO(data), "x", PARQUET, columns("a", "b"), block_bytes=1024)
    )
    assert len(batches) > 3
    assert batches[0].rows.schema.names == ["a", "b"]
    assert [p for b in batches for p in b.positions.to_pylist()] == list(range(1, 1001))


def test_nested_columns_are_checked_by_leaf() -> None:
    table = pa.table({"m": [[{"body": "x", "at": 1}]]})
    read = lambda *paths: list(  # noqa: E731
        read_batches(io.BytesIO(written(table)), "x", PARQUET, columns(*paths))
    )
    assert read("m[].body", "m[].at")[0].rows.num_rows == 1
    with pytest.raises(SourceError, match=r"`m\[\]\.at`"):
        read("m[].body")
    with pytest.raises(SourceError, match=r"no column `m\[\]\.who`"):
        read("m[].body", "m[].at", "m[].who")


@pytest.mark.parametrize("data", [b"", b"PAR1", b"PAR1" + b"\0" * 60 + b"PAR1", b"a,b\n1,2\n"])
def test_what_is_not_parquet_is_an_error(data: bytes) -> None:
    with pytest.raises(SourceError, match=r"not a whole Parquet file|is empty"):
        list(read_batches(io.BytesIO(data), "x", PARQUET, columns("a")))


def test_types_of_the_files_own_schema_are_spelled_as_in_a_contract() -> None:
    schema = pa.schema(
        [
            ("i8", pa.int8()), ("u64", pa.uint64()), ("f", pa.float32()), ("s", pa.large_string()),
            ("d", pa.date64()), ("t", pa.timestamp("ns", "Europe/Paris")), ("n", pa.null()),
            ("b", pa.binary(4)), ("dec", pa.decimal128(9, 3)), ("e", pa.list_(pa.float32(), 2)),
            ("m", pa.map_(pa.string(), pa.int32())), ("c", pa.dictionary(pa.int8(), pa.string())),
            ("o", pa.struct([("x", pa.list_(pa.list_(pa.bool_())))])), ("h", pa.time64("us")),
        ]
    )  # fmt: skip
    row = [None] * len(schema)
    table = pa.table([pa.array([None], kind.type) for kind in schema], schema=schema)
    assert len(row) == table.num_columns
    found = infer_columns(io.BytesIO(written(table)), "x.parquet", PARQUET)
    assert {str(column.path): column.type for column in found} == {
        "i8": "int64", "u64": "decimal128(20, 0)", "f": "double", "s": "string", "d": "date32",
        "t": "timestamp[ns, Europe/Paris]", "n": "string", "b": "binary",
        "dec": "decimal128(9, 3)", "e[]": "double", "m[].key": "string", "m[].value": "int64",
        "c": "string", "o.x[][]": "bool", "h": "string",
    }  # fmt: skip


def test_a_file_without_rows_has_nothing_to_infer() -> None:
    with pytest.raises(SourceError, match="no rows"):
        infer_columns(io.BytesIO(written(pa.table({"a": pa.array([], "int8")}))), "x", PARQUET)
