"""A judge, and the keys of all rows brought together for it.

Key columns, place and number of each row are grouped by the hash of its key, through the spool
where they do not fit. What comes of it is a mark for each row that fails.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from privet.model.reserved import NUMBER, PLACE, PREFIX
from privet.ports.judge import Hashes, Judge
from privet.vault.grouping import Grouping, Partition, Tokens
from privet.vault.marks import Flags, Marks, Numbers


class Stage:
    """One judge, and the keys of all rows grouped for it.

    Attributes:
        marks: after `settle`: the numbers of the rows that fail.
    """

    def __init__(self, judge: Judge, grouping: Grouping) -> None:
        self.judge = judge
        self.marks = Marks()
        self._grouping = grouping

    @property
    def takes_out(self) -> bool:
        """Whether a row that fails is heard of no more."""
        return self.judge.verdict != "tell" and not self.judge.alone

    def learn(self) -> None:
        """Take what the judge knows; before any row."""
        for tokens in self.judge.known():
            self._add(_bare(len(tokens)), tokens)

    def know(self, rows: pa.RecordBatch) -> None:
        """Take rows of an earlier snapshot (`columns` of the judge): they came first, and stay."""
        nowhere = np.full(rows.num_rows, -1)
        self.add(rows.append_column(PLACE, pa.array(nowhere)), nowhere)

    def add(self, rows: pa.RecordBatch, numbers: Numbers) -> None:
        """Take the keys of rows, which have these numbers."""
        hashes, keyed = self.judge.hashes(rows)
        names = self._names(rows.schema)
        columns = [*(rows.column(name) for name in names), pa.array(numbers)]
        narrow = pa.RecordBatch.from_arrays(columns, names=[*names, NUMBER])
        if keyed is not None:
            narrow, hashes = narrow.filter(pa.array(keyed)), hashes[keyed]
        self._add(narrow, hashes)

    def settle(self, out: Sequence[Marks]) -> None:
        """Mark the rows that fail; those that are marked in `out` are heard of no more."""
        for partition in self._grouping.drain():
            if partition.fits:
                self._hear(*_left(*partition.load(), out))
            else:
                self._hear_one_key(partition, out)

    def close(self) -> None:
        """Give the spool back."""
        self._grouping.close()

    def _hear(self, rows: pa.Table, hashes: Tokens) -> Flags:
        failing = self.judge.failing(rows, Hashes(hashes))
        self.marks.add(rows.column(NUMBER).to_numpy()[failing])
        return failing

    def _hear_one_key(self, partition: Partition, out: Sequence[Marks]) -> None:
        """Judge a key with more rows than fit, piece by piece, beside the row that stands so far.

        Where rows are judged alone, what stands is that the key is known; it was added first.
        """
        rows, hashes = None, np.zeros(0, np.uint64)
        for piece in partition.pieces():
            table, tokens = _left(pa.Table.from_batches([piece.rows]), piece.tokens, out)
            rows = table if rows is None else pa.concat_tables([rows, table])
            hashes = np.concatenate([hashes, tokens])
            stays = ~self._hear(rows, hashes)
            if self.judge.alone:
                stays &= rows.column(NUMBER).to_numpy() < 0
            rows, hashes = rows.filter(pa.array(stays)), hashes[stays]

    def _names(self, schema: pa.Schema) -> list[str]:
        if self.judge.alone:
            return []
        columns = self.judge.columns
        if columns is None:
            columns = tuple(name for name in schema.names if not name.startswith(PREFIX))
        return [*columns, PLACE]

    def _add(self, narrow: pa.RecordBatch, hashes: Tokens) -> None:
        if narrow.num_rows:
            self._grouping.add(narrow, hashes)


def settle(stages: Sequence[Stage]) -> None:
    """Let each stage judge; what one takes out, those after it never hear of."""
    out: list[Marks] = []
    for stage in stages:
        stage.settle(out)
        if stage.takes_out:
            out.append(stage.marks)


def _left(rows: pa.Table, hashes: Tokens, out: Sequence[Marks]) -> tuple[pa.Table, Tokens]:
    """The rows that are not out."""
    numbers = rows.column(NUMBER).to_numpy()
    gone = np.zeros(len(numbers), np.bool_)
    for marks in out:
        gone |= marks.of(numbers)
    return (rows.filter(pa.array(~gone)), hashes[~gone]) if gone.any() else (rows, hashes)


def _bare(count: int) -> pa.RecordBatch:
    """Rows that nothing is known of but that their key is known."""
    return pa.RecordBatch.from_arrays([pa.array(np.full(count, -1))], names=[NUMBER])
