"""Whatever is done to a file: each record is a row or a reject, or the file is an error."""

from __future__ import annotations

import gzip
import io
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from privet.adapters.formats.read import read_batches
from privet.adapters.formats.sniff import sniff
from privet.model.contract import Column
from privet.model.errors import PrivetError, SourceError
from privet.model.paths import ColumnPath
from privet.model.pipeline import SourceFormat
from privet.quality.typing import enforce, split

COLUMNS = [
    Column(ColumnPath.of("id"), "int64", required=True),
    Column(ColumnPath.of("day"), "date32"),
    Column(ColumnPath.of("text"), "string"),
]
CSV, JSONL, PARQUET = SourceFormat("csv"), SourceFormat("jsonl"), SourceFormat("parquet")


def counted(data: bytes, form: SourceFormat, block: int) -> tuple[int, int, int, list[int]]:
    """(kept, held, rejected, positions of all of them, sorted)"""
    kept = held = rejected = 0
    positions: list[int] = []
    for raw in read_batches(io.BytesIO(data), "x", form, COLUMNS, block_bytes=block):
        good, bad = split(enforce(raw.rows, COLUMNS))
        kept, held = kept + good.num_rows, held + bad.num_rows
        rejected += len(raw.rejects)
        positions += raw.positions.to_pylist() + [reject.position for reject in raw.rejects]
        assert good.num_rows + bad.num_rows == raw.rows.num_rows == len(raw.positions)
    return kept, held, rejected, sorted(positions)


CELL = st.sampled_from(
    ["1", "-7", "2020-01-01", "x", "", " ", "\u00e4", "0x1F", '"a,b"', '"a\nb"', '"q""q"', "9" * 30]
)
RECORD = st.lists(CELL, min_size=1, max_size=5).filter(lambda cells: cells != [""])


@given(st.lists(RECORD, min_size=1, max_size=60), st.sampled_from([256, 1024, 1 << 20]))
def test_csv_records_of_any_length(records: Sequence[Sequence[str]], block: int) -> None:
    lines = [",".join(record) for record in records]
    data = ("id,day,text\n" + "\n".join(lines) + "\n").encode()
    kept, held, rejected, positions = counted(data, CSV, block)
    assert kept + held + rejected == len(records)
    assert rejected == sum(len(record) != len(COLUMNS) for record in records)
    assert positions == list(range(1, len(records) + 1))


EDITS = st.lists(
    st.tuples(st.integers(0, 10**6), st.sampled_from([b"", b"\xff", b",", b"\n", b'"', b"\x00"])),
    max_size=6,
)
GOOD = b"id,day,text\n" + b"".join(b"%d,2020-01-01,caf\xc3\xa9 %d\n" % (i, i) for i in range(1, 99))


@given(EDITS)
def test_csv_with_bytes_changed_anywhere(edits: list[tuple[int, bytes]]) -> None:
    data = GOOD
    for at, new in edits:
        place = 12 + at % (len(data) - 12)
        data = data[:place] + new + data[place + 1 :]
    try:
        kept, held, rejected, positions = counted(data, CSV, 1 << 20)
    except SourceError as error:
        assert "never closed" in str(error)  # noqa: PT017
        return
    assert positions == list(range(1, kept + held + rejected + 1))
    if not any(new in {b'"', b"\n", b""} for _, new in edits):
        newlines = data.count(b"\n") - 1 + (not data.endswith(b"\n"))
        blank = sum(not line for line in data.split(b"\n")[:-1])
        assert kept + held + rejected == newlines - blank


LINE = st.sampled_from(
    [
        b'{"id":1,"day":"2020-01-01","text":"x"}',
        b'{"id":null,"text":"caf\xc3\xa9"}',
        b'{"id":2,"day":"yesterday"}',
        b'{"id":"3"}',
        b'{"id":4,"other":1}',
        b'{"id":5',
        b"null",
        b"[]",
        b'{"id":1}{"id":2}',
        b'{"text":"\xff"}',
        b"",
        b"   ",
    ]
)


@given(st.lists(LINE, min_size=1, max_size=400), st.sampled_from([64, 1024, 1 << 20]))
def test_json_lines_of_any_kind(lines: list[bytes], block: int) -> None:
    filled = [number for number, line in enumerate(lines, 1) if line.strip()]
    try:
        kept, held, rejected, positions = counted(b"\n".join(lines), JSONL, block)
    except SourceError as error:
        array = "JSON array" in str(error)
        assert array or "empty" in str(error)  # noqa: PT017
        assert lines[filled[0] - 1].startswith(b"[") if array else not filled
        return
    assert positions == filled
    assert kept == sum(line.startswith(b'{"id":1,') for line in lines)
    assert kept + held + rejected == len(filled)


def packed(codec: str) -> bytes:
    if codec == "gzip":
        return gzip.compress(GOOD, mtime=0)
    return bytes(pa.compress(GOOD, codec="zstd", asbytes=True))


def test_a_compressed_file_cut_at_any_byte_is_an_error() -> None:
    for codec in ("gzip", "zstd"):
        whole = packed(codec)
        form = SourceFormat("csv", codec)
        assert counted(whole, form, 1 << 20)[0] == 98
        for length in range(len(whole)):
            assert refused(whole[:length], form)


def test_a_parquet_file_cut_at_any_byte_is_an_error() -> None:
    sink = io.BytesIO()
    table = pa.table({"id": range(300), "day": ["2020-01-01"] * 300, "text": ["x"] * 300})
    pq.write_table(table, sink, row_group_size=100, compression="zstd")
    whole = sink.getvalue()
    assert counted(whole, PARQUET, 1 << 20)[0] == 300
    for length in range(len(whole)):
        assert refused(whole[:length], PARQUET)


@given(st.integers(0, 10**6), st.integers(1, 255))
def test_a_parquet_file_with_a_byte_changed_is_an_error_or_counts_its_rows(
    at: int, by: int
) -> None:
    sink = io.BytesIO()
    table = pa.table({"id": range(300), "day": ["2020-01-01"] * 300, "text": ["x"] * 300})
    pq.write_table(table, sink, write_page_checksum=True)
    data = bytearray(sink.getvalue())
    data[at % len(data)] ^= by
    try:
        kept, held, rejected, _ = counted(bytes(data), PARQUET, 1 << 20)
    except PrivetError:
        return
    assert kept + held + rejected == 300


@given(st.binary(max_size=200), st.sampled_from(["x.csv", "x.jsonl", "x.parquet", "x", "x.csv.gz"]))
def test_sniffing_any_bytes_is_an_answer_or_our_error(data: bytes, name: str) -> None:
    try:
        form = sniff(io.BytesIO(data), name)
        counted(data, form, 1 << 20)
    except PrivetError as error:
        assert error.hint or "column" in error.message  # noqa: PT017


def refused(data: bytes, form: SourceFormat) -> bool:
    try:
        counted(data, form, 1 << 20)
    except SourceError:
        return True
    return False
