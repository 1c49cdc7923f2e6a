"""Minimal acyclic automata over digits, made from the regular expressions of phone metadata.

A node is a label and ten children. Nodes are built from their children upwards and equal ones are
kept once (hash-consing), so that every automaton is minimal as it is made. Node 0 accepts nothing;
node 1 accepts everything, for expressions that only ask how a number begins.
"""

from __future__ import annotations

import re._constants as sre
import re._parser as sre_parser
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

LONGEST = 18
"""Digits that an automaton reads at most."""
Items: TypeAlias = Sequence[tuple[object, object]]
Label: TypeAlias = Callable[[tuple[int, ...]], int]


def parsed(pattern: str) -> Items:
    """The expression `pattern` as the standard library's parser reads it."""
    return list(sre_parser.parse(pattern))


def digits_of(op: object, arg: object) -> frozenset[int]:
    """The digits that one item of a parsed expression stands for.

    Raises:
        ValueError: for an item that is not a digit or a set of digits.
    """
    if op is sre.LITERAL:
        return frozenset({int(chr(arg))})  # type: ignore[arg-type]
    if op is sre.IN:
        found: set[int] = set()
        for kind, value in arg:  # type: ignore[attr-defined]
            if kind is sre.RANGE:
                found |= {int(chr(code)) for code in range(value[0], value[1] + 1)}
            elif kind is sre.CATEGORY and value is sre.CATEGORY_DIGIT:
                found |= set(range(10))
            else:
                found |= digits_of(kind, value)
        return frozenset(found)
    raise ValueError(f"the automata know no expression with {op}")


def group_lengths(pattern: str) -> list[range]:
    """For each group of the expression, how many digits it may have."""
    found = []
    for op, arg in parsed(pattern):
        if op is sre.SUBPATTERN:
            least, most = arg[3].getwidth()  # type: ignore[index]
            found.append(range(least, most + 1))
    return found


@dataclass
class Automata:
    """All nodes made so far."""

    nodes: list[tuple[int, tuple[int, ...]]] = field(
        default_factory=lambda: [(0, (0,) * 10), (1, (1,) * 10)]
    )
    _known: dict[tuple[int, tuple[int, ...]], int] = field(default_factory=dict)
    _unions: dict[tuple[int, int], int] = field(default_factory=dict)

    def node(self, label: int, children: Iterable[int]) -> int:
        """The one node with this label and these children."""
        key = (label, tuple(children))
        if key == self.nodes[0]:
            return 0
        if key not in self._known:
            self._known[key] = len(self.nodes)
            self.nodes.append(key)
        return self._known[key]

    def end(self) -> int:
        """The node that accepts nothing more to come."""
        return self.node(1, (0,) * 10)

    def lengths(self, accepted: Iterable[int]) -> int:
        """Numbers with one of these counts of digits."""
        wanted = set(accepted)
        then = 0
        for length in range(LONGEST, -1, -1):
            then = self.node(int(length in wanted), (then,) * 10)
        return then

    def union(self, one: int, other: int) -> int:
        """What either accepts (labels are joined by or)."""
        if one == other or other == 0:  # noqa: PLR1714
            return one
        if one == 0 or other == 1:
            return other
        if one == 1:
            return one
        key = (min(one, other), max(one, other))
        if key not in self._unions:
            (label, nexts), (label2, nexts2) = self.nodes[one], self.nodes[other]
            joined = [self.union(a, b) for a, b in zip(nexts, nexts2, strict=True)]
            self._unions[key] = self.node(label | label2, joined)
        return self._unions[key]

    def language(self, items: Items, then: int) -> int:
        """Numbers that match `items` and go on as `then` does.

        Raises:
            ValueError: for an expression of another form than the metadata has.
        """
        for op, arg in reversed(items):
            if op is sre.SUBPATTERN:
                then = self.language(arg[3], then)  # type: ignore[index]
            elif op is sre.BRANCH:
                ways = [self.language(way, then) for way in arg[1]]  # type: ignore[index]
                then = 0
                for way in ways:
                    then = self.union(then, way)
            elif op is sre.MAX_REPEAT:
                then = self._repeated(*arg, then)  # type: ignore[misc]
            else:
                digits = digits_of(op, arg)
                then = self.node(0, (then if digit in digits else 0 for digit in range(10)))
        return then

    def _repeated(self, least: int, most: int, items: Items, after: int) -> int:
        then = after
        for done in range(int(most) - 1, -1, -1):
            longer = self.language(items, then)
            then = self.union(after, longer) if done >= least else longer
        return then

    def matches(self, pattern: str | None) -> int:
        """Numbers that match the whole of `pattern`; none for an empty one."""
        return self.language(parsed(pattern), self.end()) if pattern else 0

    def begins(self, pattern: str) -> int:
        """Numbers that begin with `pattern`."""
        return self.language(parsed(pattern), 1)

    def combined(self, label: Label, bound: int, parts: Sequence[int]) -> int:
        """The numbers of `bound`, labelled by what the parts say: their labels, `bound`'s first."""
        made: dict[tuple[int, ...], int] = {}

        def build(key: tuple[int, ...]) -> int:
            if key[0] == 0:
                return 0
            if key not in made:
                nodes = [self.nodes[at] for at in key]
                nexts = [build(tuple(node[1][digit] for node in nodes)) for digit in range(10)]
                made[key] = self.node(label(tuple(node[0] for node in nodes)), nexts)
            return made[key]

        return build((bound, *parts))

    def label(self, at: int, digits: Iterable[int]) -> int:
        """The label that a walk from `at` along `digits` ends with."""
        for digit in digits:
            at = self.nodes[at][1][digit]
        return self.nodes[at][0]


