"""What a solver decides: which class each combination falls into, and what is published for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

SUPPRESSED = -1
"""The class of combinations that do not leave."""


class Recoding(Protocol):
    """A frozen map from combinations of leaf codes to classes; it serves later batches too."""

    @property
    def level(self) -> npt.NDArray[np.int8]:
        """By class and quasi-identifier, the level of the published node: shape (c, q)."""
        ...

    @property
    def node(self) -> npt.NDArray[np.int32]:
        """Its number on that level: shape (c, q)."""
        ...

    def classes(self, codes: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """The class of each combination; `SUPPRESSED` for one that no class covers.

        Args:
            codes: shape (m, q).

        Returns:
            Shape (m,).
        """
        ...


@dataclass(frozen=True, slots=True)
class Solved:
    """A solver's answer.

    Attributes:
        recoding: the map.
        classes: of the combinations it was made from, `SUPPRESSED` among them: shape (m,), int32.
        loss: the information loss of the whole table, 0 to 1; a suppressed row costs 1.
        bound: no answer of this solver's kind can lose less. Equal to `loss` where `optimal`.
        optimal: whether `loss` is proven to be the least of its kind.
        method: `full-domain`, `mondrian`, `mdav`, ...
    """

    recoding: Recoding
    classes: npt.NDArray[np.int32]
    loss: float
    bound: float
    optimal: bool
    method: str
