"""Rows judged by their keys, where no row can be judged without the others.

A judge wants all rows of one key side by side. Where its key holds the subject's, the partitions of
the clustering are that already, and it costs no second way through the spool. Otherwise the keys
travel apart from the rows: key columns, place and number of each row are grouped by a hash of the
key, judged partition by partition, and what comes of it is one bit for each row. The rows
themselves lie in their own order meanwhile.

Judges speak one after the other, and none hears of a row that one before it has taken out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.model.reserved import FILE, NUMBER, POSITION, PREFIX
from privet.ports.judge import Hashes, Judge
from privet.vault.grouping import Grouping, Partition, Tokens
from privet.vault.marks import Flags, Marks, Numbers

Indices: TypeAlias = npt.NDArray[np.intp]
Earlier: TypeAlias = Callable[[tuple[str, ...] | None], Iterator[pa.RecordBatch]]

PASSES = -1


class Judged(NamedTuple):
    """Rows and what came of them.

    Attributes:
        tokens: that the rows are clustered by.
        codes: index of the judge that each row fails, or PASSES.
    """

    rows: pa.Table
    tokens: Tokens
    codes: npt.NDArray[np.int16]


class Judging:
    """Judges the rows of one snapshot.

    Args:
        judges: in order: those that merge, then those that compare rows, then those that judge
            rows alone.
        make_grouping: an empty grouping, with its share of memory.
        clustered: whether rows come back clustered by subject, with no row of an earlier snapshot
            to be compared with them.

    Attributes:
        judges: as given.
        judged, failed: rows that each judge heard of, and those that fail, so far.
    """

    def __init__(
        self,
        judges: Sequence[Judge],
        make_grouping: Callable[[], Grouping],
        *,
        clustered: bool,
    ) -> None:
        self.judges = tuple(judges)
        self.judged = [0] * len(self.judges)
        self.failed = [0] * len(self.judges)
        self._make_grouping = make_grouping
        self._within = _within(self.judges) if clustered else range(0)
        self._stages = {
            index: Stage(judge, make_grouping())
            for index, judge in enumerate(self.judges)
            if index not in self._within
        }

    @property
    def numbered(self) -> bool:
        """Whether rows must carry their number."""
        return bool(self._stages)

    def learn(self, before: Earlier | None) -> None:
        """Take what is known before the first row.

        Args:
            before: gives the rows of an earlier snapshot, of which only some top-level columns
                are wanted (None: all); they came first.
        """
        for stage in self._stages.values():
            stage.learn()
            if before is not None and not stage.judge.alone:
                for rows in before(stage.judge.columns):
                    stage.know(rows)

    def add(self, rows: pa.RecordBatch) -> None:
        """Take rows, with FILE, POSITION and, where `numbered`, NUMBER."""
        for stage in self._stages.values():
            stage.add(rows, rows.column(NUMBER).to_numpy())

    def settle(self) -> None:
        """Let the judges that have groups of their own judge all rows that were added."""
        _settle(list(self._stages.values()))

    def close(self) -> None:
        """Give every spool back."""
        for stage in self._stages.values():
            stage.close()

    def judge(self, partition: Partition) -> Iterator[Judged]:
        """Judge the rows of a partition, which hold all rows of its subjects."""
        if partition.fits:
            rows, tokens = partition.load()
            yield Judged(rows, tokens, self._codes(rows, {}))
            return
        stages = self._lane_stages(partition)
        start = 0
        for piece in partition.pieces():
            numbers = np.arange(start, start + piece.rows.num_rows)
            lane = {index: stage.marks.of(numbers) for index, stage in stages.items()}
            table = pa.Table.from_batches([piece.rows])
            yield Judged(table, piece.tokens, self._codes(table, lane))
            start += piece.rows.num_rows

    def _lane_stages(self, partition: Partition) -> dict[int, Stage]:
        """Stages for the keys within one subject whose rows do not fit in memory."""
        stages = {index: Stage(self.judges[index], self._make_grouping()) for index in self._within}
        start = 0
        for rows, _ in partition.pieces() if stages else ():
            numbers = np.arange(start, start + rows.num_rows)
            start += rows.num_rows
            left = np.flatnonzero(~self._out_before(rows))
            for stage in stages.values():
                stage.add(rows.take(left), numbers[left])
        _settle(list(stages.values()))
        return stages

    def _out_before(self, rows: pa.RecordBatch) -> Flags:
        """Rows that were taken out before the judges within the subject speak."""
        out = np.zeros(rows.num_rows, np.bool_)
        for index, stage in self._stages.items():
            if index < self._within.start and stage.takes_out:
                out |= stage.marks.of(rows.column(NUMBER).to_numpy())
        return out

    def _codes(self, rows: pa.Table, lane: dict[int, Flags]) -> npt.NDArray[np.int16]:
        """What becomes of each row; counts as it goes. `lane` has what is known already."""
        codes = np.full(rows.num_rows, PASSES, np.int16)
        for index, judge in enumerate(self.judges):
            left = np.flatnonzero(codes == PASSES)
            failing = left[self._fails(index, rows, left, lane)]
            self.judged[index] += len(left)
            self.failed[index] += len(failing)
            if judge.verdict != "tell":
                codes[failing] = index
        return codes

    def _fails(self, index: int, rows: pa.Table, left: Indices, lane: dict[int, Flags]) -> Flags:
        """Which of the rows `left` fail."""
        if index in lane:
            return lane[index][left]
        if index in self._stages:
            numbers = rows.column(NUMBER).to_numpy()
            return self._stages[index].marks.of(numbers[left])
        if len(left) < rows.num_rows:
            rows = rows.take(left)
        judge = self.judges[index]
        return judge.failing(rows, _joined([judge.hashes(batch) for batch in rows.to_batches()]))


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
        places = [np.full(rows.num_rows, -1), np.arange(rows.num_rows)]
        for name, place in zip((FILE, POSITION), places, strict=True):
            rows = rows.append_column(name, pa.array(place))
        self.add(rows, np.full(rows.num_rows, -1))

    def add(self, rows: pa.RecordBatch, numbers: Numbers) -> None:
        """Take the keys of rows, which have these numbers."""
        hashes, keyed = self.judge.hashes(rows)
        names = self._names(rows.schema)
        columns = [_as_place(rows.column(name), name) for name in names]
        columns.append(pa.array(numbers))
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
        return [*columns, FILE, POSITION]

    def _add(self, narrow: pa.RecordBatch, hashes: Tokens) -> None:
        if narrow.num_rows:
            self._grouping.add(narrow, hashes)


def _within(judges: tuple[Judge, ...]) -> range:
    """The last of the judges that compare rows, as long as their keys hold the subject's.

    One that does not must speak first, with those before it.
    """
    stop = sum(not judge.alone for judge in judges)
    start = stop
    while start and judges[start - 1].within_subject:
        start -= 1
    return range(start, stop)


def _settle(stages: list[Stage]) -> None:
    out: list[Marks] = []
    for stage in stages:
        stage.settle([] if stage.judge.alone else out)
        if stage.takes_out:
            out.append(stage.marks)


def _left(rows: pa.Table, hashes: Tokens, out: Sequence[Marks]) -> tuple[pa.Table, Tokens]:
    """The rows that are not out."""
    numbers = rows.column(NUMBER).to_numpy()
    gone = np.zeros(len(numbers), np.bool_)
    for marks in out:
        gone |= marks.of(numbers)
    return (rows.filter(pa.array(~gone)), hashes[~gone]) if gone.any() else (rows, hashes)


def _joined(parts: Sequence[Hashes]) -> Hashes:
    if not parts:
        return Hashes(np.zeros(0, np.uint64))
    hashes = np.concatenate([part.hashes for part in parts])
    if all(part.keyed is None for part in parts):
        return Hashes(hashes)
    keyed = [
        np.ones(len(part.hashes), np.bool_) if part.keyed is None else part.keyed for part in parts
    ]
    return Hashes(hashes, np.concatenate(keyed))


def _as_place(values: pa.Array[Any], name: str) -> pa.Array[Any]:
    """Places are 64-bit integers, whatever they came as."""
    return values.cast(pa.int64()) if name in {FILE, POSITION} else values


def _bare(count: int) -> pa.RecordBatch:
    """Rows that nothing is known of but that their key is known."""
    return pa.RecordBatch.from_arrays([pa.array(np.full(count, -1))], names=[NUMBER])
