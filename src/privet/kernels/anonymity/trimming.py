"""What of a box is worth leaving out: the rows outside of one node, for the label that remains."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from privet.kernels.anonymity.mondrian import Codes, Costs, Counts, spans
from privet.kernels.anonymity.paths import Trees, lowest_level
from privet.kernels.compiled import compiled

Trims: TypeAlias = tuple[Codes, Codes, Codes, Costs, Counts]


def best_trims(
    codes: Codes,
    rows: Counts,
    subjects: Counts,
    box: npt.NDArray[np.int64],
    *,
    trees: Trees,
    k: int,
) -> Trims:
    """The trim of each box that spares most for each row it leaves out.

    Args:
        codes: shape (m, q).
        rows: shape (m,).
        subjects: shape (m,).
        box: of each combination, below 0 for none: shape (m,).
        trees: of the columns.
        k: subjects that must remain in each box.

    Returns:
        By box: the column, the least and the greatest code that stay, what is gained in cells made
        `*` (0 or less: nothing) and how many rows are lost.
    """
    count = int(box.max(initial=-1)) + 1
    order, starts = _by_box(_promising(codes, rows, box, count, trees), count)
    return _best_trims(codes[order], rows[order], subjects[order], starts, trees, k)


@compiled
def _promising(codes: Codes, rows: Counts, box: Counts, count: int, trees: Trees) -> Counts:
    """The box of each row, -1 for those of boxes in which no trim can be worth a row.

    One row costs all that its label had to tell. What it spares is at most what one column's label
    costs in all others.
    """
    low, high = spans(codes, box, count)
    weight = np.zeros(count, np.int64)
    for row in range(len(box)):
        if box[row] >= 0:
            weight[box[row]] += rows[row]
    left = np.full(count + 1, -1, np.int64)  # the last is for rows of no box
    for each in range(count):
        if weight[each] > 0:
            cost, most = 0.0, 0.0
            for column in range(codes.shape[1]):
                level = lowest_level(trees, column, 0, low[each, column], high[each, column])
                begin = trees.starts[column] + level * trees.leaves[column]
                price = trees.costs[begin + low[each, column]]
                cost += price
                most = max(most, price)
            if (weight[each] - 1) * most > codes.shape[1] - cost:
                left[each] = each
    return left[box]


@compiled
def _by_box(box: Counts, count: int) -> tuple[Counts, Counts]:
    """The rows of all boxes, one box after the other, and where each begins: shape (count + 1,)."""
    starts = np.zeros(count + 2, np.int64)
    for each in box:
        if each >= 0:
            starts[each + 2] += 1
    starts = np.cumsum(starts)
    order = np.empty(starts[-1], np.int64)
    for row in range(len(box)):
        if box[row] >= 0:
            order[starts[box[row] + 1]] = row
            starts[box[row] + 1] += 1
    return order, starts[:-1]


@compiled
def _best_trims(  # noqa: PLR0917 - Numba wants plain arguments
    codes: Codes, rows: Counts, subjects: Counts, starts: Counts, trees: Trees, k: int
) -> Trims:
    count, width = len(starts) - 1, codes.shape[1]
    column, low, high = (
        np.zeros(count, np.int32),
        np.zeros(count, np.int32),
        np.zeros(count, np.int32),
    )
    gain, lost = np.zeros(count), np.ones(count, np.int64)
    tops = np.zeros(width, np.int64)
    for box in range(count):
        first, stop = starts[box], starts[box + 1]
        if stop - first < 2:
            continue
        cost = 0.0
        for each in range(width):
            least, most = codes[first:stop, each].min(), codes[first:stop, each].max()
            tops[each] = lowest_level(trees, each, 0, least, most)
            cost += trees.costs[trees.starts[each] + tops[each] * trees.leaves[each] + least]
        weight = rows[first:stop].sum()
        for each in range(width):
            for row in range(first, stop):
                for level in range(tops[each]):
                    begin = trees.starts[each] + level * trees.leaves[each]
                    node = trees.nodes[begin + codes[row, each]]
                    part, people = 0, 0
                    least, most = codes[row, each], codes[row, each]
                    for other in range(first, stop):
                        code = codes[other, each]
                        if trees.nodes[begin + code] == node:
                            part += rows[other]
                            people += subjects[other]
                            least, most = min(least, code), max(most, code)
                    if people < k:
                        continue
                    top = trees.starts[each] + tops[each] * trees.leaves[each]
                    spared = part * (trees.costs[top + least] - trees.costs[begin + least])
                    out = weight - part
                    worth = spared - out * (width - cost)
                    if worth > 0.0 and worth * lost[box] > gain[box] * out:
                        column[box], low[box], high[box] = each, least, most
                        gain[box], lost[box] = worth, out
    return column, low, high, gain, lost
