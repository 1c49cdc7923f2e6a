"""Tails and intervals of discrete noise, against sums that are exact to fifty digits."""

from __future__ import annotations

from decimal import Decimal, getcontext
from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.mechanisms.tails import Noise, half_width, tail, threshold

getcontext().prec = 50


def weights(noise: Noise, scale: Fraction) -> list[Decimal]:
    """Unnormalised probabilities of 0, 1, 2, … until they no longer matter."""
    exact = Decimal(scale.numerator) / Decimal(scale.denominator)
    found: list[Decimal] = []
    while not found or found[-1] > Decimal("1e-45"):
        n = Decimal(len(found))
        found.append((-n * n / (2 * exact * exact) if noise == "gaussian" else -n / exact).exp())
    return found


def true_tail(noise: Noise, scale: Fraction, at: int) -> Decimal:
    found = weights(noise, scale)
    return sum(found[at:], Decimal(0)) / (found[0] + 2 * sum(found[1:], Decimal(0)))


@pytest.mark.parametrize("noise", get_args(Noise))
@pytest.mark.parametrize("scale", ["1/3", "1", "5/2", "40"])
@pytest.mark.parametrize("at", [1, 2, 7, 60])
def test_a_tail_is_never_said_to_be_smaller_than_it_is(noise: Noise, scale: str, at: int) -> None:
    true, said = true_tail(noise, Fraction(scale), at), Decimal(tail(noise, Fraction(scale), at))
    assert true <= said
    assert said <= true * Decimal("1.00001") + Decimal("1e-40")


def test_a_large_sigma_is_at_most_a_step_off() -> None:
    sigma = 1_001
    for at in (1, sigma, 4 * sigma, 6 * sigma):
        said = tail("gaussian", Fraction(sigma), at)
        nearer, farther = (tail("gaussian", Fraction(1_000), near) for near in (at - 2, at + 2))
        assert said <= nearer * 1.05
        assert said >= farther * 0.95


@pytest.mark.parametrize("noise", get_args(Noise))
@pytest.mark.parametrize("scale", ["1/2", "3", "25"])
@pytest.mark.parametrize("coverage", [0.5, 0.95, 0.999])
def test_an_interval_is_the_least_that_covers(noise: Noise, scale: str, coverage: float) -> None:
    width = half_width(noise, Fraction(scale), coverage)
    missed = 1 - Decimal(coverage)
    slack = Decimal("1e-7")
    assert 2 * true_tail(noise, Fraction(scale), width + 1) <= missed + slack
    assert width == 0 or 2 * true_tail(noise, Fraction(scale), width) > missed - slack


@given(
    noise=st.sampled_from(get_args(Noise)),
    scale=st.fractions(min_value="1/4", max_value=2_000, max_denominator=16),
    most=st.integers(1, 50),
    groups=st.integers(1, 40),
    delta=st.sampled_from([Fraction(1, 20), Fraction(1, 10**6), Fraction(1, 10**9)]),
)
def test_a_threshold_keeps_to_delta_and_is_the_least(
    noise: Noise, scale: Fraction, most: int, groups: int, delta: Fraction
) -> None:
    least, kept = threshold(noise, scale, most=most, groups=groups, delta=delta)
    assert 0 < kept <= delta
    assert kept == Fraction(groups) * Fraction(tail(noise, scale, least - most))
    assert groups * tail(noise, scale, least - most - 1) > delta or least == most + 1


@pytest.mark.parametrize(
    "wrong", [{"most": 0}, {"groups": 0}, {"delta": Fraction(0)}, {"delta": Fraction(1)}]
)
def test_a_threshold_of_nothing_is_refused(wrong: dict[str, Fraction]) -> None:
    asked = {"most": 1, "groups": 1, "delta": Fraction(1, 100)} | wrong
    with pytest.raises(ValueError, match="threshold"):
        threshold("laplace", Fraction(1), **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize("coverage", [0.0, 1.0, -1.0])
def test_a_coverage_lies_between_0_and_1(coverage: float) -> None:
    with pytest.raises(ValueError, match="coverage"):
        half_width("gaussian", Fraction(3), coverage)
