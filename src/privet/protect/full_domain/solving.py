"""The exact search for the levels that lose least (full-domain generalisation).

Every node loses at least the mean of its cells, which is a sum over columns. The search takes
open nodes in the order of that bound. It looks, by halving a chain from there to the top (as in
Kohlmayer et al., Flash, 2012), for the highest node whose lift rules it out, and what it rules out
is ruled out with all specialisations. When no open node can be better, the best one known is the
optimum.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from privet.kernels.anonymity.criteria import Rules
from privet.model.errors import ConfigError, Refused
from privet.protect.combinations import Combinations
from privet.protect.full_domain.checking import Checked, Checker, Node
from privet.protect.full_domain.frontiers import SLACK, Frontier, WholeFrontier, frontier
from privet.protect.full_domain.infeasible import no_levels
from privet.protect.full_domain.lattice import Lattice, make_lattice
from privet.protect.full_domain.recoding import levels_recoding
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.recoding import Solved

METHOD = "full-domain"
"""The name of this solver in `Solved`."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a search may go on; it stops at the first of both.

    Attributes:
        checks: nodes that it may check, at least 1; None for any number.
        enough: asked before each check, and while many nodes are passed over; true to stop. The
            caller has the clock.
    """

    checks: int | None = None
    enough: Callable[[], bool] = lambda: False

    def over(self, checks: int) -> bool:
        """Whether to stop after so many checks."""
        return (self.checks is not None and checks >= self.checks) or self.enough()


def solve(
    combinations: Combinations,
    hierarchies: Sequence[Hierarchy],
    rules: Rules,
    suppress: float = 0.0,
    patience: Patience | None = None,
) -> Solved:
    """The levels of least loss on which, without the classes that break a rule, all rules hold.

    Equal losses (within 1e-11) go to the node that suppresses fewer rows, then to the levels that
    come first in lexicographic order.

    Args:
        combinations: the table.
        hierarchies: of its quasi-identifiers, in its order.
        rules: `protect.criteria.pack` of the criteria.
        suppress: the share of rows that may be suppressed, 0 to 1.
        patience: how long to search; None: until it is proven, or memory for it is used up.

    Returns:
        The best found. Where patience ended first, `optimal` is false and `bound` says what could
        at best still be found.

    Raises:
        ConfigError: no quasi-identifier, no row, or a share that is none.
        Refused: no levels will do (the message has what the whole table as one class would give),
            or none were found in time.
    """
    _sound(combinations, hierarchies, suppress)
    rows = int(combinations.rows.sum())
    limit = math.floor(suppress * rows + 1e-9)
    lattice = make_lattice(combinations, hierarchies)
    checker = Checker(combinations, lattice, rules, limit)
    search = _Search(lattice, checker, frontier(lattice))
    optimal = search.run(patience or Patience())
    if search.best is None:
        raise no_levels(combinations, rules, suppress, proven=optimal)
    return _solved(combinations, hierarchies, search, optimal=optimal)


def _sound(combinations: Combinations, hierarchies: Sequence[Hierarchy], suppress: float) -> None:
    if not hierarchies:
        raise ConfigError("no quasi-identifier", hint="Name the columns that single people out.")
    if not 0.0 <= suppress <= 1.0:
        raise ConfigError(
            f"{suppress} is no share of rows", hint="`suppress` is between 0 (none) and 1 (all)."
        )
    if not combinations.rows.sum():
        raise Refused("the table has no row", hint="There is nothing to anonymise.")


class _Search:
    """One search: what is open, and the best so far."""

    def __init__(self, lattice: Lattice, checker: Checker, open_: Frontier) -> None:
        self.checker = checker
        self.lattice = lattice
        self.best: Checked | None = None
        self._open = open_
        self._known: dict[Node, Checked] = {}

    @property
    def loss(self) -> float:
        """Of the best so far."""
        return math.inf if self.best is None else self.best.loss

    def run(self, patience: Patience) -> bool:
        """Search until it is proven that nothing is better, or patience is over; whether proven."""
        self._check(self.lattice.top)
        climbed = isinstance(self._open, WholeFrontier)
        while (node := self._open.next(self.loss, lambda: self._over(patience))) is not None:
            if not self._visit(node, patience):
                return False
            if not climbed:
                climbed = True
                self._descend(patience)
        return not self._open.stopped

    def _over(self, patience: Patience) -> bool:
        return patience.over(self.checker.checks)

    def _descend(self, patience: Patience) -> None:
        """Lower one column after the other from the best node, while that makes it better.

        In a lattice beyond enumeration, where the proof may not come in time.
        """
        means = self.lattice.means
        refused: set[int] = set()
        while self.best is not None and not self._over(patience):
            best = self.best
            steps = [
                (means[column][rank - 1] - means[column][rank], column)
                for column, rank in enumerate(best.node)
                if rank and column not in refused
            ]
            if not steps:
                return
            column = min(steps)[1]
            ranks = best.node
            lower = (*ranks[:column], ranks[column] - 1, *ranks[column + 1 :])
            if self._open.at_least(lower) < math.inf and lower not in self._known:
                self._check(lower)
            if self.best is best:
                refused.add(column)

    def bound(self) -> float:
        """What any node loses at least, as far as it is known."""
        return min(self.loss, self._open.bound())

    def _visit(self, node: Node, patience: Patience) -> bool:
        """Rule a node out, or check it; False where patience was over before."""
        mean = self.lattice.mean(node)
        chain = self._chain(node)
        low, high = 0, len(chain) - 1
        while low <= high:
            middle = (low + high) // 2
            ruled = self._rules_out(chain[middle], mean, patience)
            if ruled is None:
                return False
            low, high = (middle + 1, high) if ruled else (low, middle - 1)
        self._open.settle(node, checked=node in self._known)
        return True

    def _rules_out(self, node: Node, mean: float, patience: Patience) -> bool | None:
        """Whether the lift of a node rules out one of this mean; None where nobody may look."""
        gap = self.loss - mean + SLACK
        if self._open.at_least(node) > gap:
            return True
        if node in self._known:
            return False
        if self._open.at_most(node) <= gap and self.lattice.mean(node) > mean:
            return False
        if self._over(patience):
            return None
        lift = self._check(node).lift
        return lift > self.loss - mean + SLACK

    def _check(self, node: Node) -> Checked:
        found = self.checker.check(node)
        self._known[node] = found
        self._open.tag(node, found.lift)
        if found.loss < math.inf and (
            self.best is None or self._rank(found) < self._rank(self.best)
        ):
            self.best = found
        return found

    def _rank(self, found: Checked) -> tuple[float, int, Node]:
        return (round(found.loss, 11), found.suppressed, found.node)

    def _chain(self, node: Node) -> list[Node]:
        """A way from a node to the top that climbs where it costs least."""
        chain = [node]
        ranks = list(node)
        top, means = self.lattice.top, self.lattice.means
        while tuple(ranks) != top:
            steps = [
                (means[column][rank + 1] - means[column][rank], column)
                for column, rank in enumerate(ranks)
                if rank < top[column]
            ]
            ranks[min(steps)[1]] += 1
            chain.append(tuple(ranks))
        return chain


def _solved(
    combinations: Combinations,
    hierarchies: Sequence[Hierarchy],
    search: _Search,
    *,
    optimal: bool,
) -> Solved:
    best = search.best
    if best is None:
        raise Refused("no levels were found", hint="Give the search more time.")
    groups, members, broken = search.checker.classes(best.node)
    one_of_each = combinations.codes[groups.first]
    levels = search.lattice.node_levels(best.node)
    recoding = levels_recoding(levels, hierarchies, one_of_each[broken == 0])
    classes = recoding.classes(one_of_each)[members]
    bound = best.loss if optimal else search.bound()
    return Solved(recoding, classes, best.loss, bound, optimal, METHOD)
