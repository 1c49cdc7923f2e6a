"""Codes as paths from the root of their hierarchy, in fields of a few bits, all in a word or two.

A field holds which child of its parent a node is. All values of a box are then below one node where
the fields above are equal, which a table's rows tell by an exclusive or; and to count a box by the
children of that node is to count a field.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import lean

Ints: TypeAlias = npt.NDArray[np.int64]

_BITS: Final = 63
"""Of a word, without its sign."""


class Trees(NamedTuple):
    """The hierarchies of all quasi-identifiers, one after the other.

    Attributes:
        nodes: of each column, level by level, the node of each leaf.
        costs: laid out alike: what a cell with that leaf costs when published on that level.
        starts: where each column begins in both: shape (q + 1,).
        leaves: how many leaves each column has: shape (q,).
        levels: how many levels: shape (q,).
    """

    nodes: npt.NDArray[np.int32]
    costs: npt.NDArray[np.float64]
    starts: Ints
    leaves: Ints
    levels: Ints


class Paths(NamedTuple):
    """Where the fields lie. A column's steps go from the root, step 0, to the leaves.

    Levels on which no node branches are no steps. Where a column's steps need more than 63 bits,
    the lowest levels are one step together.

    Attributes:
        keys: the paths of all rows: shape (w, m).
        word: which row of `keys` a column is in: shape (q,).
        low, whole: its path is `keys[word] >> low & whole`: shape (q,).
        steps: how many a column has, the root among them: shape (q,).
        below: how many bits of a path lie below the field of each step: shape (q, most steps). The
            root has no bits, and all of them below.
        nodes: where the step's level begins in `Trees.nodes`: shape (q, most steps).
        prices: where the step's nodes begin in `costs`: shape (q, most steps).
        costs: of each node.
    """

    keys: Ints
    word: Ints
    low: Ints
    whole: Ints
    steps: Ints
    below: Ints
    nodes: Ints
    prices: Ints
    costs: npt.NDArray[np.float64]


def trace(codes: npt.NDArray[np.int32], trees: Trees) -> tuple[Paths, list[Ints]]:
    """The path of each code, and the paths of all leaves of each column, rising.

    Args:
        codes: shape (m, q).
        trees: of the q columns.
    """
    width = codes.shape[1]
    steps = [_steps(_levels(trees, column)) for column in range(width)]
    deep = max(2, *(len(each) for each in steps))
    below, nodes, prices = np.zeros((3, width, deep), np.int64)
    word, low, whole = np.zeros((3, width), np.int64)
    keys = [np.zeros(len(codes), np.int64)]
    leaves: list[Ints] = []
    costs: list[npt.NDArray[np.float64]] = []
    taken, priced = 0, 0
    for column in range(width):
        levels = _levels(trees, column)
        path, bits = _padded(levels, steps[column])
        if taken + sum(bits) > _BITS:
            keys.append(np.zeros(len(codes), np.int64))
            taken = 0
        keys[-1] |= path[codes[:, column]] << taken
        leaves.append(path)
        word[column], low[column], whole[column] = len(keys) - 1, taken, (1 << sum(bits)) - 1
        taken += sum(bits)
        for step, level in enumerate(steps[column]):
            below[column, step] = sum(bits[step + 1 :])
            nodes[column, step] = trees.starts[column] + level * trees.leaves[column]
            prices[column, step] = priced
            costs.append(trees.costs[nodes[column, step] + _heads(levels[level])])
            priced += len(costs[-1])
    number = np.array([len(each) for each in steps], np.int64)
    laid = (np.stack(keys), word, low, whole, number, below, nodes, prices, np.concatenate(costs))
    return Paths(*laid), leaves


@lean
def lowest_level(trees: Trees, column: int, start: int, low: int, high: int) -> int:
    """The lowest level from `start` on where two leaves have one node."""
    begin, leaves = trees.starts[column], trees.leaves[column]
    level = start
    while trees.nodes[begin + level * leaves + low] != trees.nodes[begin + level * leaves + high]:
        level += 1
    return level


def _levels(trees: Trees, column: int) -> npt.NDArray[np.int32]:
    begin, stop = int(trees.starts[column]), int(trees.starts[column + 1])
    return trees.nodes[begin:stop].reshape(int(trees.levels[column]), -1)


def _steps(levels: npt.NDArray[np.int32]) -> list[int]:
    """The levels that a path tells apart, the root first."""
    steps = [len(levels) - 1]
    for level in range(len(levels) - 2, -1, -1):
        if levels[level, -1] > levels[steps[-1], -1]:
            steps.append(level)
    while sum(_padded(levels, steps)[1]) > _BITS:
        steps = [*steps[:-2], steps[-1]]
    return steps


def _padded(levels: npt.NDArray[np.int32], steps: list[int]) -> tuple[Ints, list[int]]:
    """The path of each leaf, and how many bits each step takes: none for the root."""
    fields, bits = [], [0]
    for above, level in pairwise(steps):
        parents, nodes = levels[above], levels[level]
        fields.append((nodes - nodes[_heads(parents)][parents]).astype(np.int64))
        bits.append(int(fields[-1].max()).bit_length())
    path = np.zeros(levels.shape[1], np.int64)
    if sum(bits) <= _BITS:
        for number, size in zip(fields, bits[1:], strict=True):
            path = path << size | number
    return path, bits


def _heads(nodes: npt.NDArray[np.int32]) -> Ints:
    """The first leaf of each node of a level: nodes are numbered from 0, and rise."""
    return np.append(0, np.flatnonzero(np.diff(nodes)) + 1)
