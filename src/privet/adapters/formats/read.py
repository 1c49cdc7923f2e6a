"""A data file as a stream of raw batches, whatever its format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from privet.adapters.formats.arrow_reader import read_arrow
from privet.adapters.formats.batches import RawBatch
from privet.adapters.formats.csv_reader import read_csv
from privet.adapters.formats.drift import Watch
from privet.adapters.formats.header import Empty
from privet.adapters.formats.jsonl_reader import read_jsonl
from privet.adapters.formats.layout import Layout
from privet.adapters.formats.parquet_reader import read_parquet
from privet.model.contract import Column
from privet.model.errors import ConfigError
from privet.model.pipeline import SourceFormat

BLOCK_BYTES = 4 << 20
"""Bytes read at a time: larger blocks make the readers slower and hungrier, not faster."""


_WIDE_COLUMNS = 256
_COLUMN_BYTES = 4 << 10
_WIDE_BLOCK_BYTES = 64 << 20


def block_for(columns: int, block_bytes: int) -> int:
    """How much to read at a time: wide tables more, so that a batch has rows for all its columns.

    Each batch costs something for every column, whatever its rows; 5,000 columns take 20 MiB.
    """
    if columns <= _WIDE_COLUMNS:
        return block_bytes
    return max(block_bytes, min(_WIDE_BLOCK_BYTES, columns * _COLUMN_BYTES))


def read_batches(
    file: BinaryIO,
    name: str,
    form: SourceFormat,
    columns: Sequence[Column],
    *,
    block_bytes: int = BLOCK_BYTES,
    watch: Watch | None = None,
    constants: Mapping[str, str | None] | None = None,
) -> Iterator[RawBatch]:
    """Stream the rows of a data file and the records that are none.

    Every record of the file is in one batch, as a row or as a reject, and in no two; a file that is
    cut off or damaged ends in an error and never in silence.

    Args:
        file: a binary file that can seek; it is read from its beginning and not closed.
        name: the file's name, for messages.
        form: its form, as `sniff` stated it.
        columns: the contract's leaf columns: the file has these and no others, in any order.
        block_bytes: about how much is read at a time.
        watch: what happens where the file's columns are others, and whether it may be empty; it
            then tells what was found.
        constants: columns that do not stand in the file but in its path, with their values.

    Raises:
        SourceError: the file's columns are not the contract's, or it is damaged.
        ConfigError: the contract has columns that the format cannot hold.
    """
    watch = Watch() if watch is None else watch
    layout = Layout(columns, constants or {})
    block_bytes = block_for(len(columns), block_bytes)
    read = _reader(file, name, form, layout.in_file, block_bytes=block_bytes, watch=watch)
    return layout.complete(_unless_empty(read, watch))


def _reader(
    file: BinaryIO,
    name: str,
    form: SourceFormat,
    columns: Sequence[Column],
    *,
    block_bytes: int,
    watch: Watch,
) -> Iterator[RawBatch]:
    if form.name == "parquet":
        return read_parquet(file, name, columns, block_bytes=block_bytes, watch=watch)
    if form.name == "arrow":
        return read_arrow(file, name, columns, block_bytes=block_bytes, watch=watch)
    if form.name == "jsonl":
        return read_jsonl(file, name, form, columns, block_bytes=block_bytes, watch=watch)
    nested = next((column for column in columns if column.path.nested), None)
    if nested is not None:
        raise ConfigError(
            f"column `{nested.path}` is nested, and `{name}` is a delimited text file",
            hint='Quote a name that has dots in it: `"a.b"`.',
            where=nested.where,
        )
    wanted = [column.path.root for column in columns]
    return read_csv(file, name, form, wanted, block_bytes=block_bytes, watch=watch)


def _unless_empty(batches: Iterator[RawBatch], watch: Watch) -> Iterator[RawBatch]:
    try:
        yield from batches
    except Empty:
        if not watch.empty_ok:
            raise
