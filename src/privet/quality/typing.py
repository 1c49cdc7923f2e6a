"""Types enforced: a row with a value that is not of its column's type is held back, with a reason.

A batch whose values all fit costs one cast per leaf. Only where a cast fails are its bad values
looked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from privet.model.contract import Column
from privet.model.errors import SourceError
from privet.model.paths import ColumnPath, Step
from privet.ports.arrow_types import arrow_schema
from privet.quality.casting import as_type, check_text, hopeless, is_text, null_where, trim
from privet.quality.failing import failing

__all__ = ["REASON", "Typed", "arrow_schema", "enforce", "split"]

REASON = "_privet_reason"
_RESERVED = "_privet_"


@dataclass(frozen=True, slots=True)
class Typed:
    """A batch after its types were enforced.

    Attributes:
        rows: the contract's columns in its types; a value that did not fit is null.
        reasons: one per row: null where the row is good, else `encoding:<path>`, `type:<path>` or
            `required:<path>`, the first that applies in the contract's order.
        raw: the batch as it came, from which rows are held back.
    """

    rows: pa.RecordBatch = field(repr=False)
    reasons: pa.StringArray
    raw: pa.RecordBatch = field(repr=False)


def enforce(rows: pa.RecordBatch, columns: Sequence[Column]) -> Typed:
    """Give each column its contract's type, and each row that does not fit a reason.

    Args:
        rows: the contract's top-level columns in any order, as text or in any type that casts;
            reserved columns (`_privet_…`) pass through.
        columns: the contract's leaf columns.

    Raises:
        SourceError: `rows` lacks a column.
        ConfigError: the contract's types or paths are wrong.
    """
    pass_ = _Pass(columns, rows.num_rows)
    schema = arrow_schema(columns)
    fields = list(schema)
    arrays = [pass_.column(_column(rows, wanted.name), wanted) for wanted in schema]
    for extra in rows.schema:
        if extra.name.startswith(_RESERVED):
            fields.append(extra)
            arrays.append(rows.column(extra.name))
    typed = pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))
    return Typed(typed, pass_.reasons(), rows)


def split(typed: Typed) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """(kept, held): good rows in their types; the others as they came, with `_privet_reason`."""
    held = typed.reasons.is_valid()
    if not held.true_count:
        return typed.rows, typed.raw.slice(0, 0).append_column(REASON, pa.array([], pa.string()))
    raw = typed.raw.append_column(REASON, typed.reasons)
    return typed.rows.filter(pc.invert(held)), raw.filter(held)


def _column(rows: pa.RecordBatch, name: str) -> pa.Array[Any]:
    if rows.schema.get_field_index(name) < 0:
        raise SourceError(
            f"the rows have no column `{name}`, which their contract declares",
            hint="Export the column again, or take it out of the contract.",
        )
    values = rows.column(name)
    if isinstance(values, pa.ExtensionArray):
        values = values.storage
    return values.dictionary_decode() if isinstance(values, pa.DictionaryArray) else values


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an array stands: its path, and the row of each of its elements (None: its own)."""

    steps: tuple[Step, ...]
    rows: npt.NDArray[np.int64] | None = None


