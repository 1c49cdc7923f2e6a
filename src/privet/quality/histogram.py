"""Sorted numbers as bins of equal width, and as points of their distribution function."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

BINS = 20
_OUTER = 0.01
"""Part of the values left out on either side: one stray value would flatten the rest."""


def equal_width(ordered: Numbers, *, whole: bool) -> tuple[tuple[int, ...], int]:
    """Counts of bins of equal width from the 1st to the 99th percentile, and of what lies beyond.

    Args:
        ordered: numbers in ascending order, no NaN.
        whole: whether they count whole things: then a bin holds as many of them as any other.
    """
    finite = ordered[np.isfinite(ordered)]
    if not len(finite):
        return (), len(ordered)
    low, high = _at(finite, _OUTER), _at(finite, 1 - _OUTER)
    edges = _whole_edges(low, high) if whole else _edges(low, high)
    inside = finite[np.searchsorted(finite, low) : np.searchsorted(finite, high, side="right")]
    places = np.searchsorted(inside, edges[1:-1])
    counts = np.diff(np.concatenate(([0], places, [len(inside)])))
    return tuple(int(count) for count in counts), len(ordered) - len(inside)


def points_of(ordered: Numbers, steps: int) -> tuple[float, ...]:
    """The inverse distribution function of sorted numbers at 0, 1/steps, … 1 (none: empty)."""
    if not len(ordered):
        return ()
    places = np.rint(np.linspace(0, len(ordered) - 1, min(steps, len(ordered)) + 1))
    return tuple(float(point) for point in ordered[places.astype(np.int64)])


def share_up_to(points: Numbers, bounds: Numbers) -> Numbers:
    """The share of the values at or below each bound, of a distribution that `points` describe.

    Between two points it grows evenly; at a value that many points share it jumps.
    """
    steps = len(points) - 1
    after = np.searchsorted(points, bounds, side="right")
    below = np.clip(after - 1, 0, steps)
    above = np.clip(after, 0, steps)
    with np.errstate(invalid="ignore", over="ignore"):  # infinities, and doubles far apart
        gap, way = points[above] - points[below], bounds - points[below]
    wide = np.isfinite(gap) & (gap > 0)
    part = np.divide(way, gap, out=np.zeros(len(bounds)), where=wide)
    shares = np.clip((below + part) / steps, 0.0, 1.0)
    return np.where(after == 0, 0.0, np.where(after > steps, 1.0, shares))


def _at(ordered: Numbers, share: float) -> float:
    """The value below which that share of the values lies: one that is there."""
    return float(ordered[round(share * (len(ordered) - 1))])


def _edges(low: float, high: float) -> Numbers:
    # Halved first: the difference of two doubles can be beyond all doubles.
    steps = np.linspace(0.0, 1.0, BINS + 1) if high > low else np.array([0.0, 1.0])
    return low * (1 - steps) + high * steps


def _whole_edges(low: float, high: float) -> Numbers:
    width = max(1.0, -(-(high - low + 1) // BINS))
    return np.arange(low, high + width + 1, width)[: int((high - low) // width) + 2]
