"""How far noise goes: tails of the discrete distributions, bounded from above, and intervals.

Both distributions are symmetric around 0 and live on the integers; all scales are in lattice steps.
"""

from __future__ import annotations

import math
from fractions import Fraction
from statistics import NormalDist
from typing import Final, Literal, TypeAlias

Noise: TypeAlias = Literal["gaussian", "laplace"]

_OUTWARD: Final = 1 + 1e-9
"""Above what the functions of `math` may be off by, so that a tail is never said to be smaller."""

_SUMMED: Final = 1_000.0
"""Up to this sigma the probabilities are added up one by one."""


def tail(noise: Noise, scale: Fraction, at: int) -> float:
    """An upper bound of P(noise >= at), tight but for rounding and, where sigma is large, one step.

    Laplace: the closed form. Gaussian: the sum itself, or P(X >= at - 1) of the continuous one,
    which is never less (Canonne, Kamath, Steinke 2020, Proposition 25).
    """
    if at <= 0:
        return 1.0
    if noise == "laplace":
        ratio = math.exp(-1 / float(scale))
        return min(1.0, math.exp(-at / float(scale)) / (1 + ratio) * _OUTWARD)
    sigma = float(scale)
    if sigma <= _SUMMED:
        return min(1.0, _summed_tail(sigma, at) * _OUTWARD)
    return min(1.0, 0.5 * math.erfc((at - 1) / sigma / math.sqrt(2)) * _OUTWARD)


def half_width(noise: Noise, scale: Fraction, coverage: float = 0.95) -> int:
    """The least w with P(|noise| <= w) >= coverage; in steps.

    Raises:
        ValueError: the coverage is not between 0 and 1.
    """
    if not 0 < coverage < 1:
        raise ValueError("a coverage lies between 0 and 1")
    if noise == "laplace":
        return _laplace_width(float(scale), coverage)
    guess = NormalDist(0, float(scale)).inv_cdf((1 + coverage) / 2)
    width = max(0, math.floor(guess) - 2)
    while 2 * tail(noise, scale, width + 1) > 1 - coverage:
        width += 1
    return width


def threshold(
    noise: Noise, scale: Fraction, *, most: int, groups: int, delta: Fraction
) -> tuple[int, Fraction]:
    """The least count from which a key may be named, if one subject alone may stand behind it.

    Args:
        noise: what is added to each key's count.
        scale: of the noise.
        most: what one subject adds to the count of a key, at most.
        groups: in how many keys a subject is counted, at most.
        delta: how likely any key of a single subject may be named; above 0.

    Returns:
        The threshold, and the delta that it keeps to, at most `delta`: by the union bound, `groups`
        times the chance of one. See `claim.md`, "Keys of few".

    Raises:
        ValueError: a limit is not positive.
    """
    if min(most, groups) < 1 or not 0 < delta < 1:
        raise ValueError("limits of a threshold are positive, and delta lies between 0 and 1")
    low, high = 0, 1
    while groups * tail(noise, scale, high) > delta:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        if groups * tail(noise, scale, middle) > delta:
            low = middle
        else:
            high = middle
    return most + high, Fraction(groups) * Fraction(tail(noise, scale, high))


def _laplace_width(scale: float, coverage: float) -> int:
    ratio = math.exp(-1 / scale)
    width = max(0, math.ceil(-scale * math.log((1 - coverage) * (1 + ratio) / 2)) - 1)
    while 2 * math.exp(-(width + 1) / scale) / (1 + ratio) > 1 - coverage:
        width += 1
    return width


def _summed_tail(sigma: float, at: int) -> float:
    """P(N >= at) of the discrete Gaussian, from its definition."""
    reach = max(math.ceil(40 * sigma), at + 40)
    two = 2 * sigma * sigma
    whole = 1 + 2 * math.fsum(math.exp(-n * n / two) for n in range(1, math.ceil(40 * sigma) + 1))
    return math.fsum(math.exp(-n * n / two) for n in range(at, reach)) / whole
