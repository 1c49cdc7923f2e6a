"""What an endpoint gives away at least, told from its answers alone: a black box is enough.

The auditor chooses two neighbouring data sets and one number to compute from an answer, asks the
endpoint many times on each, and tells the two apart as well as it can. On one half of the answers a
set of answers is chosen that one data set gives more often; on the other half its probabilities are
bounded by exact limits of Clopper and Pearson. What was chosen on the first half is fixed for the
second, so that all that is tried there costs no confidence.

- Epsilon: P(S) <= e^epsilon P'(S) + delta for every set S, so that
  epsilon >= log((P(S) - delta) / P'(S)). Jagielski, Ullman, Oprea, "Auditing Differentially Private
  Machine Learning: How Private is Private SGD?" (2020); the half to choose on: Bichsel, Steffen,
  Bogunovic, Vechev, "DP-Sniper" (2021).
- Mu: a test of a mu-Gaussian endpoint with false positives a has false negatives
  Phi(Phi^-1(1 - a) - mu) at least (Dong, Roth, Su, "Gaussian Differential Privacy", 2022,
  Definition 2.6), so that mu >= Phi^-1(1 - a) - Phi^-1(b): Nasr, Hayes, Steinke, Balle, Tramer,
  Jagielski, Carlini, Terzis, "Tight Auditing of Differentially Private Machine Learning" (2023).
  This rejects a claim of mu, and assumes of the endpoint nothing. An event of chance delta is taken
  off both sides.

A bound above what is declared is wrong with a chance of `alpha` at most, if the runs are
independent; a bound below it proves nothing. Who looks at several pairs or numbers divides `alpha`
by how many.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, TypeAlias

Loss: TypeAlias = Callable[[float, float], float]
"""From the chance of a set on one side, not less, and on the other, not more."""

_NORMAL: Final = NormalDist()
_CHOICES: Final = 200
_OUTWARD: Final = 1e-6
"""Of the logarithm of alpha: more than what `math.lgamma` is off by up to ten million runs."""


@dataclass(frozen=True, slots=True)
class Event:
    """A set of answers: those at `threshold` or beyond it, or the others.

    Attributes:
        threshold: what answers are compared with.
        beyond: whether the set holds what is at least the threshold, or what is below.
        middle: if there is one, the distance from it is compared in place of the answer.
        subject: whether the set is likelier on the data set that has the subject.
    """

    threshold: float
    beyond: bool
    middle: float | None
    subject: bool

    def hits(self, answers: Sequence[float]) -> int:
        """How many of the answers are in the set."""
        at_least = sum(value >= self.threshold for value in _seen(answers, self.middle))
        return at_least if self.beyond else len(answers) - at_least


@dataclass(frozen=True, slots=True)
class Bound:
    """A lower bound, and what it rests on: hits in the half that was held out, of `runs` each."""

    value: float
    event: Event
    hits_without: int
    hits_with: int
    runs: int


def epsilon_at_least(
    without: Sequence[float], within: Sequence[float], *, alpha: float, delta: float = 0.0
) -> Bound:
    """An epsilon that the endpoint cannot be below, for (epsilon, delta)-DP.

    Args:
        without: answers on the data set without the subject, in the order in which they came; an
            answer that is not a number counts as less than any.
        within: as many on the data set with the subject.
        alpha: the chance of a bound above the true epsilon, at most.
        delta: as declared.

    Raises:
        ValueError: fewer than two answers on a side, or not as many on each; alpha or delta is no
            probability.
    """

    def loss(likelier: float, rarer: float) -> float:
        return math.log((likelier - delta) / rarer) if likelier > delta else -math.inf

    return _bound(without, within, alpha, delta, loss)


def mu_at_least(
    without: Sequence[float], within: Sequence[float], *, alpha: float, delta: float = 0.0
) -> Bound:
    """A mu that the endpoint cannot be below, for mu-GDP but for an event of chance `delta`.

    Args and errors are those of `epsilon_at_least`.
    """

    def loss(likelier: float, rarer: float) -> float:
        if likelier <= delta or rarer + delta >= 1:
            return -math.inf
        return _NORMAL.inv_cdf(likelier - delta) - _NORMAL.inv_cdf(rarer + delta)

    return _bound(without, within, alpha, delta, loss)


def at_most(hits: int, runs: int, alpha: float) -> float:
    """The upper limit of a probability, from `hits` in `runs`; exceeded with chance alpha at most.

    Clopper and Pearson, "The Use of Confidence or Fiducial Limits Illustrated in the Case of the
    Binomial" (1934): the largest p with P(Binomial(runs, p) <= hits) >= alpha. Rounded up.

    Raises:
        ValueError: hits are not between 0 and runs, or alpha not between 0 and 1.
    """
    if not 0 <= hits <= runs or not runs or not 0 < alpha < 1:
        raise ValueError("hits lie between 0 and the runs, and alpha between 0 and 1")
    if hits == runs:
        return 1.0
    wanted = math.log(alpha) - _OUTWARD
    low, high = hits / runs, 1.0
    while (middle := (low + high) / 2) not in (low, high):
        if _log_tail(hits, runs, middle) >= wanted:
            low = middle
        else:
            high = middle
    return high


def at_least(hits: int, runs: int, alpha: float) -> float:
    """The lower limit of a probability; the mirror of `at_most`."""
    return max(0.0, math.nextafter(1 - at_most(runs - hits, runs, alpha), 0.0))


def _log_tail(hits: int, runs: int, p: float) -> float:
    """The log of P(Binomial(runs, p) <= hits), p above hits / runs; too small by rounding alone.

    Terms fall from `hits` down, each by a smaller ratio than the one before; what is left out is
    added as a geometric series.
    """
    first = (
        math.lgamma(runs + 1) - math.lgamma(hits + 1) - math.lgamma(runs - hits + 1)
        + hits * math.log(p) + (runs - hits) * math.log1p(-p)
    )  # fmt: skip
    total = term = 1.0
    odds = (1 - p) / p
    for i in range(hits, 0, -1):
        ratio = i * odds / (runs - i + 1)
        term *= ratio
        total += term
        if term * ratio <= 1e-12 * total * (1 - ratio):
            return first + math.log(total + term * ratio / (1 - ratio))
    return first + math.log(total)


def _bound(
    without: Sequence[float], within: Sequence[float], alpha: float, delta: float, loss: Loss
) -> Bound:
    if len(without) != len(within) or len(without) < 2:
        raise ValueError("an audit needs as many answers on each side, and two at least")
    if not 0 < alpha < 1 or not 0 <= delta < 1:
        raise ValueError("alpha lies between 0 and 1, and delta is at least 0 and below 1")
    zero, one = ([-math.inf if math.isnan(v) else v for v in side] for side in (without, within))
    half = len(zero) // 2
    event = _chosen(zero[:half], one[:half], alpha, loss)
    hits, runs = (event.hits(zero[half:]), event.hits(one[half:])), len(zero) - half
    rarer, likelier = hits if event.subject else hits[::-1]
    value = loss(at_least(likelier, runs, alpha / 2), at_most(rarer, runs, alpha / 2))
    return Bound(max(0.0, value), event, *hits, runs)


def _chosen(without: Sequence[float], within: Sequence[float], alpha: float, loss: Loss) -> Event:
    """The set that promises most on these answers; limits are rough here, and need no more."""
    z = -_NORMAL.inv_cdf(alpha / 2)
    runs = len(without)
    best, promised = Event(math.inf, beyond=True, middle=None, subject=True), -math.inf
    for event, zero, one in _events(without, within):
        likelier, rarer = (one, zero) if event.subject else (zero, one)
        found = loss(1 - _roughly_below(runs - likelier, runs, z), _roughly_below(rarer, runs, z))
        if found > promised:
            best, promised = event, found
    return best


def _events(without: Sequence[float], within: Sequence[float]) -> Iterator[tuple[Event, int, int]]:
    """What is tried: an event, and its hits without the subject and with it."""
    runs = len(without)
    centre = sorted((*without, *within))[runs]
    for middle in (None, centre) if math.isfinite(centre) else (None,):
        zero, one = (sorted(_seen(side, middle)) for side in (without, within))
        pooled = sorted({*zero, *one})
        for i in range(min(_CHOICES, len(pooled))):
            at = pooled[i * len(pooled) // min(_CHOICES, len(pooled))]
            far = runs - bisect_left(zero, at), runs - bisect_left(one, at)
            near = runs - far[0], runs - far[1]
            for beyond, hits in ((True, far), (False, near)):
                yield Event(at, beyond, middle, hits[1] >= hits[0]), *hits


def _seen(answers: Sequence[float], middle: float | None) -> Sequence[float]:
    return answers if middle is None else [abs(value - middle) for value in answers]


def _roughly_below(hits: int, runs: int, z: float) -> float:
    """Wilson's upper limit (1927); inside of (0, 1]."""
    spread = z * math.sqrt(hits * (runs - hits) / runs + z * z / 4)
    return min(1.0, (hits + z * z / 2 + spread) / (runs + z * z))
