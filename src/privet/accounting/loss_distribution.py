"""The tight figure: privacy loss distributions of events that were fixed before anything was seen.

It is no gate: of events that were chosen with earlier outputs in view it says what they would have
come to, had they been planned. Composed by dp-accounting (Google), pessimistic at every step. What
is known by zCDP alone comes in over a bridge, `concentrated`, whose proof is in `claim.md`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, Final, TypeAlias

from privet.model.errors import Missing
from privet.model.privacy_loss import (
    UNBOUNDED,
    Additional,
    Concentrated,
    Delta,
    Epsilon,
    Event,
    Gaussian,
    Laplace,
    PoissonSampled,
    Pure,
    Repeated,
    Together,
)

_GRID: Final = 1e-4
_TAIL: Final = 1e-14
"""Delta at which the bridge's grid ends; it goes to an infinite loss."""
_SLACK: Final = 1e-9
_Distribution: TypeAlias = Any


def tight_epsilon(events: Iterable[Event], delta: Delta) -> Epsilon:
    """Epsilon of all events together at this delta, rounded up.

    Raises:
        Missing: the extra `dp` is not installed.
    """
    counts, thresholds = _flattened(events)
    left = delta.value - thresholds
    if left < 0:
        return UNBOUNDED
    if not counts:
        return Epsilon(Fraction(0))
    composed: _Distribution = None
    for distribution in _distributions(counts):
        composed = distribution if composed is None else composed.compose(distribution)
    found = composed.get_epsilon_for_delta(float(left) * (1 - _SLACK))
    if not math.isfinite(found):
        return UNBOUNDED
    return Epsilon(Fraction(found) * (1 + Fraction(_SLACK)) + Fraction(_SLACK))


def _flattened(events: Iterable[Event]) -> tuple[Counter[Event], Fraction]:
    """How often each plain event happened, and the sum of what thresholds add to delta."""
    counts: Counter[Event] = Counter()
    thresholds = Fraction(0)
    ahead: list[tuple[Event, int]] = [(event, 1) for event in events]
    while ahead:
        event, times = ahead.pop()
        match event:
            case Together(parts):
                ahead += [(part, times) for part in parts]
            case Repeated(count, of):
                ahead.append((of, times * count))
            case Additional(extra, of):
                thresholds += extra * times
                ahead.append((of, times))
            case _:
                counts[event] += times
    return counts, thresholds


def _distributions(counts: Counter[Event]) -> Iterator[_Distribution]:
    try:
        from dp_accounting.pld import privacy_loss_distribution as known  # noqa: PLC0415
    except ImportError:
        raise Missing(
            "the tight figure needs dp-accounting", hint="install it: pip install 'privet[dp]'"
        ) from None
    rho, precision = Fraction(0), Fraction(0)
    for event, times in counts.items():
        match event:
            case Gaussian(ratio, True):
                rho += times / (2 * ratio * ratio)
            case Concentrated(of):
                rho += times * of
            case Gaussian(ratio, False):
                precision += times / (ratio * ratio)
            case Laplace(ratio):
                yield known.from_laplace_mechanism(float(ratio)).self_compose(times)
            case Pure(eps):
                # Randomised response dominates whatever is epsilon-DP (Kairouz et al. 2015).
                share = 2 / (1 + math.exp(float(eps)))
                yield known.from_randomized_response(share, 2).self_compose(times)
            case PoissonSampled(rate, of):
                one = known.from_gaussian_mechanism(float(of.ratio), sampling_prob=float(rate))
                yield one.self_compose(times)
    if precision:  # Gaussians together are one of their summed precisions, exactly
        yield known.from_gaussian_mechanism(math.sqrt(1 / float(precision)) * (1 - 1e-12))
    if rho:
        yield concentrated(rho)


def concentrated(rho: Fraction) -> _Distribution:
    """A distribution that dominates whatever is rho-zCDP.

    The profile delta(epsilon) of such a mechanism is below the one that zCDP gives (Canonne,
    Kamath, Steinke 2020, Proposition 12), and convex in e^epsilon; so it is below the largest
    convex function that passes under that one's points, which has a distribution of its own
    (Doroshenko et al. 2022, connect the dots).
    """
    import numpy as np  # noqa: PLC0415
    from dp_accounting.pld import pld_pmf  # noqa: PLC0415
    from dp_accounting.pld import privacy_loss_distribution as known  # noqa: PLC0415

    r = float(rho) * (1 + 1e-12)
    last = math.ceil((r + 2 * math.sqrt(r * -math.log(_TAIL))) / _GRID) + 1
    places = np.arange(-last, last + 1)
    eps = places * _GRID
    ahead = _profile(np.abs(eps), r)
    # At a negative epsilon, by the pair reversed: 1 - e^eps + e^eps delta(-eps).
    deltas = np.where(eps < 0, -np.expm1(eps) + np.exp(eps) * ahead, ahead)
    under = _convex(np.exp(eps), np.minimum(deltas, 1.0))
    return known.PrivacyLossDistribution(
        pld_pmf.create_pmf_pessimistic_connect_dots(_GRID, places, under)
    )


def _profile(eps: Any, rho: float) -> Any:
    """The least delta that zCDP gives at epsilons of 0 or more, over some orders: each is true."""
    import numpy as np  # noqa: PLC0415

    middle = np.maximum((eps + rho) / (2 * rho), 1.0)
    best = np.ones_like(eps)
    for step in np.concatenate([np.linspace(0, 2, 21), np.geomspace(2.5, 40, 8)]):
        order = middle + step * max(1.0, math.sqrt(1 / rho)) * 0.25 + 1e-3
        log = (order - 1) * (rho * order - eps) - np.log(order - 1) + order * np.log1p(-1 / order)
        best = np.minimum(best, np.exp(np.minimum(log, 0.0)) * (1 + 1e-9))
    return best


def _convex(x: Any, y: Any) -> Any:
    """The largest convex function that is nowhere above the points, at their places."""
    import numpy as np  # noqa: PLC0415

    hull: list[int] = []
    for place in range(len(x)):
        while len(hull) > 1:
            a, b = hull[-2], hull[-1]
            if (y[b] - y[a]) * (x[place] - x[a]) < (y[place] - y[a]) * (x[b] - x[a]):
                break
            hull.pop()
        hull.append(place)
    return np.interp(x, x[hull], y[hull])
