"""`privet scan -`: what is personal in free text, how often and where; never what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from privet.project.text_protection import PersonalText
from privet.project.text_streams import Piece, pieces

MOST_PLACES = 1000
"""How many places of one kind are named; all are counted."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: lines and columns from 1, in characters; `end` is behind the last."""

    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        start, end = f"{self.line}:{self.column}", f"{self.end_column}"
        return f"{start}-{end}" if self.line == self.end_line else f"{start}-{self.end_line}:{end}"


@dataclass(slots=True)
class FoundKind:
    """What was found of one kind.

    Attributes:
        label: what they are, in the plural.
        least: the lowest score among them, 0 to 100.
        places: the first `MOST_PLACES`.
    """

    kind: str
    category: str
    label: str
    count: int = 0
    least: int = 100
    places: list[Place] = field(default_factory=list)


@dataclass(slots=True)
class TextFound:
    """What was found in a text.

    Attributes:
        lines: of the text.
        foreign: bytes that are no UTF-8, and were passed over.
        kinds: most first.
    """

    lines: int = 0
    foreign: int = 0
    kinds: tuple[FoundKind, ...] = ()


def find_in_text(stream: BinaryIO, finder: PersonalText) -> TextFound:
    """Look at a text, in bounded memory."""
    kinds: dict[int, FoundKind] = {}
    found = TextFound()
    last = b""
    for part in pieces(stream):
        plain = [piece for piece in part if not piece.foreign]
        found.foreign += sum(len(piece.text) for piece in part if piece.foreign)
        found.lines += sum(piece.text.count(b"\n") for piece in part)
        last = part[-1].text if part else last
        _note(plain, finder, kinds)
    found.lines += bool(last) and not last.endswith(b"\n")
    found.kinds = tuple(sorted(kinds.values(), key=lambda each: (-each.count, each.kind)))
    return found


def _note(plain: Sequence[Piece], finder: PersonalText, kinds: dict[int, FoundKind]) -> None:
    if not plain:
        return
    spans = finder.detect(pa.array([piece.text for piece in plain], pa.large_string()))
    for index in np.argsort(spans.row, kind="stable").tolist():
        code = int(spans.kind[index])
        if code not in kinds:
            kind = finder.named[code]
            kinds[code] = FoundKind(kind.name, kind.category, kind.label)
        seen = kinds[code]
        seen.count += 1
        seen.least = min(seen.least, int(spans.score[index]))
        if len(seen.places) < MOST_PLACES:
            piece = plain[int(spans.row[index])]
            seen.places.append(_place(piece, int(spans.start[index]), int(spans.end[index])))


def _place(piece: Piece, start: int, end: int) -> Place:
    line, column = _at(piece.text, start, piece.line, piece.column)
    return Place(line, column, *_at(piece.text, end, piece.line, piece.column))


def _at(text: bytes, offset: int, line: int, column: int) -> tuple[int, int]:
    """Line and column of a byte of a text that begins at `line` and `column`."""
    begin = text.rfind(b"\n", 0, offset) + 1
    characters = len(text[begin:offset].decode("utf-8", "replace"))
    if not begin:
        return line, column + characters
    return line + text.count(b"\n", 0, offset), characters + 1