class _Pass:
    """One batch on its way: what was found wrong with which row."""

    def __init__(self, columns: Sequence[Column], rows: int) -> None:
        self._required: Mapping[ColumnPath, bool] = {c.path: c.required for c in columns}
        self._codes = np.zeros(rows, dtype=np.int32)
        self._words: list[str | None] = [None]

    def column(self, values: pa.Array[Any], wanted: pa.Field[Any]) -> pa.Array[Any]:
        return self._convert(values, wanted.type, _Place((Step(wanted.name),)))

    def reasons(self) -> pa.StringArray:
        if len(self._words) == 1:
            return cast("pa.StringArray", _nulls(len(self._codes), pa.string()))
        return pa.array(self._words, pa.string()).take(pa.array(self._codes, pa.int32()))

    def _convert(self, values: pa.Array[Any], target: pa.DataType, place: _Place) -> pa.Array[Any]:
        if isinstance(values, pa.MapArray):
            values = values.cast(_as_list(values.type))
        if pa.types.is_list(target) and _is_list(values.type):
            return self._list(cast("pa.ListArray[Any]", values), target, place)
        if pa.types.is_struct(target) and pa.types.is_struct(values.type):
            return self._struct(cast("pa.StructArray", values), target, place)
        if pa.types.is_nested(target) or pa.types.is_nested(values.type):
            # A list where the contract has one value, or the other way round.
            self._hold("type", values.is_valid(), place)
            return _nulls(len(values), target)
        return self._leaf(values, target, place)

    def _struct(
        self, values: pa.StructArray, target: pa.StructType, place: _Place
    ) -> pa.Array[Any]:
        arrays = []
        for child in target:
            below = _Place((*place.steps, Step(child.name)), place.rows)
            arrays.append(self._convert(_child(values, child.name), child.type, below))
        return pa.StructArray.from_arrays(arrays, fields=list(target), mask=values.is_null())

    def _list(
        self, values: pa.ListArray[Any], target: pa.ListType[Any], place: _Place
    ) -> pa.Array[Any]:
        lengths = pc.fill_null(pc.list_value_length(values), 0).to_numpy(zero_copy_only=False)
        parents = np.repeat(np.arange(len(values), dtype=np.int64), lengths)
        last = place.steps[-1]
        steps = (*place.steps[:-1], Step(last.name, last.lists + 1))
        below = _Place(steps, parents if place.rows is None else place.rows[parents])
        items = self._convert(values.flatten(), target.value_type, below)
        offsets = np.zeros(len(values) + 1, dtype=np.int32)
        np.cumsum(lengths, out=offsets[1:])
        lists: pa.Array[Any] = pa.ListArray.from_arrays(  # type: ignore[call-overload]
            pa.array(offsets), items, type=target, mask=values.is_null()
        )
        return lists

    def _leaf(self, values: pa.Array[Any], target: pa.DataType, place: _Place) -> pa.Array[Any]:
        if is_text(values.type):
            values = self._drop_bad(values, "encoding", place)
        typed = self._typed(values, target, place)
        if self._required.get(ColumnPath(place.steps), False):
            self._hold("required", typed.is_null(), place)
        return typed

    def _typed(self, values: pa.Array[Any], target: pa.DataType, place: _Place) -> pa.Array[Any]:
        if values.type == target:
            return values
        try:
            return as_type(values, target)
        except pa.ArrowException:
            pass
        if is_text(values.type) and not is_text(target):
            values = trim(values)
            surely = hopeless(values, target)
            self._hold("type", surely, place)
            values = null_where(surely, values)
        bad = failing(values, lambda part: as_type(part, target))
        self._hold("type", bad, place)
        return as_type(null_where(bad, values), target)

    def _drop_bad(self, values: pa.Array[Any], word: str, place: _Place) -> pa.Array[Any]:
        try:
            return check_text(values)
        except pa.ArrowException:
            values = values.cast(pa.binary())
        bad = failing(values, lambda part: part.cast(pa.string()))
        self._hold(word, bad, place)
        return null_where(bad, values).cast(pa.string())

    def _hold(self, word: str, mask: pa.BooleanArray, place: _Place) -> None:
        """Give the rows of `mask` a reason, unless they have one."""
        if not mask.true_count:
            return
        found = np.flatnonzero(mask.to_numpy(zero_copy_only=False))
        rows = found if place.rows is None else place.rows[found]
        fresh = rows[self._codes[rows] == 0]
        self._codes[fresh] = len(self._words)
        self._words.append(f"{word}:{ColumnPath(place.steps)}")


def _child(values: pa.StructArray, name: str) -> pa.Array[Any]:
    if values.type.get_field_index(name) < 0:
        return pa.nulls(len(values))
    child = pc.struct_field(values, name)
    return child.dictionary_decode() if isinstance(child, pa.DictionaryArray) else child


def _nulls(count: int, kind: pa.DataType) -> pa.Array[Any]:
    nulls: pa.Array[Any] = pa.nulls(count, kind)  # type: ignore[call-overload]
    return nulls


def _is_list(kind: pa.DataType) -> bool:
    return (
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )


def _as_list(kind: pa.MapType[Any, Any]) -> pa.ListType[Any]:
    return pa.list_(pa.struct([("key", kind.key_type), ("value", kind.item_type)]))
