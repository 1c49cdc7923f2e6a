"""Discrete Gaussian and discrete Laplace noise on vectors of integers, drawn by OpenDP.

OpenDP takes its randomness from the operating system's generator, by itself: these two functions
are the one place of the house where randomness does not come in through a port. See `claim.md`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from privet.model.errors import Unavailable

MOST = 2**62
"""Values lie between -MOST and MOST: sums of 64 bits stop at their ends, ours never get there."""


def discrete_gaussian(values: Sequence[int], sigma: Fraction) -> list[int]:
    """Each value plus independent noise of N_Z(0, sigma^2).

    Canonne, Kamath, Steinke, "The Discrete Gaussian for Differential Privacy" (2020), Definition 1.

    Args:
        values: integers in steps of the caller's lattice.
        sigma: in the same steps, above 0; what is drawn has this one or one larger by a rounding.

    Raises:
        ValueError: a value lies beyond `MOST`, or sigma is not above 0 or above a thousandth of it.
        Unavailable: OpenDP is not installed.
    """
    return _noised("make_gaussian", "l2_distance", values, sigma)


def discrete_laplace(values: Sequence[int], scale: Fraction) -> list[int]:
    """Each value plus independent noise of the discrete Laplace distribution.

    P(x) is proportional to exp(-|x| / scale); Ghosh, Roughgarden, Sundararajan (2009).

    Args:
        values: integers in steps of the caller's lattice.
        scale: in the same steps, above 0; what is drawn has this one or one larger by a rounding.

    Raises:
        ValueError: a value lies beyond `MOST`, or the scale is not above 0 or above a thousandth of
            it.
        Unavailable: OpenDP is not installed.
    """
    return _noised("make_laplace", "l1_distance", values, scale)


def _noised(maker: str, metric: str, values: Sequence[int], scale: Fraction) -> list[int]:
    if not 0 < scale <= MOST // 1000:
        raise ValueError("the scale of noise is above 0, and far below the largest value")
    if any(not -MOST <= value <= MOST for value in values):
        raise ValueError("a value is too large to have noise added")
    if not values:
        return []
    noised: list[int] = _measurement(maker, metric, rounded_up(scale))(list(values))
    return noised


def rounded_up(scale: Fraction) -> float:
    """The scale as a float that is never below it: less noise than promised is never drawn."""
    near = float(scale)
    return near if Fraction(near) >= scale else math.nextafter(near, math.inf)


@lru_cache(maxsize=64)
def _measurement(maker: str, metric: str, scale: float) -> Any:
    try:
        import opendp.prelude as dp  # noqa: PLC0415  # an extra, and heavy
    except ImportError as error:
        raise Unavailable(
            "noise needs OpenDP, which is not installed", hint="pip install 'privet[dp]'"
        ) from error
    dp.enable_features("contrib")
    domain = dp.vector_domain(dp.atom_domain(T="i64"))
    return getattr(dp.m, maker)(domain, getattr(dp, metric)(T="i64"), scale=scale)
