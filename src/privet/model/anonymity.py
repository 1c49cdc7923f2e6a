"""The words of anonymity: what a table without names promises, criterion by criterion.

A *class* is the set of rows that look alike in all quasi-identifiers. Every criterion speaks of
each class (or, where a population is named, of each class beside the population's). Counts are of
subjects, so that one person with many rows is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Distance: TypeAlias = Literal["equal", "ordered", "hierarchical"]
"""The ground distance of the earth mover's distance between two distributions of a column.

`equal`: all values are 1 apart (variational distance). `ordered`: values in their order, neighbours
1/(n-1) apart. `hierarchical`: the height of the lowest common node over the height of the tree.
"""


@dataclass(frozen=True, slots=True)
class KAnonymity:
    """At least `k` subjects in each class (Samarati and Sweeney, 1998)."""

    k: int


@dataclass(frozen=True, slots=True)
class DistinctDiversity:
    """At least `l` distinct values of a sensitive column in each class."""

    column: str
    l: int  # noqa: E741  # the name that the literature has


@dataclass(frozen=True, slots=True)
class EntropyDiversity:
    """The entropy of a sensitive column in a class is at least log(l) (Machanavajjhala, 2007)."""

    column: str
    l: float  # noqa: E741


@dataclass(frozen=True, slots=True)
class RecursiveDiversity:
    """Recursive (c, l)-diversity (Machanavajjhala, 2007).

    In each class the most frequent value is fewer than `c` times as frequent as all but the `l` - 1
    most frequent together: r1 < c (rl + ... + rm).
    """

    column: str
    c: float
    l: int  # noqa: E741


@dataclass(frozen=True, slots=True)
class Closeness:
    """Each class' distribution of a sensitive column is at most `t` from the table's (Li, 2007)."""

    column: str
    t: float
    distance: Distance = "equal"


@dataclass(frozen=True, slots=True)
class DeltaDisclosure:
    """No value is e^`delta` times as frequent in a class as in the table, nor that much rarer.

    |ln(share in the class / share in the table)| < delta for each value that the table has
    (Brickell and Shmatikov, 2008): so each class has all of them.
    """

    column: str
    delta: float


@dataclass(frozen=True, slots=True)
class BetaLikeness:
    """No value's share grows from table to class by more than `beta` of itself (Cao, Karras, 2012).

    `enhanced`: nor by more than -ln(its share in the table), which holds for frequent values too.
    """

    column: str
    beta: float
    enhanced: bool = True


@dataclass(frozen=True, slots=True)
class KMap:
    """At least `k` of the population fall into each class (Sweeney, 2002)."""

    k: int


@dataclass(frozen=True, slots=True)
class DeltaPresence:
    """The share of the population that is in the table, in each class (Nergiz, 2007).

    Between `low` and `high`, also in classes of the population that the table has nobody in.
    """

    low: float
    high: float


Criterion: TypeAlias = (
    KAnonymity
    | DistinctDiversity
    | EntropyDiversity
    | RecursiveDiversity
    | Closeness
    | DeltaDisclosure
    | BetaLikeness
    | KMap
    | DeltaPresence
)
"""A release names any number of them, and each class meets them all."""
