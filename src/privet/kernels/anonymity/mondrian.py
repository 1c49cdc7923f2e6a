"""A table cut top down into boxes of at least k, greedy in what the boxes' labels lose.

After Mondrian (LeFevre, DeWitt and Ramakrishnan, ICDE 2006), with three changes. What a cut gains
is counted in the label that is published, the lowest node of the tree over a box, and not in the
spread of the codes. A cut takes an interval out of a column, at an end or in its midst, so that one
node can be told from all others. And a gain is weighed by how evenly the cut divides: gain squared
over the product of both parts, since each halving may happen only log2(n / k) times.

Leaves are coded depth-first, so a node is an interval, and one pass over a box' values in a column
weighs all its cuts. Boxes lie side by side in arrays that are sorted in place, column by column;
those still to cut stand on a stack. A box is counted into a histogram where it has many rows for
the codes it spans, and sorted otherwise, so that a wide domain costs nothing in a small box.
"""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import compiled, lean

Codes: TypeAlias = npt.NDArray[np.int32]
Counts: TypeAlias = npt.NDArray[np.int64]
Costs: TypeAlias = npt.NDArray[np.float64]

_THERE: Final = 1 << 62
"""Marks a value in a histogram that only the population has: it stands for no row."""

OUT: Final = -1
"""Where a walk ends that no box waits for."""


class Trees(NamedTuple):
    """The hierarchies of all quasi-identifiers, one after the other.

    Attributes:
        nodes: of each column, level by level, the node of each leaf.
        costs: laid out alike: what a cell with that leaf costs when published on that level.
        starts: where each column begins in both: shape (q + 1,).
        leaves: how many leaves each column has: shape (q,).
        levels: how many levels: shape (q,).
    """

    nodes: Codes
    costs: Costs
    starts: Counts
    leaves: Counts
    levels: Counts


class Cuts(NamedTuple):
    """A tree of cuts; its first node has number 0, and a box alone is a tree without nodes.

    Attributes:
        column: that each node looks at: shape (s,).
        low, high: codes from `low` to `high`, both included, go `inside`, others `outside`.
        inside, outside: the number of the next node; or -2 - b for box b; or `OUT`.
    """

    column: Codes
    low: Codes
    high: Codes
    inside: Codes
    outside: Codes


class _Work(NamedTuple):
    """What a box is weighed with, made once.

    `rows` and `subjects` are a histogram, all 0 between boxes; `values` are the codes that a box
    has, rising, `weights` and `heads` their rows and subjects; `after` is what the label over each
    value and all later ones costs. `keys` is for sorting. `cut` is (column, low, high).
    """

    rows: Counts
    subjects: Counts
    values: Counts
    weights: Counts
    heads: Counts
    after: Costs
    keys: Counts
    cut: Counts


def cut_up(
    codes: Codes, rows: Counts, subjects: Counts, trees: Trees, k: int
) -> tuple[Cuts, Counts]:
    """Cut distinct combinations into boxes of at least `k` subjects each.

    Args:
        codes: shape (m, q).
        rows: how many each has, which is what loss is weighed by: shape (m,).
        subjects: how many each has: shape (m,).
        trees: of the q columns.
        k: at least 1. Where the table has fewer than 2 `k`, it is one box.

    Returns:
        The cuts, and the box of each combination, numbered along the tree: shape (m,).

    Raises:
        ValueError: shapes that do not fit, a code outside of its hierarchy, a `k` below 1.
    """
    _check(codes, rows, subjects, trees, k)
    columns = np.array(codes.T, np.int32, order="C")  # a copy, to be sorted in place
    return _cut_up(columns, rows.astype(np.int64), subjects.astype(np.int64), trees, k)


def walk(codes: Codes, cuts: Cuts) -> Counts:
    """The box that each combination falls into, `OUT` for none: shape (m,), for codes (m, q).

    Raises:
        ValueError: fewer columns than the cuts look at, or a cut that leads nowhere or back.
    """
    size = len(cuts.column)
    each = np.arange(size)
    if size and (int(cuts.column.max()) >= codes.shape[1] or int(cuts.column.min()) < 0):
        raise ValueError("the cuts look at a column that the codes lack")
    for child in (cuts.inside, cuts.outside):
        if len(child) != size or bool(((child >= 0) & (child <= each)).any()):
            raise ValueError("a cut leads back")
        if bool((child >= size).any()):
            raise ValueError("a cut leads nowhere")
    return _walk(np.ascontiguousarray(codes, np.int32), cuts)


@compiled
def spans(codes: Codes, box: Counts, count: int) -> tuple[Codes, Codes]:
    """The least and the greatest code of each of `count` boxes: shape (count, q) each.

    Rows of no box, below 0, are left out.
    """
    low = np.full((count, codes.shape[1]), 0x7FFFFFFF, np.int32)
    high = np.full((count, codes.shape[1]), -1, np.int32)
    for row in range(len(codes)):
        if box[row] >= 0:
            for column in range(codes.shape[1]):
                low[box[row], column] = min(low[box[row], column], codes[row, column])
                high[box[row], column] = max(high[box[row], column], codes[row, column])
    return low, high


