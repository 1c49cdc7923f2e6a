"""`kernels.anonymity.mondrian` in plain Python, cut for cut: its oracle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import numpy as np

from privet.kernels.anonymity.mondrian import Codes, Counts, Cuts
from privet.kernels.anonymity.paths import Trees

Cut: TypeAlias = tuple[int, int, int]


class _Child(NamedTuple):
    """A node of the level below, its leaves from `low` to `high`, and what of a box it has."""

    low: int
    high: int
    cost: float
    rows: int
    heads: int


def cut_up_twin(
    codes: Codes, rows: Counts, subjects: Counts, trees: Trees, k: int
) -> tuple[Cuts, Counts]:
    """As `cut_up`, without its checks."""
    cuts: list[list[int]] = []
    boxes = np.empty(len(codes), np.int64)
    stack: list[tuple[list[int], int, int]] = [(list(range(len(codes))), -1, 0)]
    found = 0
    while stack:
        box, parent, side = stack.pop()
        cut = _best_cut(codes, box, rows, subjects, trees, k)
        if parent >= 0:
            cuts[parent][side] = -2 - found if cut is None else len(cuts)
        if cut is None:
            boxes[box] = found
            found += 1
            continue
        column, low, high = cut
        inside = [row for row in box if low <= codes[row, column] <= high]
        outside = [row for row in box if not low <= codes[row, column] <= high]
        stack += [(outside, len(cuts), 4), (inside, len(cuts), 3)]
        cuts.append([column, low, high, 0, 0])
    return Cuts(*np.array(cuts, np.int32).reshape(-1, 5).T), boxes


def _best_cut(  # noqa: PLR0917 - as the kernel has them
    codes: Codes, box: list[int], rows: Counts, subjects: Counts, trees: Trees, k: int
) -> Cut | None:
    best, chosen = 0.0, None
    weight, people = int(rows[box].sum()), int(subjects[box].sum())
    if people < 2 * k:
        return None
    for column in range(codes.shape[1]):
        own = [(int(codes[row, column]), int(rows[row]), int(subjects[row])) for row in box]
        for low, high, gain, part, heads in _cuts(own, _levels(trees, column), people, k):
            if heads >= k and people - heads >= k and 0 < part < weight:
                worth = gain * gain / (float(part) * (weight - part))
                if worth > best:
                    best, chosen = worth, (column, low, high)
    return chosen


def _cuts(
    own: list[tuple[int, int, int]], levels: list[tuple[Codes, list[float]]], people: int, k: int
) -> Iterator[tuple[int, int, float, int, int]]:
    """Each cut in its order: from, to, gain, rows inside, subjects inside."""
    there = [code for code, _, _ in own]
    level = 0
    while len({int(levels[level][0][code]) for code in there}) > 1:
        level += 1
    label = levels[level][1][there[0]]
    parent, top = levels[level][0] == levels[level][0][there[0]], True
    while level > 0:
        cost = levels[level][1][int(np.flatnonzero(parent)[0])]
        level -= 1
        if len(set(levels[level][0][parent].tolist())) == 1:
            continue  # a level on which nothing branches
        children = _children(own, parent, *levels[level])
        both = 0.0
        if top and len(children) == 2:
            both = sum((child.rows * (label - child.cost) for child in children), 0.0)
        for child in children:
            gain = both if both > 0.0 else child.rows * (label - child.cost)
            yield child.low, child.high, gain, child.rows, child.heads
        if not top:
            for run in _runs(children, people, k):
                part, heads = sum(child.rows for child in run), sum(child.heads for child in run)
                gain = part * (label - cost)
                yield min(run).low, max(run).high, gain, part, heads
        giants = [child for child in children if 2 * child.heads > people]
        if not giants:
            return
        leaves = np.arange(len(parent))
        parent, top = (leaves >= giants[-1].low) & (leaves <= giants[-1].high), False


def _children(
    own: list[tuple[int, int, int]], parent: Codes, nodes: Codes, costs: list[float]
) -> list[_Child]:
    """Those that the box has, in order."""
    found = []
    for node in sorted({int(nodes[code]) for code, _, _ in own if parent[code]}):
        leaves = np.flatnonzero(nodes == node)
        mine = [each for each in own if nodes[each[0]] == node]
        rows, heads = sum(each[1] for each in mine), sum(each[2] for each in mine)
        if rows + heads > 0:
            child = _Child(int(leaves[0]), int(leaves[-1]), costs[leaves[0]], rows, heads)
            found.append(child)
    return found


def _runs(children: list[_Child], people: int, k: int) -> Iterator[list[_Child]]:
    """As many from either end, two at least, as leave `k` beside them."""
    for ordered in (children, children[::-1]):
        run: list[_Child] = []
        while len(run) < len(ordered):
            longer = ordered[: len(run) + 1]
            if people - sum(child.heads for child in longer) < k:
                break
            run = longer
        if len(run) > 1:
            yield run


def _levels(trees: Trees, column: int) -> list[tuple[Codes, list[float]]]:
    """The node of each leaf, and what it costs, by level."""
    begin, stop = int(trees.starts[column]), int(trees.starts[column + 1])
    nodes = trees.nodes[begin:stop].reshape(int(trees.levels[column]), -1)
    costs = trees.costs[begin:stop].reshape(nodes.shape)
    return [(row, list(map(float, own))) for row, own in zip(nodes, costs, strict=True)]
