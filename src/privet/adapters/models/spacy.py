"""Named entities by a spaCy pipeline (extra `spacy`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from privet.adapters.models.missing import not_installed
from privet.model.errors import UsageError
from privet.ports.span_model import ModelSpan


class SpacyModel:
    """A spaCy pipeline with an entity recogniser; it does not say how sure it is."""

    def __init__(self, pipeline: Any) -> None:
        """Take a pipeline (`spacy.Language`) that is loaded."""
        self._pipeline = pipeline

    @property
    def name(self) -> str:
        """`spacy:` and the pipeline's own name."""
        meta = self._pipeline.meta
        return f"spacy:{meta.get('lang', '')}_{meta.get('name', '')}"

    def detect_batch(self, texts: Sequence[str]) -> list[list[ModelSpan]]:
        """The entities of each text."""
        return [
            [ModelSpan(one.start_char, one.end_char, one.label_) for one in document.ents]
            for document in self._pipeline.pipe(texts)
        ]


def load(name: str) -> SpacyModel:
    """Load an installed pipeline by its name, or one from a folder.

    Raises:
        Unavailable: spaCy is not installed.
        UsageError: there is no such pipeline.
    """
    try:
        import spacy  # noqa: PLC0415
    except ImportError:
        raise not_installed("spaCy", "spacy") from None
    try:
        return SpacyModel(spacy.load(name))
    except OSError:
        raise UsageError(
            f"there is no spaCy pipeline `{name}`",
            hint="Install one, as in: python -m spacy download en_core_web_sm",
        ) from None
