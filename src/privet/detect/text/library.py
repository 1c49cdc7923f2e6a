"""`pv.detect`: spans of the caller's own texts as an Arrow table; no project is opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.detect.kinds.registry import Kind
from privet.detect.text.arriving import as_texts
from privet.detect.text.detector import Detector
from privet.detect.text.models import ModelDetector
from privet.kernels.column_bytes import column_bytes
from privet.kernels.scan.characters import in_characters
from privet.kernels.spans import Spans
from privet.model.own_kind import OwnKind
from privet.ports.span_model import SpanModel
from privet.transforms.arrow import Values, from_numpy

_EVIDENCE = (
    "", "format", "checksum", "context", "checksum and context", "prefix", "entropy", "model", "own"
)  # fmt: skip


def detect(
    texts: object,
    *,
    kinds: Iterable[str] | None = None,
    threshold: float = 0.5,
    own: Sequence[OwnKind] = (),
    models: Sequence[SpanModel] = (),
    evidence: bool = False,
    today: date | None = None,
    threads: int | None = None,
) -> pa.Table:
    """Personal data in texts, as spans.

    Args:
        texts: a list of `str` (or None), or a string column of anything that speaks Arrow.
        kinds: names of kinds or families; without, all but words of special categories (family
            `special`), which name nobody.
        threshold: the least score, 0 to 1.
        own: kinds that the caller declared.
        models: asked about free text too, one after the other.
        evidence: add a column that says why each span is believed to be one.
        today: nobody is born later.
        threads: how many at most; as many as cores without.

    Returns:
        A table `row` (int64), `start`, `end` (int64, in characters of the row's text), `kind`
        (dictionary of strings), `score` (float32, 0 to 1), sorted, without overlap.

    Raises:
        TypeError: these are no texts.
        ValueError: an unknown kind, or a threshold beyond 0 to 1.
    """
    if not 0 <= threshold <= 1:
        raise ValueError(f"a threshold is 0 to 1, not {threshold}")
    given = as_texts(texts)
    least = round(100 * threshold)
    detector: Detector | ModelDetector
    if models:
        detector = ModelDetector(
            models, kinds, threshold=least, own=own, today=today, threads=threads
        )
    else:
        detector = Detector(kinds, threshold=least, own=own, today=today, threads=threads)
    spans = detector.detect(given)
    starts, ends = character_places(given, spans)
    columns: dict[str, Values] = {
        "row": pa.array(spans.row),
        "start": pa.array(starts),
        "end": pa.array(ends),
        "kind": kind_names(spans, detector.named),
        "score": pa.array(spans.score.astype(np.float32) / np.float32(100)),
    }
    if evidence:
        columns["evidence"] = _dictionary(spans.evidence.astype(np.int32), _EVIDENCE)
    return pa.table(columns)


def kind_names(spans: Spans, named: Mapping[int, Kind]) -> Values:
    """The name of each span's kind, as a dictionary array; `named` has every kind by its code."""
    known, places = np.unique(spans.kind, return_inverse=True)
    names = [named[int(code)].name for code in known]
    return _dictionary(places.astype(np.int32), names)


def _dictionary(places: npt.NDArray[np.int32], words: Sequence[str]) -> Values:
    dictionary: Any = pa.DictionaryArray
    return dictionary.from_arrays(from_numpy(places), pa.array(words, pa.string()))


def character_places(texts: pa.ChunkedArray[Any], spans: Spans) -> tuple[Any, Any]:
    """Starts and ends of spans in characters, each of shape (spans,)."""
    places = np.empty((2, len(spans)), np.int64)
    first = 0
    for chunk in texts.chunks:
        low, high = np.searchsorted(spans.row, [first, first + len(chunk)])
        if high > low:
            data, offsets = column_bytes(chunk)
            mine = spans.take(np.arange(low, high))
            places[:, low:high] = in_characters(
                data, offsets.astype(np.int64), mine.row - first, mine.start, mine.end
            )
        first += len(chunk)
    return places[0], places[1]
