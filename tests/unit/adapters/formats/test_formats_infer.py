from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest

from privet.adapters.formats.infer import infer_columns
from privet.model.errors import SourceError
from privet.model.pipeline import SourceFormat

CSV, JSONL = SourceFormat("csv"), SourceFormat("jsonl")


def csv_type(*values: str) -> str:
    data = "k,v\n" + "".join(f"1,{value}\n" for value in values)
    return infer_columns(io.BytesIO(data.encode()), "x.csv", CSV)[1].type


def json_types(*rows: object) -> dict[str, str]:
    data = "\n".join(json.dumps(row) for row in rows).encode()
    return {str(c.path): c.type for c in infer_columns(io.BytesIO(data), "x.jsonl", JSONL)}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("1", "-20", ""), "int64"),
        (("0", "10"), "int64"),
        ((" 1", "2 "), "int64"),
        (("1", "2.5"), "double"),
        (("1e-05", ".5", "2."), "double"),
        (("12E5", "13E7"), "string"),
        (("01234", "99999"), "string"),
        (("+4915112345678",), "string"),
        (("0x1F",), "string"),
        (("nan", "1.5"), "string"),
        (("1,5",), "string"),
        (("4111111111111111", "1"), "string"),
        (("123456789012345",), "int64"),
        (("1234567890123456.5",), "string"),
        (("true", "False"), "bool"),
        (("yes", "no"), "string"),
        (("1", "0"), "int64"),
        (("2020-02-29", "1999-12-31"), "date32"),
        (("2020-02-30",), "string"),
        (("31.12.2020",), "string"),
        (("2020-01-01 10:00:00", "2020-01-01T10:00:00.123456"), "timestamp[us]"),
        (("2020-01-01", "2020-01-01 10:00"), "timestamp[us]"),
        (("2020-01-01T10:00:00Z", "2020-01-01T10:00:00+02:00"), "timestamp[us, UTC]"),
        (("2020-01-01T10:00:00Z", "2020-01-01T10:00:00"), "string"),
        (("", ""), "string"),
        (("  ",), "string"),
        (("x",), "string"),
    ],
)
def test_the_narrowest_type_that_says_the_same(values: tuple[str, ...], expected: str) -> None:
    padded = [f'"{value}"' if "," in value else value for value in values]
    assert csv_type(*padded) == expected


def test_names_keep_their_order_and_odd_ones_are_quoted() -> None:
    found = infer_columns(io.BytesIO(b"z,a.b,a b\n1,2,3\n"), "x.csv", CSV)
    assert [str(column.path) for column in found] == ["z", '"a.b"', "a b"]
    assert {column.category for column in found} == {None}


def test_without_a_header_columns_are_numbered() -> None:
    found = infer_columns(io.BytesIO(b"1,x\n2,y\n"), "x.csv", replace(CSV, header=False))
    assert [(str(c.path), c.type) for c in found] == [("column_1", "int64"), ("column_2", "string")]


def test_only_the_beginning_is_scanned_if_asked() -> None:
    data = b"a,b\n" + b"1,2\n" * 3_000_000 + b"x,y\n"
    found = infer_columns(io.BytesIO(data), "x.csv", CSV, scan_bytes=1000)
    assert [c.type for c in found] == ["int64", "int64"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"a,b\n", "no rows"),
        (b"a,b,\n1,2,\n", "column 3 of 3 has no name"),
        (b",a\n0,1\n", "column 1 of 2 has no name"),
        (b"a,b,a\n1,2,3\n", "columns 1, 3 of its header have the same name"),
        (b"a,_privet_file\n1,2\n", "reserved"),
        (b"a,b\n1,2,3\n4,5,6\n", "none of its 2 records has the 2 fields"),
    ],
)
def test_a_csv_file_without_columns_to_infer(data: bytes, says: str) -> None:
    with pytest.raises(SourceError) as caught:
        infer_columns(io.BytesIO(data), "x.csv", CSV)
    assert says in str(caught.value)
    assert caught.value.hint


def test_json_leaves_are_dotted_paths() -> None:
    assert json_types(
        {"id": 1, "messages": [{"body": "x", "n": 1}], "tags": ["a"], "grid": [[1.5]]},
        {"id": 2, "messages": [{"body": None, "who": {"mail": "y"}}], "extra": True},
    ) == {
        "id": "int64",
        "messages[].body": "string",
        "messages[].n": "int64",
        "messages[].who.mail": "string",
        "tags[]": "string",
        "grid[][]": "double",
        "extra": "bool",
    }


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((None, None), {"v": "string"}),
        ((1, 2.5), {"v": "double"}),
        ((1, "x"), {"v": "string"}),
        ((True, 1), {"v": "string"}),
        (({"a": 1}, "x"), {"v": "string"}),
        (([1], 1), {"v": "string"}),
        (([1], ["x"]), {"v[]": "string"}),
        (([], []), {"v[]": "string"}),
        (({}, {}), {"v": "string"}),
        ((10**15,), {"v": "string"}),
        (("2020-01-01", "1999-12-31"), {"v": "date32"}),
        (("2020-01-01T10:00:00Z",), {"v": "timestamp[us, UTC]"}),
        (("1", "2"), {"v": "string"}),
    ],
)
def test_kinds_that_meet_in_one_place(values: tuple[object, ...], expected: object) -> None:
    assert json_types(*({"v": value} for value in values)) == expected


def test_bad_lines_do_not_count_unless_all_are_bad() -> None:
    found = infer_columns(io.BytesIO(b'{"a":1}\nnope\n\n[]\n'), "x.jsonl", JSONL)
    assert [column.type for column in found] == ["int64"]
    for data, says in (
        (b"nope\n5\n", "none of its first 2 lines"),
        (b"\n", "empty"),
        (b'[{"a":1}]', "jq -c"),
        (b'{"":1}', "without a name"),
        (b'{"_privet_file":1}', "reserved"),
        (b"{}\n{}\n", "none of its first 2 lines"),
    ):
        with pytest.raises(SourceError) as caught:
            infer_columns(io.BytesIO(data), "x.jsonl", JSONL)
        assert says in str(caught.value)


def test_keys_that_are_data_are_not_repeated() -> None:
    with pytest.raises(SourceError, match="data for field names") as caught:
        json_types({"by_mail": {"ana@example.org": 1}})
    assert "ana" not in str(caught.value)
