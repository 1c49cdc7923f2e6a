from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc
import pytest

from privet.adapters.formats.batches import RawBatch
from privet.adapters.formats.infer import infer_columns
from privet.adapters.formats.plain import plain
from privet.adapters.formats.read import read_batches
from privet.adapters.formats.sniff import sniff
from privet.adapters.formats.write import open_writer
from privet.model.contract import Column
from privet.model.errors import SourceError
from privet.model.pipeline import SourceFormat
from privet.quality.typing import enforce

ARROW = SourceFormat("arrow")
KINDS = {"file": pa.ipc.new_file, "stream": pa.ipc.new_stream}


def written(*batches: pa.RecordBatch, kind: str = "file", compression: str | None = None) -> bytes:
    sink = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression=compression)
    with KINDS[kind](sink, batches[0].schema, options=options) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return sink.getvalue()


def read(data: bytes, **options: Any) -> list[RawBatch]:
    columns = infer_columns(io.BytesIO(data), "x.arrow", ARROW)
    return list(read_batches(io.BytesIO(data), "x.arrow", ARROW, columns, **options))


def rows(batches: list[RawBatch]) -> list[dict[str, Any]]:
    return [row for batch in batches for row in batch.rows.to_pylist()]


SMALL = pa.record_batch({"id": range(1000), "name": [f"n{i}" for i in range(1000)]})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("compression", [None, "lz4", "zstd"])
def test_rows_stream_in_small_parts_with_their_numbers(kind: str, compression: str | None) -> None:
    data = written(SMALL, SMALL, kind=kind, compression=compression)
    file = io.BytesIO(data)
    assert sniff(file, "x") == ARROW
    batches = read(data, block_bytes=4096)
    assert len(batches) > 5
    assert rows(batches) == SMALL.to_pylist() * 2
    assert [p for b in batches for p in b.positions.to_pylist()] == list(range(1, 2001))
    assert not file.closed


def odd() -> pa.RecordBatch:
    """Every layout of the same few values, at the top and below."""
    text = pa.array(["a", None, "b", "c"])
    words, runs = text.dictionary_encode(), pc.call_function("run_end_encode", [text])
    pairs = pa.map_(pa.string(), pa.string_view())
    item = pa.struct([("body", pa.string_view()), ("at", pa.large_string())])
    return pa.RecordBatch.from_pydict(
        {
            "dictionary": words,
            "runs": runs,
            "view": text.cast(pa.string_view()),
            "large": text.cast(pa.large_string()),
            "bytes": pa.array([b"\xff", None, b"", b"x"], pa.binary_view()),
            "words": pa.ListArray.from_arrays([0, 2, 2, 3, 4], words),
            "inside": pa.StructArray.from_arrays(
                [runs, words], ["runs", "words"], mask=pa.array([False, True, False, False])
            ),
            "numbers": pa.array([[1, 2], None, [3], []], pa.list_view(pa.int64())),
            "messages": pa.array(
                [[{"body": "x", "at": "y"}], None, [], [{"body": None, "at": "z"}, None]],
                pa.large_list_view(item),
            ),
            "pair": pa.array([[1, 2], None, [3, 4], [5, 6]], pa.list_(pa.int64(), 2)),
            "uuid": pa.ExtensionArray.from_storage(
                pa.uuid(), pa.array([b"a" * 16, None, b"b" * 16, b"c" * 16], pa.binary(16))
            ),
            "map": pa.array([[("k", "v")], None, [], [("l", None)]], pairs),
        }
    )


ODD = [
    {
        "dictionary": "a", "runs": "a", "view": "a", "large": "a", "bytes": b"\xff",
        "words": ["a", None], "inside": {"runs": "a", "words": "a"}, "numbers": [1, 2],
        "messages": [{"body": "x", "at": "y"}], "pair": [1, 2], "uuid": b"a" * 16,
        "map": [{"key": "k", "value": "v"}],
    },
    dict.fromkeys(odd().schema.names),
    {
        "dictionary": "b", "runs": "b", "view": "b", "large": "b", "bytes": b"",
        "words": ["b"], "inside": {"runs": "b", "words": "b"}, "numbers": [3],
        "messages": [], "pair": [3, 4], "uuid": b"b" * 16, "map": [],
    },
    {
        "dictionary": "c", "runs": "c", "view": "c", "large": "c", "bytes": b"x",
        "words": ["c"], "inside": {"runs": "c", "words": "c"}, "numbers": [],
        "messages": [{"body": None, "at": "z"}, None], "pair": [5, 6], "uuid": b"c" * 16,
        "map": [{"key": "l", "value": None}],
    },
]  # fmt: skip
ODD[1]["words"] = []


@pytest.mark.parametrize("kind", KINDS)
def test_every_layout_is_read_as_its_values_and_fits_the_inferred_contract(kind: str) -> None:
    data = written(odd(), odd(), kind=kind)
    columns = infer_columns(io.BytesIO(data), "x", ARROW)
    assert [f"{column.path}: {column.type}" for column in columns if column.path.nested] == [
        "words[]: string", "inside.runs: string", "inside.words: string", "numbers[]: int64",
        "messages[].body: string", "messages[].at: string", "pair[]: int64",
        "map[].key: string", "map[].value: string",
    ]  # fmt: skip
    found = read(data, block_bytes=64)
    assert rows(found) == ODD * 2
    for batch in found:
        typed = enforce(batch.rows, columns)
        assert typed.reasons.null_count == batch.rows.num_rows
        typed.rows.validate(full=True)


