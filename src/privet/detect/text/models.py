"""Spans by models: asked only about free text, each distinct text once, put together with ours.

Without a model no one is promised names in prose. With some, a text is shown to them if it has
words enough; what repeats is shown once; long texts go in windows that overlap; many go together.
Where a model's span and a pattern's overlap, the one that has a validator behind it stays, then the
model's, then the pattern's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from privet.detect.kinds.registry import select
from privet.detect.text.detector import THRESHOLD, Detector, Texts
from privet.detect.text.free_text import is_free_text, windows
from privet.detect.text.merging import merged
from privet.detect.text.model_labels import Labels, kind_of
from privet.detect.text.repeating import for_rows, shifted
from privet.kernels.scan import codes
from privet.kernels.spans import Spans
from privet.model.errors import UsageError
from privet.model.own_kind import OwnKind
from privet.ports.span_model import ModelSpan, SpanModel

UNSURE = 75
"""The score of a span whose model does not say how sure it is."""
_TOGETHER = 64
_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class _Window:
    """Part of a distinct text.

    Attributes:
        text: the number of the distinct text.
        start: where the window begins in it.
        low: spans that begin before are another window's.
        high: spans that begin here or later, too.
        content: the characters.
    """

    text: int
    start: int
    low: int
    high: int
    content: str


class ModelDetector:
    """Finds personal data by patterns and by models; `detect` is as that of `Detector`."""

    def __init__(
        self,
        models: Sequence[SpanModel],
        kinds: Iterable[str] | None = None,
        *,
        threshold: int = THRESHOLD,
        own: Sequence[OwnKind] = (),
        today: date | None = None,
        threads: int | None = None,
        labels: Labels | None = None,
    ) -> None:
        """Choose what to find, and by which models.

        Args:
            models: asked one after the other; where two overlap, the surer stays.
            kinds: names of kinds or families; all without.
            threshold: the least score (0 to 100) of a span.
            own: kinds that a user declared.
            today: nobody is born later.
            threads: how many the patterns take; a model has its own mind.
            labels: what a model's labels mean where Privet does not know, or knows it otherwise:
                label to name of a kind.

        Raises:
            ValueError: an unknown kind, or a threshold that is no percentage.
        """
        wanted = None if kinds is None else tuple(kinds)
        self._patterns = Detector(
            wanted, threshold=threshold, own=own, today=today, threads=threads
        )
        self.named = self._patterns.named
        """Every kind that it may tell of, by its code."""
        self._codes = frozenset(
            kind.code
            for kind in self.named.values()
            if wanted is None or kind.name in wanted or kind.family in wanted
        )
        self._labels = dict(labels or {})
        select(self._labels.values())
        self._threshold = threshold
        self._models = tuple(models)

    @property
    def kinds(self) -> Mapping[int, tuple[str, str]]:
        """Family and category of every kind, by its code."""
        return self._patterns.kinds

    def detect(self, texts: Texts) -> Spans:
        """Spans in every text, sorted by row and place, none over another.

        Raises:
            TypeError: texts that are no strings.
            UsageError: a model breaks, or answers with what cannot be.
        """
        return merged(self._patterns.detect(texts), self.by_models(texts))

    def by_models(self, texts: Texts) -> Spans:
        """What the models alone find; spans may overlap, and are sorted by row."""
        parts: list[Spans] = []
        first = 0
        chunks = texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]
        for chunk in chunks:
            for begin in range(0, len(chunk), _ROWS):
                rows = chunk.slice(begin, _ROWS)
                parts.append(self._rows(rows, first + begin))
            first += len(chunk)
        return Spans.concat(parts)

    def _rows(self, rows: pa.Array[Any], first: int) -> Spans:
        distinct, places = _distinct(rows)
        shown = {number: text for number, text in enumerate(distinct) if _shown(text)}
        cut = [window for number, text in shown.items() for window in _cut(number, text or "")]
        found = [
            (window.text, *span)
            for model in self._models
            for begin in range(0, len(cut), _TOGETHER)
            for window, spans in _asked(model, cut[begin : begin + _TOGETHER])
            for span in self._kept(window, spans)
        ]
        table = np.array(sorted(found), np.int64).reshape(-1, 5)
        for number in np.unique(table[:, 0]).tolist():
            mine = table[:, 0] == number
            table[mine, 1:3] = _bytes_of(distinct[number] or "", table[mine, 1:3])
        return _spread(table, places, first)

    def _kept(
        self, window: _Window, spans: Iterable[ModelSpan]
    ) -> Iterator[tuple[int, int, int, int]]:
        """Spans that are wanted, in the characters of the whole text: start, end, code, score."""
        for span in spans:
            kind = kind_of(span.label, self._labels)
            score = UNSURE if span.score is None else round(100 * span.score)
            if kind is None or kind.code not in self._codes or score < self._threshold:
                continue
            value = window.content[span.start : span.end]
            start = window.start + span.start + len(value) - len(value.lstrip())
            end = start + len(value.strip())
            if end > start and window.low <= start < window.high:
                yield start, end, kind.code, min(score, 100)


def _shown(text: str | None) -> bool:
    return text is not None and is_free_text(text)


def _distinct(rows: pa.Array[Any]) -> tuple[list[str | None], npt.NDArray[np.int64]]:
    """The distinct texts, None where one is no UTF-8; and which each row has, -1 for null."""
    encoded: Any = pc.dictionary_encode(rows.cast(pa.large_binary()))
    places = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return [_decoded(value) for value in encoded.dictionary.to_pylist()], places


def _decoded(value: bytes) -> str | None:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None


def _cut(number: int, text: str) -> list[_Window]:
    """A text's windows; where two overlap, each speaks for its half."""
    borders = list(windows(text))
    middles = [(start + end) // 2 for (_, end), (start, _) in pairwise(borders)]
    lows, highs = [0, *middles], [*middles, len(text)]
    return [
        _Window(number, start, low, high, text[start:end])
        for (start, end), low, high in zip(borders, lows, highs, strict=True)
    ]


def _asked(
    model: SpanModel, some: Sequence[_Window]
) -> Iterator[tuple[_Window, Sequence[ModelSpan]]]:
    """What a model says of each window.

    Raises:
        UsageError: it breaks, or its answer does not fit the question.
    """
    try:
        answers = model.detect_batch([window.content for window in some])
    except Exception as error:  # noqa: BLE001 - a model's own code may raise anything
        # Not chained: the message may repeat a text.
        raise UsageError(
            f"the model `{model.name}` breaks on the data: {type(error).__name__}",
            hint="Try it on a few texts by itself.",
        ) from None
    if len(answers) != len(some):
        raise UsageError(
            f"the model `{model.name}` answers for {len(answers)} of {len(some)} texts"
        )
    for window, spans in zip(some, answers, strict=True):
        if any(not 0 <= span.start <= span.end <= len(window.content) for span in spans):
            raise UsageError(f"the model `{model.name}` names places outside of its text")
        yield window, spans


def _bytes_of(text: str, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Places in characters as places in the text's UTF-8."""
    data = np.frombuffer(text.encode(), np.uint8)
    begins = np.flatnonzero((data & 0xC0) != 0x80)
    found: npt.NDArray[np.int64] = np.append(begins, len(data))[places]
    return found


def _spread(table: npt.NDArray[np.int64], places: npt.NDArray[np.int64], first: int) -> Spans:
    """Spans of distinct texts (text, start, end, code, score) for every row that has the text."""
    spans = Spans(
        table[:, 0],
        table[:, 1],
        table[:, 2],
        table[:, 3].astype(np.uint16),
        table[:, 4].astype(np.uint8),
        np.full(len(table), codes.MODEL, np.uint8),
    )
    return shifted(for_rows(spans, places), first)
