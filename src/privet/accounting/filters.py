"""The hard gate: what may still be spent, however it was chosen after what came before.

A Renyi filter of one order (Feldman, Zrnic 2021, Theorem 4.3): as long as the divergences of that
order add up to no more than its share, everything together is (epsilon, delta)-DP, even if each
event was chosen with all earlier outputs in view. The order is fixed by epsilon and delta alone.
`claim.md` has the proof, with the part of delta that thresholds take.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from privet.accounting.renyi import ORDERS, Cost, conversion
from privet.model.privacy_loss import Delta, Epsilon


@dataclass(frozen=True, slots=True)
class Filter:
    """A limit of (epsilon, delta).

    Attributes:
        epsilon, delta: what all together may cost.
        order: of the divergence that is counted; None is infinity, where delta is 0.
        share: what the divergences of that order may add up to.
        thresholds: what the probabilities of what curves leave out may add up to: half of delta.
    """

    epsilon: Epsilon
    delta: Delta
    order: Fraction | None = field(init=False)
    share: Fraction = field(init=False)
    thresholds: Fraction = field(init=False)

    def __post_init__(self) -> None:
        if self.epsilon.value is None:
            raise ValueError("a limit is finite")
        order, share = _best(self.epsilon.value, self.delta.value / 2)
        object.__setattr__(self, "order", order)
        object.__setattr__(self, "share", share)
        object.__setattr__(self, "thresholds", self.delta.value / 2)

    def admits(self, spent: Cost, asked: Cost) -> bool:
        """Whether `asked` may be spent after `spent`."""
        both = spent.plus(asked)
        used = both.at(self.order)
        return used is not None and used <= self.share and both.approximate <= self.thresholds

    def left(self, spent: Cost) -> Fraction:
        """The share of the limit that is left, 0 to 1."""
        used = spent.at(self.order)
        if used is None or not self.share:
            return Fraction(0)
        of_curve = 1 - used / self.share
        if self.thresholds:
            of_curve = min(of_curve, 1 - spent.approximate / self.thresholds)
        return max(of_curve, Fraction(0))


def _best(epsilon: Fraction, delta: Fraction) -> tuple[Fraction | None, Fraction]:
    """The order at which Gaussian noise may be used most, and what it may add up to.

    A pure limit counts the privacy loss itself.
    """
    if not delta:
        return None, epsilon
    shares = [(order, epsilon - conversion(order, delta)) for order in ORDERS]
    best = max(shares, key=lambda each: each[1] / each[0])
    if best[1] <= 0:  # delta helps too little
        return None, epsilon
    return best
