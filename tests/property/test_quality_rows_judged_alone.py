"""Typing a batch says of each cell what typing it alone says, and loses no row."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.model.contract import Column
from privet.model.paths import ColumnPath
from privet.ports.arrow_types import parse_type
from privet.quality.casting import as_type, hopeless
from privet.quality.typing import REASON, enforce, split

TYPES = ["int64", "double", "bool", "date32", "timestamp[us]", "decimal128(6, 2)", "string"]
CELL = st.none() | st.sampled_from(
    ["1", " 2 ", "-3.5", "x", "", " ", "0x1F", "1e999", "true", "2020-01-01", "2020-01-01 10:00",
     "123456789", "1.005", "ä"]
) | st.text(max_size=4)  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[Column], pa.RecordBatch]:
    kinds = draw(st.lists(st.sampled_from(TYPES), min_size=1, max_size=4))
    columns = [
        Column(ColumnPath.of(f"c{i}"), kind, required=draw(st.booleans()))
        for i, kind in enumerate(kinds)
    ]
    count = draw(st.integers(0, 15))
    arrays = [pa.array(draw(st.lists(CELL, min_size=count, max_size=count)), pa.string())
              for _ in columns]  # fmt: skip
    return columns, pa.record_batch(arrays, names=[column.path.root for column in columns])


@given(tables())
def test_a_row_is_judged_alone(made: tuple[list[Column], pa.RecordBatch]) -> None:
    columns, batch = made
    whole = enforce(batch, columns)
    whole.rows.validate(full=True)
    alone = [enforce(batch.slice(i, 1), columns) for i in range(batch.num_rows)]
    assert whole.reasons.to_pylist() == [one.reasons[0].as_py() for one in alone]
    assert whole.rows.to_pylist() == [one.rows.to_pylist()[0] for one in alone]


@given(tables())
def test_no_row_is_lost_and_kept_rows_are_what_was_asked(
    made: tuple[list[Column], pa.RecordBatch],
) -> None:
    columns, batch = made
    kept, held = split(enforce(batch, columns))
    assert kept.num_rows + held.num_rows == batch.num_rows
    assert None not in held.column(REASON).to_pylist()
    for column in columns:
        values = kept.column(column.path.root).to_pylist()
        assert not (column.required and None in values)


@given(tables())
def test_typing_twice_changes_nothing(made: tuple[list[Column], pa.RecordBatch]) -> None:
    columns, batch = made
    kept, _ = split(enforce(batch, columns))
    again, held = split(enforce(kept, columns))
    assert again.equals(kept)
    assert not held.num_rows


@given(st.lists(st.none() | st.lists(st.none() | CELL, max_size=4), max_size=8), st.data())
def test_nested_cells_are_judged_like_flat_ones(
    rows: list[list[str | None] | None], data: st.DataObject
) -> None:
    batch = pa.record_batch({"v": pa.array(rows, pa.list_(pa.string()))})
    start = data.draw(st.integers(0, len(rows)))
    nested = [Column(ColumnPath.parse("v[]"), "int64")]
    flat = [Column(ColumnPath.of("v"), "int64")]
    found = enforce(batch.slice(start), nested)
    for row, reason, values in zip(
        rows[start:], found.reasons.to_pylist(), found.rows.column("v").to_pylist(), strict=True
    ):
        cells = enforce(pa.record_batch({"v": pa.array(row or [], pa.string())}), flat)
        assert (reason is not None) == any(r is not None for r in cells.reasons.to_pylist())
        assert values == (None if row is None else cells.rows.column("v").to_pylist())


LETTERS = st.text("0123456789+-.eEinfatyNTZ: x", max_size=12)
SPELLINGS = st.sampled_from(
    ["1", "-2", ".5", "1e5", "+1.5", "-Infinity", "+nan", "2020-01-01T10:00:00Z", "-2020-01-01"]
)


@given(LETTERS | SPELLINGS, st.sampled_from([*TYPES, "timestamp[us, UTC]", "binary"]))
def test_what_is_called_hopeless_is_never_accepted(text: str, kind: str) -> None:
    values, target = pa.array([text.strip() or None], pa.string()), parse_type(kind)
    if hopeless(values, target).true_count:
        with pytest.raises(pa.ArrowException):
            as_type(values, target)
