"""What holds of the scanner's spans whatever the texts are: laws to hold its answers to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from privet.detect.kinds.registry import KINDS
from privet.detect.text.detector import THRESHOLD, Detector
from privet.kernels.spans import Spans

CODES = frozenset(kind.code for kind in KINDS.values())
Row = tuple[int, int, int, int, int, int]


@cache
def detector(threshold: int = THRESHOLD, threads: int = 1) -> Detector:
    return Detector(threshold=threshold, threads=threads)


def rows(spans: Spans) -> list[Row]:
    """Row, start, end, kind, score, evidence of each span."""
    return list(
        zip(
            spans.row.tolist(),
            spans.start.tolist(),
            spans.end.tolist(),
            spans.kind.tolist(),
            spans.score.tolist(),
            spans.evidence.tolist(),
            strict=True,
        )
    )


def array(texts: Sequence[bytes | None]) -> pa.Array[Any]:
    return pa.array(texts, pa.binary())


def hold(spans: Spans, texts: Sequence[bytes | None], threshold: int = THRESHOLD) -> None:
    """Raise unless the spans are sorted, disjoint, inside their rows, whole and known."""
    last_row, last_end = 0, 0
    whole = {row: is_text(texts[row] or b"") for row in set(spans.row.tolist())}
    for row, start, end, kind, score, evidence in rows(spans):
        text = texts[row] or b""
        assert row >= last_row
        assert start >= (last_end if row == last_row else 0)
        assert start < end <= len(text)
        assert kind in CODES
        assert threshold <= score <= 100
        assert evidence > 0
        last_row, last_end = row, end
        if whole[row]:
            assert not is_inner(text, start)
            assert not is_inner(text, end)


def is_text(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def is_inner(text: bytes, place: int) -> bool:
    """Whether `place` lies within a character."""
    return place < len(text) and text[place] & 0xC0 == 0x80


def alone(text: bytes) -> list[Row]:
    """The spans of one text in a buffer of its own."""
    return rows(detector().detect(array([text])))


def by_itself(texts: Sequence[bytes | None]) -> list[Row]:
    """The spans of each row scanned alone, with its number."""
    return [
        (number, *span[1:]) for number, text in enumerate(texts) if text for span in alone(text)
    ]


def same_everywhere(texts: Sequence[bytes | None]) -> None:
    """Raise unless chunks, slices, widths, nulls and neighbours change nothing."""
    whole = detector().detect(array(texts))
    hold(whole, texts)
    wanted = rows(whole)
    assert wanted == by_itself(texts)
    middle = len(texts) // 2
    parts = [array(texts[:middle]), array([]), array(texts[middle:])]
    assert rows(detector().detect(pa.chunked_array(parts, pa.binary()))) == wanted
    around = pa.array([b"4111 1111", *texts, b"1111 1111 a@b.co"], pa.large_binary())
    assert rows(detector().detect(around.slice(1, len(texts)))) == wanted
    coded = array(texts).dictionary_encode()
    assert rows(detector().detect(coded)) == wanted


def character_spans(text: str, spans: Spans) -> list[str]:
    """What Python cuts out of the text where the spans stand."""
    raw = text.encode()
    return [raw[start:end].decode() for _, start, end, *_ in rows(spans)]


def repeated(unit: bytes, size: int) -> bytes:
    return (unit * (size // max(len(unit), 1) + 1))[:size]


def one_row(text: bytes) -> pa.Array[Any]:
    """An array of one row over the bytes themselves, none copied."""
    offsets = np.array([0, len(text)], np.int64)
    return pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), 1, [None, pa.py_buffer(offsets), pa.py_buffer(text)]
    )
