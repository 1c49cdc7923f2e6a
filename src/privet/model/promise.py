"""What `as: {k-anonymous: ...}` promises: to text, as a guarantee carries it, and back.

A guarantee's parameters are texts, so that they can stand in a receipt. Its keys are ASCII and
names of columns need not be, so a column stands in the value: `l` is `distinct 3 of occupation`,
`t` is `equal 0.2 of occupation`; a second of its kind has the key `l.2`. A bare number (`l` is `3`)
speaks of every sensitive column. `k_map` and `delta_presence` (`0.1 to 0.5`) compare with the
people that `population` names: a file of the project, or a data set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias, get_args

from privet.model.anonymity import (
    BetaLikeness,
    Closeness,
    Criterion,
    DeltaDisclosure,
    DeltaPresence,
    Distance,
    DistinctDiversity,
    EntropyDiversity,
    KAnonymity,
    KMap,
    RecursiveDiversity,
)
from privet.model.policy import Guarantee

Method: TypeAlias = Literal["mondrian", "full-domain", "local-suppression", "microaggregation"]
MEANS = "microaggregation"
"""The method that a caller of the library has, and no policy."""
METHODS: tuple[str, ...] = tuple(each for each in get_args(Method) if each != MEANS)
DISTANCES: tuple[str, ...] = get_args(Distance)
K_ANONYMOUS = "k-anonymous"
SUPPRESS, METHOD, PROPOSE = "suppress", "method", "quasi_identifiers"
K_MAP, PRESENCE, POPULATION = "k_map", "delta_presence", "population"
OF_COLUMNS: Mapping[str, str] = {
    "l": "distinct",
    "t": "equal",
    "disclosure": "below",
    "likeness": "enhanced",
}
"""Parameters that speak of sensitive columns, each with how a bare number of it is meant."""

_OF = " of "


@dataclass(frozen=True, slots=True)
class Promise:
    """What every class of a release meets, and what that may cost.

    Attributes:
        criteria: all of them; the first is `KAnonymity`.
        suppress: share of the rows that may be left out, 0 to 1.
        method: how classes are found.
        population: the file or data set of all people, where a criterion compares with it.
    """

    criteria: tuple[Criterion, ...]
    suppress: Decimal
    method: Method
    population: str | None = None

    @property
    def k(self) -> int:
        """The least number of subjects in a class."""
        first = self.criteria[0]
        if not isinstance(first, KAnonymity):
            raise TypeError("the first criterion is not k-anonymity")
        return first.k


def named_columns(guarantee: Guarantee) -> tuple[str, ...]:
    """The sensitive columns that the guarantee names, each once, in its order."""
    said = (value.partition(_OF) for key, value in guarantee.params if _kind(key) in OF_COLUMNS)
    return tuple(dict.fromkeys(column for _, of, column in said if of))


def speaks_of_all(guarantee: Guarantee) -> bool:
    """Whether a parameter speaks of every sensitive column."""
    return any(_kind(key) in OF_COLUMNS and _OF not in value for key, value in guarantee.params)


def promise_of(guarantee: Guarantee, sensitive: Sequence[str]) -> Promise:
    """The guarantee's criteria, over the sensitive columns of one data set.

    Raises:
        ValueError: it is none of k-anonymity, or a parameter is not of its form.
    """
    given = dict(guarantee.params)
    if guarantee.name != K_ANONYMOUS or "k" not in given:
        raise ValueError("not a guarantee of k-anonymity")
    method = given.get(METHOD, "mondrian")
    if method not in METHODS:
        raise ValueError("a method that this version does not have")
    criteria: list[Criterion] = [KAnonymity(int(given["k"]))]
    for key, value in guarantee.params:
        if _kind(key) in OF_COLUMNS:
            criteria += _criteria(_kind(key), value, sensitive)
    if K_MAP in given:
        criteria.append(KMap(int(given[K_MAP])))
    if PRESENCE in given:
        low, _, high = given[PRESENCE].partition(" to ")
        criteria.append(DeltaPresence(float(low), float(high)))
    people = given.get(POPULATION)
    if (people is None) == any(isinstance(each, KMap | DeltaPresence) for each in criteria):
        raise ValueError("a population, and a criterion that compares with it, go together")
    suppress = Decimal(given.get(SUPPRESS, "0"))
    return Promise(tuple(criteria), suppress, method, people)  # type: ignore[arg-type]  # in METHODS


def _kind(key: str) -> str:
    return key.partition(".")[0]


def _criteria(kind: str, value: str, sensitive: Sequence[str]) -> Iterator[Criterion]:
    how, of, column = value.partition(_OF)
    words = how.split()
    if not of:
        words = [OF_COLUMNS[kind], *words]
    for name in [column] if of else sensitive:
        yield _criterion(kind, words, name)


def _criterion(kind: str, words: Sequence[str], column: str) -> Criterion:
    match (kind, *words):
        case ("l", "distinct", number):
            return DistinctDiversity(column, int(number))
        case ("l", "entropy", number):
            return EntropyDiversity(column, float(number))
        case ("l", "recursive", c, number):
            return RecursiveDiversity(column, float(c), int(number))
        case ("t", "equal" | "ordered" | "hierarchical" as distance, number):
            return Closeness(column, float(number), distance)
        case ("disclosure", "below", number):
            return DeltaDisclosure(column, float(number))
        case ("likeness", "enhanced" | "basic" as form, number):
            return BetaLikeness(column, float(number), form == "enhanced")
    raise ValueError(f"`{kind}` is not of a form that this version knows")
