"""The encoding of a text file: its byte order mark, else strict UTF-8, else a considered guess."""

from __future__ import annotations

import codecs
import re

from privet.adapters.formats.text import ByteSource
from privet.model.errors import SourceError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_FEW = 200
_SAMPLE = 64 << 10
_SEARCH = 256 << 20


def detect(source: ByteSource, name: str) -> str:
    """State the encoding of a text file, read from its beginning.

    Pure ASCII is skipped, up to 256 MiB, to find bytes that say something: a file whose first
    accent stands on line 90,000 is not taken for UTF-8 when it is not.

    Raises:
        SourceError: the file is binary, or nothing says what its encoding is.
    """
    head = source.read(1 << 20)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    chunk, seen = head, 0
    while chunk.isascii() and chunk and seen < _SEARCH:
        seen += len(chunk)
        chunk = source.read(1 << 20)
    if chunk.isascii() and b"\x00" not in head:
        return "utf-8"
    if b"\x00" not in head and _is_utf8(chunk):
        return "utf-8"
    return _guess(chunk if b"\x00" not in head else head, name)


def _is_utf8(chunk: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(_from_first_accent(chunk))
    except UnicodeDecodeError:
        return False
    return True


def _from_first_accent(chunk: bytes) -> bytes:
    """`chunk` without continuation bytes of a character that the chunk before began."""
    return chunk.lstrip(bytes(range(0x80, 0xC0)))


def _has_few_lone_accents(sample: bytes) -> bool:
    """Whether this looks like Western text with too few accents for a guess by frequencies.

    Letters beyond ASCII stand by ones and twos among plain ones. A few of them (`Müller`) are valid
    in the double-byte encodings of East Asia too, and in Central European ones, for which short
    samples are taken.
    """
    try:
        text = sample.decode("cp1252")
    except UnicodeDecodeError:
        return False
    runs = _BEYOND_ASCII.findall(text)
    lone = sum(len(run) <= 2 and run.isalpha() for run in runs)
    return len(runs) < _FEW and lone == len(runs)


def _guess(chunk: bytes, name: str) -> str:
    first = next((i for i, byte in enumerate(chunk) if byte > 0x7F), 0)
    start = max(0, first - _SAMPLE // 2) & ~3
    sample = chunk[start : start + _SAMPLE]
    if _has_few_lone_accents(sample):
        return "cp1252"
    from charset_normalizer import from_bytes  # noqa: PLC0415 (few files need a guess)

    best = from_bytes(sample).best()
    if best is None:
        raise SourceError(
            f"`{name}` is neither text of a known encoding nor a format that is read here",
            hint="State `encoding:` in the pipeline file, or convert the file to UTF-8 or Parquet.",
        )
    return codecs.lookup(best.encoding).name
