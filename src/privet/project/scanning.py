"""Read data files as their form says, and let `detect` judge every column."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from privet.adapters.formats.infer import infer_columns
from privet.adapters.formats.read import read_batches
from privet.adapters.formats.sniff import sniff
from privet.adapters.stores.sources import SourceObject, expand, open_readable
from privet.adapters.world import SystemClock
from privet.detect.columns.scanner import ColumnScanner
from privet.model.contract import Column
from privet.model.errors import SourceError
from privet.model.finding import TableScan
from privet.model.pipeline import SourceFormat
from privet.quality.suggest import Suggester, Suggestions

SAMPLE_ROWS = 200_000
MAX_NAME = 63


@dataclass(frozen=True, slots=True)
class Scanned:
    """One data set to be: what it was read from, in which form, its columns and their verdicts.

    `suggestions` are rules and cleaning steps, where they were asked for.
    """

    urls: tuple[str, ...]
    form: SourceFormat
    columns: tuple[Column, ...]
    verdict: TableScan
    suggestions: Suggestions | None = None


def scan(paths: Sequence[str], base: Path, *, full: bool = False) -> tuple[TableScan, ...]:
    """The verdict on every column of every file that `paths` name; one table for each path.

    Args:
        paths: files, folders, patterns or object-store URLs; the files of one path are one table.
        base: the folder that relative paths start from.
        full: read every row, and not the first `SAMPLE_ROWS` of each file.

    Raises:
        SourceError: a path names nothing, or a file is not of its form.
    """
    return tuple(scan_path(path, base, full=full).verdict for path in paths)


def scan_path(path: str, base: Path, *, full: bool, suggest: bool = False) -> Scanned:
    """Scan the files that one path names, as one table; the first file states the form.

    With `suggest`, rules and cleaning steps are suggested from the same rows. A column that may be
    about people counts as one that is.
    """
    objects = expand([path], base)
    first = objects[0]
    with open_readable(first) as file:
        form = sniff(file, first.url)
        columns = infer_columns(file, first.url, form)
    scanner = ColumnScanner(columns, today=SystemClock().now().date(), quasi=True)
    suggester = Suggester(columns) if suggest else None
    look = [scanner.add] if suggester is None else [scanner.add, suggester.add]
    rows, whole = 0, True
    for item in objects:
        read, complete = _scan_object(item, form, columns, look, full=full)
        rows, whole = rows + read, whole and complete
    verdict = TableScan(
        name=dataset_name(path),
        source=path if len(objects) == 1 else f"{path} ({len(objects)} files)",
        form=str(form),
        rows=rows,
        whole=whole,
        findings=scanner.findings(),
        quasi=scanner.quasi(),
    )
    if suggester is None:
        return Scanned((path,), form, columns, verdict)
    personal = {each.path for each in verdict.findings if each.kind is not None or each.unsure}
    return Scanned((path,), form, columns, verdict, suggester.suggestions(personal))


def _scan_object(
    item: SourceObject,
    form: SourceFormat,
    columns: tuple[Column, ...],
    look: Sequence[Callable[[pa.RecordBatch], None]],
    *,
    full: bool,
) -> tuple[int, bool]:
    rows = 0
    with open_readable(item) as file:
        for batch in read_batches(file, item.url, form, columns):
            for add in look:
                add(batch.rows)
            rows += batch.rows.num_rows
            if rows >= SAMPLE_ROWS and not full:
                return rows, False
    return rows, True


def dataset_name(path: str) -> str:
    """A plain identifier for the data set in `path`: `Customers-2026.csv.gz` is `customers_2026`.

    Raises:
        SourceError: nothing of the path can be a name.
    """
    parts = [part for part in re.split(r"[/\\]", path) if part and not re.search(r"[*?\[]", part)]
    stem = re.split(r"\.", parts[-1])[0] if parts else ""
    name = re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_")
    if not name:
        raise SourceError(
            f"no data set can be named after {path}", hint="rename the file or folder"
        )
    return (name if name[0].isalpha() else f"data_{name}")[:MAX_NAME]
