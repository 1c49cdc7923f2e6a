"""The independent verifier: whether what leaves is what the guarantee says, by SQL on the file.

Nothing of it is shared with what measures and solves: it reads the published columns, groups by the
published labels, and counts anew. What a class is, it takes from the file alone. Beside the figures
it looks at what a cheat, or a mistake, would change: columns, rows, labels, values, their order.

The relations that it asks about are described in `privet.protect.verifying_sql`; the file's own
bytes are looked at by `privet.protect.verifying_file`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from operator import mul
from typing import Any, TypeAlias, assert_never

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
from privet.model.errors import Refused
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.verifying_sql import Queries

Query: TypeAlias = Callable[[str], Iterable[tuple[Any, ...]]]
"""Answers one SELECT with its rows, which are read before the next one is asked."""

_TOLERANCE = 1e-9
FEW = 8
"""Fewer rows than that have some order by chance."""
_SIGMAS = 5.0
_AT_ONCE = 2_500_000
"""Rows of one part: in the least memory that a project may give, the engine holds their people."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What may stand in a column of quasi-identifiers.

    Attributes:
        levels: the labels of each level, from the leaves to the root.
        finest: the finest level that was declared to leave.
    """

    levels: tuple[frozenset[str | None], ...] = field(repr=False)
    finest: int = 0


def vocabulary(hierarchy: Hierarchy, finest: int = 0) -> Vocabulary:
    """The labels of a hierarchy."""
    return Vocabulary(tuple(map(frozenset, hierarchy.labels)), finest)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a release says of itself.

    Attributes:
        quasi_identifiers: its columns that make classes.
        sensitive: its sensitive columns.
        other: columns declared harmless.
        criteria: what each class meets.
        rows: how many rows the receipt says that it has.
        suppressed: how many the receipt says were left out.
        labels: what may stand in each quasi-identifier; one without is not looked at.
        uniform: whether all labels of a column are of one level (full-domain).
        classes: of each class of the plan the `hash` of its labels, in the order of
            `quasi_identifiers`; None where they are not given. Python's hash of texts has a secret
            of its own in each process, and takes an eighth of the memory of the labels.
        orders: the values of a sensitive column in their order, spelled as the engine does.
        trees: for the values of `orders`, their nodes on each level from the leaves to below the
            root: for a hierarchical distance.
        totals: how often each value of a sensitive column occurred in the whole table, suppressed
            rows among them; counted as people where the caller knows the subjects. What t is
            measured against; where there is none, the published rows are.
        subjects: whether `companion` knows the subject of each row.
        origin: whether `companion` knows each row's place in the input.
        people: whether `population` knows its subjects.
        absent: rows of the population that are in no published class, and not in `population`.
    """

    quasi_identifiers: tuple[str, ...]
    sensitive: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    rows: int
    other: tuple[str, ...] = ()
    suppressed: int = 0
    labels: Mapping[str, Vocabulary] = field(default_factory=dict, repr=False)
    uniform: bool = False
    classes: frozenset[int] | None = field(default=None, repr=False)
    orders: Mapping[str, Sequence[str | None]] = field(default_factory=dict, repr=False)
    trees: Mapping[str, Sequence[Sequence[int]]] = field(default_factory=dict, repr=False)
    totals: Mapping[str, Mapping[str | None, int]] = field(default_factory=dict, repr=False)
    subjects: bool = False
    origin: bool = False
    people: bool = False
    absent: int = 0

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that it declares."""
        return (*self.quasi_identifiers, *self.sensitive, *self.other)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: which.
        passed: whether it is as declared.
        found: what was found, in figures, without any value of the data.
    """

    name: str
    passed: bool
    found: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What the verifier found.

    Attributes:
        passed: whether every check did.
        k: people in the least class; 0 where it could not be counted.
        l: for each criterion of diversity, by its column, the least that a class has.
        t: for each closeness, by column and distance, the greatest that a class has.
        checks: all of them.
    """

    passed: bool
    k: int
    l: Mapping[str, float]  # noqa: E741  # the name that the literature has
    t: Mapping[str, float]
    checks: tuple[Check, ...]

    def require(self) -> None:
        """Insist that the release is what it says.

        Raises:
            Refused: a check failed; the message names them.
        """
        failed = [f"{check.name} ({check.found})" for check in self.checks if not check.passed]
        if failed or not self.passed or not self.checks:
            raise Refused(
                f"the release is not what it claims: {'; '.join(failed) or 'nothing was checked'}",
                hint="It does not leave. Solve again, or have the fault looked into.",
            )


def verify(
    claim: Claim, query: Query, also: Sequence[Check] = (), *, parts: int | None = None
) -> Verification:
    """Verify a release by its published rows.

    Args:
        claim: what it says of itself.
        query: answers SQL over the relations of `privet.protect.verifying_sql`.
        also: what else was checked (`privet.protect.verifying_file.file_checks`).
        parts: in how many parts classes are looked at; None: as many as keep the engine small,
            where people are told apart, each of whom it has to remember.
    """
    if parts is None:
        parts = 1 + claim.rows // _AT_ONCE if claim.subjects else 1
    figures = _Figures()
    queries = Queries(claim.quasi_identifiers, claim.subjects, claim.subjects or claim.origin)
    form = (*also, *_columns(claim, list(query(queries.columns()))))
    if any(not check.passed for check in form):
        return Verification(passed=False, k=0, l={}, t={}, checks=form)
    divided = _parts(queries, query, parts)
    checks = (
        *form,
        *_counts(claim, queries, query),
        *chain.from_iterable(
            _criterion(c, claim, _Asking(queries, query, figures, divided)) for c in claim.criteria
        ),
        *_all_labels(claim, queries, query),
        *_values(claim, queries, query),
        *_order(claim, queries, query),
    )
    passed = bool(claim.criteria) and all(check.passed for check in checks)
    return Verification(passed, figures.k, figures.l, figures.t, checks)


@dataclass(slots=True)
class _Figures:
    k: int = 0
    l: dict[str, float] = field(default_factory=dict)  # noqa: E741
    t: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Asking:
    queries: Queries
    query: Query
    figures: _Figures
    parts: Sequence[Queries]

    def numbers(self, asked: Callable[[Queries], str]) -> list[list[float]]:
        """The one row of an answer, of each part that has rows: column by column."""
        rows = []
        for queries in self.parts:
            (row,) = self.query(asked(queries))
            rows.append([math.nan if value is None else float(value) for value in row])
        return [list(column) for column in zip(*rows, strict=True)]

    def least(self, asked: Callable[[Queries], str]) -> list[float]:
        """The least of all parts; NaN, which passes no check, where one is not a number."""
        return [_extreme(min, column) for column in self.numbers(asked)]

    def greatest(self, asked: Callable[[Queries], str]) -> float:
        """The greatest of all parts; NaN where one is not a number."""
        (column,) = self.numbers(asked)
        return _extreme(max, column)


def _parts(queries: Queries, query: Query, parts: int) -> Sequence[Queries]:
    """The parts that have rows; where none has, one, so that something is asked, and fails."""
    if parts <= 1:
        return (queries,)
    each = [replace(queries, part=(number, parts)) for number in range(parts)]
    return [part for part in each if next(iter(query(part.in_part())))[0]] or [queries]


def _extreme(of: Callable[[list[float]], float], column: list[float]) -> float:
    return math.nan if any(map(math.isnan, column)) else of(column)


def _columns(claim: Claim, found: Sequence[tuple[Any, ...]]) -> Iterator[Check]:
    names = [str(name) for name, _ in found]
    surplus = len([name for name in names if name not in claim.columns])
    missing = len([name for name in claim.columns if name not in names])
    twice = len(names) - len({name.casefold() for name in names})
    roles = len(claim.columns) - len(set(claim.columns))
    yield Check(
        "columns",
        not (surplus or missing or twice or roles) and bool(claim.quasi_identifiers),
        f"{surplus} undeclared, {missing} missing, {twice + roles} named twice",
    )
    kinds = {str(name): str(kind) for name, kind in found}
    strange = [
        name
        for name in claim.labels
        if kinds.get(name) != "VARCHAR" and not kinds.get(name, "").startswith("ENUM")
    ]
    yield Check("types", not strange, f"{len(strange)} quasi-identifiers are no labels")


def _counts(claim: Claim, queries: Queries, query: Query) -> Iterator[Check]:
    ((rows, astray),) = query(queries.rows())
    yield Check("rows", rows == claim.rows, f"{rows} published, {claim.rows} in the receipt")
    if queries.companion:
        yield Check("companion", astray == 0, f"{astray} rows without a subject beside them")


def _criterion(criterion: Criterion, claim: Claim, ask: _Asking) -> Iterator[Check]:
    match criterion:
        case KAnonymity(k):
            sizes, counts, means = ask.numbers(lambda queries: queries.sizes())
            least, classes = _extreme(min, sizes), sum(counts)
            mean = sum(map(mul, means, counts)) / classes if classes else math.nan
            ask.figures.k = 0 if math.isnan(least) else int(least)
            found = f"{ask.figures.k} in the least of {classes:g} classes, {mean:.1f} in the mean"
            yield Check("k", ask.figures.k >= k, found)
        case KMap() | DeltaPresence():
            yield _population(criterion, claim, ask)
        case Closeness():
            yield from _closeness(criterion, claim, ask)
        case DeltaDisclosure() | BetaLikeness():
            yield _shares(criterion, claim, ask)
        case DistinctDiversity() | EntropyDiversity() | RecursiveDiversity():
            yield _diversity(criterion, ask)
        case _:
            assert_never(criterion)


def _diversity(
    criterion: DistinctDiversity | EntropyDiversity | RecursiveDiversity, ask: _Asking
) -> Check:
    column = criterion.column
    if isinstance(criterion, RecursiveDiversity):
        ratio = ask.greatest(lambda queries: queries.recursive(column, criterion.l))
        ask.figures.l[f"recursive {criterion.l} of {column}"] = ratio
        held = ratio < criterion.c * (1 - _TOLERANCE)
        return Check("l", held, f"recursive: c must exceed {ratio:g} for `{column}`")
    distinct, entropy = ask.least(lambda queries: queries.diversity(column))
    if isinstance(criterion, DistinctDiversity):
        ask.figures.l[f"distinct of {column}"] = distinct
        return Check("l", distinct >= criterion.l, f"distinct: {distinct:g} of `{column}`")
    ask.figures.l[f"entropy of {column}"] = entropy
    held = entropy >= criterion.l * (1 - _TOLERANCE)
    return Check("l", held, f"entropy: {entropy:.6g} of `{column}`")


def _closeness(criterion: Closeness, claim: Claim, ask: _Asking) -> Iterator[Check]:
    column, totals = criterion.column, claim.totals.get(criterion.column, {})
    order, tree = claim.orders.get(column, ()), claim.trees.get(column, ())
    if criterion.distance != "equal":
        known = {value for (value,) in ask.query(ask.queries.labels(column))} | set(totals)
        outside = len(known - set(order))
        wide = all(len(numbers) == len(order) for numbers in tree)
        fit = bool(order) and wide and (criterion.distance == "ordered" or bool(tree))
        whole = not outside and fit and len(set(order)) == len(order)
        yield Check("order", whole, f"{outside} values of `{column}` are outside of its order")
        if not whole:
            return

    def asked(queries: Queries) -> str:
        match criterion.distance:
            case "equal":
                return queries.equal(column, totals)
            case "ordered":
                return queries.ordered(column, totals, order)
            case "hierarchical":
                return queries.hierarchical(column, totals, order, tree)

    distance = ask.greatest(asked)
    ask.figures.t[f"{criterion.distance} of {column}"] = distance
    held = distance <= criterion.t + _TOLERANCE
    yield Check("t", held, f"{criterion.distance}: {distance:.6g} of `{column}`")


def _shares(criterion: DeltaDisclosure | BetaLikeness, claim: Claim, ask: _Asking) -> Check:
    """How far a value's share in a class is from its share in the table."""
    column, totals = criterion.column, claim.totals.get(criterion.column, {})
    if isinstance(criterion, DeltaDisclosure):
        apart = ask.greatest(lambda queries: queries.disclosure(column, totals))
        held = apart < criterion.delta * (1 - _TOLERANCE)
        return Check("disclosure", held, f"delta must exceed {apart:.6g} for `{column}`")
    gain = ask.greatest(
        lambda queries: queries.likeness(column, totals, enhanced=criterion.enhanced)
    )
    held = gain <= criterion.beta + _TOLERANCE
    form = "enhanced" if criterion.enhanced else "basic"
    return Check("likeness", held, f"{form}: {gain:.6g} of `{column}`")


