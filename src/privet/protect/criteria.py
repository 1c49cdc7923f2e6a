"""Criteria: in words, as rules for the kernels, and what may be concluded from them.

What a search may rely on:

- *Monotone*: where every class of a table meets a criterion, so does every class of any coarser
  one. All nine are. Sizes and distinct values only grow; entropy is concave, so a union has at
  least the least of its parts; recursive (c, l)-diversity: Machanavajjhala (2007), theorem; each
  distance is convex in the class' distribution, so a union is no farther than the farthest of its
  parts; disclosure and likeness bound the share of each value, a share of the population is one
  too, and that of a union lies between those of its parts. For closeness, disclosure, likeness and
  presence that holds against the table (and population) as it was measured, suppressed rows among
  them.
- *Absorbing*: a class that meets it still does with any other class added, be that one bad. Only
  sizes, distinct values and k-map are. Only then do the rows that fail shrink from a table to any
  coarser one; with another criterion, suppression is decided node by node.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias, TypeGuard, assert_never

import numpy as np
import numpy.typing as npt

from privet.model.anonymity import (
    BetaLikeness,
    Closeness,
    Criterion,
    DeltaDisclosure,
    DeltaPresence,
    DistinctDiversity,
    EntropyDiversity,
    KAnonymity,
    KMap,
    RecursiveDiversity,
)
from privet.model.errors import ConfigError

if TYPE_CHECKING:
    from privet.kernels.anonymity.criteria import Rules
    from privet.protect.combinations import Combinations, Histogram
    from privet.protect.hierarchies.hierarchy import Hierarchy

Sensitive: TypeAlias = (
    DistinctDiversity
    | EntropyDiversity
    | RecursiveDiversity
    | Closeness
    | DeltaDisclosure
    | BetaLikeness
)
"""The criteria that speak of a column."""


def describe(criterion: Criterion) -> str:
    """What each class has to meet, in words."""
    match criterion:
        case KAnonymity(k):
            return f"at least {k} subjects"
        case KMap(k):
            return f"at least {k} of the population"
        case DeltaPresence(low, high):
            return f"between {low:g} and {high:g} of its part of the population in the table"
        case _:
            return _of_column(criterion)


def _of_column(criterion: Sensitive) -> str:
    match criterion:
        case DistinctDiversity(column, l):
            return f"at least {l} distinct values of `{column}`"
        case EntropyDiversity(column, l):
            return f"an entropy of `{column}` of at least log({l:g})"
        case RecursiveDiversity(column, c, l):
            return (
                f"the most frequent value of `{column}` fewer than {c:g} times as frequent as all "
                f"but the {l - 1} most frequent together"
            )
        case Closeness(column, t, distance):
            return f"a distribution of `{column}` at most {t:g} ({distance}) from the table's"
        case DeltaDisclosure(column, delta):
            return (
                f"each value of `{column}` less than e^{delta:g} times as frequent as in the "
                "table, and more than that part of it"
            )
        case BetaLikeness(column, beta, enhanced):
            form = "enhanced" if enhanced else "basic"
            return f"no value of `{column}` more frequent by over {beta:g} of its share ({form})"
    assert_never(criterion)


def sensitive_columns(criteria: Sequence[Criterion]) -> tuple[str, ...]:
    """The columns that the criteria speak of, each once, in their order."""
    named = (each.column for each in criteria if _has_column(each))
    return tuple(dict.fromkeys(named))


def needs_population(criteria: Sequence[Criterion]) -> bool:
    """Whether a criterion compares the table with a population."""
    return any(isinstance(each, KMap | DeltaPresence) for each in criteria)


def absorbing(criteria: Sequence[Criterion]) -> bool:
    """Whether a class that meets all of them does so with any other class added to it."""
    return all(isinstance(each, KAnonymity | DistinctDiversity | KMap) for each in criteria)


def holds_where_absent(criteria: Sequence[Criterion]) -> bool:
    """Whether classes of the population that nobody of the table falls into meet the criteria.

    The kernels see only classes of the table. A least share above 0 fails where there is nobody.
    """
    return all(not isinstance(each, DeltaPresence) or each.low <= 0 for each in criteria)


def check(criteria: Sequence[Criterion]) -> None:
    """Insist that the criteria can mean something.

    Raises:
        ConfigError: there is none, or a bound is out of its range.
    """
    if not criteria:
        raise ConfigError("no criterion is given", hint="Say at least k, such as `k=5`.")
    for each in criteria:
        if not _sensible(each):
            raise ConfigError(
                f"`{type(each).__name__}` has a bound out of its range",
                hint="k and l are 1 or more, c is above 0, t and shares are between 0 and 1.",
            )


def _has_column(criterion: Criterion) -> TypeGuard[Sensitive]:
    return not isinstance(criterion, KAnonymity | KMap | DeltaPresence)


def _sensible(criterion: Criterion) -> bool:
    match criterion:
        case KAnonymity(k) | KMap(k):
            return k >= 1
        case DistinctDiversity(_, l) | EntropyDiversity(_, l):
            return l >= 1
        case RecursiveDiversity(_, c, l):
            return c > 0 and l >= 1
        case Closeness(_, t, _):
            return 0 <= t <= 1
        case DeltaDisclosure(_, most) | BetaLikeness(_, most, _):
            return most > 0
        case DeltaPresence(low, high):
            return 0 <= low <= high <= 1
    assert_never(criterion)


def pack(
    criteria: Sequence[Criterion],
    combinations: Combinations,
    hierarchies: Mapping[str, Hierarchy] | None = None,
) -> Rules:
    """The criteria as the kernels take them.

    Args:
        criteria: what each class meets.
        combinations: what was measured; its totals are the table's distributions. All its
            sensitive columns are in a histogram, asked for or not, in its order.
        hierarchies: of the sensitive columns; an ordered or hierarchical distance needs one whose
            codes are those of the histogram.

    Raises:
        ConfigError: a bound out of its range, a column that was not measured, a distance without
            an order or a tree, no population where a criterion needs one.
    """
    from privet.kernels.anonymity.criteria import Rules  # noqa: PLC0415

    check(criteria)
    if needs_population(criteria) and combinations.population is None:
        raise ConfigError(
            "k-map and delta-presence compare with a population, and none is given",
            hint="Name the population's table, or ask for k-anonymity alone.",
        )
    known = {each.column: number for number, each in enumerate(combinations.sensitive)}
    trees: dict[int, Hierarchy] = {}
    rows = []
    for criterion in criteria:
        number = _number(criterion, known)
        if isinstance(criterion, Closeness) and criterion.distance != "equal":
            histogram = combinations.sensitive[number]
            tree = _tree_of(criterion, histogram, hierarchies or {})
            if criterion.distance == "hierarchical":
                trees[number] = tree
        rows += _rules(criterion, number)
    sizes = [each.size for each in combinations.sensitive]
    nodes = [
        trees[number].nodes[:-1].ravel() if number in trees else np.empty(0, np.int32)
        for number in range(len(sizes))
    ]
    return Rules(
        rules=np.array(sorted(rows), np.float64).reshape(-1, 4),
        starts=_starts(sizes),
        total=np.concatenate([np.empty(0), *map(_shares, combinations.sensitive)]),
        nodes=np.concatenate([np.empty(0, np.int32), *nodes]).astype(np.int32),
        node_starts=_starts([len(each) for each in nodes]),
        k=max([1, *(each.k for each in criteria if isinstance(each, KAnonymity))]),
    )


def _number(criterion: Criterion, known: Mapping[str, int]) -> int:
    if isinstance(criterion, KAnonymity | KMap | DeltaPresence):
        return -1
    if criterion.column not in known:
        raise ConfigError(
            f"`{criterion.column}` is not among the sensitive columns that were measured",
            hint="Declare it as sensitive.",
        )
    return known[criterion.column]


def _tree_of(
    criterion: Closeness, histogram: Histogram, hierarchies: Mapping[str, Hierarchy]
) -> Hierarchy:
    tree = hierarchies.get(criterion.column)
    if tree is None or (criterion.distance == "ordered" and not tree.ordered):
        lacks = "order" if criterion.distance == "ordered" else "hierarchy"
        raise ConfigError(
            f"`{criterion.column}` has no {lacks}, which its {criterion.distance} distance needs",
            hint="Give the column a hierarchy, or ask for the equal distance.",
        )
    if len(tree.leaves) != histogram.size:
        raise ConfigError(
            f"the hierarchy of `{criterion.column}` has {len(tree.leaves)} values, and "
            f"{histogram.size} were counted",
            hint="Encode the column by its hierarchy before it is counted.",
        )
    return tree


def _rules(  # noqa: PLR0911  # one for each kind
    criterion: Criterion, number: int
) -> list[tuple[float, float, float, float]]:
    from privet.kernels.anonymity import criteria as kernel  # noqa: PLC0415

    match criterion:
        case KAnonymity(k) | KMap(k):
            kind = kernel.POPULATION if isinstance(criterion, KMap) else kernel.SUBJECTS
            return [(kind, -1, k, 0)]
        case DistinctDiversity(_, l) | EntropyDiversity(_, l):
            distinct = isinstance(criterion, DistinctDiversity)
            return [(kernel.DISTINCT if distinct else kernel.ENTROPY, number, l, 0)]
        case RecursiveDiversity(_, c, l):
            return [(kernel.RECURSIVE, number, c, l)]
        case Closeness(_, t, distance):
            kind = {
                "equal": kernel.EQUAL,
                "ordered": kernel.ORDERED,
                "hierarchical": kernel.HIERARCHICAL,
            }[distance]
            return [(kind, number, t, 0)]
        case DeltaDisclosure(_, delta):
            return [(kernel.DISCLOSURE, number, delta, 0)]
        case BetaLikeness(_, beta, enhanced):
            return [(kernel.ENHANCED_LIKENESS if enhanced else kernel.LIKENESS, number, beta, 0)]
        case DeltaPresence(low, high):
            return [(kernel.PRESENCE_LOW, -1, low, 0), (kernel.PRESENCE_HIGH, -1, high, 0)]
    assert_never(criterion)


def _starts(sizes: Sequence[int]) -> npt.NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _shares(histogram: Histogram) -> npt.NDArray[np.float64]:
    counts = np.zeros(histogram.size, np.int64)
    np.add.at(counts, histogram.values, histogram.counts)
    shares: npt.NDArray[np.float64] = counts / max(1, counts.sum())
    return shares
