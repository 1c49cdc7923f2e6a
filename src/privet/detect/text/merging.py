"""Spans of patterns and spans of models, put together so that none lies over another."""

from __future__ import annotations

from bisect import bisect_right

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
    both = Spans.concat([patterns, modelled])
    both = both.take(np.lexsort((both.start, both.row)))
    alone = _alone(both)
    contested = np.flatnonzero(~alone)
    kept = np.concatenate([np.flatnonzero(alone), contested[_standing(both.take(contested))]])
    return both.take(np.sort(kept))


def ranks(spans: Spans) -> npt.NDArray[np.int64]:
    """How much stands behind each span: validator 2, model 1, pattern 0."""
    by_model = spans.evidence == codes.MODEL
    checked = np.isin(spans.evidence, _CHECKED) | (spans.score >= VALID)
    return np.where(by_model, _MODEL, np.where(checked, _VALIDATOR, _PATTERN)).astype(np.int64)


def _alone(spans: Spans) -> npt.NDArray[np.bool_]:
    """Which overlap no other; sorted by row and start."""
    rank = np.concatenate([[0], np.cumsum(spans.row[1:] != spans.row[:-1])])
    width = int(spans.end.max()) + 1
    reach = np.maximum.accumulate(rank * width + spans.end)
    begins = np.ones(len(spans) + 1, np.bool_)
    begins[1:-1] = (rank * width + spans.start)[1:] >= reach[:-1]
    return begins[:-1] & begins[1:]


def _standing(spans: Spans) -> npt.NDArray[np.int64]:
    """Which stay: the strongest first, then each that lies over none that stays already."""
    length = spans.end - spans.start
    order = np.lexsort((-spans.score.astype(np.int64), -length, -ranks(spans), spans.row))
    kept: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    row = -1
    for at in order.tolist():
        if spans.row[at] != row:
            row, starts, ends = int(spans.row[at]), [], []
        start, end = int(spans.start[at]), int(spans.end[at])
        place = bisect_right(ends, start)
        if place == len(starts) or starts[place] >= end:
            kept.append(at)
            starts.insert(place, start)
            ends.insert(place, end)
    return np.array(kept, np.int64)