def _population(criterion: KMap | DeltaPresence, claim: Claim, ask: _Asking) -> Check:
    (row,) = ask.query(ask.queries.presence(people=claim.people))
    least, low, high = (math.nan if value is None else float(value) for value in row)
    if isinstance(criterion, KMap):
        return Check("k-map", least >= criterion.k, f"{least:g} of the population in the least")
    low = 0.0 if claim.absent else low
    held = low >= criterion.low - _TOLERANCE and high <= criterion.high + _TOLERANCE
    return Check("presence", held, f"shares from {low:.6g} to {high:.6g}")


def _all_labels(claim: Claim, queries: Queries, query: Query) -> Iterator[Check]:
    for column, words in claim.labels.items():
        found = {label for (label,) in query(queries.labels(column))}
        allowed = words.levels[words.finest :]
        strange = len(found - frozenset().union(*allowed))
        yield Check("labels", strange == 0, f"{strange} labels of `{column}` are not declared")
        if claim.uniform:
            alike = any(found <= level for level in allowed)
            yield Check("level", alike, f"`{column}` has {'one level' if alike else 'several'}")
    if claim.classes is not None:
        # Counted as they come: of ten million rows they may be a million, a gigabyte of objects.
        strange = sum(hash(row) not in claim.classes for row in query(queries.classes()))
        yield Check("classes", strange == 0, f"{strange} classes are not of the plan")


