"""The leaves of a column, through objects and lists, each given to its work and put back.

A value below a null object counts as null. Where no leaf changes, the column is handed back as the
very same object.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.model.paths import ColumnPath, Step
from privet.transforms.arrow import Values, pc

Rows: TypeAlias = "npt.NDArray[np.int64] | None"
"""The row of each value of an array; None: its own place."""

Visit: TypeAlias = Callable[[Values, ColumnPath, Rows], Values]


def rewrite(values: Values, name: str, visit: Visit) -> Values:
    """A top-level column after `visit` saw each of its leaves and gave back what it is now."""
    return _rewrite(values, (Step(name),), None, visit)


def _rewrite(values: Values, steps: tuple[Step, ...], rows: Rows, visit: Visit) -> Values:
    kind = values.type
    if pa.types.is_struct(kind):
        return _struct(values, steps, rows, visit)
    if pa.types.is_map(kind):
        item = pa.struct([("key", kind.key_type), ("value", kind.item_type)])
        return _unless_same(values, values.cast(pa.list_(item)), steps, rows, visit)
    if pa.types.is_fixed_size_list(kind):
        return _unless_same(values, values.cast(pa.list_(kind.value_type)), steps, rows, visit)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _list(values, steps, rows, visit)
    return visit(values, ColumnPath(steps), rows)


def _unless_same(
    values: Values, lists: Values, steps: tuple[Step, ...], rows: Rows, visit: Visit
) -> Values:
    done = _list(lists, steps, rows, visit)
    return values if done is lists else done


def _struct(values: Values, steps: tuple[Step, ...], rows: Rows, visit: Visit) -> Values:
    # `flatten`, not `field`: it takes the object's own nulls down to its members.
    before = values.flatten()
    names = [member.name for member in values.type.fields]
    after = [
        _rewrite(member, (*steps, Step(name)), rows, visit)
        for name, member in zip(names, before, strict=True)
    ]
    if all(new is old for new, old in zip(after, before, strict=True)):
        return values
    mask = values.is_null() if values.null_count else None
    return pa.StructArray.from_arrays(after, names=names, mask=mask)


def _list(values: Values, steps: tuple[Step, ...], rows: Rows, visit: Visit) -> Values:
    counts: Any = pc.fill_null(pc.list_value_length(values), 0)
    lengths = np.asarray(counts.to_numpy(zero_copy_only=False), dtype=np.int64)
    owners = np.repeat(np.arange(len(values)), lengths)
    inner = (*steps[:-1], Step(steps[-1].name, steps[-1].lists + 1))
    before = values.flatten()
    after = _rewrite(before, inner, owners if rows is None else rows[owners], visit)
    if after is before:
        return values
    large = pa.types.is_large_list(values.type)
    offsets = np.zeros(len(lengths) + 1, np.int64 if large else np.int32)
    np.cumsum(lengths, out=offsets[1:])
    make: Any = pa.LargeListArray if large else pa.ListArray
    mask = values.is_null() if values.null_count else None
    return make.from_arrays(pa.array(offsets), after, mask=mask)
