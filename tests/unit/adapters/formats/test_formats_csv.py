from __future__ import annotations

import gzip
import io
from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa
import pytest

from privet.adapters.formats.batches import RawBatch
from privet.adapters.formats.read import read_batches
from privet.model.contract import Column
from privet.model.errors import ConfigError, SourceError
from privet.model.paths import ColumnPath
from privet.model.pipeline import SourceFormat

CSV = SourceFormat("csv")


def columns(*names: str) -> list[Column]:
    return [Column(ColumnPath.of(name), "string") for name in names]


def read(
    data: bytes, names: Sequence[str] = ("a", "b"), form: SourceFormat = CSV, block: int = 1 << 20
) -> list[RawBatch]:
    return list(read_batches(io.BytesIO(data), "x.csv", form, columns(*names), block_bytes=block))


def rows(batches: list[RawBatch]) -> list[tuple[int, tuple[bytes | None, ...]]]:
    found = []
    for batch in batches:
        values = [column.cast(pa.binary()).to_pylist() for column in batch.rows.columns]
        found += list(zip(batch.positions.to_pylist(), zip(*values, strict=True), strict=True))
    return found


def rejects(batches: list[RawBatch]) -> list[tuple[int, str, bytes]]:
    return [(r.position, r.reason, r.raw) for batch in batches for r in batch.rejects]


def test_rows_come_in_the_contracts_order_with_positions() -> None:
    assert rows(read(b"b,a\n1,2\n3,4\n")) == [(1, (b"2", b"1")), (2, (b"4", b"3"))]


def test_an_empty_field_is_null_quoted_or_not() -> None:
    assert rows(read(b'a,b\n,""\n')) == [(1, (None, None))]


@pytest.mark.parametrize("block", [16, 40, 1 << 20])
def test_ragged_rows_are_rejected_with_their_positions(block: int) -> None:
    data = b'a,b\n1,2\n3\n4,5\n6,7,8\n\n"x\ny",9\n"q\nr",1,1\n10,11\n12\n'
    batches = read(data, block=block)
    assert rows(batches) == [
        (1, (b"1", b"2")),
        (3, (b"4", b"5")),
        (5, (b"x\ny", b"9")),
        (7, (b"10", b"11")),
    ]
    assert sorted(rejects(batches)) == [
        (2, "ragged_row", b"3"),
        (4, "ragged_row", b"6,7,8"),
        (6, "ragged_row", b'"q\nr",1,1'),
        (8, "ragged_row", b"12"),
    ]


def test_a_file_of_ragged_rows_only_is_rejects_only() -> None:
    batches = read(b"a,b\n1\n2\n3\n", block=12)
    assert rows(batches) == []
    assert [position for position, _, _ in rejects(batches)] == [1, 2, 3]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_line_ends_and_a_missing_last_one(end: bytes) -> None:
    expected = [(1, (b"1", b"2")), (2, (b"3", b"4"))]
    assert rows(read(end.join([b"a,b", b"1,2", b"3,4", b""]))) == expected
    assert rows(read(end.join([b"a,b", b"1,2", b"3,4"]))) == expected


def test_a_bad_byte_stays_what_it_was() -> None:
    batches = read(b"a,b\n\xff\xc3,ok\n\xfe\n3,4\n")
    assert rows(batches) == [(1, (b"\xff\xc3", b"ok")), (3, (b"3", b"4"))]
    assert rejects(batches) == [(2, "ragged_row", b"\xfe")]


def test_the_marks_of_bad_bytes_mean_nothing_in_a_clean_file() -> None:
    text = "a,b\n\U0010ff80,\U0010ffff\n".encode()
    assert rows(read(text)) == [(1, ("\U0010ff80".encode(), "\U0010ffff".encode()))]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "utf-8-sig", "shift_jis"])
def test_other_encodings_become_utf8(encoding: str) -> None:
    value = "カナ" if encoding == "shift_jis" else "Ätna"
    data = f"a,b\n{value},1\n".encode(encoding)
    form = replace(CSV, encoding="utf-8" if encoding == "utf-8-sig" else encoding)
    assert rows(read(data, form=form)) == [(1, (value.encode(), b"1"))]


def test_a_wrong_encoding_is_an_error_or_a_bad_byte_but_never_another_letter() -> None:
    with pytest.raises(SourceError, match="encoding"):
        read(b"a,b\n1,2\n1", form=replace(CSV, encoding="utf-16"))
    data = b"a,b\n\x81,1\n"  # cp1252 has no character there
    assert rows(read(data, form=replace(CSV, encoding="cp1252"))) == [(1, (b"\x81", b"1"))]


