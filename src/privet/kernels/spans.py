"""Spans: where something stands in which row, what it is and how sure, as columns of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Places: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Spans:
    """Spans of an array of texts, sorted by row and start; none overlaps another.

    All arrays have shape (spans,).

    Attributes:
        row: the row of the text.
        start: the first byte, counted from the start of the row's text.
        end: the byte after the last; both lie on borders of characters where the text is UTF-8.
        kind: code of the kind (`privet.detect.kinds.registry`).
        score: 0 to 100.
        evidence: code of why (`privet.kernels.scan.codes`).
    """

    row: Places
    start: Places
    end: Places
    kind: npt.NDArray[np.uint16]
    score: npt.NDArray[np.uint8]
    evidence: npt.NDArray[np.uint8]

    @classmethod
    def empty(cls) -> Spans:
        """No spans."""
        none = np.empty(0, np.int64)
        bytes_ = np.empty(0, np.uint8)
        return cls(none, none, none, np.empty(0, np.uint16), bytes_, bytes_)

    @classmethod
    def concat(cls, parts: list[Spans]) -> Spans:
        """The spans of all parts, one after the other; who calls has sorted them."""
        if not parts:
            return cls.empty()
        return cls(
            *(np.concatenate([getattr(part, name) for part in parts]) for name in cls._names())
        )

    def __len__(self) -> int:
        return len(self.row)

    def take(self, which: npt.NDArray[Any]) -> Spans:
        """Some of them: by places, or by a flag for each."""
        return Spans(*(getattr(self, name)[which] for name in self._names()))

    @staticmethod
    def _names() -> tuple[str, ...]:
        return ("row", "start", "end", "kind", "score", "evidence")
