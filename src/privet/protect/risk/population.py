"""How many people of a population nobody else is like, estimated from a sample.

The model is Pitman's sampling formula (Pitman, 1995), as Hoshino (2001, Applying Pitman's sampling
formula to microdata disclosure risk assessment) uses it: people come one after another, and each
is like those of a class of size s with a chance of (s - alpha) / (theta + i), else like nobody
before, where i have come. Its two parameters are fitted to the sizes of the classes by maximum
likelihood. A simple random sample of people from such a population follows the same formula with
the same parameters, and so the population can be foretold:

- expected people alone among N:  N * prod_{i=1}^{N-1} (theta + alpha + i - 1) / (theta + i),
- chance that somebody alone among n is alone among N:  the same product, from i = n on.

Limits. It takes the table for a simple random sample: not so for a clinic's patients within a
country. It takes classes for exchangeable: a postcode and an age are not. It has been found good
where the sample is a small part of the population, and less so above a tenth (Dankar et al., 2012,
who take other models there). Where all records of the sample are alone, or none is, there is
nothing to fit, and the estimate is an extreme.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from privet.protect.risk.report import PopulationUniques

_GOLDEN = (math.sqrt(5) - 1) / 2
_STEPS = 60
_LARGE = 1e4
_LOWEST, _HIGHEST = 1e-6, 1.0 - 1e-6


def estimate(sizes: Sequence[tuple[int, int]], population: int) -> PopulationUniques | None:
    """Expected uniques in a population of which the table is a simple random sample.

    Args:
        sizes: how many classes of each size the sample has: (size, classes).
        population: people in the population.

    Returns:
        None for an empty sample. A population smaller than the sample is taken for as large.
    """
    sample = sum(size * classes for size, classes in sizes)
    if not sample:
        return None
    size = max(population, sample)
    alpha, theta = fit(sizes)
    alone = dict(sizes).get(1, 0)
    share = _alone(alpha, theta, 1, size)
    staying = _alone(alpha, theta, sample, size)
    return PopulationUniques(size, size * share, alone * staying, alpha, theta)


def fit(sizes: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """Parameters of greatest likelihood: alpha in (0, 1), theta above 0.

    For each alpha the best theta, both by golden section; theta within 1e-6 and 1e6 times the rows.
    """
    rows = sum(size * classes for size, classes in sizes)
    classes = sum(count for _, count in sizes)
    wide = (math.log(1e-6), math.log(1e6 * rows))

    def of_theta(alpha: float) -> Callable[[float], float]:
        return lambda log_theta: _of_classes(alpha, math.exp(log_theta), rows, classes)

    def of_alpha(alpha: float) -> float:
        within = of_theta(alpha)
        inner = sum(count * (_log_rising(1 - alpha, size - 1)) for size, count in sizes if size > 1)
        return within(_highest(within, *wide)) + inner

    alpha = _highest(of_alpha, _LOWEST, _HIGHEST)
    return alpha, math.exp(_highest(of_theta(alpha), *wide))


def _of_classes(alpha: float, theta: float, rows: int, classes: int) -> float:
    """The part of the log-likelihood that has theta in it."""
    begun = (classes - 1) * math.log(alpha) + _log_rising(theta / alpha + 1, classes - 1)
    return begun - _log_rising(theta + 1, rows - 1)


def _alone(alpha: float, theta: float, begin: int, end: int) -> float:
    """The chance to stay alone while people `begin` + 1 to `end` come."""
    more = end - begin
    chance = _log_rising(theta + alpha + begin - 1, more) - _log_rising(theta + begin, more)
    return min(math.exp(chance), 1.0)


def _log_rising(x: float, n: int) -> float:
    """Log of x (x + 1) ... (x + n - 1); by Stirling's series where x is large, for precision."""
    if n <= 0:
        return 0.0
    if x < _LARGE:
        return math.lgamma(x + n) - math.lgamma(x)
    tail = 1 / (12 * (x + n)) - 1 / (12 * x)
    return (x - 0.5) * math.log1p(n / x) + n * math.log(x + n) - n + tail


def _highest(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function with one hill is highest, by golden section (Kiefer, 1953)."""
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = function(left), function(right)
    for _ in range(_STEPS):
        if at_left < at_right:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = function(right)
        else:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = function(left)
    return (low + high) / 2
