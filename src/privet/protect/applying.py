"""A fitted plan on rows: which class each falls into, the plan's own table or a later one.

A combination that the plan was made from has the class it had then. Any other falls into the class
that covers it and is lowest in the trees; where none does, the row is held back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from privet.model.errors import ConfigError
from privet.protect.fitted import FittedPlan
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.hierarchies.placing import Placed, known_codes, place
from privet.protect.recoding import SUPPRESSED

Ints = npt.NDArray[np.int32]

_AT_ONCE = 1 << 22
"""Pairs of combination and class that are compared in one go."""


def placed_values(
    plan: FittedPlan, values: Mapping[str, Sequence[str | None]], *, known_only: bool = False
) -> tuple[Placed, ...]:
    """Where distinct values are in the plan's trees, for each of its columns.

    Args:
        plan: frozen.
        values: by column.
        known_only: a value that a tree has no place for is above its root, where no class is.

    Raises:
        ConfigError: a tree that names all values there are lacks some of these.
    """
    find = _known if known_only else place
    return tuple(
        find(hierarchy, values[name], name)
        for name, hierarchy in zip(plan.columns, plan.hierarchies, strict=True)
    )


def _known(hierarchy: Hierarchy, values: Sequence[str | None], column: str) -> Placed:
    """As `place`, without an error."""
    try:
        return place(hierarchy, values, column)
    except ConfigError:
        codes = known_codes(hierarchy, values)
        floors = np.where(codes < 0, hierarchy.levels, 0).astype(np.int8)
        return Placed(np.maximum(codes, 0), floors)


def classes_of(plan: FittedPlan, placed: Sequence[Placed], combinations: Ints) -> Ints:
    """The class of each combination, or `SUPPRESSED`: shape (m,).

    Args:
        plan: frozen.
        placed: of each column's distinct values.
        combinations: numbers of those values: shape (m, q).
    """
    codes = np.column_stack([p.codes[ids] for p, ids in zip(placed, combinations.T, strict=True)])
    floors = np.column_stack([p.floors[ids] for p, ids in zip(placed, combinations.T, strict=True)])
    found = np.full(len(codes), SUPPRESSED, np.int32)
    where = _lookup(plan.codes, codes)
    known = (where >= 0) & (floors == 0).all(axis=1)
    found[known] = plan.classes[where[known]]
    strange = np.flatnonzero(~known)
    if len(strange) and len(plan.level):
        found[strange] = _covering(plan, codes[strange], floors[strange])
    return found


def _lookup(known: Ints, wanted: Ints) -> npt.NDArray[np.int64]:
    """The row of `known` that each row of `wanted` is, or -1."""
    from privet.kernels.anonymity.grouping import group_rows  # noqa: PLC0415 (loads Numba)

    both = np.vstack([known, wanted])
    sizes = both.max(axis=0, initial=0).astype(np.int64) + 1
    _, groups = group_rows(np.ascontiguousarray(both.T), sizes)
    place_of = np.full(int(groups.max(initial=-1)) + 1, -1, np.int64)
    place_of[groups[: len(known)]] = np.arange(len(known))
    return place_of[groups[len(known) :]]


def _covering(plan: FittedPlan, codes: Ints, floors: npt.NDArray[np.int8]) -> Ints:
    """The lowest class that covers each combination, on or above its floors."""
    count = len(plan.level)
    order = np.argsort(plan.level.sum(axis=1, dtype=np.int64), kind="stable")
    level, node = plan.level[order], plan.node[order]
    found = np.full(len(codes), SUPPRESSED, np.int32)
    step = max(1, _AT_ONCE // max(1, count))
    for start in range(0, len(codes), step):
        block = slice(start, start + step)
        covers = np.ones((len(codes[block]), count), np.bool_)
        for column, hierarchy in enumerate(plan.hierarchies):
            nodes = hierarchy.nodes[level[:, column]][:, codes[block, column]].T
            covers &= nodes == node[:, column]
            covers &= level[:, column] >= floors[block, column][:, np.newaxis]
        first = covers.argmax(axis=1)
        hit = covers[np.arange(len(first)), first]
        found[block] = np.where(hit, order[first], SUPPRESSED)
    return found
