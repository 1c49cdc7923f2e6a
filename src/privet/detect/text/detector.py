"""From an Arrow array of texts to spans: patterns, words of special categories, a user's kinds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from privet.detect.kinds.flags import flag_words
from privet.detect.kinds.registry import FLAGS, KINDS, Kind, select
from privet.detect.text.merging import merged
from privet.detect.text.own import OwnMatcher
from privet.detect.text.passes import CODES, NEVER, Bytes, Pass, Places, cores
from privet.detect.text.repeating import for_rows, shifted
from privet.detect.text.tables import known_tables
from privet.kernels.column_bytes import column_bytes
from privet.kernels.scan.flags import flags
from privet.kernels.scan.scanner import scan
from privet.kernels.spans import Spans
from privet.model.own_kind import OwnKind

Texts: TypeAlias = "pa.Array[Any] | pa.ChunkedArray[Any]"

THRESHOLD = 50


class Detector:
    """Finds personal data in texts; the same for every caller, and safe to share among threads."""

    def __init__(
        self,
        kinds: Iterable[str] | None = None,
        *,
        threshold: int = THRESHOLD,
        own: Sequence[OwnKind] = (),
        today: date | None = None,
        threads: int | None = None,
    ) -> None:
        """Choose what to find.

        Args:
            kinds: names of kinds or families, Privet's or of `own`; without, all but words of
                special categories (family `special`), which name nobody.
            threshold: the least score (0 to 100) of a span.
            own: kinds that a user declared.
            today: nobody is born later; without it, a date may be of any day of this century.
            threads: how many at most; as many as cores without.

        Raises:
            ValueError: an unknown kind, or a threshold that is no percentage.
        """
        if not 0 <= threshold <= 100:
            raise ValueError(f"a threshold is 0 to 100, not {threshold}")
        self._own = OwnMatcher(own) if own else None
        declared = self._own.kinds if self._own else ()
        chosen = _chosen(kinds, declared)
        self.named: Mapping[int, Kind] = {k.code: k for k in (*KINDS.values(), *declared)}
        """Every kind that it may tell of, by its code."""
        self._wanted = np.full(CODES + len(declared), NEVER, np.uint8)
        self._wanted[[kind.code for kind in chosen]] = threshold
        self._passes: list[Pass] = []
        ours = [kind for kind in chosen if kind.name in KINDS]
        counts, threads = self._wanted[:CODES], threads or cores()
        if any(kind.family != FLAGS for kind in ours):
            known = known_tables(today)
            self._passes.append(Pass(scan, known, counts, threads))
        if any(kind.family == FLAGS for kind in ours):
            self._passes.append(Pass(flags, flag_words(), counts, threads))

    @property
    def kinds(self) -> Mapping[int, tuple[str, str]]:
        """Family and category of every kind, by its code."""
        return {code: (kind.family, kind.category) for code, kind in self.named.items()}

    def detect(self, texts: Texts) -> Spans:
        """Spans in every text, sorted by row and place, none over another.

        Args:
            texts: string, large_string, binary or large_binary, or a dictionary of them (each word
                of which is looked at once), in one array or in chunks, whose rows are numbered
                through. What is no valid UTF-8 is looked at as it is.

        Raises:
            TypeError: another type of array.
        """
        chunks: list[Any] = texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]
        plain = [_without_nulls(_words_of(chunk)) for chunk in chunks]
        parts: list[Spans] = []
        first = 0
        for chunk, found in zip(chunks, self._plain(plain), strict=True):
            if pa.types.is_dictionary(chunk.type):
                places = chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False)
                found = for_rows(found, places.astype(np.int64))  # noqa: PLW2901
            parts.append(shifted(found, first))
            first += len(chunk)
        return Spans.concat([part for part in parts if len(part)])

    def _plain(self, chunks: list[pa.Array[Any]]) -> list[Spans]:
        columns = [_bytes(texts) for texts in chunks]
        found = [Spans.empty() for _ in chunks]
        for each in self._passes:
            further = each.spans(columns)
            found = [
                merged(one, more) if len(one) else more
                for one, more in zip(found, further, strict=True)
            ]
        if self._own is None:
            return found
        return [self._with_own(*one) for one in zip(chunks, found, strict=True)]

    def _with_own(self, texts: pa.Array[Any], found: Spans) -> Spans:
        if self._own is None or not len(texts):
            return found
        declared = self._own.detect(texts)
        declared = declared.take(declared.score >= self._wanted[declared.kind])
        return merged(found, declared) if len(found) else declared


def _chosen(kinds: Iterable[str] | None, declared: Sequence[Kind]) -> tuple[Kind, ...]:
    if kinds is None:
        return (*(kind for kind in KINDS.values() if kind.family != FLAGS), *declared)
    names = tuple(kinds)
    mine = {kind.name: kind for kind in declared}
    ours = select(name for name in names if name not in mine)
    return (*ours, *(mine[name] for name in names if name in mine))


def _words_of(texts: Any) -> Any:
    """The rows, or the words of a dictionary."""
    return texts.dictionary if pa.types.is_dictionary(texts.type) else texts


def _bytes(texts: pa.Array[Any]) -> tuple[Bytes, Places]:
    data, sizes = column_bytes(texts)
    return data, sizes.astype(np.int64)


def _without_nulls(texts: Any) -> Any:
    """The same rows; what a null row hides in its buffer is nobody's, so it becomes empty."""
    if not texts.null_count:
        return texts
    binary = pa.types.is_binary(texts.type) or pa.types.is_large_binary(texts.type)
    return texts.fill_null(b"" if binary else "")
