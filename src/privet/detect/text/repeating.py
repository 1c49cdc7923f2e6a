"""Spans of distinct texts, for every row that has the text."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.spans import Spans


def for_rows(spans: Spans, places: npt.NDArray[np.int64]) -> Spans:
    """The spans of the rows of a column that repeats its texts.

    Args:
        spans: of the distinct texts, whose numbers are their rows.
        places: which text each row has, of shape (rows,); -1 for none.
    """
    order = np.argsort(places, kind="stable")
    sorted_places = places[order]
    low = np.searchsorted(sorted_places, spans.row, "left")
    times = np.searchsorted(sorted_places, spans.row, "right") - low
    each = np.repeat(np.arange(len(spans)), times)
    within = np.arange(len(each)) - np.repeat(np.cumsum(times) - times, times)
    taken = spans.take(each)
    row = order[low[each] + within]
    found = Spans(row, taken.start, taken.end, taken.kind, taken.score, taken.evidence)
    return found.take(np.lexsort((found.start, found.row)))


def shifted(spans: Spans, rows: int) -> Spans:
    """The same, of rows that come `rows` later."""
    if not rows:
        return spans
    return Spans(spans.row + rows, spans.start, spans.end, spans.kind, spans.score, spans.evidence)
