"""Marked values on every error path of reading, typing and writing: in no message and no reason."""

from __future__ import annotations

import gzip
import io
import traceback
from collections.abc import Callable

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest

from privet.adapters.formats.infer import infer_columns
from privet.adapters.formats.read import read_batches
from privet.adapters.formats.sniff import sniff
from privet.adapters.formats.write import open_writer
from privet.model.contract import Column
from privet.model.errors import PrivetError
from privet.model.paths import ColumnPath
from privet.model.pipeline import SourceFormat
from privet.quality.typing import enforce

MARK = "mk7313zq"
COLUMNS = [Column(ColumnPath.of("id"), "int64"), Column(ColumnPath.of("mail"), "string")]
M = MARK.encode()

CSV_FILES = [
    b"id,mail\n" + M + b"," + M + b"\n",
    b"id,mail\n1\n" + M + b"\n" + M + b"," + M + b"," + M + b"\n",
    b"id,mail\n1," + M + b"\xff\n\xff" + M + b"\n",
    b'id,mail\n1,"' + M + b"\n2,x\n",
    b'id,mail\n1,"' + M * 900 + b"\n" * 2000,
    M + b"," + M + b"@example.org\n1,2\n",
    M + b",b\n1,2\n",
    b"id,id\n" + M + b"," + M + b"\n",
    b"id,mail,\n1," + M + b",\n",
    gzip.compress(b"id,mail\n1," + M * 99 + b"\n", mtime=0)[:-5],
]
JSON_FILES = [
    b'{"id":"' + M + b'"}\n',
    b'{"id":1,"mail":"' + M + b'"\n' + M,
    b'{"' + M + b'":1}\n',
    b'{"mail":"' + M + b'\xff"}\n{"mail":"' + M + b'\\ud800"}\n',
    b'{"id":1,"id":"' + M + b'"}\n["' + M + b'"]\n',
    b'{"' + M + b'@x.org":1}\n',
    b'{"":"' + M + b'"}\n',
    b'["' + M + b'"]',
]


def said(act: Callable[[], object]) -> str:
    """All that an error says: message, hint, repr, and every error in its chain."""
    try:
        return repr(act())
    except PrivetError as error:
        parts = ["".join(traceback.format_exception(error)), repr(error), str(error.args)]
        chain: BaseException | None = error
        while chain is not None:
            parts.append(f"{chain!r} {chain}")
            chain = chain.__cause__ or chain.__context__
        return "\n".join(parts)


def read_all(data: bytes, form: SourceFormat, block: int) -> list[object]:
    shown: list[object] = []
    for raw in read_batches(io.BytesIO(data), "x", form, COLUMNS, block_bytes=block):
        typed = enforce(raw.rows, COLUMNS)
        shown += [repr(raw), repr(typed), typed.reasons.to_pylist()]
        shown += [(reject, reject.reason) for reject in raw.rejects]
    return shown


@pytest.mark.parametrize("block", [1024, 1 << 20])
@pytest.mark.parametrize("data", CSV_FILES)
def test_csv(data: bytes, block: int) -> None:
    form = SourceFormat("csv", "gzip" if data.startswith(b"\x1f\x8b") else None)
    assert MARK not in said(lambda: read_all(data, form, block))


@pytest.mark.parametrize("data", JSON_FILES)
def test_json_lines(data: bytes) -> None:
    assert MARK not in said(lambda: read_all(data, SourceFormat("jsonl"), 1 << 20))


@pytest.mark.parametrize("data", [*CSV_FILES, *JSON_FILES])
def test_sniffing(data: bytes) -> None:
    assert MARK not in said(lambda: sniff(io.BytesIO(data), "x.csv"))
    assert MARK not in said(lambda: sniff(io.BytesIO(data), "x.json"))


def test_inference_where_it_ends_in_an_error() -> None:
    failing = [CSV_FILES[3], CSV_FILES[5], CSV_FILES[7], CSV_FILES[8]]
    for data in failing:
        assert MARK not in said(
            lambda data=data: infer_columns(io.BytesIO(data), "x", SourceFormat("csv"))
        )
    for data in JSON_FILES[5:]:
        assert MARK not in said(
            lambda data=data: infer_columns(io.BytesIO(data), "x", SourceFormat("jsonl"))
        )


def test_parquet() -> None:
    sink = io.BytesIO()
    pq.write_table(pa.table({"id": [MARK], "mail": [MARK]}), sink, compression="none")
    whole = sink.getvalue()
    for data in (whole, whole[:-20], whole[: len(whole) // 2], whole.replace(M, b"\xff" * len(M))):
        assert MARK not in said(lambda data=data: read_all(data, SourceFormat("parquet"), 1 << 20))


def test_arrow() -> None:
    sink = io.BytesIO()
    table = pa.table({"id": [MARK], "mail": [MARK]})
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    whole = sink.getvalue()
    for data in (whole, whole[:-20], whole[: len(whole) // 2], whole.replace(M, b"\xff" * len(M))):
        assert MARK not in said(lambda data=data: read_all(data, SourceFormat("arrow"), 1 << 20))


def test_writing() -> None:
    nested = pa.schema([("mail", pa.list_(pa.string()))])
    assert MARK not in said(lambda: open_writer(io.BytesIO(), "csv", nested))
