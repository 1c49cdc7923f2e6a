"""The auditor: limits hold as often as they say; honest noise is never above its claim."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.query.auditing import at_least, at_most, epsilon_at_least, mu_at_least

RUNS = 8000


def laplace(chance: random.Random, scale: float) -> float:
    return chance.expovariate(1 / scale) - chance.expovariate(1 / scale)


def tail(hits: int, runs: int, p: float) -> float:
    """P(Binomial(runs, p) <= hits), term by term, exactly."""
    exact = Fraction(p)
    terms = (math.comb(runs, i) * exact**i * (1 - exact) ** (runs - i) for i in range(hits + 1))
    return float(sum(terms))


@given(st.integers(1, 60), st.data(), st.sampled_from([0.05, 1e-3, 1e-6]))
def test_limits_are_those_of_clopper_and_pearson(
    runs: int, data: st.DataObject, alpha: float
) -> None:
    hits = data.draw(st.integers(0, runs))
    high = at_most(hits, runs, alpha)
    assert hits / runs <= high <= 1
    if hits < runs:
        assert tail(hits, runs, high) <= alpha * 1.0001
        assert tail(hits, runs, max(hits / runs, high - 1e-4)) >= alpha * 0.9
    assert at_least(hits, runs, alpha) == pytest.approx(1 - at_most(runs - hits, runs, alpha))


@pytest.mark.parametrize("seed", range(4))
def test_honest_noise_is_never_above_its_claim(seed: int) -> None:
    """Eight bounds, each wrong once in 10,000: a false alarm once in 1,250; seeds fixed."""
    chance = random.Random(seed)
    without = [laplace(chance, 1) for _ in range(RUNS)]
    within = [1 + laplace(chance, 1) for _ in range(RUNS)]
    assert 0.4 < epsilon_at_least(without, within, alpha=1e-4).value <= 1
    far = [chance.gauss(0, 1) for _ in range(RUNS)]
    near = [chance.gauss(0.5, 1) for _ in range(RUNS)]
    assert 0.2 < mu_at_least(far, near, alpha=1e-4).value <= 0.5


def test_noise_that_is_too_small_is_seen() -> None:
    chance = random.Random(1)
    without = [laplace(chance, 1) for _ in range(RUNS)]
    within = [2 + laplace(chance, 1) for _ in range(RUNS)]
    assert epsilon_at_least(without, within, alpha=1e-4).value > 1.2
    far = [chance.gauss(0, 1) for _ in range(RUNS)]
    near = [chance.gauss(1, 1) for _ in range(RUNS)]
    assert mu_at_least(far, near, alpha=1e-4, delta=1e-6).value > 0.6


def test_what_is_the_same_tells_nothing() -> None:
    same = [1.0] * 1000
    assert epsilon_at_least(same, same, alpha=1e-4).value == 0
    assert mu_at_least(same, same, alpha=1e-4).value == 0


def test_what_is_no_number_is_less_than_any() -> None:
    nothing, told = [math.nan] * 4000, [0.0] * 4000
    assert epsilon_at_least(nothing, told, alpha=1e-4).value > math.log(100)


@pytest.mark.parametrize(
    ("without", "within", "alpha"),
    [([1.0], [1.0], 0.1), ([1.0] * 3, [1.0] * 4, 0.1), ([1.0] * 4, [1.0] * 4, 0)],
)
def test_a_wrong_call_is_refused(without: list[float], within: list[float], alpha: float) -> None:
    with pytest.raises(ValueError, match=r"audit|alpha"):
        epsilon_at_least(without, within, alpha=alpha)
