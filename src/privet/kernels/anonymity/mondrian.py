"""A table cut top down into boxes of at least k, greedy in what the boxes' labels lose.

After Mondrian (LeFevre, DeWitt and Ramakrishnan, ICDE 2006), with three changes. What a cut gains
is counted in the label that is published, the lowest node of the tree over a box, and not in the
spread of the codes. A cut takes one child of that node out of the box, so that it can be told from
all others. And a gain is weighed by how evenly the cut divides: gain squared over the product of
both parts, since each halving may happen only log2(n / k) times.

Where one child has more than half of the box, its own children are looked at too: one is taken out,
or as many of them, from either end, as leave k beside them. So one value that most have is told
from its neighbours, and a box that all but a few of one child are in can still be cut.

A box is counted in one pass a column, over the field of its rows' paths that tells the children
apart (`paths`). Boxes lie side by side in arrays that are divided in place; those still to cut
stand on a stack.
"""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from privet.kernels.anonymity.paths import Paths, Trees, trace
from privet.kernels.compiled import compiled, lean

Codes: TypeAlias = npt.NDArray[np.int32]
Counts: TypeAlias = npt.NDArray[np.int64]
Costs: TypeAlias = npt.NDArray[np.float64]

OUT: Final = -1
"""Where a walk ends that no box waits for."""


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


class _Box(NamedTuple):
    """Rows from `first` to `stop`, with `heads` subjects, `weight` rows in the original."""

    first: int
    stop: int
    weight: int
    heads: int


class _Node(NamedTuple):
    """Whose children a box is counted by.

    Attributes:
        column: it is a node of.
        low, whole: a row's path is `key >> low & whole`.
        below: how many bits of it lie below the children's field.
        first: the first child's path, down to that field: a child is told by its distance from it.
        fan: how many children the field has room for.
    """

    column: int
    low: int
    whole: int
    below: int
    first: int
    fan: int


class _Work(NamedTuple):
    """What a box is weighed with, made once.

    Attributes:
        order: which combination each row is: shape (m,).
        weights: rows and subjects of each row: shape (m, 2).
        tally: the same by child, all 0 between columns: shape (children at most, 2).
        children: those that a box has, rising.
        cut: of the best cut: its column; its first and its last path; rows and subjects inside.
    """

    order: Codes
    weights: Counts
    tally: Counts
    children: Counts
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
    paths, leaves = trace(codes, trees)
    weights = np.stack([rows, subjects], axis=1).astype(np.int64, copy=False)
    column, first, last, inside, outside, boxes = _cut_up(codes, weights, trees, paths, k)
    low, high = np.empty_like(column), np.empty_like(column)
    for each, rising in enumerate(leaves):
        here = np.flatnonzero(column == each)
        low[here] = np.searchsorted(rising, first[here], "left")
        high[here] = np.searchsorted(rising, last[here], "right") - 1
    return Cuts(column, low, high, inside, outside), boxes


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
    codes: Codes, weights: Counts, trees: Trees, paths: Paths, k: int
) -> tuple[Codes, Counts, Counts, Codes, Codes, Counts]:
    count = len(codes)
    wide = 1 << (paths.below[:, :-1] - paths.below[:, 1:]).max()
    work = _Work(
        np.arange(count).astype(np.int32),
        weights,
        np.zeros((wide, 2), np.int64),
        np.empty(wide, np.int64),
        np.zeros(5, np.int64),
    )
    column = np.empty(count, np.int32)
    first, last = np.empty(count, np.int64), np.empty(count, np.int64)
    children = np.empty((2, count), np.int32)  # inside and outside, by node
    boxes = np.empty(count, np.int64)
    stack = np.empty((count + 2, 6), np.int64)  # a box, the node that leads there, its side
    _push(stack, 0, _Box(0, count, weights[:, 0].sum(), weights[:, 1].sum()), 0, 0)
    height, nodes, found = 1, 0, 0
    while height > 0:
        height -= 1
        box = _Box(stack[height, 0], stack[height, 1], stack[height, 2], stack[height, 3])
        parent, side = stack[height, 4], stack[height, 5]
        if box.heads < 2 * k or not _best_cut(codes, box, trees, paths, k, work):
            for row in range(box.first, box.stop):
                boxes[work.order[row]] = found
            children[side, parent] = -2 - found
            found += 1
            continue
        if nodes > 0:
            children[side, parent] = nodes
        column[nodes], first[nodes], last[nodes] = work.cut[0], work.cut[1], work.cut[2]
        middle = _divide(box, paths, work)
        part, heads = work.cut[3], work.cut[4]
        outside = _Box(middle, box.stop, box.weight - part, box.heads - heads)
        _push(stack, height, outside, nodes, 1)
        _push(stack, height + 1, _Box(box.first, middle, part, heads), nodes, 0)
        height += 2
        nodes += 1
    return (
        column[:nodes].copy(),
        first[:nodes].copy(),
        last[:nodes].copy(),
        children[0, :nodes].copy(),
        children[1, :nodes].copy(),
        boxes,
    )


