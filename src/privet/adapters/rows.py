"""The rows of a declared source, whether it is files or a database.

`named` says what a source is made of now, `open_batches` reads one of those as a stream.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from privet.adapters.databases.address import Address, parse_address
from privet.adapters.databases.query import read_query
from privet.adapters.databases.statement import checked_query
from privet.adapters.formats.batches import RawBatch
from privet.adapters.formats.drift import Drifted, Watch
from privet.adapters.formats.read import BLOCK_BYTES, read_batches
from privet.adapters.stores.faults import changed
from privet.adapters.stores.partitions import partition_values
from privet.adapters.stores.sources import SourceObject, expand, has_changed, open_readable
from privet.model.contract import Column
from privet.model.errors import ConfigError, SourceError
from privet.model.pipeline import SourceSpec


@dataclass(frozen=True, slots=True)
class Opened:
    """A file or a query on its way.

    Attributes:
        batches: its rows; to be taken once.
        position: how many bytes of a file were read so far; 0 for a database.
        watch: says how the columns differ from the contract's.
    """

    batches: Iterator[RawBatch]
    position: Callable[[], int]
    watch: Watch

    @property
    def drifted(self) -> Drifted:
        """Columns more or less than the contract's; complete once all batches were taken."""
        return self.watch.drifted


def named(source: SourceSpec, base: Path) -> tuple[SourceObject, ...]:
    """The files that a source names now, sorted by name, or its one database.

    A server's stamp is empty: nobody can tell whether its rows are those of an earlier run.

    Args:
        source: what the pipeline declares.
        base: the folder that relative paths start from.

    Raises:
        SourceError: it names nothing, or a file's path lacks a partition.
        ConfigError: a database without one SELECT, or more than one URL.
        UsageError: a URL is not known, or holds credentials.
    """
    if source.format.name == "sql":
        return (_database(source, base),)
    objects = expand(source.urls, base)
    for item in objects:
        partition_values(item.url, _partitions(source))
    return objects


@contextmanager
def open_batches(
    source: SourceSpec,
    item: SourceObject,
    columns: Sequence[Column],
    *,
    block_bytes: int = BLOCK_BYTES,
    several: bool = False,
    after: tuple[str, str] | None = None,
) -> Iterator[Opened]:
    """Read a file, or a query's result, which must stay as it is until the end of the `with`.

    Args:
        source: what the pipeline declares.
        item: one of those that `named` gave.
        columns: the contract's leaf columns that the source itself has.
        block_bytes: about how much is read at a time.
        several: whether it is one of several files, of which one may be empty; also for a query
            that may find nothing.
        after: for a database, a top-level column and a value of it: rows that do not go beyond may
            be left out, and positions then count those that came.

    Raises:
        SourceError: it is not of its form, its columns are not the contract's and the pipeline
            does not let them, or it changes meanwhile.
        Unreachable: a server does not answer, or dropped the connection.
    """
    watch = Watch(source.drift, empty_ok=several, strict_keys=True)
    if item.store is None:
        batches = read_query(
            item.key,
            source.query,
            columns,
            block_bytes=block_bytes,
            watch=watch,
            after=after,
        )
        yield Opened(batches, lambda: 0, watch)
        return
    constants = partition_values(item.url, _partitions(source))
    with _unchanged(item), open_readable(item) as file:
        read = read_batches(
            file,
            item.url,
            source.format,
            columns,
            block_bytes=block_bytes,
            watch=watch,
            constants=constants,
        )
        yield Opened(read, file.tell, watch)


def _partitions(source: SourceSpec) -> list[str]:
    return [path.root for path in source.partitions]


def _database(source: SourceSpec, base: Path) -> SourceObject:
    if len(source.urls) != 1:
        raise ConfigError(
            "a source of `format: sql` has one database",
            hint="Write one URL in `from:`; two databases are two sources.",
            where=source.where,
        )
    if source.partitions or (source.incremental is not None and source.incremental.after is None):
        raise ConfigError(
            "a source of `format: sql` has no files: no `partitions:`, and no `incremental: files`",
            hint="For rows after an earlier run, write `incremental: {after: COLUMN}`.",
            where=source.where,
        )
    address = parse_address(source.urls[0], base)
    checked_query(source.query, address.kind)
    size, stamp = _state(address)
    return SourceObject(address.shown, None, address.url, size, stamp)


def _state(address: Address) -> tuple[int, str]:
    """Size and stamp of an SQLite file with its write-ahead log; of a server, none."""
    if address.path is None:
        return 0, ""
    try:
        state = address.path.stat()
    except OSError:
        raise SourceError(f"{address.shown} names no file", hint="Check the path.") from None
    stamp = f"{state.st_mtime_ns}:{state.st_ino}"
    log = address.path.with_name(f"{address.path.name}-wal")
    if log.is_file() and (more := log.stat()).st_size:
        stamp += f"+{more.st_size}:{more.st_mtime_ns}"
    return state.st_size, stamp


@contextmanager
def _unchanged(item: SourceObject) -> Iterator[None]:
    """Insist that the file is the same before and after: else it was read half old and half new.

    That goes over whatever the reader found wrong: a file in the making looks cut off or damaged.
    """
    try:
        yield
    except SourceError as error:
        if has_changed(item):
            raise changed(item.url) from error
        raise
    if has_changed(item):
        raise changed(item.url)
