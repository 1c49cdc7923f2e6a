"""Entities by a Presidio analyzer (extra `presidio`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from privet.adapters.models.missing import not_installed
from privet.ports.span_model import ModelSpan


class PresidioModel:
    """A Presidio `AnalyzerEngine`, asked in one language."""

    def __init__(
        self, engine: Any, *, language: str = "en", entities: Sequence[str] | None = None
    ) -> None:
        """Take an engine that is made.

        Args:
            engine: a `presidio_analyzer.AnalyzerEngine`.
            language: which of its languages.
            entities: only these; all without.
        """
        self._engine = engine
        self._language = language
        self._entities = list(entities) if entities else None

    @property
    def name(self) -> str:
        """`presidio:` and the language."""
        return f"presidio:{self._language}"

    def detect_batch(self, texts: Sequence[str]) -> list[list[ModelSpan]]:
        """What Presidio finds in each text."""
        return [[_span(one) for one in self._analysed(text)] for text in texts]

    def _analysed(self, text: str) -> Any:
        return self._engine.analyze(
            text=text,
            language=self._language,
            entities=self._entities,
            return_decision_process=False,
        )


def _span(found: Any) -> ModelSpan:
    return ModelSpan(found.start, found.end, found.entity_type, found.score)


def load(*, language: str = "en", entities: Sequence[str] | None = None) -> PresidioModel:
    """An analyzer as Presidio makes it; its language model has to be installed already.

    Raises:
        Unavailable: Presidio is not installed.
    """
    try:
        from presidio_analyzer import AnalyzerEngine  # noqa: PLC0415
    except ImportError:
        raise not_installed("Presidio", "presidio") from None
    engine = AnalyzerEngine(supported_languages=[language])
    return PresidioModel(engine, language=language, entities=entities)
