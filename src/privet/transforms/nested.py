"""Transforms over the leaves of a batch, through structs and lists.

A leaf that no transform is given for is dropped, a struct or list of which nothing is left is
dropped with it, and so is all metadata of the source: what nobody decided does not leave. A value
below a null struct counts as null, whatever bytes the source left there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from privet.model.paths import ColumnPath, Step
from privet.transforms.arrow import Values, pc
from privet.transforms.build import Transform


@dataclass(frozen=True, slots=True)
class _Node:
    """One field of the output, and where it comes from.

    Attributes:
        index: position of the source field among its siblings.
        output: the output field.
        children: members of a struct, or the one item of a list.
        transform: what a leaf goes through.
    """

    index: int
    output: pa.Field[Any]
    children: tuple[_Node, ...] = ()
    transform: Transform | None = None


def output_schema(
    schema: pa.Schema, transforms: Mapping[ColumnPath, Transform | None]
) -> pa.Schema:
    """The schema of what `apply_columns` makes of batches with `schema`.

    Raises:
        ValueError: a transform is given for a column that the schema lacks.
    """
    return pa.schema([node.output for node in _plan(schema, transforms)])


def apply_columns(
    batch: pa.RecordBatch,
    transforms: Mapping[ColumnPath, Transform | None],
    subjects: Values | None,
) -> pa.RecordBatch:
    """Put every leaf through its transform, and drop every leaf that has none.

    Args:
        batch: rows; slices are fine.
        transforms: by leaf path; None, or no entry, drops the leaf.
        subjects: the subject key of every row, normalised text; a value in a list has its row's.

    Raises:
        ValueError: a transform is given for a column that the batch lacks, or needs subjects.
        TypeError: a column is not of the type that its transform was built for.
    """
    nodes = _plan(batch.schema, transforms)
    if not any(given and given.needs_subjects for given in transforms.values()):
        subjects = None
    elif subjects is not None and len(subjects) != batch.num_rows:
        raise ValueError(f"{len(subjects)} subjects for {batch.num_rows} rows")
    columns = [_rebuild(batch.column(node.index), node, subjects) for node in nodes]
    if not columns:
        return _no_columns(batch.num_rows)
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema([node.output for node in nodes]))


def leaf_values(batch: pa.RecordBatch, path: ColumnPath) -> Values:
    """Every value at `path`, in row order; lists are flattened, null and empty ones hold none.

    Raises:
        ValueError: the batch has no such column.
    """
    if not path.nested:  # by far the most are: a wide table asks for thousands
        index = batch.schema.get_field_index(path.root)
        if index >= 0 and not pa.types.is_nested(batch.schema.field(index).type):
            return batch.column(index)
    return _descend(batch, path)[0]


def row_index(batch: pa.RecordBatch, path: ColumnPath) -> Values:
    """The row, counted from 0, of every value that `leaf_values` gives: int64.

    Raises:
        ValueError: the batch has no such column.
    """
    return _descend(batch, path)[1]


def _plan(
    schema: pa.Schema, transforms: Mapping[ColumnPath, Transform | None]
) -> tuple[_Node, ...]:
    planner = _Planner({path: given for path, given in transforms.items() if given is not None})
    nodes = planner.members(schema, ())
    if missing := sorted(planner.wanted.keys() - planner.met):
        raise ValueError(f"no column {missing[0]} in the data ({len(missing)} missing in all)")
    return nodes


@dataclass(frozen=True, slots=True)
class _Planner:
    """Finds the leaves of a schema that have a transform, and notes which it met."""

    wanted: Mapping[ColumnPath, Transform]
    met: set[ColumnPath] = field(default_factory=set)

    def members(
        self, fields: Iterable[pa.Field[Any]], parents: tuple[Step, ...]
    ) -> tuple[_Node, ...]:
        """The fields of a schema or struct of which anything is left."""
        planned = (
            self.member(index, member, (*parents, Step(member.name)))
            for index, member in enumerate(fields)
        )
        return tuple(node for node in planned if node is not None)

    def member(self, index: int, source: pa.Field[Any], steps: tuple[Step, ...]) -> _Node | None:
        """One field, or None where nothing is left of it."""
        kind = source.type
        if isinstance(kind, pa.StructType):
            members = self.members(kind.fields, steps)
            output = pa.struct([member.output for member in members])
            return _Node(index, pa.field(source.name, output), members) if members else None
        if isinstance(kind, pa.ListType | pa.LargeListType):
            inner = (*steps[:-1], Step(steps[-1].name, steps[-1].lists + 1))
            item = self.member(0, kind.value_field, inner)
            make = pa.list_ if isinstance(kind, pa.ListType) else pa.large_list
            return item and _Node(index, pa.field(source.name, make(item.output)), (item,))
        return self.leaf(index, source.name, ColumnPath(steps))

    def leaf(self, index: int, name: str, path: ColumnPath) -> _Node | None:
        """A leaf that has a transform, or None."""
        given = self.wanted.get(path)
        if given is None:
            return None
        self.met.add(path)
        output = pa.field(name, given.output_type, metadata=dict(given.metadata))
        return _Node(index, output, transform=given)


def _rebuild(array: Values, node: _Node, subjects: Values | None) -> Values:
    if node.transform is not None:
        return node.transform.apply(array, subjects)
    mask = array.is_null() if array.null_count else None
    if isinstance(array, pa.StructArray):
        # `flatten`, not `field`: it takes the struct's own nulls down to its members.
        members = array.flatten()
        built = [_rebuild(members[child.index], child, subjects) for child in node.children]
        return pa.StructArray.from_arrays(built, fields=list(node.output.type.fields), mask=mask)
    lengths = _lengths(array)
    if subjects is not None:
        subjects = subjects.take(_owners(lengths))
    values = _rebuild(array.flatten(), node.children[0], subjects)
    large = isinstance(array, pa.LargeListArray)
    offsets = np.zeros(len(lengths) + 1, np.int64 if large else np.int32)
    np.cumsum(lengths, out=offsets[1:])
    make = pa.LargeListArray if large else pa.ListArray
    return make.from_arrays(pa.array(offsets), values, type=node.output.type, mask=mask)


def _no_columns(rows: int) -> pa.RecordBatch:
    """A batch that still says how many rows it had."""
    empty: Values = pa.array([{}] * rows, pa.struct([]))
    return pa.RecordBatch.from_struct_array(empty)


def _descend(batch: pa.RecordBatch, path: ColumnPath) -> tuple[Values, Values]:
    missing = ValueError(f"no column {path} in the data")
    members: list[Values] = list(batch.columns)
    names = list(batch.schema.names)
    rows = pa.array(np.arange(batch.num_rows))
    for place, step in enumerate(path.steps):
        if names.count(step.name) != 1:
            raise missing
        array = members[names.index(step.name)]
        for _ in range(step.lists):
            if not isinstance(array, pa.ListArray | pa.LargeListArray):
                raise missing
            rows, array = rows.take(_owners(_lengths(array))), array.flatten()
        if place < len(path.steps) - 1:
            if not isinstance(array, pa.StructArray):
                raise missing
            members, names = array.flatten(), [member.name for member in array.type.fields]
    if pa.types.is_nested(array.type):
        raise missing
    return array, rows


def _lengths(lists: Values) -> np.ndarray[Any, np.dtype[np.int64]]:
    """How many values each list holds; a null list holds none."""
    counts = pc.fill_null(pc.list_value_length(lists), 0)
    return np.asarray(counts.to_numpy(zero_copy_only=False), dtype=np.int64)


def _owners(lengths: np.ndarray[Any, np.dtype[np.int64]]) -> Values:
    """For every value of the lists, the position of its list."""
    return pa.array(np.repeat(np.arange(len(lengths)), lengths))
