"""Profiles made on the way: a fixed share of the kept rows is looked at, in bounded memory.

Whether a row is looked at follows from its number alone: a fixed mixing of the number's bits has to
begin with enough zeros. That there are as many as it takes to hold at most `rows_wanted` rows: all
rows of a small table, then one in two, in four, in eight, a half of `rows_wanted` or more. It is no
every n-th row, so that no pattern in the rows can run in step with it. Of a text only a 64-bit hash
is held.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.crypto.mac import KEY_BYTES, derive_key, hmac_sha256
from privet.model.contract import Column
from privet.quality.chosen_rows import ChosenRows
from privet.quality.held_values import Held, HeldInLists, is_ordered, reader
from privet.quality.histogram import equal_width, points_of
from privet.quality.shapes import ColumnShape, Profile
from privet.transforms.arrow import from_numpy

__all__ = ["ROWS_WANTED", "ColumnShape", "Profile", "Profiler"]

ROWS_WANTED = 100_000
_CELLS = 12 * ROWS_WANTED
"""Values held at most: a wide table is looked at in fewer rows."""
_FEWEST_ROWS = 1_000
_TOP = 32
"""Common values told apart."""
_POINTS, _FEWEST_POINTS, _ALL_POINTS = 200, 50, 100_000
"""Steps of a distribution function: of one column, at least, and of all together."""

_Hashes: TypeAlias = npt.NDArray[np.uint64]


class Profiler:
    """Takes the kept rows of a data set in, batch by batch, in the contract's types."""

    def __init__(
        self, columns: Sequence[Column], key: bytes, *, rows_wanted: int = ROWS_WANTED
    ) -> None:
        """Prepare for batches that have these leaf columns.

        Args:
            columns: the contract's leaf columns.
            key: 32 bytes, the same for all snapshots that are to be compared.
            rows_wanted: rows held at most; fewer where there are many columns.

        Raises:
            ValueError: the key is too short, or a column's type is unknown.
        """
        if len(key) < KEY_BYTES:
            raise ValueError("the key of a profile has 32 bytes")
        self._most = max(_FEWEST_ROWS, min(rows_wanted, _CELLS // max(len(columns), 1)))
        self._most = min(self._most, rows_wanted)
        self._key = derive_key(key, "profile of values")
        secret = derive_key(key, "profile of values: hash")
        self._columns = tuple(columns)
        self._held = [
            (HeldInLists if column.path.repeated else Held)(
                column.path, reader(column.type, secret), self._most
            )
            for column in columns
        ]
        self._rows = 0
        self._chosen = ChosenRows(self._most)

    def add(self, rows: pa.RecordBatch) -> None:
        """Take rows in; columns beyond the contract's are passed over.

        Raises:
            ValueError: the batch lacks a column.
        """
        begin, end = self._rows, self._rows + rows.num_rows
        numbers, still = self._chosen.extend(begin, end)
        self._rows = end
        if still is not None:
            for held in self._held:
                held.keep(still, self._chosen.zeros)
        if not len(numbers):
            return
        if len(numbers) < rows.num_rows:
            rows = self._only_columns(rows).take(from_numpy(numbers - begin))
        for held in self._held:
            held.add(rows, numbers)

    def _only_columns(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        roots = {column.path.root for column in self._columns}
        return rows.select([name for name in rows.schema.names if name in roots])

    def result(self) -> Profile:
        """The profile of all rows so far; the profiler can go on."""
        points = max(_FEWEST_POINTS, min(_POINTS, _ALL_POINTS // max(len(self._columns), 1)))
        return Profile(
            rows=self._rows,
            looked_at=self._chosen.count,
            key_id=hmac_sha256(self._key, b"key id")[:8].hex(),
            columns=tuple(
                self._shape(column, *held.values(), points=points)
                for column, held in zip(self._columns, self._held, strict=True)
            ),
        )

    def _shape(
        self, column: Column, values: npt.NDArray[Any], nulls: int, *, points: int
    ) -> ColumnShape:
        if is_ordered(column.type):
            return _numbers(column, values, nulls, points)
        return self._hashes(column, values, nulls)

    def _hashes(self, column: Column, hashes: _Hashes, nulls: int) -> ColumnShape:
        different, counts = np.unique(hashes, return_counts=True)
        # By count, then by hash: the same whatever the order of rows.
        order = np.lexsort((different, -counts))[:_TOP]
        name = str(column.path)
        return ColumnShape(
            path=name,
            type=column.type,
            kind="ranks",
            rows=len(hashes) + nulls,
            nulls=nulls,
            distinct=len(different),
            top=tuple((self._keyed(name, int(different[i])), int(counts[i])) for i in order),
        )

    def _keyed(self, name: str, hashed: int) -> str:
        # The fast hash tells values apart; that nobody can try values out takes a MAC.
        return hmac_sha256(self._key, hashed.to_bytes(8, "big") + name.encode())[:8].hex()


def _numbers(
    column: Column, numbers: npt.NDArray[np.float64], nulls: int, points: int
) -> ColumnShape:
    ordered = np.sort(numbers)
    # NaN sorts last.
    ordered = ordered[: len(ordered) - int(np.count_nonzero(np.isnan(ordered)))]
    bins, beyond = equal_width(ordered, whole=column.type not in {"double"})
    return ColumnShape(
        path=str(column.path),
        type=column.type,
        kind="bins",
        rows=len(numbers) + nulls,
        nulls=nulls,
        distinct=int(np.count_nonzero(ordered[1:] != ordered[:-1])) + bool(len(ordered)),
        odd=len(numbers) - len(ordered),
        quantiles=points_of(ordered, points),
        bins=bins,
        beyond=beyond,
    )
