"""A data file as a stream of raw batches, whatever its format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from privet.adapters.formats.batches import RawBatch
from privet.adapters.formats.csv_reader import read_csv
from privet.adapters.formats.jsonl_reader import read_jsonl
from privet.adapters.formats.parquet_reader import read_parquet
from privet.model.contract import Column
from privet.model.errors import ConfigError
from privet.model.pipeline import SourceFormat

BLOCK_BYTES = 4 << 20
"""Bytes read at a time: larger blocks make the readers slower and hungrier, not faster."""


def read_batches(
    file: BinaryIO,
    name: str,
    form: SourceFormat,
    columns: Sequence[Column],
    *,
    block_bytes: int = BLOCK_BYTES,
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

    Raises:
        SourceError: the file's columns are not the contract's, or it is damaged.
        ConfigError: the contract has columns that the format cannot hold.
    """
    if form.name == "parquet":
        return read_parquet(file, name, columns, block_bytes=block_bytes)
    if form.name == "jsonl":
        return read_jsonl(file, name, form, columns, block_bytes=block_bytes)
    nested = next((column for column in columns if column.path.nested), None)
    if nested is not None:
        raise ConfigError(
            f"column `{nested.path}` is nested, and `{name}` is a delimited text file",
            hint='Quote a name that has dots in it: `"a.b"`.',
            where=nested.where,
        )
    wanted = [column.path.root for column in columns]
    return read_csv(file, name, form, wanted, block_bytes=block_bytes)
