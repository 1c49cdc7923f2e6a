"""Stage one: which stretches of 64 bytes hold anything to look at."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import lean

Bytes = npt.NDArray[np.uint8]

BLOCK = 64


@lean
def holds_trigger(data: Bytes, at: int) -> bool:
    """Whether a digit, `@`, `:`, `=` or `--` stands in the BLOCK bytes from `at` on.

    One byte beyond them must be there. Written so that the compiler makes vector code of it.
    """
    block = data[at : at + BLOCK + 1]
    found = False
    for place in range(BLOCK):
        byte = block[place]
        found |= ((byte >= 48) & (byte <= 58)) | (byte == 64) | (byte == 61)
        found |= (byte == 45) & (block[place + 1] == 45)
    return found
