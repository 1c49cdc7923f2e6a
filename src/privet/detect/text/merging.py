"""Spans of patterns and spans of models, put together so that none lies over another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.scan import codes
from privet.kernels.spans import Spans

VALID = 75
"""From this score on a pattern has a form that is hardly anything else (an e-mail address)."""
_CHECKED = (codes.CHECKSUM, codes.CHECKSUM_AND_CONTEXT, codes.PREFIX, codes.OWN)
_VALIDATOR, _MODEL, _PATTERN = 2, 1, 0


def merged(patterns: Spans, modelled: Spans) -> Spans:
    """Both together: where two overlap, validator goes before model, model before pattern.

    Among equals the longer stays, then the surer. Both sorted by row.
    """
    if not len(modelled):
        return patterns
    contested = np.isin(patterns.row, modelled.row)
    alone = patterns.take(~contested)
    some = Spans.concat([patterns.take(contested), modelled])
    both = Spans.concat([alone, some.take(_standing(some))])
    return both.take(np.lexsort((both.start, both.row)))


def ranks(spans: Spans) -> npt.NDArray[np.int64]:
    """How much stands behind each span: validator 2, model 1, pattern 0."""
    by_model = spans.evidence == codes.MODEL
    checked = np.isin(spans.evidence, _CHECKED) | (spans.score >= VALID)
    return np.where(by_model, _MODEL, np.where(checked, _VALIDATOR, _PATTERN)).astype(np.int64)


def _standing(spans: Spans) -> npt.NDArray[np.int64]:
    """Which stay: the strongest first, then each that lies over none that stays already."""
    length = spans.end - spans.start
    order = np.lexsort((-spans.score.astype(np.int64), -length, -ranks(spans), spans.row))
    kept: list[int] = []
    taken: list[tuple[int, int]] = []
    row = -1
    for at in order.tolist():
        if spans.row[at] != row:
            row, taken = int(spans.row[at]), []
        start, end = int(spans.start[at]), int(spans.end[at])
        if all(end <= low or start >= high for low, high in taken):
            kept.append(at)
            taken.append((start, end))
    return np.array(kept, np.int64)
