"""Rows of one subject side by side: partition by a keyed token, then sort each partition.

Rows arrive in any order and in any number. A buffer's worth at a time they are partitioned by the
top bits of their token (counting sort) and laid aside in a sealed spool; at the end each partition
is read back, stably sorted by token and handed on. A partition that grew too large is partitioned
again by the next bits, unless it is one subject's: then its rows go on as they lie. So memory is
bounded whatever the input is.

Tokens are the first 64 bits of HMAC-SHA256 under the data set's clustering key. Two subjects with
one token would merely lie side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.kernels.hmac_column import hmac_rows
from privet.ports.world import Entropy
from privet.vault.outlet import FragmentOutlet
from privet.vault.spool import Lane, Spool

Tokens = npt.NDArray[np.uint64]

_TOKEN = "_privet_token"  # noqa: S105 -- the name of a column
_MIN_BITS, _MAX_BITS = 4, 8
_BUFFER_BYTES = 32 << 20
"""Rows are parted this much at a time: more is no faster, since its memory is new every time."""


def subject_tokens(key: bytes, subjects: pa.Array[Any]) -> Tokens:
    """One token per row; rows without a subject share token 0."""
    leading = np.ascontiguousarray(hmac_rows(key, subjects)[:, :8])
    return leading.view(">u8").reshape(-1).astype(np.uint64)


def partition_bits(expected_bytes: int, partition_bytes: int) -> int:
    """Bits to partition by, so that an even partition stays below `partition_bytes`."""
    wanted = -(-expected_bytes // partition_bytes)
    return min(max((wanted - 1).bit_length(), _MIN_BITS), _MAX_BITS)


class Clusterer:
    """Takes rows with their tokens and hands them on to `outlet`, clustered.

    Args:
        outlet: where the clustered rows go; a `boundary` follows each partition.
        spool_folder: where the spool's unnamed file lies.
        entropy: for the spool's key.
        share_bytes: size of a partition that is sorted in memory, and most of the buffer; the peak
            is about four times as much.
        expected_bytes: what the rows will take in memory; an estimate, and only a bad one costs a
            second round of partitioning.
    """

    def __init__(
        self,
        outlet: FragmentOutlet,
        spool_folder: Path,
        entropy: Entropy,
        *,
        share_bytes: int,
        expected_bytes: int,
    ) -> None:
        self._outlet = outlet
        self._spool_folder = spool_folder
        self._entropy = entropy
        self._share_bytes = share_bytes
        self._spool: Spool | None = None
        self._bits = partition_bits(expected_bytes, share_bytes)
        self._sorter = _Partitioner(self._bits, 0, share_bytes)

    def add(self, batch: pa.RecordBatch, tokens: Tokens) -> None:
        """Take rows and their tokens."""
        rows = batch.append_column(_TOKEN, pa.array(tokens))
        for part in _slices(rows, self._share_bytes):
            self._sorter.hold(part)
            if self._sorter.full:
                self._sorter.spill(self._open_spool())

    def finish(self) -> None:
        """Hand everything on, in order of token; rows of one token in the order they came."""
        if self._spool is None:
            self._hand_on(self._sorter.release())
            return
        self._sorter.spill(self._spool)
        self._drain(self._spool, self._sorter)
        self.close()

    def close(self) -> None:
        """Give the spool back."""
        if self._spool is not None:
            self._spool.close()
            self._spool = None

    def _open_spool(self) -> Spool:
        if self._spool is None:
            self._spool = Spool(self._spool_folder, self._entropy)
        return self._spool

    def _drain(self, spool: Spool, sorter: _Partitioner) -> None:
        for lane in sorter.lanes:
            if lane.low == lane.high:
                for chunk in spool.chunks(lane):
                    self._outlet.write(_without_token(chunk))
                self._outlet.boundary()
            elif lane.nbytes <= self._share_bytes:
                self._hand_on(list(spool.chunks(lane)))
            else:
                self._split(spool, lane, sorter.shift + sorter.bits)

    def _split(self, spool: Spool, lane: Lane, shift: int) -> None:
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
            self._drain(inner, sorter)

    def _hand_on(self, batches: list[pa.RecordBatch]) -> None:
        """Sort what fits in memory, and write it."""
        if batches:
            tokens = _tokens_of(batches)
            self._outlet.write(_without_token(_taken(batches, np.argsort(tokens, kind="stable"))))
        self._outlet.boundary()


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
        tokens = _tokens_of(held)
        order, bounds = partition_order(self._leading_bytes(tokens), self.bits)
        tokens = tokens[order]
        rows = _taken(held, order)
        for lane, start, stop in zip(self.lanes, bounds[:-1], bounds[1:], strict=True):
            if start < stop:
                lane.low = min(lane.low, int(tokens[start:stop].min()))
                lane.high = max(lane.high, int(tokens[start:stop].max()))
                spool.append(lane, rows.slice(int(start), int(stop - start)))

    def _leading_bytes(self, tokens: Tokens) -> npt.NDArray[np.uint8]:
        shifted = (tokens << np.uint64(self.shift)).astype(">u8")
        return shifted.view(np.uint8).reshape(-1, 8)


def _taken(batches: list[pa.RecordBatch], order: npt.NDArray[np.int64]) -> pa.RecordBatch:
    """The rows of all `batches` in `order`; empties the list, so that its memory can go."""
    rows = pa.Table.from_batches(batches).take(order)
    batches.clear()
    return rows.combine_chunks().to_batches()[0]


def _slices(batch: pa.RecordBatch, most_bytes: int) -> Iterator[pa.RecordBatch]:
    """The batch, cut so that a part takes about `most_bytes`."""
    parts = max(1, -(-batch.nbytes // most_bytes))
    step = max(1, -(-batch.num_rows // parts))
    for start in range(0, batch.num_rows, step):
        yield batch.slice(start, step)


def _tokens_of(batches: list[pa.RecordBatch]) -> Tokens:
    return np.concatenate([batch.column(_TOKEN).to_numpy() for batch in batches])


def _without_token(rows: pa.RecordBatch) -> pa.RecordBatch:
    return rows.select(rows.schema.names[:-1])
