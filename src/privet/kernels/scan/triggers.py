"""Stage one: which stretches of 64 bytes hold anything to look at."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import inlined, lean

Bytes = npt.NDArray[np.uint8]

BLOCK, PART = 64, 16


@inlined
def holds_trigger(data: Bytes, at: int) -> bool:
    """Whether a digit, `@`, `:`, `=` or `--` stands in the BLOCK bytes from `at` on.

    One byte beyond them must be there. Written so that the compiler makes vector code of it.
    """
    found = False
    for place in range(at, at + BLOCK):
        byte = data[place]
        found |= ((byte >= 48) & (byte <= 58)) | (byte == 64) | (byte == 61)
        found |= (byte == 45) & (data[place + 1] == 45)
    return found


@lean
def part_holds_trigger(data: Bytes, at: int) -> bool:
    """The same of PART bytes."""
    found = False
    for place in range(at, at + PART):
        byte = data[place]
        found |= ((byte >= 48) & (byte <= 58)) | (byte == 64) | (byte == 61)
        found |= (byte == 45) & (data[place + 1] == 45)
    return found
