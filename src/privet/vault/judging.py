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
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.model.reserved import NUMBER
from privet.ports.judge import Hashes, Judge
from privet.vault.grouping import Grouping, Partition, Tokens
from privet.vault.marks import Flags
from privet.vault.stage import Stage, settle

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
        self._lane: dict[int, Stage] = {}

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
        """Take rows, with PLACE and, where `numbered`, NUMBER."""
        for stage in self._stages.values():
            stage.add(rows, rows.column(NUMBER).to_numpy())

    def settle(self) -> None:
        """Let the judges that have groups of their own judge all rows that were added."""
        settle(list(self._stages.values()))

    def close(self) -> None:
        """Give every spool back."""
        for stage in (*self._stages.values(), *self._lane.values()):
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
        self._lane = {
            index: Stage(self.judges[index], self._make_grouping()) for index in self._within
        }
        start = 0
        for rows, _ in partition.pieces() if self._lane else ():
            numbers = np.arange(start, start + rows.num_rows)
            start += rows.num_rows
            left = np.flatnonzero(~self._out_before(rows))
            for stage in self._lane.values():
                stage.add(rows.take(left), numbers[left])
        settle(list(self._lane.values()))
        return self._lane

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
        judge = self.judges[index]
        hashes, keyed = _joined([judge.hashes(batch) for batch in rows.to_batches()])
        if len(left) < rows.num_rows:  # a row that is out counts as one without a key
            heard = np.zeros(rows.num_rows, np.bool_)
            heard[left] = True if keyed is None else keyed[left]
            keyed = heard
        return judge.failing(rows, Hashes(hashes, keyed))[left]


def _within(judges: tuple[Judge, ...]) -> range:
    """The last of the judges that compare rows, as long as their keys hold the subject's.

    One that does not must speak first, with those before it.
    """
    stop = sum(not judge.alone for judge in judges)
    start = stop
    while start and judges[start - 1].within_subject:
        start -= 1
    return range(start, stop)


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
