"""What is written is read back equal, through inference-free reading and typing."""

from __future__ import annotations

import gzip
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from privet.adapters.formats.read import read_batches
from privet.adapters.formats.write import open_writer
from privet.model.contract import Column
from privet.model.paths import ColumnPath
from privet.model.pipeline import FormatName, SourceFormat
from privet.ports.arrow_types import arrow_schema
from privet.quality.typing import enforce, split

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=12)
LEAVES = {
    "string": TEXT,
    "int64": st.integers(-(2**63), 2**63 - 1),
    "double": st.floats(allow_nan=False, allow_infinity=False),
    "bool": st.booleans(),
    "date32": st.dates(date(1, 1, 1), date(9999, 12, 31)),
    "binary": st.binary(max_size=8),
    "timestamp[us]": st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1)),
    "timestamp[us, UTC]": st.datetimes(
        datetime(1700, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)
    ),
    "decimal128(18, 2)": st.decimals(-(10**15), 10**15, places=2, allow_nan=False),
}
NAMES = st.text("abcxyz ._\"'ä,;", min_size=1, max_size=8).filter(
    lambda name: name.strip() and not name.startswith("_privet_")
)


@st.composite
def flat_tables(draw: st.DrawFn) -> tuple[list[Column], pa.RecordBatch]:
    names = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
    columns = [Column(ColumnPath.of(n), draw(st.sampled_from(sorted(LEAVES)))) for n in names]
    count = draw(st.integers(1, 20))
    rows = [{c.path.root: draw(st.none() | LEAVES[c.type]) for c in columns} for _ in range(count)]
    return columns, pa.RecordBatch.from_pylist(rows, arrow_schema(columns))


def through(form: FormatName, columns: list[Column], batch: pa.RecordBatch) -> pa.Table:
    sink = io.BytesIO()
    writer = open_writer(sink, form, batch.schema)
    writer.write(batch)
    writer.close()
    kept = []
    for raw in read_batches(io.BytesIO(sink.getvalue()), "x", SourceFormat(form), columns):
        assert not raw.rejects
        good, held = split(enforce(raw.rows, columns))
        assert not held.num_rows
        kept.append(good)
    return pa.Table.from_batches(kept, arrow_schema(columns))


@given(flat_tables())
def test_parquet(made: tuple[list[Column], pa.RecordBatch]) -> None:
    columns, batch = made
    assert through("parquet", columns, batch).to_pylist() == batch.to_pylist()


@given(flat_tables())
def test_arrow(made: tuple[list[Column], pa.RecordBatch]) -> None:
    columns, batch = made
    assert through("arrow", columns, batch).to_pylist() == batch.to_pylist()


@given(flat_tables())
def test_json_lines(made: tuple[list[Column], pa.RecordBatch]) -> None:
    columns, batch = made
    assert through("jsonl", columns, batch).to_pylist() == batch.to_pylist()


@given(flat_tables())
def test_csv_where_an_empty_text_is_null(made: tuple[list[Column], pa.RecordBatch]) -> None:
    columns, batch = made
    expected = [
        {name: None if value in ("", b"") else value for name, value in row.items()}
        for row in batch.to_pylist()
    ]
    assert through("csv", columns, batch).to_pylist() == expected


ROW = st.fixed_dictionaries(
    {
        "id": st.none() | LEAVES["int64"],
        "m": st.none()
        | st.lists(
            st.none()
            | st.fixed_dictionaries({"body": st.none() | TEXT, "on": st.none() | LEAVES["date32"]}),
            max_size=3,
        ),
        "o": st.none() | st.fixed_dictionaries({"tags": st.none() | st.lists(st.none() | TEXT)}),
    }
)
NESTED = [
    Column(ColumnPath.parse(path), kind)
    for path, kind in {
        "id": "int64",
        "m[].body": "string",
        "m[].on": "date32",
        "o.tags[]": "string",
    }.items()
]


@given(st.lists(ROW, min_size=1, max_size=12), st.sampled_from(["parquet", "arrow", "jsonl"]))
def test_nested_rows(rows: list[dict[str, object]], form: FormatName) -> None:
    batch = pa.RecordBatch.from_pylist(rows, arrow_schema(NESTED))
    assert through(form, NESTED, batch).to_pylist() == batch.to_pylist()


@given(
    st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=20),
    st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]),
    st.sampled_from([";", "\t", "|"]),
    st.booleans(),
)
def test_stated_dialects(
    pairs: list[tuple[str, str]], encoding: str, delimiter: str, packed: bool
) -> None:
    quoted = ["\x22" + value.replace('"', '""') + "\x22" for pair in pairs for value in pair]
    lines = [f"{a}{delimiter}{b}" for a, b in zip(quoted[::2], quoted[1::2], strict=True)]
    data = (f"a{delimiter}b\r\n" + "\r\n".join(lines)).encode(encoding)
    form = SourceFormat(
        "csv",
        "gzip" if packed else None,
        delimiter=delimiter,
        encoding="utf-8" if encoding == "utf-8-sig" else encoding,
    )
    columns = [Column(ColumnPath.of(name), "string") for name in "ab"]
    file = io.BytesIO(gzip.compress(data) if packed else data)
    found = [
        tuple(row.values())
        for raw in read_batches(file, "x", form, columns, block_bytes=4096)
        for row in split(enforce(raw.rows, columns))[0].to_pylist()
    ]
    assert found == [(a or None, b or None) for a, b in pairs]


def test_decimals_are_exact() -> None:
    columns = [Column(ColumnPath.of("d"), "decimal128(38, 10)")]
    value = Decimal("1234567890123456789012345678.0123456789")
    batch = pa.RecordBatch.from_pylist([{"d": value}], arrow_schema(columns))
    for form in ("csv", "jsonl", "parquet", "arrow"):
        assert through(form, columns, batch).to_pylist() == [{"d": value}]
