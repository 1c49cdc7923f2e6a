"""Reading one file of a source, which must stay as it is meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from privet.adapters.formats.batches import RawBatch
from privet.adapters.formats.read import read_batches
from privet.adapters.stores.faults import changed
from privet.adapters.stores.sources import SourceObject, open_readable
from privet.model.contract import Column
from privet.model.errors import SourceError
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
) -> Iterator[RawBatch]:
    """The records of one file.

    Args:
        source: how it is read.
        item: the file.
        columns: the contract's columns that the source itself has.
        block_bytes: about how much is read at a time.
        meter: hears of rows and bytes.
        several: whether it is one of several files: then it may be empty.
        findings: hears of columns that are there or missing against the contract.

    Raises:
        SourceError: the file is not of its form, or changes while it is read.
    """
    del several, findings
    done = 0
    with _unchanged(item), open_readable(item) as file:
        for raw in read_batches(file, item.url, source.format, columns, block_bytes=block_bytes):
            yield raw
            at = file.tell()
            meter(raw.rows.num_rows + len(raw.rejects), max(0, at - done))
            done = at


@contextmanager
def _unchanged(item: SourceObject) -> Iterator[None]:
    """Insist that the file is the same before and after: else it was read half old and half new.

    That goes over whatever the reader found wrong: a file in the making looks cut off or damaged.
    """
    try:
        yield
    except SourceError as error:
        if _has_changed(item):
            raise changed(item.url) from error
        raise
    if _has_changed(item):
        raise changed(item.url)


def _has_changed(item: SourceObject) -> bool:
    now = item.store.head(item.key)
    return now is None or (now.size, now.stamp) != (item.size, item.stamp)
