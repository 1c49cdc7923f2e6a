"""A hierarchy: a tree over the values of a column, its leaves numbered depth-first.

So each node covers an interval of codes, and the lowest node over two leaves is the lowest level on
which they have the same number.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

ROOT = "*"
"""The label of what covers everything."""


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """A tree of one height over the values of a column.

    Attributes:
        leaves: the values by code, spelled as text; None is null, a value like others. Shape (n,).
        nodes: the node of each leaf on each level: shape (levels, n), int32. Level 0 is the leaves
            (`nodes[0] == arange(n)`), the last level one root. Nodes of a level are numbered from
            0 in the order of their leaves, so each row is rising.
        labels: what is published for a node: `labels[level][node]`. The same label may stand on
            several levels: a node is told by level and number, never by label.
        ordered: whether the order of the leaves has a meaning (numbers, dates).
    """

    leaves: tuple[str | None, ...]
    nodes: npt.NDArray[np.int32] = field(repr=False)
    labels: tuple[tuple[str | None, ...], ...] = field(repr=False)
    ordered: bool = False

    @property
    def levels(self) -> int:
        """How many levels there are, leaves and root among them."""
        return len(self.labels)
