"""Rows of one key side by side: partition by a keyed token, beyond memory through a sealed spool.

Rows arrive in any order and in any number. A buffer's worth at a time they are partitioned by the
top bits of their token (counting sort) and laid aside in a spool; at the end the partitions are
given back one after the other, in order of token. One that grew too large is partitioned again by
the next bits, unless it is one token's: then its rows come as they lie, piece by piece. So memory
is bounded whatever the input is.

Tokens of subjects are 64 bits under the data set's clustering key: the first of an HMAC-SHA256 or,
where there are many rows, SipHash-2-4. Two keys with one token would merely lie side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.crypto.mac import derive_key
from privet.kernels.hmac_column import hmac_rows
from privet.ports.world import Entropy
from privet.vault.spool import Lane, Spool

Tokens: TypeAlias = npt.NDArray[np.uint64]
Order: TypeAlias = npt.NDArray[np.int64]

_TOKEN = "_privet_token"  # noqa: S105 -- the name of a column
_MIN_BITS, _MAX_BITS = 4, 8
_BUFFER_BYTES = 32 << 20
"""Rows are parted this much at a time: more is no faster, since its memory is new every time."""
_QUICK_BYTES = 16 << 20
"""Partitions are no larger than this where that is not too many: rows are brought into order within
the processor's caches then, in a third of the time that they take where all of `share_bytes` is
gone through."""


def subject_tokens(key: bytes, subjects: pa.Array[Any], *, many: bool = False) -> Tokens:
    """One token per row; rows without a subject share token 0.

    Args:
        key: the data set's clustering key.
        subjects: normalised subject keys.
        many: whether so many rows are to come that it pays to load the kernel of SipHash; all rows
            that are grouped together have to be asked for in the same way.
    """
    if many:
        from privet.kernels.siphash import siphash_rows  # noqa: PLC0415 (loads Numba)

        return siphash_rows(derive_key(key, "grouping/SipHash-2-4")[:16], subjects)
    leading = np.ascontiguousarray(hmac_rows(key, subjects)[:, :8])
    return leading.view(">u8").reshape(-1).astype(np.uint64)


def partition_bits(expected_bytes: int, partition_bytes: int) -> int:
    """Bits to partition by, so that an even partition stays below `partition_bytes`."""
    wanted = -(-expected_bytes // partition_bytes)
    return min(max((wanted - 1).bit_length(), _MIN_BITS), _MAX_BITS)


class Piece(NamedTuple):
    """Some rows, and the token of each."""

    rows: pa.RecordBatch
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class Partition:
    """Rows of whole tokens: no other partition has a row of one of them.

    Attributes:
        pieces: gives the rows in the order in which they came; anew with each call, until the next
            partition is asked for.
        fits: whether they fit in memory together. If not, all of them have one token.
    """

    pieces: Callable[[], Iterator[Piece]]
    fits: bool

    def load(self) -> tuple[pa.Table, Tokens]:
        """All rows in the order in which they came, in one piece, and their tokens."""
        pieces = list(self.pieces())
        rows = pa.Table.from_batches([piece.rows for piece in pieces]).combine_chunks()
        return rows, np.concatenate([piece.tokens for piece in pieces])


class Grouping:
    """Takes rows with their tokens, and gives them back grouped.

    Args:
        spool_folder: where the spool's unnamed file lies.
        entropy: for the spool's key.
        share_bytes: size of a partition that fits in memory, and most of the buffer; the peak is
            about four times as much.
        expected_bytes: what the rows will take in memory; an estimate, and only a bad one costs a
            second round of partitioning.
    """

    def __init__(
        self, spool_folder: Path, entropy: Entropy, *, share_bytes: int, expected_bytes: int
    ) -> None:
        self._spool_folder = spool_folder
        self._entropy = entropy
        self._share_bytes = share_bytes
        self._spool: Spool | None = None
        bits = partition_bits(expected_bytes, min(share_bytes, _QUICK_BYTES))
        self._sorter = _Partitioner(bits, 0, share_bytes)

    def add(self, batch: pa.RecordBatch, tokens: Tokens) -> None:
        """Take rows and their tokens."""
        rows = batch.append_column(_TOKEN, pa.array(tokens))
        for part in _slices(rows, self._share_bytes):
            self._sorter.hold(part)
            if self._sorter.full:
                self._spool = self._spool or Spool(self._spool_folder, self._entropy)
                self._sorter.spill(self._spool)

    def drain(self) -> Iterator[Partition]:
        """Give everything back, in order of token between partitions; once only."""
        if self._spool is not None:
            self._sorter.spill(self._spool)
            yield from self._lanes(self._spool, self._sorter)
        elif held := self._sorter.release():
            yield Partition(partial(_pieces, held), fits=True)
        self.close()

    def close(self) -> None:
        """Give buffer and spool back."""
        self._sorter.release()
        if self._spool is not None:
            self._spool.close()
            self._spool = None

    def _lanes(self, spool: Spool, sorter: _Partitioner) -> Iterator[Partition]:
        for lane in sorter.lanes:
            fits = lane.nbytes <= self._share_bytes
            if fits or lane.low == lane.high:
                if lane.rows:
                    yield Partition(partial(_spooled, spool, lane), fits)
            else:
                yield from self._split(spool, lane, sorter.shift + sorter.bits)

    def _split(self, spool: Spool, lane: Lane, shift: int) -> Iterator[Partition]:
        """Partition an overlarge lane again, by the next bits of the token.

        Tokens have 64 bits and a lane of one token is never split, so this ends.
        """
        bits = partition_bits(lane.nbytes, self._share_bytes)
        sorter = _Partitioner(bits, shift, self._share_bytes)
        with closing(Spool(self._spool_folder, self._entropy)) as inner:
            for chunk in spool.chunks(lane):
                sorter.hold(chunk)
                if sorter.full:
                    sorter.spill(inner)
            sorter.spill(inner)
            yield from self._lanes(inner, sorter)


def taken(rows: pa.Table, order: Order) -> pa.RecordBatch:
    """The rows in `order`, as one batch."""
    # Arrow gathers text from two pieces in half the time that it takes from one.
    half = rows.num_rows // 2
    pieces = pa.concat_tables([rows.slice(0, half), rows.slice(half)])
    chosen = pieces.take(order).combine_chunks().to_batches()
    return chosen[0] if chosen else pa.RecordBatch.from_pylist([], rows.schema)


class _Partitioner:
    """A buffer of rows that is spilt, partitioned, into the lanes of a spool.

    Args:
        bits: partitions are numbered by this many bits of the token,
        shift: from this bit on, counted from the top.
        share_bytes: the buffer is `full` at this size, or earlier.
    """

    def __init__(self, bits: int, shift: int, share_bytes: int) -> None:
        self.bits = bits
        self.shift = shift
        self.lanes = [Lane() for _ in range(1 << bits)]
        self._buffer: list[pa.RecordBatch] = []
        self._bytes = 0
        self._buffer_bytes = min(share_bytes, _BUFFER_BYTES)

    @property
    def full(self) -> bool:
        return self._bytes >= self._buffer_bytes

    def hold(self, batch: pa.RecordBatch) -> None:
        self._buffer.append(batch)
        self._bytes += batch.nbytes

    def release(self) -> list[pa.RecordBatch]:
        """Empty the buffer."""
        held, self._buffer, self._bytes = self._buffer, [], 0
        return held

    def spill(self, spool: Spool) -> None:
        from privet.kernels.partition import partition_order  # noqa: PLC0415 (loads Numba)

        if not self._buffer:
            return
        held = self.release()
        tokens = np.concatenate([_tokens(batch) for batch in held])
        order, bounds = partition_order(self._leading_bytes(tokens), self.bits)
        tokens = tokens[order]
        table = pa.Table.from_batches(held)
        held.clear()  # so that its memory can go before the copy is written out
        rows = taken(table, order)
        del table
        for lane, start, stop in zip(self.lanes, bounds[:-1], bounds[1:], strict=True):
            if start < stop:
                lane.low = min(lane.low, int(tokens[start:stop].min()))
                lane.high = max(lane.high, int(tokens[start:stop].max()))
                spool.append(lane, rows.slice(int(start), int(stop - start)))

    def _leading_bytes(self, tokens: Tokens) -> npt.NDArray[np.uint8]:
        shifted = (tokens << np.uint64(self.shift)).astype(">u8")
        return shifted.view(np.uint8).reshape(-1, 8)


def _slices(batch: pa.RecordBatch, most_bytes: int) -> Iterator[pa.RecordBatch]:
    """The batch, cut so that a part takes about `most_bytes`."""
    parts = max(1, -(-batch.nbytes // most_bytes))
    step = max(1, -(-batch.num_rows // parts))
    for start in range(0, batch.num_rows, step):
        yield batch.slice(start, step)


def _spooled(spool: Spool, lane: Lane) -> Iterator[Piece]:
    return _pieces(spool.chunks(lane))


def _pieces(batches: Iterable[pa.RecordBatch]) -> Iterator[Piece]:
    for batch in batches:
        yield Piece(batch.select(batch.schema.names[:-1]), _tokens(batch))


def _tokens(batch: pa.RecordBatch) -> Tokens:
    tokens: Tokens = batch.column(batch.num_columns - 1).to_numpy()
    return tokens
