"""What form a data file has. It is stated once, in the pipeline file, and never guessed again."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import BinaryIO

from privet.adapters.formats import dialect, encoding
from privet.adapters.formats.arrow_reader import FILE_MAGIC, STREAM_MAGIC
from privet.adapters.formats.header import empty
from privet.adapters.formats.text import ByteSource, Compression, TextStream, compression_of
from privet.model.errors import SourceError
from privet.model.pipeline import FormatName, SourceFormat

_SAMPLE = 256 << 10
_PARQUET = b"PAR1"
_EXTENSIONS: dict[str, FormatName] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".arrow": "arrow",
    ".arrows": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
}
_FOREIGN = {
    b"PK\x03\x04": "a zip archive or an Excel workbook; unpack it, or save the sheet as CSV",
    b"BZh": "compressed with bzip2; unpack it, or pack it with gzip or zstd",
    b"\xfd7zXZ": "compressed with xz; unpack it, or pack it with gzip or zstd",
    b"SQLite format 3": "an SQLite database; export the table as CSV",
    b"FEA1": "a Feather file of version 1; write it as Arrow IPC or Parquet",
    b"ORC": "an ORC file; write it as Parquet",
    b"Obj\x01": "an Avro file; write it as Parquet or JSON Lines",
    b"%PDF": "a PDF document; extract its text into JSON Lines first",
}


def sniff(file: BinaryIO, name: str) -> SourceFormat:
    """State the format, compression, dialect and encoding of a file, by its content and extension.

    Args:
        file: a binary file that can seek; it is left at its beginning.
        name: its name: the extension counts, and messages use it.

    Raises:
        SourceError: the file is empty, damaged, or of a form that is not read here.
    """
    file.seek(0)
    head = file.read(16)
    if not head:
        raise empty(name)
    _refuse_foreign(head, name)
    compression = compression_of(head)
    try:
        if compression is None and head.startswith(_PARQUET):
            return SourceFormat("parquet")
        if compression is None and head.startswith((FILE_MAGIC, STREAM_MAGIC)):
            return SourceFormat("arrow")
        return _sniff_text(file, name, compression)
    finally:
        file.seek(0)


def _sniff_text(file: BinaryIO, name: str, compression: Compression) -> SourceFormat:
    expected = _expected(name)
    head = ByteSource(file, name, compression).read(1 << 10)
    if not head:
        raise empty(name)
    if compression is not None:
        _refuse_foreign(head, name)
    if expected == "parquet" or head.startswith(_PARQUET):
        raise _not_plain(name, "Parquet file")
    if expected == "arrow" or head.startswith((FILE_MAGIC, STREAM_MAGIC)):
        raise _not_plain(name, "Arrow IPC file or stream")
    codec = encoding.detect(ByteSource(file, name, compression), name)
    stream = TextStream(ByteSource(file, name, compression), name, codec, escape=True)
    sample = _sample(stream)
    if not sample.strip():
        raise empty(name)
    begins = sample.lstrip()[:1]
    if begins == "[" and expected != "csv":
        raise json_array(name)
    if expected == "jsonl" or (begins == "{" and expected is None):
        return SourceFormat("jsonl", compression, encoding=codec)
    found = dialect.detect(sample)
    return SourceFormat(
        "csv", compression, delimiter=found.delimiter, quote=found.quote, encoding=codec
    )


def _sample(stream: TextStream) -> str:
    data = b""
    while len(data) < _SAMPLE and (piece := stream.read(_SAMPLE - len(data))):
        data += piece
    # Cut where the sample was cut: a character, or a line, may be half there.
    return data.decode(errors="ignore")


def _expected(name: str) -> FormatName | None:
    suffixes = [suffix.lower() for suffix in PurePosixPath(name).suffixes]
    return next((_EXTENSIONS[s] for s in reversed(suffixes) if s in _EXTENSIONS), None)


def _refuse_foreign(head: bytes, name: str) -> None:
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            kind, _, advice = what.partition("; ")
            raise SourceError(f"`{name}` is {kind}", hint=f"{advice[0].upper()}{advice[1:]}.")


def json_array(name: str) -> SourceError:
    """The error for a file that is one JSON array."""
    target = PurePosixPath(name).with_suffix(".jsonl").name
    return SourceError(
        f"`{name}` is one JSON array, and not one object per line",
        hint=f"Convert it to JSON Lines: jq -c '.[]' '{name}' > '{target}'",
    )


def _not_plain(name: str, what: str) -> SourceError:
    return SourceError(
        f"`{name}` is not a whole, plain {what}",
        hint="Unpack it if it is compressed from outside; else fetch or export it again.",
    )
