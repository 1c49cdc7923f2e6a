"""Where spans go: columns of numbers that one call of the scanner fills.

Spans come nearly in order. One that reaches back over those before it takes their place if it is
surer than each of them, and is dropped otherwise; so what is left never overlaps.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import compiled


class Found(NamedTuple):
    """Room for spans; `state` holds how many there are, and where the last call's last span ended.

    All but `wanted` and `state` have shape (capacity,). Offsets count from the start of the data.
    """

    row: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    kind: npt.NDArray[np.uint16]
    score: npt.NDArray[np.uint8]
    evidence: npt.NDArray[np.uint8]
    wanted: npt.NDArray[np.uint8]
    """By code of a kind: the score from which on it counts; 101 for never."""
    state: npt.NDArray[np.int64]
    """(count, floor, row)."""


def room(capacity: int, wanted: npt.NDArray[np.uint8], floor: int) -> Found:
    """Room for `capacity` spans, none of which may begin before `floor`."""
    places = [np.empty(capacity, np.int64) for _ in range(3)]
    small = [np.empty(capacity, np.uint8) for _ in range(2)]
    state = np.array([0, floor, 0], np.int64)
    return Found(*places, np.empty(capacity, np.uint16), *small, wanted, state)


@compiled
def emit(found: Found, start: int, end: int, kind: int, score: int, evidence: int) -> bool:
    """Note a span of the row in `found.state[2]`; whether it counts."""
    if score < found.wanted[kind] or start < found.state[1]:
        return False
    count = found.state[0]
    kept = count
    while kept > 0 and found.end[kept - 1] > start:
        kept -= 1
        if found.score[kept] > score:
            return False
    if kept >= len(found.start):
        return False
    found.row[kept], found.start[kept], found.end[kept] = found.state[2], start, end
    found.kind[kept], found.score[kept], found.evidence[kept] = kind, score, evidence
    found.state[0] = kept + 1
    return True