@dataclass(frozen=True, slots=True)
class Prefix:
    """One way to write what stands before a national number.

    `steps` holds for every digit which digits may stand there and whether it is kept; `before` is
    what the kept ones are preceded by; `whole` says that nothing may follow.
    """

    steps: tuple[tuple[frozenset[int], bool], ...]
    before: tuple[int, ...] = ()
    whole: bool = False


def prefixes(pattern: str, rule: str | None) -> list[Prefix]:
    """All ways that `national_prefix_for_parsing` matches, first the one that the matcher prefers.

    `rule` is the metadata's `national_prefix_transform_rule`: digits and one group.
    """
    groups = sre_parser.parse(pattern).state.groups - 1
    kept_group = int(rule[rule.index("\\") + 1]) if rule else 0
    before = tuple(int(sign) for sign in rule[: rule.index("\\")]) if rule else ()
    found = []
    for steps, whole in _ways(parsed(pattern), 0):
        if rule and groups in {group for _, inside in steps for group in inside}:
            kept = tuple((digits, kept_group in inside) for digits, inside in steps)
            found.append(Prefix(kept, before, whole))
        else:
            found.append(Prefix(tuple((digits, False) for digits, _ in steps), (), whole))
    return found


_Steps: TypeAlias = tuple[tuple[frozenset[int], frozenset[int]], ...]


def _ways(items: Items, at: int) -> Iterator[tuple[_Steps, bool]]:
    if at == len(items):
        yield (), False
        return
    for first, ended in _item_ways(*items[at]):
        for rest, whole in _ways(items, at + 1):
            yield first + rest, ended or whole


def _item_ways(op: object, arg: object) -> Iterator[tuple[_Steps, bool]]:
    if op is sre.AT:
        yield (), True
    elif op is sre.SUBPATTERN:
        for steps, whole in _ways(arg[3], 0):  # type: ignore[index]
            own = frozenset({arg[0]} - {None})  # type: ignore[index]
            yield tuple((digits, inside | own) for digits, inside in steps), whole
    elif op is sre.BRANCH:
        for way in arg[1]:  # type: ignore[index]
            yield from _ways(way, 0)
    elif op is sre.MAX_REPEAT:
        least, most, again = arg  # type: ignore[misc]
        for count in range(int(most), least - 1, -1):
            yield from _ways(list(again) * count, 0)
    else:
        yield ((digits_of(op, arg), frozenset()),), False