@lean
def _push(stack: Counts, height: int, box: _Box, parent: int, side: int) -> None:
    stack[height, 0], stack[height, 1] = box.first, box.stop
    stack[height, 2], stack[height, 3] = box.weight, box.heads
    stack[height, 4], stack[height, 5] = parent, side


@lean
def _divide(box: _Box, paths: Paths, work: _Work) -> int:
    """Put what is inside of the cut before what is not, in place; where it ends."""
    column, first, last = work.cut[0], work.cut[1], work.cut[2]
    keys = paths.keys[paths.word[column]]
    low, whole = paths.low[column], paths.whole[column]
    left, right = box.first, box.stop - 1
    while True:
        while left <= right and first <= (keys[left] >> low & whole) <= last:
            left += 1
        while left <= right and not first <= (keys[right] >> low & whole) <= last:
            right -= 1
        if left > right:
            return left
        for word in range(len(paths.keys)):
            key = paths.keys[word, left]
            paths.keys[word, left] = paths.keys[word, right]
            paths.keys[word, right] = key
        for each in range(2):
            weight = work.weights[left, each]
            work.weights[left, each] = work.weights[right, each]
            work.weights[right, each] = weight
        number = work.order[left]
        work.order[left] = work.order[right]
        work.order[right] = number
        left += 1
        right -= 1


@lean
def _best_cut(  # noqa: PLR0917 - Numba wants plain arguments
    codes: Codes, box: _Box, trees: Trees, paths: Paths, k: int, work: _Work
) -> bool:
    """Find the cut of a box that is worth most, into `work.cut`; False where there is none."""
    best = 0.0
    word, differing = -1, 0
    for column in range(codes.shape[1]):
        if paths.word[column] != word:
            word = paths.word[column]
            differing = 0
            for row in range(box.first, box.stop):
                differing |= paths.keys[word, row] ^ paths.keys[word, box.first]
        path = differing >> paths.low[column] & paths.whole[column]
        for step in range(1, paths.steps[column]):
            if path >> paths.below[column, step]:
                best = _weigh(codes, box, column, step, trees, paths, k, work, best)
                break
    return best > 0.0


@lean
def _weigh(  # noqa: PLR0917 - Numba wants plain arguments
    codes: Codes,
    box: _Box,
    column: int,
    top: int,
    trees: Trees,
    paths: Paths,
    k: int,
    work: _Work,
    best: float,
) -> float:
    """Weigh the cuts of a column whose rows part at step `top`; the worth of the best until now."""
    keys = paths.keys[paths.word[column]]
    row = box.first  # one of the parent's
    label = 0.0  # what the box' own costs
    for step in range(top, paths.steps[column]):
        leaf = codes[work.order[row], column]
        path = keys[row] >> paths.low[column] & paths.whole[column]
        node = _Node(
            column,
            paths.low[column],
            paths.whole[column],
            paths.below[column, step],
            path
            >> paths.below[column, step - 1]
            << (paths.below[column, step - 1] - paths.below[column, step]),
            1 << (paths.below[column, step - 1] - paths.below[column, step]),
        )
        parent = paths.prices[column, step - 1] + trees.nodes[paths.nodes[column, step - 1] + leaf]
        child = paths.prices[column, step] + trees.nodes[paths.nodes[column, step] + leaf]
        prices = child - ((path >> node.below) - node.first)  # where those of the children begin
        found = _tally(box, keys, node, work)
        if step == top:
            label = paths.costs[parent]
        both = 0.0  # what two children gain: each has a label of its own
        if step == top and found == 2:
            for place in range(2):
                each = work.children[place]
                both += work.tally[each, 0] * (label - paths.costs[prices + each])
        giant = -1
        for place in range(found):
            each = work.children[place]
            part, heads = work.tally[each, 0], work.tally[each, 1]
            gain = both if both > 0.0 else part * (label - paths.costs[prices + each])
            best = _take(box, node, each, each, part, heads, gain, k, work, best)
            if 2 * heads > box.heads:
                giant = each
        if step > top:
            best = _runs(box, node, found, label - paths.costs[parent], k, work, best)
        for place in range(found):
            work.tally[work.children[place], 0] = 0
            work.tally[work.children[place], 1] = 0
        if giant < 0:
            break
        while (keys[row] >> node.low & node.whole) >> node.below != node.first + giant:
            row += 1
    return best


