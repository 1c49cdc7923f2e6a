"""Shares with their uncertainty: Wilson's interval, and Newcombe's for a difference of two."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z = 1.959963984540054
"""The normal quantile of a two-sided interval of 95 %."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of so many tries went well: a share with its 95 % interval.

    The interval is Wilson's (1927), which stays within 0 and 1 and holds for few tries too. Of no
    tries the share is 0 and the interval everything.
    """

    hits: int
    tries: int

    @property
    def share(self) -> float:
        """Hits by tries; 0 of no tries."""
        return self.hits / self.tries if self.tries else 0.0

    @property
    def low(self) -> float:
        """Lower end of the interval."""
        return self._end(-1.0)

    @property
    def high(self) -> float:
        """Upper end of the interval."""
        return self._end(1.0)

    def _end(self, side: float) -> float:
        if not self.tries:
            return 0.0 if side < 0 else 1.0
        if self.hits == (0 if side < 0 else self.tries):
            return self.share
        n, p = self.tries, self.share
        spread = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        end = (p + Z * Z / (2 * n) + side * spread) / (1 + Z * Z / n)
        return min(max(end, 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class Excess:
    """By how much one rate is above another: a difference from -1 to 1 with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def shown(self) -> bool:
        """Whether the whole interval is above nothing."""
        return self.low > 0


def excess(attack: Rate, control: Rate) -> Excess:
    """The difference of two rates, with the interval of Newcombe (1998, method 10).

    The method takes the two for independent. Where both were tried on the same records it is, if
    anything, too wide.
    """
    value = attack.share - control.share
    below = math.hypot(attack.share - attack.low, control.high - control.share)
    above = math.hypot(attack.high - attack.share, control.share - control.low)
    return Excess(value, max(value - below, -1.0), min(value + above, 1.0))
