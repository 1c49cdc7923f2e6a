"""Exact-span scores: micro precision, recall and F1, with an interval clustered by template."""

from __future__ import annotations

from collections.abc import Hashable, Sequence, Set
from dataclasses import dataclass

import numpy as np

Span = tuple[int, int, str]
"""Start, end, kind."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What was found rightly, what was found wrongly, what was there."""

    right: int
    found: int
    gold: int

    @property
    def precision(self) -> float:
        """The share of what was found that is right; 1 where nothing was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """The share of what is there that was found; 1 where nothing is there."""
        return self.right / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of the two."""
        return 2 * self.right / (self.found + self.gold) if self.found + self.gold else 1.0


@dataclass(frozen=True, slots=True)
class Score:
    """Counts, and the interval of F1.

    Attributes:
        counts: of all texts.
        low: the 2.5th percentile of F1 over resampled clusters.
        high: the 97.5th.
    """

    counts: Counts
    low: float
    high: float

    def __str__(self) -> str:
        c = self.counts
        return (
            f"P {c.precision:.3f} R {c.recall:.3f} F1 {c.f1:.3f} "
            f"[{self.low:.3f}, {self.high:.3f}] ({c.right} right, {c.found} found, {c.gold} gold)"
        )


def score(
    gold: Sequence[Set[Span]],
    found: Sequence[Set[Span]],
    clusters: Sequence[Hashable],
    *,
    kind: str | None = None,
    resamples: int = 2_000,
    seed: int = 5,
) -> Score:
    """Score spans of texts; a span counts where start, end and kind are the same.

    Args:
        gold: what is in each text.
        found: what was found in each.
        clusters: which texts belong together (a template); they are drawn together.
        kind: count only this one.
        resamples: how many times the clusters are drawn anew.
        seed: for the draws.
    """
    names: dict[Hashable, int] = {name: at for at, name in enumerate(dict.fromkeys(clusters))}
    table = np.zeros((len(names), 3), np.int64)
    for all_there, all_seen, cluster in zip(gold, found, clusters, strict=True):
        there = {span for span in all_there if kind in (None, span[2])}
        seen = {span for span in all_seen if kind in (None, span[2])}
        table[names[cluster]] += (len(there & seen), len(seen), len(there))
    draws = np.random.default_rng(seed).integers(0, len(table), (resamples, len(table)))
    sums = table[draws].sum(axis=1)
    either = sums[:, 1] + sums[:, 2]
    f1 = 2 * sums[either > 0, 0] / either[either > 0]  # draws with none of the kind say nothing
    low, high = np.percentile(f1, (2.5, 97.5)) if len(f1) else (1.0, 1.0)
    return Score(Counts(*(int(n) for n in table.sum(axis=0))), float(low), float(high))


def by_characters(text: str, starts: Sequence[int], ends: Sequence[int]) -> list[tuple[int, int]]:
    """Places in bytes of a text's UTF-8 as places in characters."""
    data = text.encode()
    if len(data) == len(text):
        return list(zip(starts, ends, strict=True))
    return [
        (len(data[:start].decode()), len(data[:end].decode()))
        for start, end in zip(starts, ends, strict=True)
    ]