@lean
def _tally(box: _Box, keys: Counts, node: _Node, work: _Work) -> int:
    """Count a box by the children of a node; how many it has. They are in `work.children`."""
    found = 0
    if node.fan <= 4 * (box.stop - box.first):
        for row in range(box.first, box.stop):
            child = ((keys[row] >> node.low & node.whole) >> node.below) - node.first
            if 0 <= child < node.fan:
                work.tally[child, 0] += work.weights[row, 0]
                work.tally[child, 1] += work.weights[row, 1]
        for child in range(node.fan):
            if work.tally[child, 0] + work.tally[child, 1] > 0:
                work.children[found] = child
                found += 1
        return found
    for row in range(box.first, box.stop):
        child = ((keys[row] >> node.low & node.whole) >> node.below) - node.first
        if 0 <= child < node.fan:
            if work.tally[child, 0] + work.tally[child, 1] == 0 and _counts(work, row):
                work.children[found] = child
                found += 1
            work.tally[child, 0] += work.weights[row, 0]
            work.tally[child, 1] += work.weights[row, 1]
    _rise(work.children, found)
    return found


@lean
def _counts(work: _Work, row: int) -> bool:
    """Whether a row stands for any in the table: what only a population has does not."""
    return bool(work.weights[row, 0] + work.weights[row, 1] > 0)


@lean
def _rise(numbers: Counts, count: int) -> None:
    """Sort the first so many (Shell, CACM 1959): Numba's own sort makes arrays."""
    gap = count // 2
    while gap > 0:
        for start in range(gap, count):
            number, place = numbers[start], start
            while place >= gap and numbers[place - gap] > number:
                numbers[place] = numbers[place - gap]
                place -= gap
            numbers[place] = number
        gap //= 2


@lean
def _runs(  # noqa: PLR0917 - Numba wants plain arguments
    box: _Box, node: _Node, found: int, spared: float, k: int, work: _Work, best: float
) -> float:
    """Weigh as many children from either end as leave `k` subjects beside them."""
    for end in range(2):
        part, heads, count = 0, 0, 0
        while count < found:
            each = work.children[count if end == 0 else found - 1 - count]
            if box.heads - heads - work.tally[each, 1] < k:
                break
            part += work.tally[each, 0]
            heads += work.tally[each, 1]
            count += 1
        if count > 1:
            first = work.children[0 if end == 0 else found - count]
            last = work.children[count - 1 if end == 0 else found - 1]
            best = _take(box, node, first, last, part, heads, part * spared, k, work, best)
    return best


@lean
def _take(  # noqa: PLR0917 - Numba wants plain arguments
    box: _Box,
    node: _Node,
    first: int,
    last: int,
    part: int,
    heads: int,
    gain: float,
    k: int,
    work: _Work,
    best: float,
) -> float:
    """Keep the cut that takes these children out where it is worth more than the best."""
    if heads < k or box.heads - heads < k or not 0 < part < box.weight:
        return best
    worth = gain * gain / (float(part) * (box.weight - part))
    if worth <= best:
        return best
    work.cut[0] = node.column
    work.cut[1] = (node.first + first) << node.below
    work.cut[2] = ((node.first + last + 1) << node.below) - 1
    work.cut[3], work.cut[4] = part, heads
    return worth


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
