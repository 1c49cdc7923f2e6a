"""Reading one file, or one query, of a source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from privet.adapters.formats.batches import RawBatch
from privet.adapters.rows import open_batches
from privet.adapters.stores.sources import SourceObject
from privet.model.contract import Column
from privet.model.pipeline import SourceSpec
from privet.pipeline.findings import Findings
from privet.pipeline.progress import Meter


def read_source(
    source: SourceSpec,
    item: SourceObject,
    columns: Sequence[Column],
    *,
    block_bytes: int,
    meter: Meter,
    several: bool,
    findings: Findings,
    after: tuple[str, str] | None = None,
) -> Iterator[RawBatch]:
    """The records of one file, or of one query.

    Args:
        source: how it is read.
        item: the file, or the database.
        columns: the contract's columns that the source itself has.
        block_bytes: about how much is read at a time.
        meter: hears of rows and bytes.
        several: whether it is one of several files: then it may be empty.
        after: for a database, a column and a value of it: only rows beyond are asked for.
        findings: hears of columns that are there or missing against the contract.

    Raises:
        SourceError: the file is not of its form, or changes while it is read.
        Unreachable: a database dropped the connection.
    """
    done = 0
    with open_batches(
        source, item, columns, block_bytes=block_bytes, several=several, after=after
    ) as opened:
        for raw in opened.batches:
            yield raw
            at = opened.position()
            meter(raw.rows.num_rows + len(raw.rejects), max(0, at - done))
            done = at
        # Beside a lost column, what else is there may be a record and no header.
        named = not opened.drifted.lost or not opened.drifted.added
        more = opened.drifted.added if named else (f"{len(opened.drifted.added)} of other names",)
        findings.added.update(more)
        findings.lost.update(opened.drifted.lost)