@pytest.mark.parametrize("codec", ["gzip", "zstd"])
def test_compressed(codec: str) -> None:
    data = b"a,b\n1,2\n3,4\n"
    packed = gzip.compress(data) if codec == "gzip" else pa.compress(data, "zstd", asbytes=True)
    form = replace(CSV, compression=codec)
    assert len(rows(read(packed, form=form))) == 2
    assert len(rows(read(packed + packed, form=form))) == 5  # members in a row are one text
    with pytest.raises(SourceError, match="cut off"):
        read(packed[:-1], form=form)
    with pytest.raises(SourceError, match="cut off"):
        read(packed + b"junk", form=form)


def test_one_column_has_nulls_on_empty_lines() -> None:
    assert rows(read(b"a\n1\n\n3\n", ("a",))) == [(1, (b"1",)), (2, (None,)), (3, (b"3",))]


def test_without_a_header_columns_count() -> None:
    form = replace(CSV, header=False)
    assert rows(read(b"1,2\n3,4\n", form=form)) == [(1, (b"1", b"2")), (2, (b"3", b"4"))]
    assert rejects(read(b"1,2\n3\n", form=form)) == [(2, "ragged_row", b"3")]


def test_no_quotes_at_all() -> None:
    form = replace(CSV, quote="")
    assert rows(read(b'a,b\n5" disk,"\n1,2\n', form=form))[0] == (1, (b'5" disk', b'"'))


@pytest.mark.parametrize("last", [b'3,"4\n', b'3,"4', b'"3,4\n5,6\n', b'3,"4""\n'])
def test_a_quote_that_is_never_closed_is_an_error(last: bytes) -> None:
    with pytest.raises(SourceError, match="never closed"):
        read(b"a,b\n1,2\n" + last)


def test_a_quote_never_closed_in_a_large_file_is_an_error() -> None:
    with pytest.raises(SourceError, match="record of over 1,024 bytes") as caught:
        read(b'a,b\n1,"2\n' + b"3,4\n" * 5000, block=1024)
    assert "never closed" in str(caught.value)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"a,b\n", "no rows"),
        (b"a,b", "no rows"),
        (b"a,a\n1,2\n", "columns 1, 2 of its header have the same name"),
        (b"a,b,\n1,2,\n", "column 3 of 3 has no name"),
        (b"a,b,_privet_x\n1,2,3\n", "_privet_x"),
        (b"a,bb,c\n1,2,3\n", "no column `b`.*\n.*`bb`"),
        (b"a\n1\n", "no column `b`"),
        (b"a,b,c\n1,2,3\n", "column `c` .*contract"),
        (b"x,y\n1,2\n", "lacks 2 of the 2"),
    ],
)
def test_a_wrong_header_is_an_error_with_the_way_out(data: bytes, says: str) -> None:
    with pytest.raises(SourceError, match=says) as caught:
        read(data)
    assert caught.value.hint


def test_a_file_without_header_does_not_show_its_first_record() -> None:
    with pytest.raises(SourceError) as caught:
        read(b"Ana,ana@example.org\nBob,bob@example.org\n")
    assert "no header" in str(caught.value)
    assert "ana" not in str(caught.value).lower().replace("analyst", "")


def test_nested_columns_have_no_place_in_csv() -> None:
    nested = [Column(ColumnPath.parse("a.b"), "string")]
    with pytest.raises(ConfigError, match="nested"):
        list(read_batches(io.BytesIO(b"a.b\n1\n"), "x.csv", CSV, nested))
    quoted = [Column(ColumnPath.parse('"a.b"'), "string")]
    assert rows(list(read_batches(io.BytesIO(b"a.b\n1\n"), "x.csv", CSV, quoted)))


def test_many_blocks_hold_every_row_once() -> None:
    lines = [f"{i},{'ä' * (i % 7)}" if i % 11 else f"{i}" for i in range(1, 20_001)]
    batches = read(("a,b\n" + "\n".join(lines) + "\n").encode(), block=4096)
    kept = [position for position, _ in rows(batches)]
    lost = [position for position, _, _ in rejects(batches)]
    assert len(batches) > 10
    assert kept == [i for i in range(1, 20_001) if i % 11]
    assert lost == [i for i in range(1, 20_001) if i % 11 == 0]


def test_nothing_is_left_open_or_closed_that_is_not_ours() -> None:
    for data, form in (
        (b"a,b\n1,2\n", CSV),
        (gzip.compress(b"a,b\n1,2\n", mtime=0), replace(CSV, compression="gzip")),
    ):
        file = io.BytesIO(data)
        list(read_batches(file, "x.csv", form, columns("a", "b")))
        assert not file.closed
