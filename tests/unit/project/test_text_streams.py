"""Streams of text: whole lines in bounded pieces, JSON Lines byte for byte but for what changed."""

from __future__ import annotations

import io
import json
import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.model.errors import SourceError
from privet.project import text_streams
from privet.project.text_streams import leaves, pieces, protect_json_lines, protect_text
from privet.transforms.arrow import Values


class Shout:
    """Puts `<n>` in the place of every run of digits."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def protect(self, texts: Values) -> Values:
        found = [str(text) for text in texts.to_pylist()]
        self.seen += found
        return pa.array([re.sub(r"[0-9]+", "<n>", text) for text in found], pa.large_string())


class Nothing:
    def protect(self, texts: Values) -> Values:
        return texts


class Slow(io.RawIOBase):
    """A pipe that gives a few bytes at a time."""

    def __init__(self, data: bytes, step: int) -> None:
        self._data, self._step, self._at = data, step, 0

    def read(self, size: int = -1) -> bytes:
        start = self._at
        self._at += self._step
        return self._data[start : self._at]


def text(data: bytes, step: int = 1 << 20) -> tuple[bytes, Shout]:
    sink, shout = io.BytesIO(), Shout()
    protect_text(Slow(data, step), sink, shout)  # type: ignore[arg-type]
    return sink.getvalue(), shout


def lines(data: bytes | str, fields: tuple[str, ...] = (), step: int = 1 << 20) -> bytes:
    given = data.encode() if isinstance(data, str) else data
    sink = io.BytesIO()
    protect_json_lines(
        Slow(given, step),  # type: ignore[arg-type]
        sink,
        Shout(),
        name="a.jsonl",
        fields=fields,
    )
    return sink.getvalue()


@given(st.binary(max_size=300), st.integers(1, 40))
def test_text_that_holds_nothing_comes_out_as_it_was(data: bytes, step: int) -> None:
    sink = io.BytesIO()
    protect_text(Slow(data, step), sink, Nothing())  # type: ignore[arg-type]
    assert sink.getvalue() == data


def test_bytes_that_are_no_utf8_go_through_and_what_is_around_them_is_looked_at() -> None:
    out, shout = text("café 12".encode("latin-1") + b"\n34 \xff\xfe\n")
    assert out == "café <n>".encode("latin-1") + b"\n<n> \xff\xfe\n"
    assert shout.seen == ["caf", " 12\n34 ", "\n"]


def test_a_line_without_an_end_is_read_in_pieces_that_end_with_a_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(text_streams, "BLOCK", 64)
    monkeypatch.setattr(text_streams, "_PIECE", 32)
    out, shout = text(b"1234567 " * 100, 10)
    assert out == b"<n> " * 100
    assert max(map(len, shout.seen)) <= 80


def test_characters_are_not_cut_where_no_word_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_streams, "BLOCK", 64)
    monkeypatch.setattr(text_streams, "_PIECE", 32)
    out, shout = text("漢".encode() * 500)
    assert out == "漢".encode() * 500
    assert set("".join(shout.seen)) == {"漢"}


def test_a_key_block_is_not_parted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_streams, "_PIECE", 400)
    key = "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEowIBAAKCAQEA\n" * 10 + "-----END RSA "
    _, shout = text(("words\n" * 50 + key + "\n" + "words\n" * 50).encode())
    assert any(key in seen for seen in shout.seen)


@given(st.text(alphabet="ab\n\x85 é漢", max_size=80))
def test_every_piece_knows_its_line_and_column(data: str) -> None:
    for step in (1, 7, 1000):
        for found in pieces(Slow(data.encode(), step)):  # type: ignore[arg-type]
            for piece in found:
                start = sum(len(row) for row in data.split("\n")[: piece.line - 1])
                start += piece.line - 1 + piece.column - 1
                assert data[start:].startswith(piece.text.decode())


VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


def shouted(value: object) -> object:
    if isinstance(value, str):
        return re.sub(r"[0-9]+", "<n>", value)
    if isinstance(value, list):
        return [shouted(each) for each in value]
    if isinstance(value, dict):
        return {key: shouted(each) for key, each in value.items()}
    return value


@given(st.lists(VALUE, max_size=4), st.booleans(), st.integers(1, 50))
def test_only_the_values_of_strings_change(values: list[object], ascii_: bool, step: int) -> None:
    data = "".join(json.dumps(each, ensure_ascii=ascii_) + "\n" for each in values)
    out = lines(data, step=step).decode()
    read = [json.loads(line) for line in out.split("\n") if line]
    assert read == [shouted(each) for each in values]
    if not re.search("[0-9]", data):
        assert out == data


def test_all_else_stays_byte_for_byte() -> None:
    given = '{ "a" :1.50,"b": [1e3 , "x\\u00e9 7"],\t"c":"\\/ é", "9":"d"}\r\n\n  \n[]'
    want = '{ "a" :1.50,"b": [1e3 , "x\\u00e9 <n>"],\t"c":"\\/ é", "9":"d"}\r\n\n  \n[]'
    assert lines(given) == want.encode()
    assert lines(b"\xef\xbb\xbf" + given.encode()) == b"\xef\xbb\xbf" + want.encode()


def test_half_a_pair_is_read_as_one_unknown_character() -> None:
    assert lines('["\\ud800 a"]\n') == b'["\\ud800 a"]\n'
    assert lines('["\\ud800 7"]\n') == b'["\\ufffd <n>"]\n'


def test_fields_limit_what_is_changed() -> None:
    given = '{"id":"7","messages":[{"role":"8","content":"9"},{"content":["1",{"text":"2"}]}]}\n'
    want = given.replace('"9"', '"<n>"').replace('"1"', '"<n>"').replace('"2"', '"<n>"')
    assert lines(given, ("messages[].content",)) == want.encode()
    sink = io.BytesIO()
    passed = protect_json_lines(
        io.BytesIO(given.encode()), sink, Shout(), name="a", fields=("id", "mesages")
    )
    assert passed.met == {"id"}


def test_paths_are_spelt_as_columns_are() -> None:
    found = leaves(b'{"a.b":{"c":[["x"]]},"d":"y"}')
    assert [path for _, _, path in found] == ['"a.b".c[][]', "d"]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (b"{'a': 1}", "expecting property name"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": 1} x', "extra data"),
    ],
)
def test_a_line_that_is_no_json_stops_with_its_place(bad: bytes, why: str) -> None:
    sink = io.BytesIO()
    with pytest.raises(SourceError, match=why) as stopped:
        protect_json_lines(
            io.BytesIO(b'{"a": "1"}\n' + bad + b'\n{"a": "2"}\n'), sink, Shout(), name="a.jsonl"
        )
    assert str(stopped.value.where) == "a.jsonl:2"
    assert sink.getvalue() == b'{"a": "<n>"}\n'


def test_a_record_too_long_to_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_streams, "LONGEST_RECORD", 100)
    with pytest.raises(SourceError, match="a line of more than"):
        lines(b'["' + b"a" * 500 + b'"]', step=50)
