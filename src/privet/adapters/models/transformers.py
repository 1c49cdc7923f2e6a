"""Entities by a token classifier of the library transformers (extra `transformers`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from privet.adapters.models.missing import not_installed
from privet.model.errors import UsageError
from privet.ports.span_model import ModelSpan

_ENDLESS = 1_000_000
"""Tokens: some tokenizers state a length that means none."""


class TransformersModel:
    """A `token-classification` pipeline that puts the pieces of a word together."""

    def __init__(self, pipeline: Any, *, batch_size: int = 16) -> None:
        """Take a pipeline that is made.

        Args:
            pipeline: of `transformers.pipeline("token-classification", …)`, made with an
                `aggregation_strategy` and a fast tokenizer.
            batch_size: texts that the model takes at once.

        Raises:
            UsageError: its tokenizer does not know where in the text its tokens stand.
        """
        if not pipeline.tokenizer.is_fast:
            raise UsageError(
                "the model's tokenizer does not say where its tokens stand",
                hint="Take a model with a fast tokenizer.",
            )
        self._pipeline = pipeline
        self._batch_size = batch_size
        longest = pipeline.tokenizer.model_max_length
        # A text of more tokens would be cut off without a word; with a stride it goes in pieces.
        self._pieces = {"stride": longest // 4} if longest < _ENDLESS else {}

    @property
    def name(self) -> str:
        """`transformers:` and the model's own name."""
        return f"transformers:{self._pipeline.model.name_or_path or 'unnamed'}"

    def detect_batch(self, texts: Sequence[str]) -> list[list[ModelSpan]]:
        """The entities of each text."""
        some = [text for text in texts if text.strip()]  # it breaks on a text without tokens
        answers = iter(self._pipeline(some, batch_size=self._batch_size, **self._pieces))
        return [[_span(one) for one in next(answers)] if text.strip() else [] for text in texts]


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
