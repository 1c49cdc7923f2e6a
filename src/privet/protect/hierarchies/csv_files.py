"""Hierarchies in ARX's CSV form: the value first, then what it generalises to, `*` at the end."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from privet.model.errors import ConfigError, Location, SourceError
from privet.protect.hierarchies.specs import CsvHierarchy

SEPARATORS = (";", "\t", ",")
"""Taken for the separator in this order, whichever the first line has."""


def read_csv(path: Path, separator: str | None = None) -> CsvHierarchy:
    """Read a hierarchy's file.

    Raises:
        SourceError: it cannot be read, or is no UTF-8 text.
        ConfigError: lines of different lengths, or none.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SourceError(
            f"the hierarchy `{path.name}` cannot be read: {error.strerror}, in {path.parent}",
            hint="Name a CSV file with a line for each value: value;group;*",
        ) from error
    except UnicodeDecodeError:
        raise SourceError(
            "the hierarchy is no UTF-8 text",
            hint="Save it as UTF-8.",
            where=Location(path.name),
        ) from None
    return parse_csv(text, path.name, separator)


def parse_csv(text: str, file: str, separator: str | None = None) -> CsvHierarchy:
    """Read a hierarchy's text. Empty lines are passed over; an empty first field is null.

    Raises:
        ConfigError: lines of different lengths, or none; a quote that nothing closes.
    """
    first = text.lstrip().partition("\n")[0]
    found = separator or next((each for each in SEPARATORS if each in first), ";")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=found, strict=True)
    rows: list[tuple[str | None, ...]] = []
    lines: list[int] = []
    try:
        for fields in reader:
            if not fields:
                continue
            if rows and len(fields) != len(rows[0]):
                raise ConfigError(
                    f"the line has {len(fields)} fields, and the first has {len(rows[0])}",
                    hint="Every value needs a label on each level; repeat one where it has none.",
                    where=Location(file, reader.line_num),
                )
            rows.append((fields[0] or None, *fields[1:]))
            lines.append(reader.line_num)
    except csv.Error:
        raise ConfigError(
            "the line cannot be read as CSV",
            hint="Close each quote, and double a quote inside of one.",
            where=Location(file, reader.line_num),
        ) from None
    if not rows:
        raise ConfigError(
            "the hierarchy has no lines",
            hint="Write a line for each value: value;group;*",
            where=Location(file),
        )
    return CsvHierarchy(tuple(rows), tuple(lines), file)
