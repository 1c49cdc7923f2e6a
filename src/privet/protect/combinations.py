"""What the solvers decide on: distinct combinations of quasi-identifiers, counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple, TypeAlias, cast

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Histogram:
    """How often each value of a sensitive column occurs with each combination (CSR).

    Combination i has the values `values[starts[i]:starts[i + 1]]`, each `counts[...]` times.

    Attributes:
        column: the sensitive column.
        starts: shape (m + 1,), int64.
        values: codes of the column's values, rising within a combination, int32.
        counts: int64, at least 1.
        size: how many distinct values the column has; codes are below it.
    """

    column: str
    starts: npt.NDArray[np.int64]
    values: npt.NDArray[np.int32]
    counts: npt.NDArray[np.int64]
    size: int


@dataclass(frozen=True, slots=True)
class Combinations:
    """The table, as far as a decision needs it.

    A subject with several rows is counted at one combination only (the first that it has), and
    each pair of subject and sensitive value at one: so sums over combinations never count a person
    twice, and may count one too few but never one too many.

    Attributes:
        columns: the quasi-identifiers.
        codes: distinct combinations of leaf codes: shape (m, q), int32, C order, in
            lexicographic order.
        subjects: subjects counted at each: shape (m,), int64; 0 where all are counted elsewhere.
        rows: rows of each: shape (m,), int64, at least 1; 0 where the population alone has it.
        sensitive: a histogram for each sensitive column.
        population: subjects of the population in each, where there is one: shape (m,), int64.
    """

    columns: tuple[str, ...]
    codes: npt.NDArray[np.int32]
    subjects: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]
    sensitive: tuple[Histogram, ...] = ()
    population: npt.NDArray[np.int64] | None = None


Codes: TypeAlias = npt.NDArray[np.int32]
NarrowCodes: TypeAlias = npt.NDArray[np.int16]

FirstRows: TypeAlias = Mapping[str | None, npt.NDArray[np.bool_]]
"""By sensitive column: whether a row is the first of its subject with its value; None: at all."""


def combine(
    columns: tuple[str, ...],
    sizes: Sequence[int],
    codes: NarrowCodes | Codes,
    sensitive: Mapping[str, tuple[int, npt.NDArray[np.int32]]] = MappingProxyType({}),
    subjects: npt.NDArray[np.int64] | None = None,
    *,
    new: FirstRows | None = None,
) -> tuple[Combinations, npt.NDArray[np.int64]]:
    """Count the distinct combinations of rows.

    Args:
        columns: names of the quasi-identifiers.
        sizes: how many codes each has.
        codes: of each row: shape (n, q), of 16 or 32 bits; fastest in column-major order.
        sensitive: by name, how many codes a sensitive column has, and those of each row: (n,).
        subjects: a number for the subject of each row: shape (n,); None where each row is its own.
        new: instead of `subjects`, which rows count: shape (n,) each.

    Returns:
        The combinations, and the place among them of each row: shape (n,).

    Raises:
        ValueError: a code is outside of its column's size.
    """
    from privet.kernels.anonymity.grouping import first_of_each, group_rows  # noqa: PLC0415

    across = cast("Codes", np.ascontiguousarray(codes.T))
    distinct, groups = group_rows(across, np.asarray(sizes, np.int64))
    count = len(distinct)
    rows = np.bincount(groups, minlength=count).astype(np.int64)
    if subjects is not None:
        first: dict[str | None, npt.NDArray[np.bool_]] = {None: first_of_each((subjects,))}
        for name, (_, values) in sensitive.items():
            first[name] = first_of_each((subjects, values))
        new = first
    counted = rows
    if new is not None:
        counted = np.bincount(groups[new[None]], minlength=count).astype(np.int64)
    histograms = []
    for name, (size, values) in sensitive.items():
        ours, theirs = groups, values
        if new is not None:
            ours, theirs = groups[new[name]], values[new[name]]
        histograms.append(_histogram(name, size, _Counted(ours, theirs), count))
    return Combinations(columns, distinct, counted, rows, tuple(histograms)), groups


def merge(first: Combinations, second: Combinations) -> Combinations:
    """The combinations of both, counts added: of two batches of one table that share no subject.

    Where subjects may have rows in both, measure by a `Tally`, which remembers them.
    """
    from privet.kernels.anonymity.grouping import sums  # noqa: PLC0415

    distinct, groups = _union(first, second)
    count = len(distinct)

    def added(left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return sums(groups, np.concatenate([left, right]), count)

    histograms = tuple(
        _merged(left, right, groups, count)
        for left, right in zip(first.sensitive, second.sensitive, strict=True)
    )
    population = None
    if first.population is not None and second.population is not None:
        population = added(first.population, second.population)
    return Combinations(
        first.columns,
        distinct,
        added(first.subjects, second.subjects),
        added(first.rows, second.rows),
        histograms,
        population,
    )


def with_population(
    table: Combinations, people: Combinations
) -> tuple[Combinations, npt.NDArray[np.int64]]:
    """The table's combinations beside those of the population that it is of.

    Combinations that only the population has are there with 0 rows: people of them fall into
    classes too. Where somebody has rows of several combinations, `people` counts at one of them,
    so shares of the population that are in the table come out too high, if anything.

    Args:
        table: as measured.
        people: the population's table, measured by the same columns and hierarchies.

    Returns:
        Both, and the place that each combination of `table` now has: shape (m,).

    Raises:
        ValueError: they are of different columns.
    """
    from privet.kernels.anonymity.grouping import sums  # noqa: PLC0415

    if table.columns != people.columns:
        raise ValueError("a population is measured by the columns of its table")
    distinct, groups = _union(table, people)
    ours, theirs = groups[: len(table.codes)], groups[len(table.codes) :]
    count = len(distinct)
    histograms = tuple(
        _histogram(
            each.column,
            each.size,
            _Counted(np.repeat(ours, np.diff(each.starts)), each.values, each.counts),
            count,
        )
        for each in table.sensitive
    )
    return (
        Combinations(
            table.columns,
            distinct,
            sums(ours, table.subjects, count),
            sums(ours, table.rows, count),
            histograms,
            sums(theirs, people.subjects, count),
        ),
        ours,
    )


def _union(
    first: Combinations, second: Combinations
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """The combinations that either has, and the place of each of both among them."""
    from privet.kernels.anonymity.grouping import group_rows  # noqa: PLC0415

    both = np.vstack([first.codes, second.codes])
    sizes = both.max(axis=0, initial=-1).astype(np.int64) + 1
    return group_rows(np.ascontiguousarray(both.T), sizes)


def _merged(
    left: Histogram, right: Histogram, groups: npt.NDArray[np.int64], count: int
) -> Histogram:
    lengths = np.concatenate([np.diff(left.starts), np.diff(right.starts)])
    return _histogram(
        left.column,
        max(left.size, right.size),
        _Counted(
            np.repeat(groups, lengths),
            np.concatenate([left.values, right.values]),
            np.concatenate([left.counts, right.counts]),
        ),
        count,
    )


class _Counted(NamedTuple):
    """How often each combination has each value, once where not said; a pair may come again."""

    groups: npt.NDArray[np.int64]
    values: npt.NDArray[np.int32]
    counts: npt.NDArray[np.int64] | None = None


def _histogram(column: str, size: int, counted: _Counted, combinations: int) -> Histogram:
    """Add up the counts of each (combination, value)."""
    from privet.kernels.anonymity.grouping import group_rows, sums  # noqa: PLC0415

    pairs = np.vstack([counted.groups.astype(np.int32), counted.values.astype(np.int32)])
    distinct, places = group_rows(pairs, np.array([max(combinations, 1), size], np.int64))
    if counted.counts is None:
        counts = np.bincount(places, minlength=len(distinct)).astype(np.int64)
    else:
        counts = sums(places, counted.counts, len(distinct))
    lengths = np.bincount(distinct[:, 0], minlength=combinations)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Histogram(column, starts, np.ascontiguousarray(distinct[:, 1]), counts, size)
