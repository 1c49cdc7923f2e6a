"""A file that `privet.adapters.formats.write` wrote, read again as text by other code.

For checks of what is about to leave: each value is the text that stands in the file, or null.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO, IOBase
from itertools import islice
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from privet.model.pipeline import FormatName

_ROWS = 1 << 16


def read_back(file: BinaryIO, form: FormatName) -> Iterator[pa.RecordBatch]:
    """The rows in the file's order, all columns that stand in it, as text."""
    batches = {"parquet": _parquet, "arrow": _arrow, "csv": _csv, "jsonl": _jsonl}[form]
    for batch in batches(file):
        columns = batch.schema.names
        arrays = [_text(batch.column(name)) for name in columns]
        yield pa.RecordBatch.from_arrays(arrays, names=columns)


def _parquet(file: BinaryIO) -> Iterator[pa.RecordBatch]:
    yield from pq.ParquetFile(file).iter_batches(_ROWS)


def _arrow(file: BinaryIO) -> Iterator[pa.RecordBatch]:
    reader: Any = pa.ipc.open_file(cast("IOBase", file))
    for number in range(reader.num_record_batches):
        yield reader.get_batch(number)


def _csv(file: BinaryIO) -> Iterator[pa.RecordBatch]:
    first = file.readline()
    columns = pyarrow.csv.read_csv(BytesIO(first)).column_names
    file.seek(0)
    convert = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(columns, pa.string()),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    parse = pyarrow.csv.ParseOptions(newlines_in_values=True)
    yield from pyarrow.csv.open_csv(file, parse_options=parse, convert_options=convert)


def _jsonl(file: BinaryIO) -> Iterator[pa.RecordBatch]:
    while lines := list(islice(file, _ROWS)):
        rows = [json.loads(line) for line in lines]
        columns = list(rows[0])
        arrays = [
            pa.array([_json_text(row[name]) for row in rows], pa.string()) for name in columns
        ]
        yield pa.RecordBatch.from_arrays(arrays, names=columns)


def _json_text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _text(values: Any) -> Any:
    if pa.types.is_string(values.type):
        return values
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_binary(values.type):
        return pa.array([None if each is None else each.hex() for each in values.to_pylist()])
    return pc.cast(values, pa.string())
