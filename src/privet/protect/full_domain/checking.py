"""Checking a node: its classes, judged, and what follows for others.

What a check says of other nodes holds for every criterion. Call a rule *hard* if a class that keeps
it does so whatever it is merged with (k, distinct l, k-map: counts only grow), and *soft* if two
classes that keep it do so merged (entropy is concave, distances are convex, a share lies between
those of its parts; recursive l: Machanavajjhala, 2007), but with a bad class it may turn bad.

- A class that breaks a hard rule breaks it in all its parts: all its rows are suppressed by each
  specialisation.
- A class that breaks a soft rule has a part that breaks it in each specialisation; and as the parts
  that stay keep it merged, at least so many rows must go as one would have to take away from the
  class (`kernels.anonymity.lattice._too_many`; one at least).

The sum of both, the *floor*, only shrinks upwards, unlike the number of suppressed rows, which
under soft rules may grow. So a floor above the limit rules out all specialisations; and else what
these rows lose beyond their cells at this node, which cost no less than below it, is lost by each
specialisation beside the mean of its cells: its *lift*.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from privet.kernels.anonymity.criteria import (
    DISTINCT,
    POPULATION,
    PRESENCE_LOW,
    SUBJECTS,
    Rules,
)
from privet.kernels.anonymity.lattice import (
    Demand,
    Groups,
    Prices,
    Verdict,
    best_start,
    judge,
    roll_up,
)
from privet.protect.combinations import Combinations
from privet.protect.full_domain.lattice import Lattice, keys_of

KEPT = 1 << 22
"""Classes and entries of histograms that are kept of checked nodes, all together."""

_HARD = (SUBJECTS, DISTINCT, POPULATION)

Node = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """A node as it was found.

    Attributes:
        node: its ranks.
        loss: of the table; infinite where more rows are suppressed than may be.
        suppressed: rows in classes that break a rule.
        lift: what each specialisation loses at least beside its mean; infinite where none will do.
    """

    node: Node
    loss: float
    suppressed: int
    lift: float


class Checker:
    """Checks nodes of one lattice, and keeps tables of classes to start from."""

    def __init__(
        self, combinations: Combinations, lattice: Lattice, rules: Rules, limit: int
    ) -> None:
        """Pack the combinations.

        Args:
            combinations: the table, of one row at least.
            lattice: its lattice.
            rules: what each class must be.
            limit: rows that may be suppressed.
        """
        kinds = rules.rules[:, 0]
        hard = np.isin(kinds, _HARD)
        low = rules.rules[kinds == PRESENCE_LOW, 2]
        self.checks = 0
        self._lattice = lattice
        self._rows = int(combinations.rows.sum())
        self._limit = limit
        counted = hard & (kinds != SUBJECTS)
        self._demand = Demand(
            hard=rules._replace(rules=np.ascontiguousarray(rules.rules[counted])),
            soft=rules._replace(rules=np.ascontiguousarray(rules.rules[~hard]), k=0),
            present=float(low.max(initial=0.0)),
            limit=limit,
        )
        self._codes = np.ascontiguousarray(combinations.codes, np.int32)
        self._stored = [_packed(combinations, lattice, kinds)]
        self._levels = np.zeros((64, len(lattice.levels)), np.int8)
        self._sizes = np.zeros(64, np.int64)
        self._sizes[0] = self._room = len(self._codes)

    def check(self, node: Node) -> Checked:
        """Find a node's classes and judge them."""
        self.checks += 1
        start = best_start(
            self._levels, self._sizes, len(self._stored), np.array(node, dtype=np.int64)
        )
        groups, _ = roll_up(self._stored[start], self._lattice.mask(node))
        self._store(node, groups, len(self._stored[start].keys))
        return self._weighed(node, self._judged(node, groups)[0])

    def classes(self, node: Node) -> tuple[Groups, npt.NDArray[np.int32], npt.NDArray[np.int8]]:
        """The classes of a node, the class of each combination, and what each class breaks."""
        groups, members = roll_up(self._stored[0], self._lattice.mask(node))
        return groups, members, self._judged(node, groups)[1]

    def _judged(self, node: Node, groups: Groups) -> tuple[Verdict, npt.NDArray[np.int8]]:
        broken = np.zeros(len(groups.keys), np.int8)
        prices = Prices(self._codes, self._lattice.covered, self._lattice.at(node))
        verdict = judge()(groups, self._demand, prices, broken)
        return verdict, broken

    def _weighed(self, node: Node, verdict: Verdict) -> Checked:
        """The sums over suppressed rows are whole numbers, so a loss hangs on the node alone."""
        if verdict.floor > self._limit:
            return Checked(node, math.inf, verdict.suppressed, math.inf)
        saved = (verdict.lost / self._lattice.others).sum(axis=1) / max(len(node), 1)
        lift = (verdict.floor - float(saved[1])) / self._rows
        if verdict.suppressed > self._limit:
            return Checked(node, math.inf, verdict.suppressed, lift)
        extra = (verdict.suppressed - float(saved[0])) / self._rows
        return Checked(node, self._lattice.mean(node) + extra, verdict.suppressed, lift)

    def _store(self, node: Node, groups: Groups, source: int) -> None:
        size = len(groups.keys)
        room = size + len(groups.values)
        if size > 0.8 * source or self._room + room > KEPT:
            return
        place = len(self._stored)
        if place == len(self._sizes):
            self._levels = np.concatenate([self._levels, np.zeros_like(self._levels)])
            self._sizes = np.concatenate([self._sizes, np.zeros_like(self._sizes)])
        self._levels[place] = node
        self._sizes[place] = size
        self._room += room
        self._stored.append(groups)


def _packed(combinations: Combinations, lattice: Lattice, kinds: npt.NDArray[np.float64]) -> Groups:
    """The combinations as classes of the lowest node."""
    count = len(combinations.codes)
    population = combinations.population
    if population is None:
        population = np.zeros(count, np.int64)
    sums = np.stack([combinations.rows, combinations.subjects, population], axis=1)
    starts, values, counts = _one_histogram(combinations)
    if not np.isin(kinds, (SUBJECTS, POPULATION)).all() and len(combinations.sensitive):
        own = (starts, values, counts)
    else:
        own = (np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int64))
    return Groups(
        keys_of(lattice, combinations.codes),
        np.ascontiguousarray(sums, np.int64),
        np.arange(count, dtype=np.int32),
        *own,
    )


def _one_histogram(
    combinations: Combinations,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """The histograms of all sensitive columns in one, each column's values after the last one's."""
    count = len(combinations.codes)
    owners, values, counts, begin = [], [], [], 0
    for each in combinations.sensitive:
        owners.append(np.repeat(np.arange(count), np.diff(each.starts)))
        values.append(each.values.astype(np.int64) + begin)
        counts.append(each.counts)
        begin += each.size
    if not owners:
        return np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int64)
    owner = np.concatenate(owners)
    order = np.argsort(owner, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=count))])
    return (
        starts.astype(np.int64),
        np.concatenate(values)[order].astype(np.int32),
        np.concatenate(counts)[order].astype(np.int64),
    )
