"""A hierarchy: a tree over the values of a column, its leaves numbered depth-first.

So each node covers an interval of codes, and the lowest node over two leaves is the lowest level on
which they have the same number.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from privet.protect.hierarchies.specs import OpenSpec

ROOT = "*"
"""The label of what covers everything."""

Codes = npt.NDArray[np.integer]
"""Codes of leaves, or numbers of nodes, of any shape."""


@dataclass(frozen=True, slots=True, eq=False)
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
        spec: how a value that was not there when the tree was made finds its place
            (`privet.protect.hierarchies.placing`); None where the tree names all values there are.
    """

    leaves: tuple[str | None, ...] = field(repr=False)
    nodes: npt.NDArray[np.int32] = field(repr=False)
    labels: tuple[tuple[str | None, ...], ...] = field(repr=False)
    ordered: bool = False
    spec: OpenSpec | None = None

    @property
    def levels(self) -> int:
        """How many levels there are, leaves and root among them."""
        return len(self.labels)

    def node_at(self, level: int, codes: Codes) -> npt.NDArray[np.int32]:
        """The node of each leaf on one level: the shape of `codes`."""
        found: npt.NDArray[np.int32] = self.nodes[level][codes]
        return found

    def starts(self, level: int) -> npt.NDArray[np.int64]:
        """Where the leaves of each node of a level begin, and `n` at last: shape (nodes + 1,)."""
        steps = np.arange(len(self.labels[level]) + 1)
        return np.searchsorted(self.nodes[level], steps).astype(np.int64)

    def interval(self, level: int, node: int) -> tuple[int, int]:
        """The codes below a node: the first, and one past the last."""
        begin, end = np.searchsorted(self.nodes[level], (node, node + 1))
        return int(begin), int(end)

    def common(self, low: Codes, high: Codes) -> npt.NDArray[np.int8]:
        """The lowest level on which two leaves have the same node, for each pair.

        As nodes are intervals, that node covers all codes from `low` to `high` too.
        """
        level = np.zeros(np.broadcast(low, high).shape, np.int8)
        for nodes in self.nodes[:-1]:
            level += nodes[low] != nodes[high]
        return level

    def path(self, code: int) -> tuple[str | None, ...]:
        """The labels above a leaf, its own first and the root's last."""
        return tuple(
            labels[node] for labels, node in zip(self.labels, self.nodes[:, code], strict=True)
        )
