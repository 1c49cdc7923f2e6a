from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from privet.model.contract import Column
from privet.model.errors import SourceError
from privet.model.paths import ColumnPath
from privet.quality.failing import failing
from privet.quality.typing import REASON, enforce, split


def column(path: str, kind: str = "string", *, required: bool = False) -> Column:
    return Column(ColumnPath.parse(path), kind, required=required)


def typed(kind: str, *values: object) -> tuple[list[object], list[str | None]]:
    found = enforce(pa.record_batch({"v": pa.array(values, pa.string())}), [column("v", kind)])
    found.rows.validate(full=True)
    return found.rows.column("v").to_pylist(), found.reasons.to_pylist()


def invalid(*values: bytes | None) -> pa.StringArray:
    return pa.array(values, pa.binary()).cast(pa.string(), safe=False)


BAD = "type:v"


@pytest.mark.parametrize(
    ("kind", "values", "expected", "reasons"),
    [
        ("int64", ("1", "-2", None), [1, -2, None], [None] * 3),
        ("int64", (" 1 ", "x", "  "), [1, None, None], [None, BAD, None]),
        ("int64", ("0x1F", "1"), [None, 1], [BAD, None]),
        ("int64", ("9223372036854775808",), [None], [BAD]),
        ("int64", ("1.0", "1e3"), [None, None], [BAD, BAD]),
        ("double", ("1.5", "1e3", "inf"), [1.5, 1000.0, float("inf")], [None] * 3),
        ("double", ("1e999", "1,5"), [None, None], [BAD, BAD]),
        ("bool", ("true", "False", "maybe"), [True, False, None], [None, None, BAD]),
        ("date32", ("2020-02-29", "2021-02-29"), [date(2020, 2, 29), None], [None, BAD]),
        ("decimal128(4, 2)", ("1.25", "1.255", "1000"), [Decimal("1.25"), None, None],
         [None, BAD, BAD]),
        ("timestamp[us]", ("2020-01-01 10:00", "10:00"), [datetime(2020, 1, 1, 10), None],
         [None, BAD]),
        ("timestamp[us, UTC]", ("2020-01-01T10:00:00+02:00", "2020-01-01T10:00:00"),
         [datetime(2020, 1, 1, 8, tzinfo=UTC), None], [None, BAD]),
        ("binary", ("00ff", "xyz", "0"), [b"\x00\xff", None, None], [None, BAD, BAD]),
        ("string", (" as it is ", None), [" as it is ", None], [None, None]),
    ],
)  # fmt: skip
def test_text_becomes_its_type_or_the_row_is_held(
    kind: str, values: tuple[str, ...], expected: list[object], reasons: list[str | None]
) -> None:
    assert typed(kind, *values) == (expected, reasons)


def test_text_that_is_no_utf8_is_held_and_the_rest_is_typed() -> None:
    batch = pa.record_batch({"s": invalid(b"ok", b"\xff", None), "n": invalid(b"1", b"2", b"\xfe")})
    found = enforce(batch, [column("s"), column("n", "int64")])
    assert found.reasons.to_pylist() == [None, "encoding:s", "encoding:n"]
    assert found.rows.to_pydict() == {"s": ["ok", None, None], "n": [1, 2, None]}


@pytest.mark.parametrize(("start", "bad"), [(0, [0]), (1, []), (2, [3]), (3, [2]), (6, [])])
def test_only_the_slice_is_looked_at(start: int, bad: list[int]) -> None:
    values = invalid(b"\xfe", b"ok", None, "\u00e9".encode(), b"", b"a\xc3", b"z")
    batch = pa.record_batch({"s": values}).slice(start, 4)
    found = enforce(batch, [column("s")])
    found.rows.validate(full=True)
    held = [at for at, reason in enumerate(found.reasons.to_pylist()) if reason]
    assert held == bad


def test_the_first_reason_wins_in_the_contracts_order() -> None:
    batch = pa.record_batch({"b": ["x", "x", "1"], "a": ["x", None, None]})
    found = enforce(batch, [column("a", "int64", required=True), column("b", "int64")])
    assert found.rows.schema.names == ["a", "b"]
    assert found.reasons.to_pylist() == ["type:a", "required:a", "required:a"]


def test_required_counts_blanks_of_typed_columns_as_missing() -> None:
    batch = pa.record_batch({"a": ["1", " ", None]})
    found = enforce(batch, [column("a", "int64", required=True)])
    assert found.reasons.to_pylist() == [None, "required:a", "required:a"]


