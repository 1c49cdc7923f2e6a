"""Where values belong that a frozen hierarchy may not know: those of a later batch.

The tree does not grow, since the plan that was made with it would no longer fit. A value unknown to
it is coded as a *neighbour*: the first leaf under the lowest node that the rule puts the value in
and the tree has. On the level of that node and above, the neighbour's cell is the value's own;
below, it would be another's. So each value has a *floor*: a row may leave only in a class whose
node for the column is on the floor or above it, and is held back otherwise.

A value of the tree has floor 0, and a number in a decade that nobody had before has the root's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from privet.protect.hierarchies.building import uncovered, unfit
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.hierarchies.rules import Unfit, coded, labels


@dataclass(frozen=True, slots=True)
class Placed:
    """Where values are.

    Attributes:
        codes: the leaf that each is coded as: shape (n,), int32.
        floors: the lowest level whose cell is true of the value: shape (n,), int8.
    """

    codes: npt.NDArray[np.int32] = field(repr=False)
    floors: npt.NDArray[np.int8] = field(repr=False)


def known_codes(hierarchy: Hierarchy, values: Sequence[str | None]) -> npt.NDArray[np.int32]:
    """The leaf of each value, -1 where the tree has none: shape (n,)."""
    known = {leaf: code for code, leaf in enumerate(hierarchy.leaves)}
    found = coded(hierarchy.spec, values)
    return np.array([known.get(value, -1) for value in found], np.int32)


def place(hierarchy: Hierarchy, values: Sequence[str | None], column: str) -> Placed:
    """Code values, known or not.

    Null that the tree does not have is placed at the root.

    Args:
        hierarchy: of the column.
        values: distinct values, as text.
        column: its name, for messages.

    Raises:
        ConfigError: the hierarchy names all values there are and lacks some of these; or its rule
            cannot place them (no number, out of the declared range, no date).
    """
    codes = known_codes(hierarchy, values)
    floors = np.zeros(len(values), np.int8)
    strange = np.flatnonzero(codes < 0)
    if not len(strange):
        return Placed(codes, floors)
    if hierarchy.spec is None:
        raise uncovered(column, len(strange))
    codes[strange], floors[strange] = 0, hierarchy.levels - 1
    rows = [row for row in strange.tolist() if values[row] is not None]
    try:
        above = labels(hierarchy.spec, [values[row] or "" for row in rows])
    except Unfit as error:
        raise unfit(column, error) from None
    _lower(hierarchy, above, rows, Placed(codes, floors))
    return Placed(codes, floors)


def _lower(
    hierarchy: Hierarchy, above: Sequence[Sequence[str]], rows: Iterable[int], placed: Placed
) -> None:
    """Bring values down to the lowest node that the tree has of those above them."""
    places = np.fromiter(rows, np.int64)
    for level in range(len(above), 0, -1):
        starts = hierarchy.starts(level)
        nodes = {name: node for node, name in enumerate(hierarchy.labels[level])}
        found = np.array([nodes.get(name, -1) for name in above[level - 1]], np.int64)
        there = found >= 0
        placed.codes[places[there]] = starts[found[there]]
        placed.floors[places[there]] = level