def _check(codes: Codes, rows: Counts, subjects: Counts, trees: Trees, k: int) -> None:
    count, width = codes.shape
    if len(rows) != count or len(subjects) != count or len(trees.leaves) != width:
        raise ValueError("codes, counts and trees do not fit together")
    if count == 0 or width == 0 or k < 1:
        raise ValueError("there is nothing to cut, or k is below 1")
    if int(codes.min()) < 0 or bool((codes.max(axis=0) >= trees.leaves).any()):
        raise ValueError("a code is outside of its hierarchy")


@compiled
def _cut_up(
    columns: Codes, rows: Counts, subjects: Counts, trees: Trees, k: int
) -> tuple[Cuts, Counts]:
    count = columns.shape[1]
    wide = trees.leaves.max()
    work = _Work(
        np.zeros(wide, np.int64),
        np.zeros(wide, np.int64),
        np.empty(count, np.int64),
        np.empty(count, np.int64),
        np.empty(count, np.int64),
        np.empty(count, np.float64),
        np.empty(count, np.int64),
        np.zeros(3, np.int64),
    )
    order = np.arange(count)
    aside = np.empty(count, np.int64)
    boxes = np.empty(count, np.int64)
    room = count + 1
    cuts = Cuts(
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
    )
    stack = np.empty((count + 2, 4), np.int64)  # first row, stop, node that leads here, its side
    stack[0, 0], stack[0, 1], stack[0, 2], stack[0, 3] = 0, count, -1, 0
    height, nodes, found = 1, 0, 0
    while height > 0:
        height -= 1
        first, stop, parent, side = stack[height]
        if not _best_cut(columns, first, stop, rows, subjects, trees, k, work):
            boxes[first:stop] = found
            _link(cuts, parent, side, -2 - found)
            found += 1
            continue
        cuts.column[nodes], cuts.low[nodes], cuts.high[nodes] = work.cut
        _link(cuts, parent, side, nodes)
        middle = _divide(columns, rows, subjects, order, first, stop, work, aside)
        stack[height, 0], stack[height, 1], stack[height, 2], stack[height, 3] = (
            middle,
            stop,
            nodes,
            1,
        )
        stack[height + 1, 0], stack[height + 1, 1] = first, middle
        stack[height + 1, 2], stack[height + 1, 3] = nodes, 0
        height += 2
        nodes += 1
    placed = np.empty(count, np.int64)
    for place in range(count):
        placed[order[place]] = boxes[place]
    return Cuts(
        cuts.column[:nodes].copy(),
        cuts.low[:nodes].copy(),
        cuts.high[:nodes].copy(),
        cuts.inside[:nodes].copy(),
        cuts.outside[:nodes].copy(),
    ), placed


@lean
def _link(cuts: Cuts, parent: int, side: int, target: int) -> None:
    if parent >= 0:
        if side == 0:
            cuts.inside[parent] = target
        else:
            cuts.outside[parent] = target


@lean
def _divide(  # noqa: PLR0917 - Numba wants plain arguments
    columns: Codes,
    rows: Counts,
    subjects: Counts,
    order: Counts,
    first: int,
    stop: int,
    work: _Work,
    aside: Counts,
) -> int:
    """Put what is inside of the cut before what is not, in place and stably; where it ends."""
    column, low, high = work.cut[0], work.cut[1], work.cut[2]
    inside = 0
    for row in range(first, stop):
        if low <= columns[column, row] <= high:
            inside += 1
    middle = first + inside
    left, right = first, middle
    for row in range(first, stop):
        if low <= columns[column, row] <= high:
            aside[row] = left
            left += 1
        else:
            aside[row] = right
            right += 1
    for each in range(columns.shape[0]):
        for row in range(first, stop):
            work.keys[aside[row]] = columns[each, row]
        for row in range(first, stop):
            columns[each, row] = work.keys[row]
    for counts in (rows, subjects, order):
        for row in range(first, stop):
            work.keys[aside[row]] = counts[row]
        for row in range(first, stop):
            counts[row] = work.keys[row]
    return middle


@compiled
def _best_cut(  # noqa: PLR0917 - Numba wants plain arguments
    columns: Codes,
    first: int,
    stop: int,
    rows: Counts,
    subjects: Counts,
    trees: Trees,
    k: int,
    work: _Work,
) -> bool:
    """Find the cut of a box that is worth most, into `work.cut`; False where there is none."""
    heads = 0
    weight = 0
    for row in range(first, stop):
        heads += subjects[row]
        weight += rows[row]
    if heads < 2 * k:
        return False
    best = -1.0
    for column in range(columns.shape[0]):
        codes = columns[column, first:stop]
        low, high = codes[0], codes[0]
        for code in codes:
            low = min(low, code)
            high = max(high, code)
        if low < high:
            found = _tally(codes, low, high, rows[first:stop], subjects[first:stop], work)
            best = _ends(column, found, weight, heads, trees, k, work, best)
            best = _middles(column, found, weight, heads, trees, k, work, best)
    return best >= 0.0


