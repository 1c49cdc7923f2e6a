"""Renyi divergences of events, rounded up, and the epsilon that they come to.

Of each order alpha the curve holds the most that the Renyi divergence of the outputs over two
neighbours can be (Mironov 2017); of order infinity, the most that the privacy loss can be. Curves
of events chosen one after the other add up. Numbers are whole multiples of 10^-12, rounded up, so
that sums are exact and never too small. `claim.md` has statements and sources.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from privet.model.canonical import Json
from privet.model.errors import IntegrityError, Missing
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

VERSION: Final = 1
ORDERS: Final[tuple[Fraction, ...]] = (
    *(Fraction(10 + tenths, 10) for tenths in range(1, 100)),
    *map(Fraction, (*range(11, 64), 64, 80, 96, 128, 192, 256, 384, 512, 1024)),
)
"""The finite orders; a curve has one more entry, of order infinity. Part of `VERSION`."""

_STEP: Final = 10**12
_DELTA_STEP: Final = 10**24
"""Decimal, so that an epsilon of 0.1 is exact, and ten of them are 1."""
_SLACK: Final = 1 + 2.0**-40
"""Double precision is off by less than that in what is computed with it here."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What events come to.

    Attributes:
        curve: by order, in units of 10^-12; the last is of order infinity. None: without bound.
        delta: the probability of what the curve leaves out, in units of 10^-24.
    """

    curve: tuple[int | None, ...]
    delta: int = 0

    def plus(self, other: Cost) -> Cost:
        """Both, one after the other."""
        added = tuple(
            None if a is None or b is None else a + b
            for a, b in zip(self.curve, other.curve, strict=True)
        )
        return Cost(added, self.delta + other.delta)

    def minus(self, other: Cost) -> Cost:
        """What is left when some of it is taken back; what has no bound stays without one.

        Raises:
            ValueError: more is taken back than is there.
        """
        left = tuple(
            None if a is None or b is None else a - b
            for a, b in zip(self.curve, other.curve, strict=True)
        )
        if any(each is not None and each < 0 for each in left) or other.delta > self.delta:
            raise ValueError("more is taken back than was spent")
        return Cost(left, self.delta - other.delta)

    def at(self, order: Fraction | None) -> Fraction | None:
        """The divergence of one order (None: infinity); None where it has no bound."""
        place = len(ORDERS) if order is None else ORDERS.index(order)
        found = self.curve[place]
        return None if found is None else Fraction(found, _STEP)

    @property
    def approximate(self) -> Fraction:
        """The probability of what the curve leaves out."""
        return Fraction(self.delta, _DELTA_STEP)

    def to_json(self) -> dict[str, Json]:
        """As the ledger keeps it: numbers as text, since they may be large."""
        curve = ["" if each is None else str(each) for each in self.curve]
        return {"v": VERSION, "curve": curve, "delta": str(self.delta)}

    @classmethod
    def from_json(cls, json: Mapping[str, Any]) -> Cost:
        """Read it back.

        Raises:
            IntegrityError: it is not of its form.
        """
        try:
            curve = tuple(int(each) if each else None for each in json["curve"])
            read = cls(curve, int(json["delta"]))
            fine = json["v"] == VERSION and len(curve) == len(ORDERS) + 1
            fine = fine and read.delta >= 0 and all(each is None or each >= 0 for each in curve)
        except (KeyError, TypeError, ValueError, AttributeError):
            fine = False
        if not fine:
            raise IntegrityError(
                "an account of the privacy ledger is not of its form",
                hint="the catalog was changed by hand, or is of a newer version",
            )
        return read


NOTHING: Final = Cost((0,) * (len(ORDERS) + 1))


@lru_cache(maxsize=4096)
def cost(event: Event) -> Cost:  # noqa: PLR0911  # one return for each event
    """What an event costs, over neighbours that differ in one unit.

    Raises:
        Missing: it was sampled, and the extra `dp` is not installed.
    """
    match event:
        case Gaussian(ratio, _):
            return _concentrated(1 / (2 * ratio * ratio))
        case Concentrated(rho):
            return _concentrated(rho)
        case Laplace(ratio):
            return _float_curve([_laplace(float(a), float(ratio)) for a in ORDERS], 1 / ratio)
        case Pure(epsilon):
            return _float_curve([_pure(float(a), float(epsilon)) for a in ORDERS], epsilon)
        case PoissonSampled(rate, of):
            return _float_curve(_sampled(float(rate), float(of.ratio)), None)
        case Additional(delta, of):
            inner = cost(of)
            return Cost(inner.curve, inner.delta + math.ceil(delta * _DELTA_STEP))
        case Repeated(times, of):
            one = cost(of)
            curve = tuple(None if each is None else each * times for each in one.curve)
            return _exact_last(Cost(curve, one.delta * times), event)
        case Together(parts):
            total = NOTHING
            for part in parts:
                total = total.plus(cost(part))
            return _exact_last(total, event)


def epsilon(spent: Cost, delta: Delta) -> Epsilon:
    """The least epsilon of this delta that the curve shows, rounded up.

    By Canonne, Kamath, Steinke 2020, Proposition 12, at the best order. That order may be chosen
    here because nothing is spent on what it says; a filter has one fixed order.
    """
    left = delta.value - spent.approximate
    found = [] if left < 0 or spent.curve[-1] is None else [Fraction(spent.curve[-1], _STEP)]
    if left > 0:
        for order, used in zip(ORDERS, spent.curve, strict=False):
            if used is not None:
                found.append(Fraction(used, _STEP) + conversion(order, left))
    return Epsilon(max(min(found), Fraction(0))) if found else UNBOUNDED


@lru_cache(maxsize=4096)
def conversion(order: Fraction, delta: Fraction) -> Fraction:
    """What turning a divergence of an order into (epsilon, delta) adds to it, rounded up.

    (log(1 / delta) + (alpha - 1) log(1 - 1 / alpha) - log alpha) / (alpha - 1).
    """
    a = float(order)
    parts = -math.log(float(delta)) / (a - 1), math.log1p(-1 / a), -math.log(a) / (a - 1)
    slack = sum(abs(part) for part in parts) * (_SLACK - 1)
    return Fraction(math.fsum(parts)) + Fraction(slack)


def _exact_last(found: Cost, event: Event) -> Cost:
    """With the largest loss of the whole rounded once: three thirds of an epsilon are the whole."""
    most = _largest(event)
    last = None if most is None else math.ceil(most * _STEP)
    return Cost((*found.curve[:-1], last), found.delta)


def _largest(event: Event) -> Fraction | None:  # noqa: PLR0911  # as `cost`
    """The most that the privacy loss can be, exact; None where it has no bound."""
    match event:
        case Pure(epsilon):
            return epsilon
        case Laplace(ratio):
            return 1 / ratio
        case Concentrated(rho):
            return None if rho else Fraction(0)
        case Additional(_, of):
            return _largest(of)
        case Repeated(times, of):
            one = _largest(of)
            return None if one is None else one * times
        case Together(parts):
            found = [_largest(part) for part in parts]
            return None if None in found else sum((f for f in found if f), Fraction(0))
    return None


def _concentrated(rho: Fraction) -> Cost:
    """Of every order alpha, rho alpha: zCDP, and Gaussian noise of rho = 1 / (2 ratio^2)."""
    curve = tuple(math.ceil(rho * order * _STEP) for order in ORDERS)
    return Cost((*curve, 0 if not rho else None))


def _laplace(a: float, ratio: float) -> float:
    """Mironov 2017, Proposition 6: the log of a sum of two exponentials, over alpha - 1."""
    high = math.log(a / (2 * a - 1)) + (a - 1) / ratio
    low = math.log((a - 1) / (2 * a - 1)) - a / ratio
    return _log_sum(high, low) / (a - 1)


def _pure(a: float, eps: float) -> float:
    """Randomised response, which every epsilon-DP mechanism is made from (Kairouz et al. 2015).

    Exact: the divergence over a bit that is told truly with probability e^eps / (1 + e^eps).
    """
    log_true, log_false = -math.log1p(math.exp(-eps)), -eps - math.log1p(math.exp(-eps))
    one = a * log_true + (1 - a) * log_false
    two = a * log_false + (1 - a) * log_true
    return max(_log_sum(one, two), 0.0) / (a - 1)


def _log_sum(one: float, two: float) -> float:
    high, low = max(one, two), min(one, two)
    return high + math.log1p(math.exp(low - high))


def _sampled(rate: float, ratio: float) -> list[float]:
    """Mironov, Talwar, Zhang 2019, by dp-accounting."""
    try:
        from dp_accounting import GaussianDpEvent, PoissonSampledDpEvent, rdp  # noqa: PLC0415
    except ImportError:
        raise Missing(
            "accounting of sampled noise needs dp-accounting",
            hint="install it: pip install 'privet[dp]'",
        ) from None
    accountant = rdp.RdpAccountant([float(order) for order in ORDERS])
    accountant.compose(PoissonSampledDpEvent(rate, GaussianDpEvent(ratio)))
    return [float(each) for each in accountant._rdp]  # it has no other way out


def _float_curve(finite: Sequence[float], most: Fraction | None) -> Cost:
    """Rounded up; never more than the largest loss, which bounds every order."""
    last = None if most is None else math.ceil(most * _STEP)
    curve = []
    for each in finite:
        up = None if not math.isfinite(each) else math.ceil(Fraction(each * _SLACK) * _STEP) + 1
        curve.append(min((x for x in (up, last) if x is not None), default=None))
    return Cost((*curve, last))