def test_nested_leaves_are_typed_and_name_their_path() -> None:
    raw = pa.record_batch(
        {
            "m": pa.array(
                [
                    [{"at": "2020-01-01", "n": 1}, {"at": None, "n": None}],
                    [{"at": "2020-01-01", "n": 2}, {"at": "x", "n": 3}],
                    None,
                    [],
                    [None],
                    [{"at": "y", "n": None}],
                ],
                pa.list_(pa.struct([("at", pa.string()), ("n", pa.int64())])),
            ),
            "o": pa.array([{"t": ["1"]}, {"t": ["x"]}, None, {"t": None}, {"t": []}, {"t": ["2"]}]),
        }
    )
    columns = [column("m[].at", "date32"), column("m[].n", "int64"), column("o.t[]", "int64")]
    found = enforce(raw, columns)
    found.rows.validate(full=True)
    day = date(2020, 1, 1)
    assert found.reasons.to_pylist() == [None, "type:m[].at", None, None, None, "type:m[].at"]
    assert found.rows.column("m").to_pylist()[:5] == [
        [{"at": day, "n": 1}, {"at": None, "n": None}],
        [{"at": day, "n": 2}, {"at": None, "n": 3}],
        None,
        [],
        [None],
    ]
    assert found.rows.column("o").to_pylist()[2:] == [None, {"t": None}, {"t": []}, {"t": [2]}]
    sliced = enforce(raw.slice(1, 4), columns)
    assert sliced.reasons.to_pylist() == found.reasons.to_pylist()[1:5]
    assert sliced.rows.to_pylist() == found.rows.to_pylist()[1:5]


def test_required_inside_lists_looks_at_every_item_that_is_there() -> None:
    raw = pa.record_batch({"m": pa.array([[{"a": "x"}], [{"a": "x"}, {"a": None}], [], None])})
    found = enforce(raw, [column("m[].a", required=True)])
    assert found.reasons.to_pylist() == [None, "required:m[].a", None, None]


def test_other_layouts_of_a_type_are_brought_to_the_contracts() -> None:
    raw = pa.record_batch(
        {
            "s": pa.array(["a", None]).dictionary_encode(),
            "l": pa.array([["x"], None], pa.large_list(pa.large_string())),
            "f": pa.array([[1.0, 2.0], None], pa.list_(pa.float32(), 2)),
            "m": pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int32())),
            "u": pa.array([1, 2**64 - 1], pa.uint64()),
            "d": pa.array([1.0, 1.5]),
        }
    )
    found = enforce(
        raw,
        [
            column("s"), column("l[]"), column("f[]", "double"), column("m[].key"),
            column("m[].value", "int64"), column("u", "int64"), column("d", "int64"),
        ],
    )  # fmt: skip
    assert found.rows.to_pylist() == [
        {"s": "a", "l": ["x"], "f": [1.0, 2.0], "m": [{"key": "k", "value": 1}], "u": 1, "d": 1},
        {"s": None, "l": None, "f": None, "m": None, "u": None, "d": None},
    ]
    assert found.reasons.to_pylist() == [None, "type:u"]


def test_another_shape_than_the_contracts_is_of_another_type() -> None:
    raw = pa.record_batch({"a": pa.array([["x"], None]), "b": ["x", None]})
    found = enforce(raw, [column("a"), column("b[]")])
    assert found.reasons.to_pylist() == ["type:a", None]


def test_split_keeps_typed_rows_and_holds_raw_ones() -> None:
    raw = pa.record_batch({"a": ["1", "x"], "_privet_position": pa.array([7, 8])})
    kept, held = split(enforce(raw, [column("a", "int64")]))
    assert kept.to_pylist() == [{"a": 1, "_privet_position": 7}]
    assert held.to_pylist() == [{"a": "x", "_privet_position": 8, REASON: "type:a"}]
    kept, held = split(enforce(raw.slice(0, 1), [column("a", "int64")]))
    assert (kept.num_rows, held.num_rows, held.schema.names[-1]) == (1, 0, REASON)
    assert enforce(raw.slice(0, 0), [column("a", "int64")]).rows.num_rows == 0


def test_a_missing_column_is_an_error() -> None:
    with pytest.raises(SourceError, match="no column `b`"):
        enforce(pa.record_batch({"a": ["1"]}), [column("b")])


def test_failing_finds_each_bad_value_with_few_tries() -> None:
    tries = 0

    def convert(part: pa.Array) -> pa.Array:
        nonlocal tries
        tries += 1
        return part.cast(pa.int64())

    values = [str(i) for i in range(10_000)]
    for bad in (17, 5_000, 9_999):
        values[bad] = f"bad {bad}"
    mask = failing(pa.array([*values, None]), convert)
    assert [i for i, bad in enumerate(mask.to_pylist()) if bad] == [17, 5_000, 9_999]
    assert tries < 100


def test_reprs_show_no_value() -> None:
    found = enforce(pa.record_batch({"a": ["MARKED"]}), [column("a", "int64")])
    assert "MARKED" not in repr(found)
