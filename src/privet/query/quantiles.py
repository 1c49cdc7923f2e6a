"""Quantiles of a noised histogram: all of it is computed from numbers that are out already."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from privet.query.parsing import Part


def quantile(part: Part, counts: Sequence[float], share: Fraction) -> float:
    """The value below which `share` of the rows lie, by straight lines within bins.

    The cumulated counts are made to rise by isotonic regression (Hay, Rastogi, Miklau and Suciu,
    "Boosting the accuracy of differentially private histograms through consistency", VLDB 2010,
    section 3), so that noise in empty bins does not add up to rows. Without rows: the middle of
    the bounds.

    Args:
        part: any bin of the histogram.
        counts: of all bins, noised.
        share: above 0, below 1.
    """
    risen = _risen(list(itertools.accumulate(counts)))
    return _crossing(part, risen, float(share) * risen[-1])


def quantile_interval(
    part: Part, counts: Sequence[float], share: Fraction, reach: float
) -> tuple[float, float]:
    """Both ends of the 95 % interval of the noise: what has the ranks that noise may have moved to.

    At bin j of n the rank is off by the noise of the bins until there, less `share` of all: its
    variance is (j (1 - share)^2 + (n - j) share^2) times that of one bin. It is taken where it is
    largest.

    Args:
        part: any bin of the histogram.
        counts: of all bins, noised.
        share: as for `quantile`.
        reach: what the noise of all bins together stays within in 95 % of draws, over the root of
            their number.
    """
    risen, p = _risen(list(itertools.accumulate(counts))), float(share)
    off = reach * math.sqrt(len(counts)) * max(p, 1 - p)
    target = p * risen[-1]
    return _crossing(part, risen, target - off), _crossing(part, risen, target + off)


def _risen(sums: list[float]) -> list[float]:
    """The rising numbers nearest to `sums` in squares, from 0 on: pool adjacent violators."""
    pools: list[tuple[float, int]] = []
    for each in sums:
        total, count = each, 1
        while pools and pools[-1][0] * count >= total * pools[-1][1]:
            before, of = pools.pop()
            total, count = total + before, count + of
        pools.append((total, count))
    return [max(0.0, total / count) for total, count in pools for _ in range(count)]


def _crossing(part: Part, risen: Sequence[float], target: float) -> float:
    low, high = float(part.bounds[0]), float(part.bounds[1])
    if risen[-1] <= 0.0:
        return (low + high) / 2 if target == 0.0 else (low if target < 0.0 else high)
    before = 0.0
    for place, until in enumerate(risen):
        if until >= target and until > before:
            within = max(0.0, target - before) / (until - before)
            return low + (place + within) * (high - low) / len(risen)
        before = max(before, until)
    return high
