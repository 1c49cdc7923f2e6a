"""What a scan says of a column, and why: the seam between `detect` and everything that asks it."""

from __future__ import annotations

from dataclasses import dataclass

from privet.model.paths import ColumnPath


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on one leaf column.

    Attributes:
        path: the column.
        type: its physical type, as in a contract.
        kind: short name of what was found (`email`, `phone`, `card`, `name`, `free_text`, …), or
            None for a firm "nothing found".
        category: the data category key that goes with it, or None.
        confidence: 0 to 100; of the finding, or of "nothing found".
        evidence: short reasons with counts, never a value: `header says e-mail`, `98 % of 412
            distinct values are e-mail addresses`.
        unsure: whether a person should look before relying on it.
    """

    path: ColumnPath
    type: str
    kind: str | None
    category: str | None
    confidence: int
    evidence: tuple[str, ...]
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class QuasiIdentifier:
    """Columns that name nobody, and rows that have a combination of them to themselves.

    Attributes:
        columns: the columns, in their order.
        unique: rows that no other row is like in these columns.
        rows: rows looked at.
        error: `unique` is within so many rows, 19 times in 20; 0: it was counted.
    """

    columns: tuple[ColumnPath, ...]
    unique: int
    rows: int
    error: int = 0


@dataclass(frozen=True, slots=True)
class TableScan:
    """The verdicts on one data set.

    Attributes:
        name: the data set's name.
        source: what was read, as the user named it.
        form: how it was read (`csv, delimiter ';', utf-8, gzip`).
        rows: rows looked at.
        whole: whether those were all.
        findings: one for each leaf column, in order.
        quasi: which columns together single out rows, the one that does most first.
    """

    name: str
    source: str
    form: str
    rows: int
    whole: bool
    findings: tuple[Finding, ...]
    quasi: tuple[QuasiIdentifier, ...] = ()
