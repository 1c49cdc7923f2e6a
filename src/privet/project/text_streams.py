"""Free text as a stream: read in pieces of bounded size, protected, written with all else kept.

Text is taken in pieces of whole lines, so that what spans lines (a private key) is seen whole. A
line that is too long is cut where a word ends. Bytes that are no UTF-8 go through as they are, and
what stands around them is looked at. Of JSON Lines only the string values change: their literals
are exchanged in the line as it was read, so that key order, numbers and spelling stay.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import BinaryIO, Protocol

import pyarrow as pa

from privet.model.errors import Location, SourceError
from privet.model.paths import Step
from privet.transforms.arrow import Values

BLOCK = 1 << 20
"""Bytes that are looked at together."""

LONGEST_RECORD = 64 << 20
"""Bytes of the longest line of JSON that is read: it is held in memory whole."""

_PIECE = 1 << 16
_WORD = 1 << 12
_PEM = 1 << 15
_FOREIGN = re.compile("([\udc80-\udcff]+)")
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]')
_LONE = re.compile("[\ud800-\udfff]")
_BOM = b"\xef\xbb\xbf"
"""Some editors begin a file with it."""


class Protector(Protocol):
    """Puts something else in the place of what is personal in texts."""

    def protect(self, texts: Values) -> Values:
        """The texts, protected: as many, and null where they are."""
        ...


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text.

    Attributes:
        text: UTF-8, or bytes that are none where `foreign`.
        line: of its first character, from 1.
        column: likewise, in characters.
        foreign: whether it is no UTF-8.
    """

    text: bytes
    line: int
    column: int
    foreign: bool = False


@dataclass(slots=True)
class Passed:
    """What went by: lines, and bytes that were no UTF-8."""

    lines: int = 0
    foreign: int = 0
    met: set[str] = field(default_factory=set)


def pieces(stream: BinaryIO) -> Iterator[list[Piece]]:
    """The text of a stream, in lists of pieces that are about `BLOCK` bytes together."""
    line, column = 1, 1
    for block in _blocks(stream):
        found: list[Piece] = []
        for part in _parts(block):
            for text, foreign in _told_apart(part):
                found.append(Piece(text, line, column, foreign))
                line, column = _after(text, line, column)
        yield found


def protect_text(stream: BinaryIO, sink: BinaryIO, protector: Protector) -> Passed:
    """Copy a text and protect it on the way."""
    passed = Passed()
    for found in pieces(stream):
        plain = [piece.text for piece in found if not piece.foreign]
        protected = iter(protector.protect(pa.array(plain, pa.large_string())).to_pylist())
        for piece in found:
            if piece.foreign:
                passed.foreign += len(piece.text)
            sink.write(piece.text if piece.foreign else next(protected).encode())
            passed.lines += piece.text.count(b"\n")
        sink.flush()
    return passed


def protect_json_lines(
    stream: BinaryIO,
    sink: BinaryIO,
    protector: Protector,
    *,
    name: str,
    fields: Sequence[str] = (),
) -> Passed:
    """Copy JSON Lines and protect the string values on the way.

    Args:
        stream: UTF-8.
        sink: gets every line, in order; of a line that is wrong, and of later ones, nothing.
        protector: does it.
        name: of the file, for messages.
        fields: only values at or below these paths (`messages[].content`); none: all.

    Returns:
        What went by; `met` are those of `fields` that some line has.

    Raises:
        SourceError: a line is no JSON, or too long; the message names file and line.
    """
    copy = _Copy(sink, protector, name, tuple(fields))
    for records in _records(stream, name):
        copy.add(records)
    return copy.passed


