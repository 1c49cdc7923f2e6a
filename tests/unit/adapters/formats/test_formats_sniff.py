from __future__ import annotations

import gzip
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from privet.adapters.formats.sniff import sniff
from privet.model.errors import SourceError
from privet.model.pipeline import SourceFormat


def form(data: bytes, name: str = "people.csv") -> SourceFormat:
    return sniff(io.BytesIO(data), name)


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n1,2\n3,4\n", ","),
        ("a;b\n1,5;2,3\n1,5;2,3\n", ";"),
        ("a\tb\n1, and\t2\n", "\t"),
        ("a|b|c\n1|2|3\n", "|"),
        ('name,note\n"x;y;z",1\n"p;q;r",2\n', ","),
        ('a;b\n"one, two";3\n"four, five";6\n', ";"),
        ("only\n1\n2\n", ","),
        ("id;text\n1;a, b, c\n2;d\n3;e, f\n", ";"),
    ],
)
def test_the_delimiter_is_the_one_that_parts_records_alike(text: str, delimiter: str) -> None:
    assert form(text.encode()).delimiter == delimiter


def test_a_few_ragged_rows_do_not_change_the_delimiter() -> None:
    text = "a;b,c;d\n" + "1;2,3;4\n" * 100 + "1;2\n"
    assert form(text.encode()).delimiter == ";"


def test_single_quotes_are_seen() -> None:
    assert form(b"a,b\n'x, y',1\n'z, w',2\n").quote == "'"
    assert form(b"a,b\nO'Neil,1\n").quote == '"'


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"a,b\n1,2\n", "utf-8"),
        ("a,b\nÄ,2\n".encode(), "utf-8"),
        ("a,b\nÄ,2\n".encode("utf-8-sig"), "utf-8"),
        ("a,b\nÄ,2\n".encode("utf-16"), "utf-16"),
        ("a,b\nÄ,2\n".encode("utf-32"), "utf-32"),
    ],
)
def test_encoding_by_mark_or_by_being_utf8(data: bytes, encoding: str) -> None:
    assert form(data).encoding == encoding


def test_an_encoding_that_is_not_utf8_is_stated() -> None:
    lines = "name;city\n" + "Müller;Köln\nGroß;Düsseldorf\nJäger;Nürnberg\n" * 40
    found = form(lines.encode("cp1252")).encoding
    assert lines.encode("cp1252").decode(found) == lines


def test_the_first_accent_may_stand_far_into_the_file() -> None:
    data = b"a,b\n" + b"1,2\n" * 600_000 + "Müller,Köln\nJäger,Nürnberg\n".encode("cp1252") * 30
    assert form(data).encoding != "utf-8"
    data = b"a,b\n" + b"1,2\n" * 600_000 + "Müller,Köln\n".encode() * 30
    assert form(data).encoding == "utf-8"


def test_compression_is_seen_by_content() -> None:
    text = b"a;b\n1;2\n"
    assert form(gzip.compress(text)) == SourceFormat("csv", "gzip", delimiter=";")
    packed = pa.compress(text, codec="zstd", asbytes=True)
    assert form(packed, "people.csv.zst") == SourceFormat("csv", "zstd", delimiter=";")


def test_json_lines_and_parquet_by_content_or_extension() -> None:
    assert form(b'{"a":1}\n', "x.ndjson").name == "jsonl"
    assert form(b'{"a":1}\n', "part-0000").name == "jsonl"
    assert form(gzip.compress(b'{"a":1}\n'), "x.jsonl.gz") == SourceFormat("jsonl", "gzip")
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": [1]}), sink)
    assert form(sink.getvalue(), "x.data").name == "parquet"


def test_the_file_is_left_at_its_beginning_and_open() -> None:
    for data in (b"a,b\n1,2\n", gzip.compress(b"a,b\n1,2\n")):
        file = io.BytesIO(data)
        sniff(file, "x.csv")
        assert file.tell() == 0
        assert not file.closed


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "x.csv", "empty"),
        (b"\n  \n", "x.csv", "empty"),
        (gzip.compress(b"", mtime=0), "x.csv.gz", "empty"),
        (b'[{"a":1}]', "x.json", "jq -c"),
        (b'[\n{"a":1}]', "x.jsonl", "jq -c"),
        (gzip.compress(b"a,b\n1,2\n" * 100, mtime=0)[:-9], "x.csv.gz", "cut off"),
        (b"PK\x03\x04" + b"0" * 30, "x.xlsx", "Excel"),
        (b"BZh91AY" + b"0" * 30, "x.csv.bz2", "bzip2"),
        (b"a,b\n", "x.parquet", "Parquet"),
        (bytes(range(256)) * 20, "x.csv", "encoding"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(data: bytes, name: str, says: str) -> None:
    with pytest.raises(SourceError) as caught:
        form(data, name)
    assert says in str(caught.value)
    assert caught.value.hint


WESTERN = [
    "name;ort\nAnna Müller;Köln\nJürgen Öz;Bonn\n",
    "nom;ville\nInès Lefèvre;Nîmes\nZoé Benoît;Évry\n",
    "nombre;ciudad\nÍñigo Muñoz;Cádiz\nLucía Núñez;León\n",
]


@pytest.mark.parametrize("text", WESTERN)
def test_a_few_western_letters_are_not_taken_for_east_asian_ones(text: str) -> None:
    encoding = form(text.encode("cp1252")).encoding
    assert text.encode("cp1252").decode(encoding) == text


def test_east_asian_text_still_is() -> None:
    text = "名前;都市\n" + "山田太郎;東京都千代田区丸の内\n佐藤花子;大阪府大阪市北区梅田\n" * 20
    encoding = form(text.encode("shift_jis")).encoding
    assert text.encode("shift_jis").decode(encoding) == text
