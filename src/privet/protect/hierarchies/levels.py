"""From the labels of each value, level by level, to a hierarchy; and what makes them one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.hierarchies.ordering import rising
from privet.protect.hierarchies.specs import OpenSpec
from privet.transforms.arrow import pc

Labels: TypeAlias = Sequence[str | None]
"""A label for each value."""


MOST_LEVELS = 120
"""Leaves and root among them; an int8 counts levels."""


class NoTree(ValueError):
    """Labels that make no tree.

    Attributes:
        row: the number of a row that shows it, or None.
    """

    def __init__(self, message: str, row: int | None = None) -> None:
        super().__init__(message)
        self.row = row


def from_levels(levels: Sequence[Labels], spec: OpenSpec | None = None) -> Hierarchy:
    """The hierarchy whose leaves are `levels[0]`, under the labels that stand above each.

    Leaves are coded depth-first, siblings in the order in which they are given.

    Args:
        levels: leaf first, root last; all of one length.
        spec: the rule that made the labels.

    Raises:
        NoTree: no value, no level above the values or too many, a value twice, a label with two
            parents on the next level, or no single root.
    """
    if len(levels) < 2:
        raise NoTree("there is no level above the values")
    if len(levels) > MOST_LEVELS:
        raise NoTree(f"there are {len(levels)} levels, and {MOST_LEVELS} at most are possible")
    if not levels[0]:
        raise NoTree("there are no values")
    numbers = np.stack([_numbered(labels) for labels in levels])
    _require_tree(numbers)
    order = np.lexsort(numbers)
    ordered = numbers[:, order]
    steps = np.ones(ordered.shape, np.bool_)
    steps[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    nodes = (np.cumsum(steps, axis=1) - 1).astype(np.int32)
    labels = tuple(
        tuple(level[row] for row in order[first].tolist())
        for level, first in zip(levels, steps, strict=True)
    )
    return Hierarchy(labels[0], nodes, labels, rising(labels[0]), spec)


def _numbered(labels: Labels) -> npt.NDArray[np.int64]:
    """The labels as numbers, in the order in which they first appear."""
    array = pa.array(labels, pa.string())
    encoded = pc.dictionary_encode(array, null_encoding="encode")
    return np.asarray(encoded.indices.to_numpy(zero_copy_only=False), np.int64)


def _require_tree(numbers: npt.NDArray[np.int64]) -> None:
    """Raise if a value stands twice, a node has two parents, or there are two roots."""
    leaves = numbers[0]
    first = _first_rows(leaves)
    if len(first) < len(leaves):
        again = np.ones(len(leaves), np.bool_)
        again[first] = False
        raise NoTree("a value stands twice", int(np.argmax(again)))
    if numbers[-1].any():
        raise NoTree(
            f"there are {numbers[-1].max() + 1} roots, and it takes one", int(numbers[-1].argmax())
        )
    for level in range(1, len(numbers) - 1):
        parent = numbers[level + 1][_first_rows(numbers[level])]
        strange = parent[numbers[level]] != numbers[level + 1]
        if strange.any():
            raise NoTree(
                f"a label of level {level} (leaves are level 0) is under two labels of level "
                f"{level + 1}",
                int(np.argmax(strange)),
            )


def _first_rows(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The first row of each number, by number."""
    return np.unique(numbers, return_index=True)[1]
