"""Models that find names and other spans in free text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ModelSpan:
    """One span, as a model has it.

    Attributes:
        start: its first character.
        end: the character after its last.
        label: what the model calls it (`PERSON`, `B-PER`, `full name`).
        score: how sure the model is, 0 to 1; None: it does not say.
    """

    start: int
    end: int
    label: str
    score: float | None = None


class SpanModel(Protocol):
    """A model that is loaded and ready."""

    @property
    def name(self) -> str:
        """What to call it in a message; holds no value of the data."""
        ...

    def detect_batch(self, texts: Sequence[str]) -> Sequence[Sequence[ModelSpan]]:
        """The spans in each text, in any order; they may overlap.

        Args:
            texts: some dozen of a few hundred characters each.
        """
        ...
