from __future__ import annotations

import io
import json

import pytest

from privet.adapters.formats.batches import RawBatch
from privet.adapters.formats.read import read_batches
from privet.model.contract import Column
from privet.model.errors import ConfigError, SourceError
from privet.model.paths import ColumnPath
from privet.model.pipeline import SourceFormat

JSONL = SourceFormat("jsonl")
SHAPE = {
    "id": "int64",
    "name": "string",
    "score": "double",
    "ok": "bool",
    "born": "date32",
    "price": "decimal128(10, 2)",
    "home.city": "string",
    "tags[]": "string",
    "messages[].body": "string",
    "messages[].at": "timestamp[us, UTC]",
}


def columns(**types: str) -> list[Column]:
    return [Column(ColumnPath.parse(path), kind) for path, kind in (types or SHAPE).items()]


def read(data: bytes, block: int = 4 << 20, **types: str) -> list[RawBatch]:
    return list(
        read_batches(io.BytesIO(data), "x.jsonl", JSONL, columns(**types), block_bytes=block)
    )


def rows(batches: list[RawBatch]) -> list[dict[str, object]]:
    return [row for batch in batches for row in batch.rows.to_pylist()]


def positions(batches: list[RawBatch]) -> list[int]:
    return [number for batch in batches for number in batch.positions.to_pylist()]


def rejects(batches: list[RawBatch]) -> list[tuple[int, str]]:
    return [(reject.position, reject.reason) for batch in batches for reject in batch.rejects]


def test_good_lines_become_rows_whatever_fields_they_lack() -> None:
    data = (
        b'{"id":1,"name":"x","home":{"city":"Rome"},"tags":["a",null],"price":"1.25",'
        b'"messages":[{"body":"hi","at":"2020-01-01T00:00:00Z"},null]}\n{}\n'
    )
    first, second = rows(read(data))
    assert first["home"] == {"city": "Rome"}
    assert first["tags"] == ["a", None]
    assert first["messages"] == [{"body": "hi", "at": "2020-01-01T00:00:00Z"}, None]
    assert set(second.values()) == {None}


def test_blank_lines_are_passed_over_and_positions_are_line_numbers() -> None:
    batches = read(b'\xef\xbb\xbf\n{"id":1}\r\n  \n{"id":2}\nnope\n{"id":3}', id="int64")
    assert positions(batches) == [2, 4, 6]
    assert rejects(batches) == [(5, "not_json")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"nope", "not_json"),
        (b'{"id":1', "not_json"),
        (b'{"id":1}{"id":2}', "not_json"),
        (b'{"id":1} null {"id":2}', "not_json"),
        (b'{"id":01}', "not_json"),
        (b"{'id':1}", "not_json"),
        (b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "not_json"),
        (b'{"id":' + b"9" * 5000 + b"}", "not_json"),
        (b"null", "wrong_shape"),
        (b"5", "wrong_shape"),
        (b'"text"', "wrong_shape"),
        (b'[{"id":1}]', "wrong_shape"),
        (b'{"id":1,"id":2}', "duplicate_key"),
        (b'{"home":{"city":"a","city":"b"}}', "duplicate_key"),
        (b'{"id":1,"extra":2}', "unknown_field"),
        (b'{"home":{"town":"a"}}', "unknown_field"),
        (b'{"name":"\xff"}', "encoding"),
        (b'{"name":"\\ud800"}', "encoding"),
        (b'{"id":"1"}', "type:id"),
        (b'{"id":1.5}', "type:id"),
        (b'{"id":true}', "type:id"),
        (b'{"id":9223372036854775808}', "type:id"),
        (b'{"score":"1"}', "type:score"),
        (b'{"score":1e999}', "type:score"),
        (b'{"score":true}', "type:score"),
        (b'{"ok":1}', "type:ok"),
        (b'{"price":1.234}', "type:price"),
        (b'{"price":"NaN"}', "type:price"),
        (b'{"price":1e999999999}', "type:price"),
        (b'{"price":[1]}', "type:price"),
        (b'{"home":"Rome"}', "type:home"),
        (b'{"tags":"a"}', "type:tags"),
        (b'{"messages":{"body":"x"}}', "type:messages"),
        (b'{"messages":["x"]}', "type:messages[]"),
    ],
)
def test_only_the_bad_line_is_rejected(line: bytes, reason: str) -> None:
    batches = read(b'{"id":1}\n' + line + b'\n{"id":2}\n')
    assert rejects(batches) == [(2, reason)]
    assert positions(batches) == [1, 3]
    assert [reject.raw for batch in batches for reject in batch.rejects] == [line]


def test_a_top_level_null_does_not_end_the_process() -> None:
    assert rejects(read(b"null\n" * 3)) == [(n, "wrong_shape") for n in (1, 2, 3)]


def test_text_takes_any_json_and_numbers_keep_their_digits() -> None:
    lines = [b'{"name":1.50}', b'{"name":1E+2}', b'{"name":true}', b'{"name":{"a":[1,"\xc3\xa4"]}}']
    found = [row["name"] for row in rows(read(b"\n".join(lines), name="string"))]
    assert found == ["1.50", "1E+2", "true", '{"a": [1, "ä"]}']


def test_not_a_number_is_a_number_only_where_numbers_are() -> None:
    batches = read(b'{"score":NaN}\n{"score":-Infinity}\n{"score":1}\n')
    assert str([row["score"] for row in rows(batches)]) == "[nan, -inf, 1.0]"
    assert rejects(read(b'{"id":NaN}\n')) == [(1, "type:id")]


def test_bad_lines_among_many_are_found_one_by_one() -> None:
    bad = {7, 8, 3000, 9999}
    lines = [json.dumps({"id": i}) if i not in bad else "{" for i in range(1, 10_001)]
    batches = read("\n".join(lines).encode(), block=16 << 10, id="int64")
    assert [number for number, _ in rejects(batches)] == sorted(bad)
    assert positions(batches) == [i for i in range(1, 10_001) if i not in bad]
    assert [row["id"] for row in rows(batches)] == positions(batches)


def test_a_line_longer_than_a_block_is_read_whole() -> None:
    long = json.dumps({"name": "x" * 100_000}).encode()
    assert positions(read(long + b"\n" + long, block=1024, name="string")) == [1, 2]


def test_nothing_to_read_is_an_error() -> None:
    for data in (b"", b"\n\n"):
        with pytest.raises(SourceError, match="empty"):
            read(data)


def test_a_path_in_two_shapes_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match=r"a\[\]\.b"):
        read(b"{}\n", **{"a.c": "string", "a[].b": "string"})
