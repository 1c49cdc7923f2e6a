"""`privet reveal`: the values of tokens, as CSV on standard output."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from privet.cli import output
from privet.cli.redact import note, standard_input, standard_output
from privet.model.errors import SourceError, UsageError
from privet.project.project import Project
from privet.project.revealing import Asked, Revealed, reveal

FORMS = ("lines", "csv", "jsonl", "parquet")
_BY_NAME = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
STANDARD_INPUT = "-"


def reveal_tokens(project: Project, file: str, asked: Asked, *, form: str | None) -> None:
    """Write tokens and values to standard output; what is said of it goes to the other."""
    if form is not None and form not in FORMS:
        raise UsageError(f"`--format` is {', '.join(FORMS)}", hint="lines: a token on each")
    with _opened(file) as given:
        found = list(tokens_of(given, _form(form, file), asked.column, file))
    with project.held() as memory:
        done = reveal(memory, asked, found)
    standard_output().write(_table(done))
    standard_output().flush()
    note(f"revealed: {output.counted(len(done.pairs), 'value')}")
    for reason, count in done.withheld.items():
        if count:
            note(f"kept back, {reason}: {output.counted(count, 'value')}")


def tokens_of(given: BinaryIO, form: str, column: str, name: str) -> Iterator[str]:
    """The tokens of a file, nulls and empty ones aside; binary ones as hexadecimal text.

    Args:
        given: the file.
        form: one of `FORMS`.
        column: where they stand; lines have none.
        name: the file's, for messages.

    Raises:
        SourceError: the file is not of its form, or has no such column.
    """
    read = {"lines": _lines, "csv": _csv, "jsonl": _json_lines, "parquet": _parquet}[form]
    try:
        for token in read(given, column):
            if token:
                yield token
    except (UnicodeDecodeError, ValueError, csv.Error, KeyError, OSError):
        raise SourceError(
            f"{name} is not of the form {form}, or has no column `{column}`",
            hint="say what it is: `--format`, and as the file calls it, `--column`",
        ) from None


def _lines(given: BinaryIO, _: str) -> Iterator[str]:
    for line in given:
        yield line.decode().strip()


def _csv(given: BinaryIO, column: str) -> Iterator[str]:
    text = io.TextIOWrapper(given, "utf-8-sig", newline="")
    try:
        rows = csv.DictReader(text)
        if column not in (rows.fieldnames or ()):
            raise KeyError
        for row in rows:
            yield row[column] or ""
    finally:
        text.detach()  # left alone, it would close standard input


def _json_lines(given: BinaryIO, column: str) -> Iterator[str]:
    from privet.model.paths import ColumnPath

    steps = ColumnPath.parse(column).steps
    for line in given:
        if line.strip():
            yield from _leaves(json.loads(line), [step.name for step in steps])


def _leaves(value: Any, names: list[str]) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _leaves(each, names)
    elif value is not None:
        if names:
            yield from _leaves(value.get(names[0]) if isinstance(value, dict) else None, names[1:])
        elif isinstance(value, str):
            yield value


def _parquet(given: BinaryIO, column: str) -> Iterator[str]:
    import pyarrow.parquet as pq

    from privet.model.paths import ColumnPath
    from privet.transforms.nested import leaf_values

    path = ColumnPath.parse(column)
    for batch in pq.ParquetFile(given).iter_batches():
        for token in leaf_values(batch, path).to_pylist():
            yield token.hex() if isinstance(token, bytes) else token


def _form(form: str | None, file: str) -> str:
    return form or _BY_NAME.get(Path(file).suffix.lower(), "lines")


def _opened(file: str) -> BinaryIO:
    if file == STANDARD_INPUT:
        return standard_input()
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise SourceError(f"cannot read {file}: {error.strerror}") from error


def _table(done: Revealed) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("token", "value"))
    writer.writerows(done.pairs)
    return text.getvalue().encode()
