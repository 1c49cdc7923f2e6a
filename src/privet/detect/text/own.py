"""Kinds that a user declared, found in texts by RE2 in time linear in the text.

RE2 marks every match by a character that stands nowhere else (the places of a match are not to be
had otherwise); what it marked is read back from the bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from privet.detect.kinds.registry import Kind
from privet.detect.text.own_checks import CHECKS
from privet.kernels.scan import codes
from privet.kernels.spans import Spans
from privet.model.own_kind import OwnKind

Places: TypeAlias = npt.NDArray[np.int64]

SURER = 15
"""What a word near a match adds to its score."""
_MOST = 95
_BEFORE, _AFTER = 64, 24
_MARK, _LIKE_MARK = "\U0010fffe", "\U0010fffd"
_MARK_BYTES = _MARK.encode()


class OwnMatcher:
    """Finds the kinds of a list; the same for every caller, and safe to share among threads."""

    def __init__(self, kinds: Sequence[OwnKind]) -> None:
        """Take the kinds; the first has the code `codes.FIRST_OWN`, the next one more.

        Patterns are compiled when texts are looked at: `own_examples.problems` tells whether they
        can be.
        """
        self._kinds = tuple(kinds)
        self._near = [_near(kind.context) for kind in kinds]
        self.kinds = tuple(
            Kind(each.name, each.name, codes.FIRST_OWN + number, each.category, each.label)
            for number, each in enumerate(kinds)
        )
        """The kinds as the registry has its own."""

    def detect(self, texts: pa.Array[Any] | pa.ChunkedArray[Any]) -> Spans:
        """Where the kinds stand in `texts` (text or binary; shape (rows,)).

        Where two overlap the surer one stays, then the longer, then the one declared first. Bytes
        that are no UTF-8 are matched by nothing.

        Raises:
            pyarrow.ArrowInvalid: a pattern is none that RE2 knows.
        """
        chunks = texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]
        parts: list[Spans] = []
        row = 0
        for chunk in chunks:
            large = chunk.cast(pa.large_string(), safe=False)
            parts += [self._one(number, large, row) for number in range(len(self._kinds))]
            row += len(chunk)
        return _apart(Spans.concat([part for part in parts if len(part)]))

    def _one(self, number: int, texts: pa.Array[Any], first_row: int) -> Spans:
        kind = self._kinds[number]
        hits = pc.match_substring_regex(texts, pattern=kind.pattern).fill_null(fill_value=False)
        rows = np.flatnonzero(hits.to_numpy(zero_copy_only=False))
        if not len(rows):
            return Spans.empty()
        chosen = texts.take(rows)
        row, start, end = _marked(kind.pattern, chosen)
        score = np.fromiter(self._scores(number, chosen, row, start, end), np.uint8, len(row))
        kept = score > 0
        count = int(kept.sum())
        return Spans(
            rows[row[kept]] + first_row,
            start[kept],
            end[kept],
            np.full(count, self.kinds[number].code, np.uint16),
            score[kept],
            np.full(count, codes.OWN, np.uint8),
        )

    def _scores(
        self, number: int, texts: pa.Array[Any], row: Places, start: Places, end: Places
    ) -> Iterator[int]:
        """The score of each match; 0 where it is none after all."""
        kind, near = self._kinds[number], self._near[number]
        check = CHECKS[kind.validator] if kind.validator else None
        if check is None and near is None:
            yield from (kind.score for _ in row)
            return
        raw = texts.view(pa.large_binary())
        last, text = -1, b""
        for at, low, high in zip(row, start, end, strict=True):
            if at != last:
                last, text = at, raw[int(at)].as_py()
            if check is not None and not check(text[low:high].decode(errors="replace")):
                yield 0
            elif near is None:
                yield kind.score
            elif _speaks(near, text, int(low), int(high)):
                yield max(kind.score, min(_MOST, kind.score + SURER))
            else:
                yield 0 if kind.needs_context else kind.score


def _marked(pattern: str, texts: pa.Array[Any]) -> tuple[Places, Places, Places]:
    """Row, start and end (bytes of the row) of every match; none of them is empty."""
    plain = pc.replace_substring(texts, pattern=_MARK, replacement=_LIKE_MARK)
    marked = pc.replace_substring_regex(plain, pattern=pattern, replacement=f"{_MARK}\\0{_MARK}")
    _, offsets, data = marked.buffers()
    border = np.frombuffer(memoryview(offsets or b""), np.int64)[
        marked.offset : marked.offset + len(marked) + 1
    ]
    given = np.frombuffer(memoryview(data or b""), np.uint8)
    place = np.flatnonzero(given[:-3] == _MARK_BYTES[0])
    for at in (1, 2, 3):
        place = place[given[place + at] == _MARK_BYTES[at]]
    row = np.searchsorted(border, place, "right") - 1
    before = np.arange(len(place)) - np.searchsorted(place, border[row], "left")
    within = place - border[row] - before * len(_MARK_BYTES)
    kept = within[1::2] > within[::2]
    return row[::2][kept], within[::2][kept], within[1::2][kept]


def _near(words: Sequence[str]) -> re.Pattern[str] | None:
    """A pattern of the words; one that begins with a letter of two cases begins a word."""
    if not words:
        return None
    parts = []
    for word in words:
        folded = word.casefold()
        begins = r"(?<![^\W\d_])" if folded[0].upper() != folded[0] else ""
        parts.append(begins + re.escape(folded))
    return re.compile("|".join(parts))


def _speaks(near: re.Pattern[str], text: bytes, start: int, end: int) -> bool:
    before = text[max(0, start - 4 * _BEFORE) : start].decode(errors="ignore")[-_BEFORE:]
    after = text[end : end + 4 * _AFTER].decode(errors="ignore")[:_AFTER]
    return any(near.search(part.casefold()) for part in (before, after))


def _apart(spans: Spans) -> Spans:
    """The spans sorted, none over another."""
    order = np.lexsort((spans.kind, spans.start, spans.row))
    rows, starts, ends = spans.row[order].tolist(), spans.start[order].tolist(), spans.end[order]
    scores, kinds = spans.score[order].tolist(), spans.kind[order].tolist()
    last = -1
    kept: list[int] = []
    for at, end in enumerate(ends.tolist()):
        if last >= 0 and rows[at] == rows[last] and starts[at] < ends[last]:
            mine = (scores[at], end - starts[at], -kinds[at])
            if mine > (scores[last], ends[last] - starts[last], -kinds[last]):
                kept[-1] = last = at
        else:
            kept.append(at)
            last = at
    return spans.take(order[np.array(kept, np.int64)])
