"""`pv.scan(frame)`: the verdict on the columns of a table that is in memory already."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa

from privet.adapters.formats.infer import typed_leaves
from privet.adapters.formats.plain import plain, plain_schema
from privet.adapters.world import SystemClock
from privet.detect.columns.scanner import ColumnScanner
from privet.model.contract import Column
from privet.model.finding import TableScan
from privet.project.scanning import SAMPLE_ROWS, scan

_ROWS_AT_ONCE = 65_536
_table: Any = pa.table


def scan_all(sources: tuple[object, ...], base: Path, *, full: bool) -> tuple[TableScan, ...]:
    """The verdicts on files, as `scan` has them, and on frames, in their order.

    Raises:
        SourceError: see `scan` and `scan_frame`.
        TypeError: a source is neither a path nor a frame.
    """
    numbers = count(1)
    found: list[TableScan] = []
    for source in sources:
        if isinstance(source, str | Path):
            found += scan([str(source)], base, full=full)
        else:
            number = next(numbers)
            name = "frame" if number == 1 else f"frame_{number}"
            found.append(scan_frame(source, name, full=full))
    return tuple(found)


def scan_frame(frame: object, name: str = "frame", *, full: bool = False) -> TableScan:
    """The verdict on every leaf column of a frame.

    Args:
        frame: a table of anything that speaks the Arrow PyCapsule interface (PyArrow, Polars,
            pandas, DuckDB, …).
        name: what the data set is called.
        full: look at every row, and not the first `SAMPLE_ROWS`.

    Raises:
        TypeError: it speaks no Arrow, is one column, or holds columns of mixed types.
        SourceError: it has no rows, or a name or type that a contract cannot have.
    """
    table = as_table(frame)
    schema = plain_schema(table.schema)
    columns = tuple(
        Column(path, kind, note=note)
        for path, kind, note in typed_leaves(schema, name, has_rows=table.num_rows > 0)
    )
    scanner = ColumnScanner(columns, today=SystemClock().now().date(), quasi=True)
    rows = 0
    for batch in table.to_batches(max_chunksize=_ROWS_AT_ONCE):
        values = [plain(column) for column in batch.columns]
        scanner.add(pa.RecordBatch.from_arrays(values, names=schema.names))
        rows += batch.num_rows
        if rows >= SAMPLE_ROWS and not full:
            break
    return TableScan(
        name=name,
        source=type(frame).__name__,
        form="arrow",
        rows=rows,
        whole=rows == table.num_rows,
        findings=scanner.findings(),
        quasi=scanner.quasi(),
    )


def as_table(frame: object) -> pa.Table:
    """A frame of whatever speaks Arrow, as a table.

    Raises:
        TypeError: it speaks no Arrow, is one column, or holds columns of mixed types.
    """
    speaks = any(hasattr(frame, name) for name in ("__arrow_c_stream__", "__arrow_c_array__"))
    if not speaks:
        raise TypeError(f"a frame speaks Arrow, and {type(frame).__name__} does not: pass a table")
    problem = None
    try:
        table: pa.Table = _table(frame)
    except (pa.ArrowException, TypeError, ValueError):
        # Not chained: the message may repeat a value.
        problem = f"{type(frame).__name__} is no table that Arrow can hold"
    else:
        return table
    raise TypeError(f"{problem}: one column is none, and a column has values of one type")
