"""What the solvers decide on: distinct combinations of quasi-identifiers, counted."""

from __future__ import annotations

from dataclasses import dataclass

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
        rows: rows of each: shape (m,), int64, at least 1.
        sensitive: a histogram for each sensitive column.
        population: subjects of the population in each, where there is one: shape (m,), int64.
    """

    columns: tuple[str, ...]
    codes: npt.NDArray[np.int32]
    subjects: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]
    sensitive: tuple[Histogram, ...] = ()
    population: npt.NDArray[np.int64] | None = None
