"""Where spans go: rows of numbers that one call of the scanner fills.

Spans come nearly in order. One that reaches back over those before it takes their place if it is
surer than each of them, and is dropped otherwise; so what is left never overlaps.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import lean
from privet.kernels.scan.tables import Work

Found = npt.NDArray[np.int64]
"""Shape (capacity, 6): row, start, end, kind, score, evidence; places in all the data."""

FIELDS = 6


@lean
def emit(
    found: Found, work: Work, start: int, end: int, kind: int, score: int, evidence: int
) -> bool:
    """Note a span of the row `work.row`; whether it counts."""
    if score < work.wanted[kind] or start < work.floor:
        return False
    kept = work.count
    while kept > 0 and found[kept - 1, 2] > start:
        kept -= 1
        if found[kept, 4] > score:
            return False
    if kept >= len(found):
        return False
    found[kept, 0], found[kept, 1], found[kept, 2] = work.row, start, end
    found[kept, 3], found[kept, 4], found[kept, 5] = kind, score, evidence
    work.count = kept + 1
    return True
