"""Entities by GLiNER, which is asked for labels in plain words (extra `gliner`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from privet.adapters.models.missing import not_installed
from privet.ports.span_model import ModelSpan

LABELS = ("person", "address", "location", "organization", "date of birth", "medical condition")
"""What is asked for where the caller does not say."""


class GlinerModel:
    """A GLiNER model and the labels to ask it for."""

    def __init__(
        self, model: Any, *, labels: Sequence[str] = LABELS, threshold: float = 0.5
    ) -> None:
        """Take a model that is loaded.

        Args:
            model: a `gliner.GLiNER`.
            labels: what to ask for, in the words of the model's language.
            threshold: the least score, 0 to 1.
        """
        self._model = model
        self._labels = list(labels)
        self._threshold = threshold

    @property
    def name(self) -> str:
        """`gliner:` and the name of the encoder in it."""
        return f"gliner:{getattr(self._model.config, 'model_name', None) or 'unnamed'}"

    def detect_batch(self, texts: Sequence[str]) -> list[list[ModelSpan]]:
        """The entities of each text."""
        ask = getattr(self._model, "inference", None) or self._model.batch_predict_entities
        answers = ask(list(texts), self._labels, threshold=self._threshold)
        return [[_span(one) for one in found] for found in answers]


def _span(found: Any) -> ModelSpan:
    return ModelSpan(
        int(found["start"]), int(found["end"]), str(found["label"]), float(found["score"])
    )


def load(name: str, *, labels: Sequence[str] = LABELS, threshold: float = 0.5) -> GlinerModel:
    """A model by its name on the hub, or from a folder; the library may download it.

    Raises:
        Unavailable: GLiNER is not installed.
    """
    try:
        from gliner import GLiNER  # noqa: PLC0415
    except ImportError:
        raise not_installed("GLiNER", "gliner") from None
    loader: Any = GLiNER
    return GlinerModel(loader.from_pretrained(name), labels=labels, threshold=threshold)
