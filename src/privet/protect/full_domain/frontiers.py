"""Which node to look at next: the one of least bound that nothing rules out yet.

A checked node v bounds all its specialisations u: they lose at least mean(u) + lift(v). Both
frontiers visit nodes by their means, skip those that cannot be better than the best known, and are
done when no open node can. Equal losses are looked at too, since ties are broken by other things.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from privet.protect.full_domain.lattice import Lattice

Node = tuple[int, ...]

SLACK = 1e-11
"""Losses nearer than this are equal: rounding of sums is far below it."""

DENSE = 1 << 17
"""Nodes of a lattice that is held whole."""

ROOM = 1_000_000
"""Nodes that a lazy frontier remembers: some 500 MB at 40 columns."""


class Frontier(Protocol):
    """The nodes that are still open."""

    stopped: bool
    """Whether `next` gave up before it was done."""

    def next(self, best: float, stop: Callable[[], bool]) -> Node | None:
        """An open node of least mean that may lose no more than `best`.

        None where there is none, or where it was told to stop or ran out of room (`stopped`).
        """
        ...

    def tag(self, node: Node, lift: float) -> None:
        """A node was checked: its specialisations have at least its lift, what is above at most."""
        ...

    def at_least(self, node: Node) -> float:
        """The lift that a node has at least."""
        ...

    def at_most(self, node: Node) -> float:
        """The lift that a check of the node would give at most."""
        ...

    def settle(self, node: Node, *, checked: bool) -> None:
        """A node that came from `next` is done with: checked itself, or ruled out by its tags."""
        ...

    def bound(self) -> float:
        """What all open nodes lose at least; infinite where none is open."""
        ...


def frontier(lattice: Lattice) -> Frontier:
    """The frontier for a lattice: held whole where it is small."""
    small = math.prod(rank + 1 for rank in lattice.top) <= DENSE
    return WholeFrontier(lattice) if small else LazyFrontier(lattice)


class WholeFrontier:
    """A frontier that holds figures for each node."""

    def __init__(self, lattice: Lattice) -> None:
        """Order all nodes by their means."""
        self.stopped = False
        self._shape = tuple(rank + 1 for rank in lattice.top)
        total = np.zeros(self._shape)
        for column, means in enumerate(lattice.means):
            along = [1] * len(self._shape)
            along[column] = -1
            total += np.array(means).reshape(along)
        self._means = (total / max(len(self._shape), 1)).ravel()
        self._order = np.argsort(self._means, kind="stable")
        self._lifts = np.zeros(self._shape)
        self._most = np.full(self._shape, np.inf)
        self._flat = self._lifts.reshape(-1)
        self._done = np.zeros(len(self._flat), np.bool_)
        self._at = 0

    def next(self, best: float, stop: Callable[[], bool]) -> Node | None:
        """See `Frontier`; there is little to wait for."""
        del stop
        while self._at < len(self._order):
            ahead = self._order[self._at : self._at + 256]
            bounds = self._means[ahead] + self._flat[ahead]
            open_ = ~self._done[ahead] & (bounds <= best + SLACK) & (bounds < math.inf)
            first = int(open_.argmax())
            if open_[first]:
                self._at += first
                node = np.unravel_index(int(ahead[first]), self._shape)
                return tuple(int(rank) for rank in node)
            if self._means[ahead[-1]] > best + SLACK:
                return None
            self._at += len(ahead)
        return None

    def tag(self, node: Node, lift: float) -> None:
        """See `Frontier`."""
        below = self._lifts[tuple([slice(rank + 1) for rank in node])]
        np.maximum(below, lift, out=below)
        above = self._most[tuple([slice(rank, None) for rank in node])]
        np.minimum(above, lift, out=above)
        self._done[np.ravel_multi_index(node, self._shape)] = True

    def at_least(self, node: Node) -> float:
        """See `Frontier`."""
        return float(self._lifts[node])

    def at_most(self, node: Node) -> float:
        """See `Frontier`."""
        return float(self._most[node])

    def settle(self, node: Node, *, checked: bool) -> None:
        """See `Frontier`."""
        del checked
        self._done[np.ravel_multi_index(node, self._shape)] = True

    def bound(self) -> float:
        """See `Frontier`."""
        return float((self._means + self._flat)[~self._done].min(initial=math.inf))


class LazyFrontier:
    """A frontier for lattices that nobody can enumerate.

    An entry of its heap stands for a node and all above it. Where a checked node v rules out the
    node u, as far up as v, whatever is left above u exceeds v in some column: the entry makes way
    for one entry for each such column. Means only grow upwards, so the least one of the heap is a
    bound.
    """

    def __init__(self, lattice: Lattice) -> None:
        """Begin with the lowest node, which stands for all."""
        self.stopped = False
        self._top = lattice.top
        self._lattice = lattice
        lowest = (0,) * len(self._top)
        self._heap: list[tuple[float, Node]] = [(lattice.mean(lowest), lowest)]
        self._seen = {lowest}
        self._nodes = np.zeros((64, len(self._top)), np.int8)
        self._lifts = np.zeros(64)
        self._width = np.zeros(64, np.int64)
        self._count = 0

    def next(self, best: float, stop: Callable[[], bool]) -> Node | None:
        """See `Frontier`."""
        looked = 0
        while self._heap and self._heap[0][0] <= best + SLACK:
            mean, node = self._heap[0]
            ruling = self._ruling(node, best - mean + SLACK)
            if ruling is None:
                return node
            looked += 1
            if len(self._seen) > ROOM or (looked % 64 == 0 and stop()):
                self.stopped = True
                return None
            heapq.heappop(self._heap)
            self._push(node, [int(rank) + 1 for rank in self._nodes[ruling]])
        return None

    def tag(self, node: Node, lift: float) -> None:
        """See `Frontier`."""
        if self._count == len(self._lifts):
            self._nodes = np.concatenate([self._nodes, np.zeros_like(self._nodes)])
            self._lifts = np.concatenate([self._lifts, np.zeros_like(self._lifts)])
            self._width = np.concatenate([self._width, np.zeros_like(self._width)])
        self._nodes[self._count] = node
        self._lifts[self._count] = lift
        self._width[self._count] = sum(a < b for a, b in zip(node, self._top, strict=True))
        self._count += 1

    def at_least(self, node: Node) -> float:
        """See `Frontier`."""
        above = (self._known() >= np.array(node)).all(axis=1)
        return float(self._lifts[: self._count][above].max(initial=0.0))

    def at_most(self, node: Node) -> float:
        """See `Frontier`."""
        below = (self._known() <= np.array(node)).all(axis=1)
        return float(self._lifts[: self._count][below].min(initial=math.inf))

    def settle(self, node: Node, *, checked: bool) -> None:
        """See `Frontier`."""
        if checked and self._heap and self._heap[0][1] == node:
            heapq.heappop(self._heap)
            self._push(node, [rank + 1 for rank in node])

    def bound(self) -> float:
        """See `Frontier`."""
        return self._heap[0][0] if self._heap else math.inf

    def _known(self) -> npt.NDArray[np.int8]:
        return self._nodes[: self._count]

    def _ruling(self, node: Node, gap: float) -> int | None:
        """A checked node that rules `node` out, of those the one with the fewest ways past it."""
        above = (self._known() >= np.array(node)).all(axis=1)
        places = np.flatnonzero(above & (self._lifts[: self._count] > gap))
        return int(places[self._width[places].argmin()]) if len(places) else None

    def _push(self, node: Node, least: Sequence[int]) -> None:
        for column, rank in enumerate(least):
            if rank > self._top[column]:
                continue
            raised = (*node[:column], max(node[column], rank), *node[column + 1 :])
            if raised not in self._seen:
                self._seen.add(raised)
                heapq.heappush(self._heap, (self._lattice.mean(raised), raised))
