"""What a project keeps of a data set, read through its vault; and what it released."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from privet.model.release import RowCounts
from privet.model.reserved import FILE, POSITION, REASON
from privet.pipeline.summary import RunSummary
from privet.project.memory import opened
from tests.projects import Made

Row: TypeAlias = tuple[Any, ...]
Place: TypeAlias = tuple[str, int]


@dataclass(frozen=True)
class Kept:
    """The newest snapshot of a data set.

    Attributes:
        number: of the snapshot; 0 where there is none.
        rows: the kept rows.
        held: for each row in the quarantine, the file and position that it was read at, and why.
    """

    number: int
    rows: pa.Table
    held: tuple[tuple[Place, str], ...]

    @property
    def bag(self) -> Counter[Row]:
        """The kept rows as a multiset."""
        return bag(self.rows)


def kept(made: Made, data: str) -> Kept:
    """What the vault has of `data`."""
    with opened(made.open().config, None) as memory:
        snapshot = memory.vault.latest(data)
        if snapshot is None:
            return Kept(0, pa.table({}), ())
        manifest = snapshot.manifest
        rows = pa.Table.from_batches(memory.vault.read(snapshot), manifest.schema)
        held = [
            ((str(manifest.sources[row[FILE]]["url"]), row[POSITION]), row[REASON])
            for batch in memory.vault.read_quarantine(snapshot)
            for row in batch.select([FILE, POSITION, REASON]).to_pylist()
        ]
        return Kept(snapshot.number, rows, tuple(held))


def bag(table: pa.Table) -> Counter[Row]:
    """The rows of a table as a multiset."""
    return Counter(zip(*(column.to_pylist() for column in table.columns), strict=True))


def released(summary: RunSummary, data: str) -> pa.Table:
    """The rows of a release in Parquet."""
    return pq.read_table(Path(summary.release) / f"{data}.parquet")


def counts(summary: RunSummary, data: str) -> RowCounts:
    """What became of a data set's rows."""
    return next(each.counts for each in summary.data if each.name == data)


def told(mapping: Mapping[str, int]) -> dict[str, int]:
    """The counts that are not zero."""
    return {reason: count for reason, count in mapping.items() if count}
