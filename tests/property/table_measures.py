"""What a recoded table has: k, l and t of its classes, counted exactly, person by person.

A search counts each subject once in the whole table, which may be too few in a class. Here each is
counted once in each class that it has rows in, and once for each sensitive value there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from privet.model.anonymity import (
    Closeness,
    Criterion,
    DeltaPresence,
    Distance,
    DistinctDiversity,
    EntropyDiversity,
    KAnonymity,
    KMap,
    RecursiveDiversity,
)
from privet.protect.combinations import Combinations, Histogram
from privet.protect.criteria import (
    describe,
    holds_where_absent,
    pack,
)

if TYPE_CHECKING:
    from privet.kernels.anonymity.criteria import Rules
    from privet.protect.hierarchies.hierarchy import Hierarchy

_CELLS = 1 << 22
"""Counts of a block of classes that are held at once: 32 MiB."""

Codes = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.int64]
Figure = tuple[int, int, int]
"""A kind of rule, the number of a sensitive column, the l of recursive diversity."""


@dataclass(frozen=True, slots=True)
class Diversity:
    """What the classes leave open of one sensitive column.

    Attributes:
        column: its name.
        distinct: the fewest values of a class.
        entropy: the least of e to the entropy: the l of entropy-l-diversity.
        recursive: by l, what c has to exceed for recursive (c, l)-diversity; infinite where a class
            has fewer than l values.
        distances: the greatest distance of a class from the table, by the ground distance.
    """

    column: str
    distinct: int
    entropy: float
    recursive: Mapping[int, float]
    distances: Mapping[Distance, float]


@dataclass(frozen=True, slots=True)
class Measures:
    """What a recoded table has.

    Attributes:
        k: subjects in the least class; 0 where no row is left.
        classes: how many there are.
        average: subjects in the mean class.
        rows: rows that leave.
        suppressed: rows that do not.
        sensitive: of each sensitive column.
        population: the population's least number in a class, where one was given.
        presence: the least and greatest share of the population that is in the table.
        unmet: the criteria that a class fails, in words; none where all hold.
    """

    k: int
    classes: int
    average: float
    rows: int
    suppressed: int
    sensitive: tuple[Diversity, ...] = ()
    population: int | None = None
    presence: tuple[float, float] | None = None
    unmet: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """A table, row by row, after it was recoded.

    Attributes:
        classes: each row's class, counted from 0; below 0 for one that does not leave. Shape (n,).
        sensitive: by name, how many codes a sensitive column has, and those of each row.
        subjects: a number for each row's subject; None where each row is its own.
        population: people of the population in each class, shape (c,), where there is one.
        absent: classes of the population that nobody of the table falls into.
    """

    classes: npt.NDArray[np.int32] = field(repr=False)
    sensitive: Mapping[str, tuple[int, Codes]] = field(default_factory=dict, repr=False)
    subjects: Numbers | None = field(default=None, repr=False)
    population: Numbers | None = field(default=None, repr=False)
    absent: int = 0


def measure(
    rows: Rows,
    criteria: Sequence[Criterion] = (),
    hierarchies: Mapping[str, Hierarchy] | None = None,
) -> Measures:
    """Measure a recoded table, and hold it against criteria.

    Distances are measured from the whole table, rows that do not leave among it.

    Args:
        rows: the table.
        criteria: what each class should meet; distances and l of theirs are measured too.
        hierarchies: of sensitive columns, for ordered and hierarchical distances.

    Raises:
        ConfigError: a criterion speaks of a column, an order or a population that is not here.
    """
    from privet.kernels.anonymity.criteria import meets

    whole = _whole(rows)
    wanted = [*_usual(rows), *criteria]
    rules = pack(wanted, whole, hierarchies)
    sizes = _sizes(rows)
    values = _worst(rows, sizes, rules)
    found: dict[Figure, float] = {
        (int(kind), int(number), int(length)): float(value)
        for (kind, number, _, length), value in zip(rules.rules, values, strict=True)
    }
    unmet = []
    for criterion in criteria:
        own = pack([criterion], whole, hierarchies)
        figures = [found[int(kind), int(n), int(length)] for kind, n, _, length in own.rules]
        absent = rows.absent > 0 and not holds_where_absent([criterion])
        if absent or not len(sizes) or not meets(own, np.array(figures)):
            unmet.append(describe(criterion))
    leaving = int((rows.classes >= 0).sum())
    return Measures(
        k=int(sizes.min(initial=np.iinfo(np.int64).max)) if len(sizes) else 0,
        classes=int((sizes > 0).sum()),
        average=float(sizes.sum() / max(1, (sizes > 0).sum())),
        rows=leaving,
        suppressed=len(rows.classes) - leaving,
        sensitive=tuple(_diversity(n, name, found) for n, name in enumerate(rows.sensitive)),
        population=None if rows.population is None else int(found[_kind("POPULATION"), -1, 0]),
        presence=None if rows.population is None else _presence(rows, found),
        unmet=tuple(dict.fromkeys(unmet)),
    )


def _usual(rows: Rows) -> Iterator[Criterion]:
    """What is measured in any case, with bounds that always hold."""
    yield KAnonymity(1)
    if rows.population is not None:
        yield KMap(1)
        yield DeltaPresence(0, 1)
    for column in rows.sensitive:
        yield DistinctDiversity(column, 1)
        yield EntropyDiversity(column, 1)
        yield RecursiveDiversity(column, 1, 2)
        yield Closeness(column, 1)


def _whole(rows: Rows) -> Combinations:
    """The table as one class: what its distributions are."""
    histograms = []
    for column, (size, codes) in rows.sensitive.items():
        once = codes
        if rows.subjects is not None:
            once = codes[_first(rows.subjects, codes)]
        counts = np.bincount(once, minlength=size).astype(np.int64)
        values = np.arange(size, dtype=np.int32)
        histograms.append(Histogram(column, np.array([0, size]), values, counts, size))
    one = np.ones(1, np.int64)
    codes = np.zeros((1, 1), np.int32)
    population = None if rows.population is None else one
    return Combinations(("",), codes, one, one, tuple(histograms), population)


def _first(*columns: npt.NDArray[np.signedinteger]) -> npt.NDArray[np.bool_]:
    """The first row with each combination."""
    from privet.kernels.anonymity.grouping import first_of_each

    return first_of_each(columns)


def _sizes(rows: Rows) -> Numbers:
    """Subjects in each class: shape (c,)."""
    classes, subjects = rows.classes, rows.subjects
    stays = classes >= 0
    if subjects is not None:
        stays &= _first(classes, subjects)
    return np.bincount(classes[stays]).astype(np.int64)


def _worst(rows: Rows, sizes: Numbers, rules: Rules) -> npt.NDArray[np.float64]:
    from privet.kernels.anonymity.criteria import best, worst_of_all

    values = best(rules)
    width = int(rules.starts[-1])
    pairs = _pairs(rows, rules)
    there = np.flatnonzero(sizes)
    population = sizes if rows.population is None else rows.population
    step = max(1, _CELLS // max(1, width))
    for begin in range(0, len(sizes), step):
        end = min(len(sizes), begin + step)
        block = np.zeros((end - begin) * width, np.int64)
        for classes, places in pairs:
            low, high = np.searchsorted(classes, (begin, end))
            np.add.at(block, (classes[low:high] - begin) * width + places[low:high], 1)
        here = there[(there >= begin) & (there < end)]
        histograms = block.reshape(end - begin, width)[here - begin]
        worst_of_all(sizes[here], population[here], histograms, rules, values)
    return values


def _pairs(rows: Rows, rules: Rules) -> list[tuple[Numbers, Numbers]]:
    """Class and place in a histogram of each distinct pair of subject and value, by class."""
    pairs = []
    for number, (_, codes) in enumerate(rows.sensitive.values()):
        stays = rows.classes >= 0
        if rows.subjects is not None:
            stays &= _first(rows.classes, rows.subjects, codes)
        classes = rows.classes[stays].astype(np.int64)
        order = np.argsort(classes, kind="stable")
        places = codes[stays].astype(np.int64) + rules.starts[number]
        pairs.append((classes[order], places[order]))
    return pairs


def _kind(name: str) -> int:
    from privet.kernels.anonymity import criteria as kernel

    return int(getattr(kernel, name))


def _presence(rows: Rows, found: Mapping[Figure, float]) -> tuple[float, float]:
    low = 0.0 if rows.absent else found[_kind("PRESENCE_LOW"), -1, 0]
    return low, found[_kind("PRESENCE_HIGH"), -1, 0]


def _diversity(number: int, column: str, found: Mapping[Figure, float]) -> Diversity:
    distances: dict[Distance, float] = {}
    for distance in ("equal", "ordered", "hierarchical"):
        figure = found.get((_kind(distance.upper()), number, 0))
        if figure is not None:
            distances[distance] = figure
    recursive = _kind("RECURSIVE")
    return Diversity(
        column,
        distinct=_whole_number(found[_kind("DISTINCT"), number, 0]),
        entropy=found[_kind("ENTROPY"), number, 0],
        recursive={at[2]: c for at, c in found.items() if at[:2] == (recursive, number)},
        distances=distances,
    )


def _whole_number(figure: float) -> int:
    """0 where there was no class."""
    return int(figure) if np.isfinite(figure) else 0
