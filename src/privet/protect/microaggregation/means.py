"""Numbers replaced by the mean of their group (MDAV), and what that costs in squares.

A mean is no label: it is exact, and moves with each member of its group. Who knows all members but
one can work out the last one's values. Publish it rounded where that matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from privet.model.errors import ConfigError, Refused


@dataclass(frozen=True, slots=True)
class MicroAggregated:
    """Groups and their means.

    Attributes:
        classes: the group of each row: shape (n,), int32.
        means: what is published for each group, in the columns' own units: shape (c, d).
        subjects: of each group: shape (c,).
        within: the squares lost (SSE), over columns of variance 1: sum over rows of the squared
            distance to what is published.
        total: the squares there were (SST), in the same units: n times the columns that vary.
    """

    classes: npt.NDArray[np.int32] = field(repr=False)
    means: npt.NDArray[np.float64] = field(repr=False)
    subjects: npt.NDArray[np.int64] = field(repr=False)
    within: float
    total: float

    @property
    def loss(self) -> float:
        """The share of the squares that is lost: 0, where nothing is, to 1."""
        return self.within / self.total if self.total else 0.0


def micro_aggregate(
    values: npt.NDArray[np.float64],
    k: int,
    columns: Sequence[str],
    subjects: npt.NDArray[np.int64] | None = None,
) -> MicroAggregated:
    """Group rows that are near in all columns, each column on a scale of variance 1.

    Equal rows are one point. A subject with several rows counts in the first of them only, so no
    group has fewer subjects than `k`.

    Args:
        values: shape (n, d).
        k: subjects in each group.
        columns: the names of the d columns.
        subjects: a number for the subject of each row: shape (n,); None where each row is its own.

    Raises:
        ConfigError: no column, a `k` below 1, or a column with nulls or infinite numbers.
        Refused: fewer than `k` subjects.
    """
    from privet.kernels.anonymity.mdav import mdav  # noqa: PLC0415

    _check(values, k, columns)
    counted = np.ones(len(values), np.int64)
    if subjects is not None:
        counted[:] = 0
        counted[np.unique(subjects, return_index=True)[1]] = 1
    people = int(counted.sum())
    if people < k:
        raise Refused(
            f"groups of {k} cannot be made: the largest feasible k is {people}",
            hint="Ask for a smaller k, or bring more rows.",
        )
    spread = values.std(axis=0)
    scaled = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    points, place = np.unique(scaled, axis=0, return_inverse=True)
    place = place.reshape(-1)
    rows = np.bincount(place, minlength=len(points)).astype(np.int64)
    heads = np.bincount(place, counted, len(points)).astype(np.int64)
    classes = mdav(points, rows, heads, k)[place].astype(np.int32)
    means = _means(values, classes)
    lost = scaled - _means(scaled, classes)[classes]
    return MicroAggregated(
        classes=classes,
        means=means,
        subjects=np.bincount(classes, counted, len(means)).astype(np.int64),
        within=float((lost**2).sum()),
        total=float((scaled**2).sum()),
    )


def _means(
    values: npt.NDArray[np.float64], classes: npt.NDArray[np.int32]
) -> npt.NDArray[np.float64]:
    size = np.bincount(classes)
    return np.stack([np.bincount(classes, column) / size for column in values.T], axis=1)


def _check(values: npt.NDArray[np.float64], k: int, columns: Sequence[str]) -> None:
    if k < 1:
        raise ConfigError("k is below 1", hint="Say how many subjects a group has at least.")
    if values.ndim != 2 or values.shape[1] != len(columns) or not columns:
        raise ConfigError("no numeric column", hint="Name the columns to be grouped by.")
    for column, name in enumerate(columns):
        wrong = int((~np.isfinite(values[:, column])).sum())
        if wrong:
            raise ConfigError(
                f"`{name}` has {wrong} values that are null or not finite",
                hint="Micro-aggregation takes numbers alone: leave these rows out, or impute them.",
            )
