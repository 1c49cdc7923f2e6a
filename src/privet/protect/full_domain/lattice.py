"""The lattice of levels: what each level of each column costs, and which bits of a key it keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from privet.protect.combinations import Combinations
from privet.protect.hierarchies.hierarchy import Hierarchy

Counts = npt.NDArray[np.int64]

WORD = 63
"""Bits of a word of a key."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """All nodes, by their parts. A node is a rank for each column, 0 the lowest level in `levels`.

    Attributes:
        levels: of each column, the levels that are worth a look, rising.
        means: what a cell of the table costs on average, by column and rank.
        others: leaves of each column less one, at least 1: shape (q,).
        ranks: where each column begins in `masks` and `covered_starts`: shape (q,).
        masks: bits of a key that stay, by column and rank, in one line: shape (ranks, words).
        fields: the bits of each leaf, column after column: shape (leaves, words).
        leaf_starts: where each column begins in `fields`: shape (q,).
        covered: other leaves that a cell covers, by column, rank and leaf, in one line.
        covered_starts: where each rank of each column begins in `covered`, in one line.
    """

    levels: tuple[Counts, ...]
    means: tuple[tuple[float, ...], ...] = field(repr=False)
    others: Counts = field(repr=False)
    ranks: Counts = field(repr=False)
    masks: Counts = field(repr=False)
    fields: Counts = field(repr=False)
    leaf_starts: Counts = field(repr=False)
    covered: Counts = field(repr=False)
    covered_starts: Counts = field(repr=False)

    @property
    def top(self) -> tuple[int, ...]:
        """The node on which all cells are stars, or as good as that."""
        return tuple(len(levels) - 1 for levels in self.levels)

    def mask(self, node: Sequence[int]) -> Counts:
        """Bits of a key that tell the classes of a node apart: shape (words,)."""
        mask: Counts = np.bitwise_or.reduce(self.masks[self.ranks + node])
        return mask

    def mean(self, node: Sequence[int]) -> float:
        """The loss of a node that suppresses nobody; any node loses at least that."""
        total = 0.0
        for means, rank in zip(self.means, node, strict=True):
            total += means[rank]
        return total / len(node)

    def at(self, node: Sequence[int]) -> Counts:
        """Where the node's rank of each column begins in `covered`: shape (q,)."""
        at: Counts = self.covered_starts[self.ranks + node]
        return at

    def node_levels(self, node: Sequence[int]) -> tuple[int, ...]:
        """The level of each column, as its hierarchy counts them."""
        return tuple(int(levels[rank]) for levels, rank in zip(self.levels, node, strict=True))


def make_lattice(combinations: Combinations, hierarchies: Sequence[Hierarchy]) -> Lattice:
    """The lattice of a table with one column at least.

    A level that tells the same values of the table apart as a lower one is left out: with the lower
    level the classes are the same, and lose no more.
    """
    rows = int(combinations.rows.sum())
    levels, means, covered, covered_starts = [], [], [], []
    begin = 0
    for column, hierarchy in enumerate(hierarchies):
        codes = combinations.codes[:, column]
        weights = np.bincount(codes, combinations.rows, len(hierarchy.leaves))
        levels.append(_worth(hierarchy, np.flatnonzero(np.bincount(codes))))
        counts = _covered(hierarchy)[levels[-1]]
        costs = counts @ weights / (max(rows, 1) * _others(hierarchy))
        means.append(tuple(costs.tolist()))
        covered.append(counts.ravel())
        covered_starts.append(begin + np.arange(len(counts)) * counts.shape[1])
        begin += counts.size
    fields, masks = _fields(hierarchies)
    sizes = [len(hierarchy.leaves) for hierarchy in hierarchies]
    return Lattice(
        levels=tuple(levels),
        means=tuple(means),
        others=np.array([_others(hierarchy) for hierarchy in hierarchies], np.int64),
        ranks=np.cumsum([0, *map(len, levels)])[:-1].astype(np.int64),
        masks=np.concatenate([mask[kept] for mask, kept in zip(masks, levels, strict=True)]),
        fields=fields,
        leaf_starts=np.cumsum([0, *sizes])[:-1].astype(np.int64),
        covered=np.concatenate(covered),
        covered_starts=np.concatenate(covered_starts).astype(np.int64),
    )


def keys_of(lattice: Lattice, codes: npt.NDArray[np.int32]) -> Counts:
    """The key of each combination: shape (m, words)."""
    from privet.kernels.anonymity.lattice import spread  # noqa: PLC0415

    return spread(np.ascontiguousarray(codes, np.int32), lattice.fields, lattice.leaf_starts)


def _others(hierarchy: Hierarchy) -> int:
    return max(len(hierarchy.leaves) - 1, 1)


def _worth(hierarchy: Hierarchy, present: npt.NDArray[np.int64]) -> Counts:
    """The levels that join values of the table that the one before did not; nodes are in order."""
    nodes = hierarchy.nodes[:, present]
    told = (nodes[:, 1:] != nodes[:, :-1]).sum(axis=1)
    return np.flatnonzero(np.concatenate([[True], told[1:] < told[:-1]])).astype(np.int64)


def _covered(hierarchy: Hierarchy) -> Counts:
    """How many other leaves the node of each leaf covers: shape (levels, n)."""
    return np.stack([np.bincount(nodes)[nodes] - 1 for nodes in hierarchy.nodes]).astype(np.int64)


def _fields(hierarchies: Sequence[Hierarchy]) -> tuple[Counts, list[Counts]]:
    """Bits of each leaf, and those that stay on each level of each column.

    On each level but the root a leaf's node has a number among its parent's children; its bits
    stand in one word.
    """
    word, bit = 0, 0
    parts: list[list[tuple[int, int, int, Counts]]] = []
    for hierarchy in hierarchies:
        parts.append([])
        for level in range(hierarchy.levels - 1):
            children = _child_numbers(hierarchy.nodes[level], hierarchy.nodes[level + 1])
            width = int(children.max(initial=0)).bit_length()
            if bit + width > WORD:
                word, bit = word + 1, 0
            parts[-1].append((word, bit, width, children))
            bit += width
    fields = []
    masks = []
    for hierarchy, own in zip(hierarchies, parts, strict=True):
        bits = np.zeros((len(hierarchy.leaves), word + 1), np.int64)
        mask = np.zeros((hierarchy.levels, word + 1), np.int64)
        for level, (where, shift, width, children) in enumerate(own):
            bits[:, where] |= children << shift
            mask[: level + 1, where] |= ((1 << width) - 1) << shift
        fields.append(bits)
        masks.append(mask)
    return np.concatenate(fields), masks


def _child_numbers(nodes: npt.NDArray[np.int32], parents: npt.NDArray[np.int32]) -> Counts:
    """The number of each leaf's node among the children of its parent: shape (n,)."""
    begins = np.searchsorted(parents, np.arange(int(parents.max(initial=-1)) + 1))
    return (nodes - nodes[begins][parents]).astype(np.int64)
