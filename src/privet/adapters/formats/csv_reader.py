"""Delimited text as batches of text columns; records with too few or too many fields are rejected.

pyarrow parses. Three things around it are ours: the header is read as the first record, so that
names mean what the same parser reads; an *end mark*, a record of our own behind the last, must come
back as the last row, which proves that no unclosed quote swallowed the end of the file; and
positions are worked out from the record numbers of the rejected rows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from queue import Empty
from typing import IO, Any, BinaryIO, Literal, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from privet.adapters.formats.batches import RawBatch, Reject
from privet.adapters.formats.dialect import Dialect, records
from privet.adapters.formats.drift import Watch
from privet.adapters.formats.header import check_names, empty, no_rows
from privet.adapters.formats.text import ByteSource, TextStream, unescape
from privet.model.errors import PrivetError, SourceError
from privet.model.pipeline import SourceFormat

_END = "end"
_ESCAPED = "[\U0010ff80-\U0010ffff]"
_HEADER_BYTES = 1 << 20
_LAST_READ_SECONDS = 30.0
_MAX_PENDING = 256 << 20
"""Bytes of rejected records that may wait for the next good row."""


def read_header(file: BinaryIO, name: str, form: SourceFormat) -> list[str]:
    """The fields of the first record, as they stand there.

    Raises:
        SourceError: the file is empty or damaged.
    """
    stream = _text(file, name, form)
    data = b""
    while len(data) < _HEADER_BYTES and (piece := stream.read(_HEADER_BYTES)):
        data += piece
        rows = records(data.decode(errors="replace"), Dialect(form.delimiter, form.quote), limit=2)
        if len(rows) == 2:
            return rows[0]
    rows = records(data.decode(errors="replace"), Dialect(form.delimiter, form.quote), limit=1)
    if not rows:
        raise empty(name)
    return rows[0]


def column_names(file: BinaryIO, name: str, form: SourceFormat) -> list[str]:
    """The names of the columns: from the header, or `column_1`, `column_2`, … without one.

    Raises:
        SourceError: the file is empty, or its header is not one.
    """
    first = read_header(file, name, form)
    if not form.header:
        return [f"column_{number}" for number in range(1, len(first) + 1)]
    check_names(first, name)
    return first


def read_csv(
    file: BinaryIO,
    name: str,
    form: SourceFormat,
    wanted: Sequence[str],
    *,
    block_bytes: int,
    watch: Watch | None = None,
) -> Iterator[RawBatch]:
    """Stream a file's rows as text; an empty field is null.

    Args:
        file: a binary file that can seek; it is not closed.
        name: its name, for messages.
        form: its stated form.
        wanted: the contract's columns, in any order.
        block_bytes: how much text is parsed at a time; no record may be longer.
        watch: what happens where the file's columns are others; by default it is refused.

    Yields:
        batches whose columns stand as in `wanted`, but for those that the file may lack, and whose
        positions count the records below the header from 1.

    Raises:
        SourceError: the header is not the contract's, or the file is damaged.
    """
    found = column_names(file, name, form) if form.header else list(wanted)
    lost = (watch or Watch()).reconcile(found, wanted, name).lost
    has = [column for column in wanted if column not in lost]
    reader = _Reader(file, name, form, found=found, wanted=has, block_bytes=block_bytes)
    yield from reader.batches()


def _text(file: BinaryIO, name: str, form: SourceFormat, tail: bytes = b"") -> TextStream:
    source = ByteSource(file, name, form.compression)
    return TextStream(source, name, form.encoding, escape=True, tail=tail)


class _Reader:
    """One pass over one file."""

    def __init__(
        self,
        file: BinaryIO,
        name: str,
        form: SourceFormat,
        *,
        found: Sequence[str],
        wanted: Sequence[str],
        block_bytes: int,
    ) -> None:
        self._name = name
        self._form = form
        self._block_bytes = block_bytes
        self._fields = list(found)
        self._places = [self._fields.index(column) for column in wanted]
        self._wanted = list(wanted)
        self._rejected: deque[Reject] = deque()
        self._skipped = 1 if form.header else 0
        self._position = 1
        self._pending = 0
        mark = form.delimiter.join([_END] * len(found)).encode() + b"\n"
        self._stream: TextStream | None = _text(file, name, form, tail=mark)
        self._reader: pa.csv.CSVStreamingReader | None = None

    def batches(self) -> Iterator[RawBatch]:
        try:
            self._reader = self._open()
            yield from self._records()
        finally:
            self._end()

    def _end(self) -> None:
        """Wait for the thread in which pyarrow reads ahead.

        It must have ended before the file is closed, and before the process ends, which would hang
        or crash. Nothing but the thread may hold the reader and the stream then, not even the
        frames of an error on its way.
        """
        ended = self._stream.stop() if self._stream is not None else None
        self._reader = self._stream = None
        if ended is not None:
            with suppress(Empty):
                ended.get(timeout=_LAST_READ_SECONDS)

    def _records(self) -> Iterator[RawBatch]:
        header = self._form.header
        held: pa.RecordBatch | None = None
        while (batch := self._pull()) is not None:
            if header and batch.num_rows:
                batch, header = self._without_header(batch), False
            # One batch stays behind, since only the last one ends in the end mark.
            if held is not None:
                yield self._raw(held)
            held = batch
        if held is not None:
            held = self._without_end(held)
        if held is None or header:
            raise self._unreadable("Its header and its records are not of the stated form.")
        last = self._raw(held)
        if self._position == 1:
            raise no_rows(self._name)
        yield last

    def _open(self) -> pa.csv.CSVStreamingReader:
        names = [str(place) for place in range(len(self._fields))]
        try:
            return pa.csv.open_csv(
                cast("IO[bytes]", self._stream),
                pa.csv.ReadOptions(
                    # Threads would take the record numbers away from the rejected rows.
                    use_threads=False,
                    block_size=self._block_bytes,
                    column_names=names,
                ),
                pa.csv.ParseOptions(
                    delimiter=self._form.delimiter,
                    quote_char=self._form.quote or False,
                    newlines_in_values=True,
                    # In a file of one column, an empty line is a null.
                    ignore_empty_lines=len(names) > 1,
                    invalid_row_handler=self._reject,
                ),
                pa.csv.ConvertOptions(
                    check_utf8=False,
                    column_types=dict.fromkeys(names, pa.string()),
                    include_columns=[str(place) for place in self._places],
                    null_values=[""],
                    strings_can_be_null=True,
                ),
            )
        except PrivetError:
            raise
        except (pa.ArrowException, OSError) as error:
            problem = self._classified(error)
        raise problem

    def _pull(self) -> pa.RecordBatch | None:
        try:
            return self._reader.read_next_batch() if self._reader is not None else None
        except StopIteration:
            return None
        except PrivetError:
            raise
        except (pa.ArrowException, OSError) as error:
            problem = self._classified(error)
        raise problem

    def _reject(self, row: pa.csv.InvalidRow) -> Literal["skip", "error"]:
        raw = unescape(row.text.encode())
        self._rejected.append(Reject(cast("int", row.number) - self._skipped, "ragged_row", raw))
        self._pending += len(raw)
        return "skip" if self._pending < _MAX_PENDING else "error"

    def _without_header(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        first = [column[0].as_py() for column in batch.columns]
        if first != self._wanted or (self._rejected and self._rejected[0].position < 1):
            raise self._unreadable("The header cannot be read as the stated dialect.")
        return batch.slice(1)

    def _without_end(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        last = batch.num_rows - 1
        if last < 0 or any(column[last].as_py() != _END for column in batch.columns):
            raise SourceError(
                f"`{self._name}` ends inside a quoted field: a quote is opened and never closed",
                hint="Close it, or state the file's real `quote:` in the pipeline file "
                '("" for a file that quotes nothing).',
            )
        return batch.slice(0, last)

    def _raw(self, batch: pa.RecordBatch) -> RawBatch:
        escaped = self._stream is not None and self._stream.escaped
        columns = [_unescaped(c) if escaped else c for c in batch.columns]
        positions, rejects = self._numbered(batch.num_rows)
        return RawBatch(pa.RecordBatch.from_arrays(columns, names=self._wanted), positions, rejects)

    def _numbered(self, rows: int) -> tuple[pa.Int64Array, tuple[Reject, ...]]:
        """The next `rows` positions that no reject takes, and the rejects up to the row after."""
        start, end = self._position, self._position + rows
        passed: list[Reject] = []
        while self._rejected and self._rejected[0].position <= end:
            passed.append(self._rejected.popleft())
            end += 1
        self._position = end
        self._pending -= sum(len(reject.raw) for reject in passed)
        taken = np.zeros(end - start, dtype=bool)
        taken[[reject.position - start for reject in passed]] = True
        positions = np.arange(start, end, dtype=np.int64)[~taken]
        return cast("pa.Int64Array", pa.array(positions)), tuple(passed)

    def _classified(self, error: Exception) -> SourceError:
        """Our words for pyarrow's error, whose own text may quote the record."""
        if "straddling" in str(error):
            return SourceError(
                f"`{self._name}` has a record of over {self._block_bytes:,} bytes, "
                f"after record {self._position:,}",
                hint="Look for a quote that is opened and never closed; if records are really "
                "that long, raise `block` under `engine:` in privet.yaml.",
            )
        return self._unreadable("Check its delimiter and quote in the pipeline file.")

    def _unreadable(self, hint: str) -> SourceError:
        return SourceError(
            f"`{self._name}` cannot be read as delimited text after record {self._position:,}",
            hint=hint,
        )


def _unescaped(values: pa.Array[Any]) -> pa.Array[Any]:
    """Text with the file's own bad bytes put back: those strings are then not valid UTF-8."""
    if not pc.any(pc.match_substring_regex(values, _ESCAPED)).as_py():
        return values
    raw = [None if v is None else unescape(v) for v in values.cast(pa.binary()).to_pylist()]
    return pa.array(raw, pa.binary()).cast(pa.string(), safe=False)
