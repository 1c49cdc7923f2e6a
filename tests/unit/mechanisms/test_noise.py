"""The noise is the one that is claimed. It cannot be seeded: false-alarm rates are stated."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise

import pytest

pytest.importorskip("opendp", reason="the extra `dp` is not installed")

from privet.mechanisms.noise import MOST, discrete_gaussian, discrete_laplace, rounded_up
from privet.mechanisms.tails import Noise, half_width

Draw = Callable[[Sequence[int], Fraction], list[int]]
DRAWS: dict[Noise, Draw] = {"gaussian": discrete_gaussian, "laplace": discrete_laplace}


def probabilities(noise: Noise, scale: float, reach: int) -> dict[int, float]:
    """Of the integers from -reach to reach."""
    weight = {
        n: math.exp(-n * n / (2 * scale * scale) if noise == "gaussian" else -abs(n) / scale)
        for n in range(-60 * reach, 60 * reach + 1)
    }
    whole = math.fsum(weight.values())
    return {n: weight[n] / whole for n in range(-reach, reach + 1)}


def chi_square(noise: Noise, scale: Fraction, draws: Sequence[int]) -> tuple[float, int]:
    """The statistic and its degrees of freedom, over cells of 50 expected draws at least."""
    counted, total = Counter(draws), len(draws)
    expected = probabilities(noise, float(scale), math.ceil(8 * scale))
    cells = {n: p * total for n, p in expected.items() if p * total >= 50}
    rest = total - math.fsum(cells.values())
    statistic = math.fsum((counted[n] - want) ** 2 / want for n, want in cells.items())
    found_rest = total - sum(counted[n] for n in cells)
    return statistic + (found_rest - rest) ** 2 / max(rest, 1e-9), len(cells)


def bound_of(degrees: int) -> float:
    """Exceeded with a chance below 1e-7 (Laurent and Massart 2000, Lemma 1)."""
    x = math.log(1e7)
    return degrees + 2 * math.sqrt(degrees * x) + 2 * x


def require_fit(noise: Noise, scale: Fraction, count: int, bias: int = 0) -> None:
    draws = [value + bias for value in DRAWS[noise]([0] * count, scale)]
    statistic, degrees = chi_square(noise, scale, draws)
    assert statistic <= bound_of(degrees), (statistic, degrees)


@pytest.mark.parametrize("noise", DRAWS)
@pytest.mark.parametrize("scale", ["3/4", "5", "20"])
def test_draws_fit(noise: Noise, scale: str) -> None:
    """False alarms: 1e-7 each."""
    require_fit(noise, Fraction(scale), 60_000)


@pytest.mark.slow
@pytest.mark.parametrize("noise", DRAWS)
def test_ten_million_draws_fit(noise: Noise) -> None:
    """False alarms: 1e-7 each."""
    require_fit(noise, Fraction(40), 10_000_000)


@pytest.mark.parametrize("noise", DRAWS)
def test_the_wrong_noise_would_be_found(noise: Noise) -> None:
    other: Noise = "laplace" if noise == "gaussian" else "gaussian"
    draws = DRAWS[other]([0] * 60_000, Fraction(5))
    statistic, degrees = chi_square(noise, Fraction(5), draws)
    assert statistic > bound_of(degrees)
    with pytest.raises(AssertionError):
        require_fit(noise, Fraction(5), 60_000, bias=1)


@pytest.mark.parametrize("noise", DRAWS)
def test_intervals_cover_what_they_say(noise: Noise) -> None:
    """95 % intervals cover 93 to 97 %; false alarms: below 1e-20 (Hoeffding, 60,000 draws)."""
    scale = Fraction(300)
    width = half_width(noise, scale)
    draws = DRAWS[noise]([10**9] * 60_000, scale)
    covered = sum(abs(value - 10**9) <= width for value in draws) / len(draws)
    assert 0.93 <= covered <= 0.97


@pytest.mark.parametrize("noise", DRAWS)
def test_coordinates_have_noise_of_their_own(noise: Noise) -> None:
    """A correlation of neighbours in the vector beyond 6 standard errors: 1e-8."""
    draws = DRAWS[noise]([0] * 40_000, Fraction(10))
    product = math.fsum(one * two for one, two in pairwise(draws))
    variance = math.fsum(value * value for value in draws)
    assert abs(product / variance) * math.sqrt(len(draws)) < 6


@pytest.mark.parametrize("noise", DRAWS)
def test_what_cannot_be_noised_is_refused(noise: Noise) -> None:
    draw = DRAWS[noise]
    assert draw([], Fraction(1)) == []
    for scale in (Fraction(0), Fraction(-1), Fraction(MOST)):
        with pytest.raises(ValueError, match="scale"):
            draw([1], scale)
    for value in (MOST + 1, -MOST - 1):
        with pytest.raises(ValueError, match="too large"):
            draw([value], Fraction(1))
    assert len(draw([MOST, -MOST], Fraction(1))) == 2


@pytest.mark.parametrize("text", ["1/3", "1/10", "7", "123456789012345678901/7"])
def test_a_scale_is_only_rounded_up(text: str) -> None:
    scale = Fraction(text)
    assert scale <= Fraction(rounded_up(scale)) <= scale * (1 + Fraction(1, 2**51))
