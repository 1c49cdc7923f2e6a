"""How many of a column's distinct values pass a test."""

from __future__ import annotations

from dataclasses import dataclass

from privet.detect.columns.checks import Mask


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the distinct values tried pass a test."""

    hits: int
    of: int

    @property
    def part(self) -> float:
        """0 to 1."""
        return self.hits / self.of if self.of else 0.0

    def __str__(self) -> str:
        if self.hits == self.of:
            return f"all {self.of:,}"
        percent = int(100 * self.part)
        return f"{percent} % of {self.of:,}" if percent else f"{self.hits:,} of {self.of:,}"


def share(found: Mask) -> Share:
    """The share that a test marked."""
    return Share(int(found.sum()), len(found))