def _values(claim: Claim, queries: Queries, query: Query) -> Iterator[Check]:
    """Values that came from nowhere or went away, and columns that number rows."""
    for column, totals in claim.totals.items():
        found: dict[str | None, int] = dict(query(queries.totals(column)))
        more = len([value for value, count in found.items() if count > totals.get(value, 0)])
        gone = sum(totals.values()) - sum(found.values())
        short = gone > claim.suppressed if claim.subjects else gone != claim.suppressed
        yield Check(
            "values",
            not more and not short,
            f"{more} values of `{column}` more often than in the table, {gone} missing",
        )
    for column in (*claim.sensitive, *claim.other):
        ((distinct, rows, rising, falling),) = query(queries.numbering(column))
        alone = distinct == rows and rows >= FEW
        steady = max(rising, falling) >= rows - 1
        numbers = alone and (column in claim.other or steady)
        yield Check("numbering", not numbers, f"{distinct} values of `{column}` in {rows} rows")


def _order(claim: Claim, queries: Queries, query: Query) -> Iterator[Check]:
    """The order of the rows tells nothing of the input's, beyond what the labels tell.

    Under chance, a row comes after the one above it in its class, in the input too, in half of the
    pairs; the number of such pairs in a class of m rows has the variance (m + 1) / 12.
    """
    if not claim.origin:
        return
    (found,) = query(queries.order())
    rows, rising, pairs, alike, variance = (float(x or 0) for x in found)
    whole = rows >= FEW and (rising >= rows - 1 or rising == 0)
    away = abs(alike - pairs / 2) / math.sqrt(variance) if variance else 0.0
    kept = pairs >= FEW and away > _SIGMAS
    yield Check("row order", not (whole or kept), f"{away:.1f} standard deviations from chance")
