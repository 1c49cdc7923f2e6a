"""Entities by a token classifier of the library transformers (extra `transformers`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from privet.adapters.models.missing import not_installed
from privet.ports.span_model import ModelSpan


class TransformersModel:
    """A `token-classification` pipeline that puts the pieces of a word together."""

    def __init__(self, pipeline: Any, *, batch_size: int = 16) -> None:
        """Take a pipeline that is made.

        Args:
            pipeline: of `transformers.pipeline("token-classification", …)`, made with an
                `aggregation_strategy`.
            batch_size: texts that the model takes at once.
        """
        self._pipeline = pipeline
        self._batch_size = batch_size

    @property
    def name(self) -> str:
        """`transformers:` and the model's own name."""
        return f"transformers:{self._pipeline.model.name_or_path or 'unnamed'}"

    def detect_batch(self, texts: Sequence[str]) -> list[list[ModelSpan]]:
        """The entities of each text."""
        answers = self._pipeline(list(texts), batch_size=self._batch_size)
        return [[_span(one) for one in found] for found in answers]


def _span(found: Any) -> ModelSpan:
    label = str(found.get("entity_group") or found["entity"])
    return ModelSpan(int(found["start"]), int(found["end"]), label, float(found["score"]))


def load(name: str, *, device: str | int | None = None) -> TransformersModel:
    """A classifier by its name on the hub, or from a folder; the library may download it.

    Args:
        name: of the model and its tokenizer.
        device: where it runs (`cpu`, `cuda:0`); where the library thinks best without.

    Raises:
        Unavailable: transformers is not installed.
    """
    try:
        from transformers import pipeline  # noqa: PLC0415
    except ImportError:
        raise not_installed("transformers", "transformers") from None
    made: Any = pipeline
    return TransformersModel(
        made("token-classification", model=name, aggregation_strategy="simple", device=device)
    )
