"""`kernels.anonymity.mondrian` in plain Python, cut for cut: its oracle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np

from privet.kernels.anonymity.mondrian import Codes, Counts, Cuts, Trees

Cut: TypeAlias = tuple[int, int, int]
Tally: TypeAlias = list[tuple[int, int, int]]
"""Each value of a box, rising, with its rows and subjects."""


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
    best, chosen = -1.0, None
    for column in range(codes.shape[1]):
        tally = [
            (
                code,
                sum(int(rows[row]) for row in box if codes[row, column] == code),
                sum(int(subjects[row]) for row in box if codes[row, column] == code),
            )
            for code in sorted({int(codes[row, column]) for row in box})
        ]
        for low, high, gain, part, heads in _cuts(column, tally, trees):
            total, people = sum(each[1] for each in tally), sum(each[2] for each in tally)
            if heads >= k and people - heads >= k:
                worth = gain * gain / (float(part) * (total - part))
                if worth > best:
                    best, chosen = worth, (column, low, high)
    return chosen


def _cuts(column: int, tally: Tally, trees: Trees) -> Iterator[tuple[int, int, float, int, int]]:
    """Each cut in its order: from, to, gain, rows inside, subjects inside."""
    base = _cost(trees, column, tally)
    for place in range(1, len(tally)):
        left, right = tally[:place], tally[place:]
        inside, outside = sum(each[1] for each in left), sum(each[1] for each in right)
        gain = inside * (base - _cost(trees, column, left))
        gain += outside * (base - _cost(trees, column, right))
        yield left[0][0], left[-1][0], gain, inside, sum(each[2] for each in left)
    for level in range(_level(trees, column, tally)):
        nodes = _nodes(trees, column, level)
        for node in sorted({int(nodes[each[0]]) for each in tally}):
            part = [each for each in tally if nodes[each[0]] == node]
            if part[0] != tally[0] and part[-1] != tally[-1]:
                inside = sum(each[1] for each in part)
                cost = _costs(trees, column, level)[part[0][0]]
                heads = sum(each[2] for each in part)
                yield part[0][0], part[-1][0], inside * (base - cost), inside, heads


def _level(trees: Trees, column: int, tally: Tally) -> int:
    level = 0
    while len({int(_nodes(trees, column, level)[each[0]]) for each in tally}) > 1:
        level += 1
    return level


def _cost(trees: Trees, column: int, tally: Tally) -> float:
    return float(_costs(trees, column, _level(trees, column, tally))[tally[0][0]])


def _nodes(trees: Trees, column: int, level: int) -> Codes:
    begin = int(trees.starts[column] + level * trees.leaves[column])
    return trees.nodes[begin : begin + int(trees.leaves[column])]


def _costs(trees: Trees, column: int, level: int) -> list[float]:
    begin = int(trees.starts[column] + level * trees.leaves[column])
    return [float(each) for each in trees.costs[begin : begin + int(trees.leaves[column])]]
