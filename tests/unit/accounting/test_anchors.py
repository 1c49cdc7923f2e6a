"""One ledger of Laplace, Gaussian and DP-SGD: the figures that others find for it."""

from __future__ import annotations

from fractions import Fraction

import pytest

from privet.accounting.loss_distribution import tight_epsilon
from privet.accounting.renyi import cost, epsilon
from privet.model.privacy_loss import (
    Concentrated,
    Delta,
    Event,
    Gaussian,
    Laplace,
    PoissonSampled,
    Repeated,
    Together,
)

pytest.importorskip("dp_accounting", reason="the extra `dp` is not installed")

DELTA = Delta.of("1e-6")
LAPLACE = Repeated(40, Laplace(Fraction(20)))
GAUSSIAN = Repeated(40, Gaussian(Fraction(30)))
SGD = Repeated(1000, PoissonSampled(Fraction(1, 100), Gaussian(Fraction(11, 10))))
ALL = Together((LAPLACE, GAUSSIAN, SGD))
ZCDP = Concentrated(Fraction(1, 20))


@pytest.mark.parametrize(
    ("event", "tight", "renyi"),
    [
        (LAPLACE, 1.295, 1.377),
        (GAUSSIAN, 0.883, 0.952),
        (SGD, 1.754, 1.977),
        (ALL, 2.440, 2.642),
        (Together((ALL, ZCDP)), 2.989, 3.083),
    ],
    ids=["laplace", "gaussian", "sgd", "all", "all and zCDP"],
)
def test_within_a_hundredth(event: Event, tight: float, renyi: float) -> None:
    assert float(tight_epsilon([event], DELTA).value or 0) == pytest.approx(tight, rel=0.01)
    assert float(epsilon(cost(event), DELTA).value or 0) == pytest.approx(renyi, rel=0.01)


def test_recorded_mechanisms_are_tighter_than_their_total() -> None:
    recorded = Repeated(20, Gaussian(Fraction(2**64, round(2**64 * (0.1 / 20) ** 0.5))))
    total = tight_epsilon([ALL, ZCDP], DELTA)
    assert (
        tight_epsilon([ALL, recorded], DELTA) < total < epsilon(cost(Together((ALL, ZCDP))), DELTA)
    )
