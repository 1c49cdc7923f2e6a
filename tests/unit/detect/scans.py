"""Short ways to scan made-up columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from privet.detect.columns.scanner import ColumnScanner
from privet.model.contract import Column
from privet.model.finding import Finding
from privet.ports.arrow_types import leaf_columns, spell_type

TODAY = date(2026, 11, 23)


def scan_table(table: pa.Table) -> dict[str, Finding]:
    """The findings of a table, by path."""
    columns = [Column(path, spell_type(kind)) for path, kind in leaf_columns(table.schema)]
    scanner = ColumnScanner(columns, today=TODAY)
    for batch in table.to_batches(max_chunksize=1000):
        scanner.add(batch)
    return {str(finding.path): finding for finding in scanner.findings()}


def scan(columns: Mapping[str, Sequence[Any]]) -> dict[str, Finding]:
    """The findings of a table of Python values."""
    return scan_table(pa.table(dict(columns)))


def scan_one(header: str, values: Sequence[Any]) -> Finding:
    """The finding of a table of one column."""
    return next(iter(scan({header: values}).values()))