@dataclass
class _Copy:
    """A copy of JSON Lines that is being made."""

    sink: BinaryIO
    protector: Protector
    name: str
    fields: tuple[str, ...]
    passed: Passed = field(default_factory=Passed)

    def add(self, records: Sequence[bytes]) -> None:
        """Copy these lines, or those before the first that is wrong."""
        found: list[list[tuple[int, int, str]]] = []
        wrong: SourceError | None = None
        for record in records:
            line = self.passed.lines + len(found) + 1
            try:
                found.append(leaves(record, _start(record) if line == 1 else 0))
            except ValueError as error:
                wrong = SourceError(
                    f"not a line of JSON: {error}",
                    hint="correct that line; for text that is no JSON Lines write `--format text`",
                    where=Location(self.name, line),
                )
                break
        self._write(records[: len(found)], found)
        if wrong is not None:
            raise wrong

    def _write(
        self, records: Sequence[bytes], found: Sequence[Sequence[tuple[int, int, str]]]
    ) -> None:
        changed: list[list[tuple[int, int, str]]] = [[] for _ in records]
        places = [
            (number, start, end)
            for number, strings in enumerate(found)
            for start, end, path in strings
            if self._meant(path)
        ]
        before = [_read(records[number][start:end]) for number, start, end in places]
        after = self.protector.protect(pa.array(before, pa.large_string())).to_pylist()
        for (number, start, end), was, text in zip(places, before, after, strict=True):
            if text != was:
                changed[number].append((start, end, text))
        for record, changes in zip(records, changed, strict=True):
            self.sink.write(_exchanged(record, changes) if changes else record)
        self.sink.flush()
        self.passed.lines += len(records)

    def _meant(self, path: str) -> bool:
        """Whether the path lies at or below one of the fields; all do where there are none."""
        if not self.fields:
            return True
        for each in self.fields:
            if path == each or path.startswith((f"{each}.", f"{each}[")):
                self.passed.met.add(each)
                return True
        return False


def leaves(record: bytes, begin: int = 0) -> list[tuple[int, int, str]]:
    """Where the literals of a JSON value's strings stand, quotes included, and at which path.

    A blank line has none. What stands before `begin` is not looked at.

    Raises:
        ValueError: it is no JSON; the message quotes nothing of it.
    """
    if not record[begin:].strip():
        return []
    _require_json(record[begin:])
    found: list[tuple[int, int, str]] = []
    stack: list[tuple[str, bool]] = []
    path, inside, key_next = "", False, False
    for token in _TOKEN.finditer(record, begin):
        first = record[token.start()]
        if first == 0x22:
            if key_next:
                parent = stack[-1][0]
                step = _step(record[token.start() : token.end()])
                path, key_next = f"{parent}.{step}" if parent else step, False
            else:
                found.append((token.start(), token.end(), path))
        elif first == 0x7B:
            stack.append((path, inside))
            inside = key_next = True
        elif first == 0x5B:
            stack.append((path, inside))
            inside, path = False, f"{path}[]"
        elif first in (0x7D, 0x5D):
            path, inside = stack.pop()
            key_next = False
        elif first == 0x2C:
            key_next = inside
    return found


def _require_json(record: bytes) -> None:
    problem = None
    try:
        json.loads(record.decode("utf-8"), parse_int=_nothing, parse_float=_nothing)
    except UnicodeDecodeError:
        problem = "it is not UTF-8"
    except json.JSONDecodeError as error:
        problem = f"{error.msg.lower()}, column {error.colno:,}"
    except RecursionError:
        problem = "it is nested too deeply"
    if problem is not None:
        raise ValueError(problem)


def _start(record: bytes) -> int:
    return len(_BOM) if record.startswith(_BOM) else 0


def _nothing(_: str) -> None:
    """A number needs no value here, however long it is."""


def _read(literal: bytes) -> str:
    """The text of a string's literal; half a surrogate pair, which is no character, is one."""
    if b"\\" not in literal:
        return literal[1:-1].decode()
    text: str = json.loads(literal)
    return _LONE.sub("\ufffd", text) if _LONE.search(text) else text