@compiled
def _tally(  # noqa: PLR0917 - Numba wants plain arguments
    codes: Codes, low: int, high: int, rows: Counts, subjects: Counts, work: _Work
) -> int:
    """Count the values of a box into `work.values`, rising; how many there are."""
    size = len(codes)
    found = 0
    if high - low <= 16 * size + 32:
        for row in range(size):
            work.rows[codes[row]] += rows[row]
            if rows[row] == 0:
                work.rows[codes[row]] |= _THERE
            work.subjects[codes[row]] += subjects[row]
        for code in range(low, high + 1):
            if work.rows[code] > 0:
                work.values[found] = code
                work.weights[found] = work.rows[code] & (_THERE - 1)
                work.heads[found] = work.subjects[code]
                work.rows[code] = 0
                work.subjects[code] = 0
                found += 1
        return found
    keys = work.keys[:size]
    for row in range(size):
        keys[row] = (np.int64(codes[row]) << 32) | row
    keys.sort()
    last = -1
    for key in keys:
        code, row = key >> 32, key & 0xFFFFFFFF
        if code != last:
            work.values[found] = code
            work.weights[found] = 0
            work.heads[found] = 0
            found += 1
            last = code
        work.weights[found - 1] += rows[row]
        work.heads[found - 1] += subjects[row]
    return found


@lean
def lowest_level(trees: Trees, column: int, start: int, low: int, high: int) -> int:
    """The lowest level from `start` on where two leaves have one node."""
    begin, leaves = trees.starts[column], trees.leaves[column]
    level = start
    while trees.nodes[begin + level * leaves + low] != trees.nodes[begin + level * leaves + high]:
        level += 1
    return level


@lean
def _ends(  # noqa: PLR0917 - Numba wants plain arguments
    column: int,
    found: int,
    weight: int,
    heads: int,
    trees: Trees,
    k: int,
    work: _Work,
    best: float,
) -> float:
    """Weigh the cuts between two values; the worth of the best until now."""
    begin, leaves = trees.starts[column], trees.leaves[column]
    low, high = work.values[0], work.values[found - 1]
    level = 0
    for place in range(found - 1, -1, -1):
        level = lowest_level(trees, column, level, work.values[place], high)
        work.after[place] = trees.costs[begin + level * leaves + high]
    base = work.after[0]
    level = 0
    part, people = 0, 0
    for place in range(found - 1):
        part += work.weights[place]
        people += work.heads[place]
        if heads - people < k:
            break
        if people >= k:
            level = lowest_level(trees, column, level, low, work.values[place])
            before = trees.costs[begin + level * leaves + low]
            gain = part * (base - before) + (weight - part) * (base - work.after[place + 1])
            worth = gain * gain / (float(part) * (weight - part))
            if worth > best:
                best = worth
                work.cut[0], work.cut[1], work.cut[2] = column, low, work.values[place]
    return best


@lean
def _middles(  # noqa: PLR0917 - Numba wants plain arguments
    column: int,
    found: int,
    weight: int,
    heads: int,
    trees: Trees,
    k: int,
    work: _Work,
    best: float,
) -> float:
    """Weigh the cuts that take a node out of the midst of a box."""
    begin, leaves = trees.starts[column], trees.leaves[column]
    top = lowest_level(trees, column, 0, work.values[0], work.values[found - 1])
    base = trees.costs[begin + top * leaves + work.values[0]]
    for level in range(top):
        row = begin + level * leaves
        place = 0
        while place < found:
            start, part, people = place, 0, 0
            node = trees.nodes[row + work.values[place]]
            while place < found and trees.nodes[row + work.values[place]] == node:
                part += work.weights[place]
                people += work.heads[place]
                place += 1
            if people >= k and heads - people >= k and start > 0 and place < found:
                gain = part * (base - trees.costs[row + work.values[start]])
                worth = gain * gain / (float(part) * (weight - part))
                if worth > best:
                    best = worth
                    work.cut[0] = column
                    work.cut[1], work.cut[2] = work.values[start], work.values[place - 1]
    return best


@compiled
def _walk(codes: Codes, cuts: Cuts) -> Counts:
    boxes = np.empty(len(codes), np.int64)
    for row in range(len(codes)):
        node = 0 if len(cuts.column) > 0 else -2
        while node >= 0:
            code = codes[row, cuts.column[node]]
            inside = cuts.low[node] <= code <= cuts.high[node]
            node = cuts.inside[node] if inside else cuts.outside[node]
        boxes[row] = -2 - node if node < OUT else OUT
    return boxes