def test_plain_takes_slices() -> None:
    whole = odd()
    for start, count in ((1, 3), (2, 1), (0, 2), (4, 0)):
        part = whole.slice(start, count)
        made = pa.RecordBatch.from_arrays(
            [plain(c) for c in part.columns], names=whole.schema.names
        )
        made.validate(full=True)
        assert made.to_pylist() == ODD[start : start + count]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_anywhere_is_an_error(kind: str) -> None:
    data = written(SMALL.slice(0, 5), SMALL.slice(5, 5), kind=kind)
    for end in range(1, len(data)):
        with pytest.raises(SourceError, match="truncated or damaged"):
            read(data[:end])


@pytest.mark.parametrize("kind", KINDS)
def test_flipped_bytes_give_rows_or_our_error_and_nothing_else(kind: str) -> None:
    """The format has no checksum: a flipped value may pass, but nothing may crash."""
    data = bytearray(written(odd(), kind=kind))
    for place in range(0, len(data), 11):
        data[place] ^= 0xFF
        try:
            read(bytes(data))
        except SourceError as error:
            assert "x.arrow" in error.message  # noqa: PT017
        data[place] ^= 0xFF


def test_two_streams_in_one_file_are_refused() -> None:
    data = written(SMALL, kind="stream")
    with pytest.raises(SourceError, match="behind the end of its Arrow stream"):
        read(data + data)


def test_bad_letters_are_left_for_the_quality_rules() -> None:
    bad = pa.array([b"ok", b"\xff"], pa.binary()).view(pa.string())
    data = written(pa.RecordBatch.from_arrays([bad], ["name"]))
    [batch] = read(data)
    columns = infer_columns(io.BytesIO(data), "x", ARROW)
    assert enforce(batch.rows, columns).reasons.to_pylist() == [None, "encoding:name"]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_to_read_is_an_error(kind: str) -> None:
    data = written(SMALL.slice(0, 0), kind=kind)
    for content, message in ((b"", "is empty"), (data, "no rows")):
        with pytest.raises(SourceError, match=message):
            list(read_batches(io.BytesIO(content), "x", ARROW, infer_small(), block_bytes=1024))
    with pytest.raises(SourceError, match="no rows"):
        read(data)


def infer_small() -> tuple[Column, ...]:
    return infer_columns(io.BytesIO(written(SMALL)), "x", ARROW)


def test_a_union_has_no_word_in_a_contract() -> None:
    union = pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([1])])
    data = written(pa.RecordBatch.from_arrays([union], ["u"]))
    with pytest.raises(SourceError, match="`u`: a contract has no word"):
        read(data)


@pytest.mark.parametrize("name", ["x.arrow", "x.feather", "x.ipc", "x.arrows"])
def test_what_is_called_arrow_and_is_not(name: str) -> None:
    with pytest.raises(SourceError, match="not a whole, plain Arrow IPC"):
        sniff(io.BytesIO(b"id,name\n1,2\n"), name)


def test_a_release_keeps_types_metadata_and_has_no_dictionary() -> None:
    schema = pa.schema(
        [
            pa.field("t", pa.string(), metadata={b"privet.key": b"k1"}),
            pa.field("d", pa.dictionary(pa.int8(), pa.string()), metadata={b"a": b"b"}),
            pa.field("m", pa.list_(pa.struct([("x", pa.timestamp("us", "UTC"))]))),
        ],
        metadata={b"release": b"7"},
    )
    first = pa.RecordBatch.from_pylist([{"t": "x", "d": "u", "m": [{"x": 5}]}] * 3, schema)
    second = pa.RecordBatch.from_pylist([{"t": None, "d": "v", "m": None}], schema)
    sink = io.BytesIO()
    writer = open_writer(sink, "arrow", schema)
    for batch in (first, second):
        writer.write(batch)
    writer.close()
    assert not sink.closed
    file = pa.ipc.open_file(io.BytesIO(sink.getvalue()))
    assert file.schema.metadata == {b"release": b"7"}
    assert file.schema.field("t").metadata == {b"privet.key": b"k1"}
    assert file.schema.field("d").metadata == {b"a": b"b"}
    assert file.schema.field("d").type == pa.string()
    assert file.schema.field("m").type == schema.field("m").type
    assert file.read_all().column("d").to_pylist() == ["u", "u", "u", "v"]


def test_a_release_of_many_small_batches_has_few_large_ones() -> None:
    sink = io.BytesIO()
    writer = open_writer(sink, "arrow", SMALL.schema)
    for _ in range(150):
        writer.write(SMALL)
    writer.close()
    assert pa.ipc.open_file(io.BytesIO(sink.getvalue())).num_record_batches <= 2
    assert len(rows(read(sink.getvalue()))) == 150_000


def test_an_empty_release_is_a_whole_file() -> None:
    sink = io.BytesIO()
    open_writer(sink, "arrow", SMALL.schema).close()
    assert pa.ipc.open_file(io.BytesIO(sink.getvalue())).read_all().num_rows == 0