def _exchanged(record: bytes, changes: Sequence[tuple[int, int, str]]) -> bytes:
    """The line with these literals in it; spelt in ASCII where the one before was."""
    parts: list[bytes] = []
    at = 0
    for start, end, text in changes:
        ascii_only = b"\\u" in record[start:end] and record[start:end].isascii()
        parts += [record[at:start], json.dumps(text, ensure_ascii=ascii_only).encode()]
        at = end
    return b"".join([*parts, record[at:]])


@lru_cache(maxsize=4096)
def _step(literal: bytes) -> str:
    name = _read(literal)
    return str(Step(name)) if name else '""'


def _records(stream: BinaryIO, name: str) -> Iterator[list[bytes]]:
    """Whole lines, their ends included, in lists of about `BLOCK` bytes."""
    rest, done = bytearray(), 0
    while chunk := _read_some(stream):
        at = chunk.rfind(b"\n") + 1
        if not at:
            rest += chunk
            if len(rest) > LONGEST_RECORD:
                raise SourceError(
                    f"a line of more than {LONGEST_RECORD >> 20} MiB",
                    hint="part the record, or write `--format text`",
                    where=Location(name, done + 1),
                )
            continue
        lines = io.BytesIO(bytes(rest) + chunk[:at]).readlines()
        rest = bytearray(chunk[at:])
        yield lines
        done += len(lines)
    if rest:
        yield [bytes(rest)]


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    """A stream in blocks that end with a line, or where a word does."""
    rest = b""
    while chunk := _read_some(stream):
        rest += chunk
        cut = _cut(rest, 0, len(rest)) if len(rest) >= BLOCK else _line_end(rest, 0, len(rest))
        if cut:
            yield rest[:cut]
            rest = rest[cut:]
    if rest:
        yield rest


def _parts(block: bytes) -> Iterator[bytes]:
    """A block in pieces that many threads can share."""
    at = 0
    while len(block) - at > _PIECE:
        cut = _cut(block, at, at + _PIECE)
        yield block[at:cut]
        at = cut
    if at < len(block):
        yield block[at:]


def _cut(data: bytes, low: int, high: int) -> int:
    """Where to part `data`, after `low` and by `high`: a line, a word, at least a character."""
    if cut := _line_end(data, low, high):
        return cut
    for at in range(high, max(low, high - _WORD), -1):
        if data[at - 1] in b" \t\r\n":
            return at
    for at in range(high, max(low, high - 4), -1):
        if at == len(data) or data[at] & 0xC0 != 0x80:
            return at
    return high


def _line_end(data: bytes, low: int, high: int) -> int:
    """The end of the last whole line between, but before a key block that is not whole; or 0."""
    begin = data.rfind(b"-----BEGIN ", max(low, high - _PEM), high)
    if begin > low and data.find(b"-----END ", begin, high) < 0:
        before = data.rfind(b"\n", low, begin) + 1
        if before > low:
            return before
    return data.rfind(b"\n", low, high) + 1


def _told_apart(data: bytes) -> list[tuple[bytes, bool]]:
    """The parts that are UTF-8, and those that are not (true), in their order."""
    try:
        data.decode()
    except UnicodeDecodeError:
        pass
    else:
        return [(data, False)]
    parts = _FOREIGN.split(data.decode("utf-8", "surrogateescape"))
    told = [
        (part.encode("utf-8", "surrogateescape"), bool(number % 2))
        for number, part in enumerate(parts)
    ]
    return [(part, foreign) for part, foreign in told if part]


def _after(text: bytes, line: int, column: int) -> tuple[int, int]:
    """Line and column after a text that begins there."""
    at = text.rfind(b"\n") + 1
    characters = len(text[at:].decode("utf-8", "surrogateescape"))
    return (line + text.count(b"\n"), characters + 1) if at else (line, column + characters)


def _read_some(stream: BinaryIO) -> bytes:
    """What is there now, so that a slow writer's lines are not waited for in thousands."""
    read = getattr(stream, "read1", stream.read)
    some: bytes = read(BLOCK)
    return some
