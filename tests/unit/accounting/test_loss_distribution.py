"""The tight figure: between what is true and what the filter counts; the bridge dominates."""

from __future__ import annotations

import math
from fractions import Fraction
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privet.accounting.loss_distribution import concentrated, tight_epsilon
from privet.accounting.renyi import cost, epsilon
from privet.model.privacy_loss import (
    UNBOUNDED,
    Additional,
    Concentrated,
    Delta,
    Epsilon,
    Gaussian,
    Pure,
    Repeated,
    Together,
)

pytest.importorskip("dp_accounting", reason="the extra `dp` is not installed")

DELTA = Delta.of("1e-6")
rhos = st.fractions(min_value=Fraction(1, 1000), max_value=2, max_denominator=1000)


def gaussian_delta(eps: float, rho: float) -> float:
    """The exact profile of Gaussian noise (Balle, Wang 2018, Theorem 8)."""
    mu, normal = math.sqrt(2 * rho), NormalDist()
    return normal.cdf(mu / 2 - eps / mu) - math.exp(eps) * normal.cdf(-mu / 2 - eps / mu)


@settings(max_examples=15, deadline=None)
@given(rhos, st.floats(-2, 6))
def test_the_bridge_is_never_below_a_mechanism_of_that_rho(rho: Fraction, eps: float) -> None:
    bridged = concentrated(rho).get_delta_for_epsilon(eps)
    assert bridged >= gaussian_delta(eps, float(rho)) * (1 - 1e-9) - 1e-13
    # Randomised response of epsilon with epsilon^2 / 2 <= rho is rho-zCDP as well.
    pure = math.sqrt(2 * float(rho)) * (1 - 1e-9)
    share = math.exp(pure) / (1 + math.exp(pure))
    response = max(share - math.exp(eps) * (1 - share), 0) + max(
        1 - share - math.exp(eps) * share, 0
    )
    assert bridged >= response * (1 - 1e-9) - 1e-13


@settings(max_examples=10, deadline=None)
@given(rhos)
def test_the_bridge_alone_is_the_curve(rho: Fraction) -> None:
    """No more than a little above what the curve says, whose orders are few."""
    tight, curve = (
        tight_epsilon([Concentrated(rho)], DELTA),
        epsilon(cost(Concentrated(rho)), DELTA),
    )
    assert tight.value is not None
    assert curve.value is not None
    assert float(tight.value) <= float(curve.value) * 1.001 + 2e-4


@settings(max_examples=8, deadline=None)
@given(rhos, st.integers(1, 30))
def test_noise_that_is_recorded_is_no_worse_than_its_total(rho: Fraction, times: int) -> None:
    ratio = Fraction(math.isqrt(int(times / (2 * rho) * 10**24)), 10**12)
    recorded = tight_epsilon([Repeated(times, Gaussian(ratio)), Pure(Fraction(1, 10))], DELTA)
    total = tight_epsilon([Concentrated(rho), Pure(Fraction(1, 10))], DELTA)
    assert float(recorded.value or 0) <= float(total.value or 0) + 1e-3


def test_discrete_noise_goes_over_the_bridge() -> None:
    discrete = tight_epsilon([Repeated(10, Gaussian(Fraction(30), discrete=True))], DELTA)
    plain = tight_epsilon([Repeated(10, Gaussian(Fraction(30)))], DELTA)
    assert plain < discrete
    assert discrete == tight_epsilon([Concentrated(Fraction(10, 1800))], DELTA)


@given(st.integers(1, 20))
def test_pure_events_are_never_above_their_sum(times: int) -> None:
    found = tight_epsilon([Repeated(times, Pure(Fraction(1, 4)))], Delta.of("1e-9"))
    assert found <= Epsilon(Fraction(times, 4) + Fraction(1, 1000))


def test_thresholds_are_taken_from_delta() -> None:
    event = Additional(Fraction(2, 10**6), Gaussian(Fraction(9)))
    assert tight_epsilon([event], DELTA) == UNBOUNDED
    assert tight_epsilon([], DELTA) == Epsilon.of(0)
    assert tight_epsilon([Together(())], DELTA) == Epsilon.of(0)
