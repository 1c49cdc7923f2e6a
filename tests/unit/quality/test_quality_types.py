from __future__ import annotations

import pyarrow as pa
import pytest

from privet.model.contract import Column
from privet.model.errors import ConfigError
from privet.model.paths import ColumnPath
from privet.ports.arrow_types import arrow_schema, leaf_columns, parse_type, spell_type


def column(path: str, kind: str = "string") -> Column:
    return Column(ColumnPath.parse(path), kind)


@pytest.mark.parametrize(
    "spelling",
    [
        "string", "int64", "double", "bool", "date32", "binary", "timestamp[us]",
        "timestamp[us, UTC]", "timestamp[ns, Europe/Paris]", "decimal128(18, 2)",
    ],
)  # fmt: skip
def test_spellings_go_both_ways(spelling: str) -> None:
    assert spell_type(parse_type(spelling)) == spelling


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("int", "int64"),
        ("Integer", "int64"),
        ("float", "double"),
        ("text", "string"),
        ("date", "date32"),
        ("timestamp", "timestamp[us]"),
        ("strnig", "string"),
        ("", ""),
    ],
)
def test_an_unknown_spelling_names_the_nearest(text: str, nearest: str) -> None:
    with pytest.raises(ValueError, match="is not a type") as caught:
        parse_type(text)
    assert f"`{nearest}" in str(caught.value)


@pytest.mark.parametrize("text", ["decimal128(39, 2)", "decimal128(0, 0)", "decimal128(2, 3)"])
def test_a_decimal_has_bounds(text: str) -> None:
    with pytest.raises(ValueError, match="1 to 38 digits"):
        parse_type(text)


def test_types_without_a_word_are_refused() -> None:
    for kind in (pa.decimal256(50, 2), pa.month_day_nano_interval(), pa.dense_union([])):
        with pytest.raises(ValueError, match="no word"):
            spell_type(kind)


def test_leaves_make_a_nested_schema_and_back() -> None:
    columns = [column("id", "int64"), column("m[].body"), column("m[].who.age", "int64"),
               column("tags[]"), column("grid[][]", "double")]  # fmt: skip
    schema = arrow_schema(columns)
    assert schema == pa.schema(
        [
            ("id", pa.int64()),
            ("m", pa.list_(pa.struct([("body", pa.string()),
                                      ("who", pa.struct([("age", pa.int64())]))]))),
            ("tags", pa.list_(pa.string())),
            ("grid", pa.list_(pa.list_(pa.float64()))),
        ]
    )  # fmt: skip
    assert [path for path, _ in leaf_columns(schema)] == [c.path for c in columns]


@pytest.mark.parametrize(
    "paths", [("a", "a"), ("a", "a.b"), ("a.b", "a"), ("a[].b", "a.c"), ("a[]", "a[].b")]
)
def test_paths_that_contradict_each_other_are_configuration_errors(paths: tuple[str, str]) -> None:
    with pytest.raises(ConfigError, match="column `"):
        arrow_schema([column(path) for path in paths])


def test_an_unknown_type_names_its_column() -> None:
    with pytest.raises(ConfigError, match=r"column `a`: `int` is not a type"):
        arrow_schema([column("a", "int")])
