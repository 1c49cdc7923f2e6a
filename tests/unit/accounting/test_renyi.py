"""Costs: never below the exact divergence, and as near as their rounding."""

from __future__ import annotations

import math
from decimal import Decimal, getcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.accounting.renyi import NOTHING, ORDERS, Cost, conversion, cost, epsilon
from privet.model.errors import IntegrityError
from privet.model.privacy_loss import (
    UNBOUNDED,
    Additional,
    Concentrated,
    Delta,
    Epsilon,
    Gaussian,
    Laplace,
    Pure,
    Repeated,
    Together,
)

DELTA = Delta.of("1e-6")
ratios = st.fractions(min_value=Fraction(1, 20), max_value=500, max_denominator=10**6)


def exact(numerator: Fraction) -> Decimal:
    getcontext().prec = 60
    return Decimal(numerator.numerator) / Decimal(numerator.denominator)


@given(ratios)
def test_gaussian_noise_is_alpha_over_twice_the_ratio_squared(ratio: Fraction) -> None:
    found = cost(Gaussian(ratio))
    for order in ORDERS:
        true = order / (2 * ratio * ratio)
        at = found.at(order)
        assert at is not None
        assert true <= at < true + Fraction(2, 10**12)
    assert found.at(None) is None


@given(ratios)
def test_laplace_is_not_below_its_integral(ratio: Fraction) -> None:
    """Mironov's closed form, in 60 digits."""
    found, b = cost(Laplace(ratio)), exact(ratio)
    for order in ORDERS[::13]:
        a = exact(order)
        inside = a / (2 * a - 1) * ((a - 1) / b).exp() + (a - 1) / (2 * a - 1) * (-a / b).exp()
        true = inside.ln() / (a - 1)
        at = exact(found.at(order) or Fraction(0))
        assert true <= at
        assert at - true < Decimal(10) ** -11 * (1 + true)
    assert found.at(None) == Fraction(math.ceil(10**12 / ratio), 10**12)


@given(st.fractions(min_value=Fraction(1, 1000), max_value=40, max_denominator=10**6))
def test_pure_is_randomised_response(eps: Fraction) -> None:
    found, e = cost(Pure(eps)), exact(eps)
    p = e.exp() / (1 + e.exp())
    q = 1 - p
    for order in ORDERS[::13]:
        a = exact(order)
        true = (p**a * q ** (1 - a) + q**a * p ** (1 - a)).ln() / (a - 1)
        at = exact(found.at(order) or Fraction(0))
        assert true - Decimal(10) ** -50 <= at
        assert at - true < Decimal(10) ** -11 * (1 + true)


@given(st.integers(1, 400), st.integers(-1, 6))
def test_discrete_laplace_noise_costs_no_more_than_pure(scale: int, shift: int) -> None:
    """Its divergence summed term by term, in double precision: scale in steps, shift in steps."""
    shift = max(shift, 1)
    t, c = math.exp(-1 / scale), math.tanh(0.5 / scale)
    reach = range(-40 * scale, 40 * scale + shift + 1)
    for order in (Fraction(3, 2), Fraction(4), Fraction(32)):
        a = float(order)
        terms = (a * math.log(t) * abs(k) + (1 - a) * math.log(t) * abs(k - shift) for k in reach)
        found = list(terms)
        top = max(found)
        true = (top + math.log(c * sum(math.exp(x - top) for x in found))) / (a - 1)
        at = cost(Pure(Fraction(shift, scale))).at(order)
        assert at is not None
        assert true <= float(at) * (1 + 1e-9) + 1e-12


@given(st.lists(ratios, min_size=1, max_size=6))
def test_many_gaussians_are_one(given_ratios: list[Fraction]) -> None:
    together = cost(Together(tuple(Gaussian(ratio) for ratio in given_ratios)))
    rho = sum((1 / (2 * ratio * ratio) for ratio in given_ratios), Fraction(0))
    one = cost(Concentrated(rho))
    for a, b in zip(together.curve, one.curve, strict=True):
        assert (a is None) == (b is None)
        if a is not None and b is not None:
            assert 0 <= a - b <= len(given_ratios)


