from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from privet.model.paths import ColumnPath
from privet.transforms.nested import apply_columns, leaf_values, output_schema, row_index
from tests.unit.transforms.making import make

MESSAGE = pa.struct(
    [
        ("body", pa.string()),
        ("sent", pa.date32()),
        ("tags", pa.list_(pa.string())),
        ("from", pa.struct([("name", pa.string()), ("age", pa.int64())])),
    ]
)
SCHEMA = pa.schema(
    [
        pa.field("id", pa.int64(), metadata={"source": "marker"}),
        pa.field("messages", pa.list_(MESSAGE)),
        pa.field("grid", pa.large_list(pa.list_(pa.int64()))),
    ],
    metadata={"pandas": "marker"},
)
ANA = {"name": "ana", "age": 33}
ROWS = [
    {"id": 0, "messages": [{"body": "skipped"}], "grid": [[9]]},
    {
        "id": 1,
        "messages": [
            {"body": "one", "sent": date(2020, 1, 1), "tags": ["x", None], "from": ANA},
            None,
            {"body": None, "sent": date(2020, 1, 3), "tags": [], "from": None},
        ],
        "grid": [[1, 2], [], None, [3]],
    },
    {"id": 2, "messages": None, "grid": None},
    {"id": None, "messages": [], "grid": []},
    {"id": 4, "messages": [{"body": "four", "tags": None, "from": {"name": None}}], "grid": [[4]]},
]
BATCH = pa.RecordBatch.from_pylist(ROWS, SCHEMA).slice(1)


def paths(**transforms):
    return {ColumnPath.parse(text): given for text, given in transforms.items()}


KEEP_ALL = {
    ColumnPath.parse(text): make("keep", type_)
    for text, type_ in (
        ("id", "int64"),
        ("messages[].body", "string"),
        ("messages[].sent", "date32"),
        ("messages[].tags[]", "string"),
        ("messages[].from.name", "string"),
        ("messages[].from.age", "int64"),
        ("grid[][]", "int64"),
    )
}


def test_keeping_every_leaf_changes_nothing() -> None:
    out = apply_columns(BATCH, KEEP_ALL, None)
    out.validate(full=True)
    assert out.to_pylist() == BATCH.to_pylist()
    assert out.schema.equals(output_schema(BATCH.schema, KEEP_ALL), check_metadata=True)
    assert out.schema.types == BATCH.schema.types


def test_a_leaf_without_an_entry_is_dropped_and_what_held_it() -> None:
    chosen = {ColumnPath.parse("messages[].from.age"): make("band", "int64", width=5)}
    out = apply_columns(BATCH, chosen, None)
    assert out.to_pylist() == [
        {"messages": [{"from": {"age": "[30,35)"}}, None, {"from": None}]},
        {"messages": None},
        {"messages": []},
        {"messages": [{"from": {"age": None}}]},
    ]


def test_none_drops_and_dropping_all_keeps_the_count() -> None:
    dropped = dict.fromkeys(KEEP_ALL)
    out = apply_columns(BATCH, dropped, None)
    assert (out.num_rows, out.num_columns) == (4, 0)
    assert output_schema(BATCH.schema, dropped) == pa.schema([])


def test_the_source_metadata_stay_behind_and_ours_come_along() -> None:
    schema = apply_columns(BATCH, KEEP_ALL, None).schema
    assert schema.metadata is None
    assert schema.field("id").metadata == {b"privet.treatment": b"keep"}
    body = schema.field("messages").type.value_field.type.field("body")
    assert body.metadata == {b"privet.treatment": b"keep"}


def test_values_in_lists_have_the_subject_of_their_row() -> None:
    shift = {ColumnPath.parse("messages[].sent"): make("shift", "date32")}
    subjects = pa.array(["ana", "bo", "cy", None])
    out = apply_columns(BATCH, shift, subjects).to_pylist()[0]["messages"]
    alone = make("shift", "date32").apply(
        pa.array([date(2020, 1, 1), date(2020, 1, 3)]), pa.array(["ana", "ana"])
    )
    assert [out[0]["sent"], out[2]["sent"]] == alone.to_pylist()
    with pytest.raises(ValueError, match="subject of every value"):
        apply_columns(BATCH, shift, None)
    with pytest.raises(ValueError, match="3 subjects for 4 rows"):
        apply_columns(BATCH, shift, subjects[:3])


def test_a_value_below_a_null_struct_stays_hidden() -> None:
    members = pa.array(["hidden", "shown"])
    column = pa.StructArray.from_arrays([members], ["name"], mask=pa.array([True, False]))
    batch = pa.RecordBatch.from_arrays([column], ["person"])
    path = ColumnPath.parse("person.name")
    out = apply_columns(batch, {path: make("keep")}, None)
    assert out.column(0).field(0).to_pylist() == [None, "shown"]
    assert leaf_values(batch, path).to_pylist() == [None, "shown"]


def test_a_required_field_may_become_null() -> None:
    schema = pa.schema([pa.field("ip", pa.string(), nullable=False)])
    batch = pa.RecordBatch.from_pylist([{"ip": "none"}], schema)
    out = apply_columns(batch, {ColumnPath.parse("ip"): make("truncate", kind="ip")}, None)
    out.validate(full=True)
    assert out.schema.field("ip").nullable


@pytest.mark.parametrize("path", ["nowhere", "messages", "messages.body", "id[]", "grid[]"])
def test_a_column_that_is_not_there_is_named(path) -> None:
    with pytest.raises(ValueError, match="no column"):
        apply_columns(BATCH, {ColumnPath.parse(path): make("keep")}, None)
    with pytest.raises(ValueError, match="no column"):
        leaf_values(BATCH, ColumnPath.parse(path))
    assert output_schema(BATCH.schema, {ColumnPath.parse(path): None}) == pa.schema([])


@pytest.mark.parametrize(
    ("path", "values", "rows"),
    [
        ("id", [1, 2, None, 4], [0, 1, 2, 3]),
        ("messages[].body", ["one", None, None, "four"], [0, 0, 0, 3]),
        ("messages[].tags[]", ["x", None], [0, 0]),
        ("messages[].from.name", ["ana", None, None, None], [0, 0, 0, 3]),
        ("grid[][]", [1, 2, 3, 4], [0, 0, 0, 3]),
    ],
)
def test_leaf_values_and_their_rows(path, values, rows) -> None:
    parsed = ColumnPath.parse(path)
    assert leaf_values(BATCH, parsed).to_pylist() == values
    assert row_index(BATCH, parsed).to_pylist() == rows
    assert row_index(BATCH, parsed).type == pa.int64()
