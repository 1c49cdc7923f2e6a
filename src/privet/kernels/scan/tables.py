"""All that the scanner is told, as one tuple of arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from privet.kernels.scan.words import Words


class Tables(NamedTuple):
    """What the kinds' registries made for the compiled code."""

    words: Words
    iban_lengths: npt.NDArray[np.uint8]
    """Shape (676,): by two letters, the length of an IBAN; 0 where there is none."""


class Scratch(NamedTuple):
    """Room that one call works in."""

    chain: npt.NDArray[np.int64]
    digits: npt.NDArray[np.uint8]