@given(st.lists(st.sampled_from([Laplace(Fraction(7)), Gaussian(Fraction(5)), Pure(Fraction(1))])))
def test_the_order_of_events_makes_no_difference(events: list[Gaussian | Laplace | Pure]) -> None:
    assert cost(Together(tuple(events))) == cost(Together(tuple(reversed(events))))


def test_repeating_is_adding() -> None:
    event = Additional(Fraction(1, 10**9), Gaussian(Fraction(7)))
    assert cost(Repeated(5, event)) == cost(Together((event,) * 5))
    assert cost(Repeated(5, event)).approximate >= Fraction(5, 10**9)


def test_what_a_threshold_may_do_is_taken_from_delta() -> None:
    sure, thresholded = Gaussian(Fraction(9)), Additional(DELTA.value, Gaussian(Fraction(9)))
    assert epsilon(cost(thresholded), DELTA) == UNBOUNDED
    half = Additional(DELTA.value / 2, Gaussian(Fraction(9)))
    assert epsilon(cost(half), DELTA) > epsilon(cost(sure), DELTA)


def test_epsilon_of_a_gaussian_is_within_a_hundredth_of_the_closed_form() -> None:
    """zCDP's own conversion is above it; the analytic Gaussian below."""
    rho = Fraction(1, 50)
    found = epsilon(cost(Concentrated(rho)), DELTA)
    loose = float(rho) + 2 * math.sqrt(float(rho) * math.log(1e6))
    assert found.value is not None
    assert 0.8 * loose < float(found.value) < loose


def test_pure_epsilon_needs_no_delta() -> None:
    assert epsilon(cost(Repeated(3, Pure(Fraction(1, 2)))), Delta.of(0)) == Epsilon.of("1.5")
    assert epsilon(cost(Gaussian(Fraction(9))), Delta.of(0)) == UNBOUNDED
    assert epsilon(NOTHING, Delta.of(0)) == Epsilon.of(0)


@given(
    st.sampled_from(ORDERS), st.fractions(min_value=Fraction(1, 10**30), max_value=Fraction(1, 2))
)
def test_the_conversion_is_rounded_up(order: Fraction, delta: Fraction) -> None:
    a, d = exact(order), exact(delta)
    true = ((1 / d).ln() + (a - 1) * (1 - 1 / a).ln() - a.ln()) / (a - 1)
    assert true <= exact(conversion(order, delta)) < true + Decimal("1e-9") * (1 + abs(true)) * 100


def test_decimal_epsilons_fill_a_limit_exactly() -> None:
    tenth = cost(Pure(Fraction(1, 10)))
    total = NOTHING
    for _ in range(10):
        total = total.plus(tenth)
    assert epsilon(total, Delta.of(0)) == Epsilon.of(1)
    thirds = cost(Together((Pure(Fraction(1, 3)),) * 3))
    assert epsilon(thirds, Delta.of(0)) == Epsilon.of(1)


def test_taking_back_more_than_was_spent_is_refused() -> None:
    one, two = cost(Gaussian(Fraction(9))), cost(Gaussian(Fraction(3)))
    assert two.plus(one).minus(one) == two
    with pytest.raises(ValueError, match="more is taken back"):
        one.minus(two)


@given(ratios)
def test_a_cost_comes_back_from_json(ratio: Fraction) -> None:
    found = cost(Additional(Fraction(1, 10**7), Gaussian(ratio)))
    assert Cost.from_json(found.to_json()) == found


@pytest.mark.parametrize(
    "changed", [{"v": 2}, {"curve": []}, {"delta": "-1"}, {"delta": "x"}, {"curve": ["-1"] * 167}]
)
def test_json_of_another_form_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(IntegrityError):
        Cost.from_json({**NOTHING.to_json(), **changed})
