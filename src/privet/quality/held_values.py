"""What a profiler holds of one column: numbers as doubles, all else as hashes of 64 bits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.kernels.row_hash import hash_rows
from privet.model.paths import ColumnPath
from privet.ports.arrow_types import parse_type
from privet.quality.chosen_rows import chosen
from privet.transforms.arrow import Values, from_numpy
from privet.transforms.nested import leaf_values, row_index

Numbers: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Read: TypeAlias = "Callable[[Values], npt.NDArray[Any]]"


def is_ordered(kind: str) -> bool:
    """Whether values of a contract's type are laid out on a line: numbers, dates, times."""
    arrow = parse_type(kind)
    return bool(
        pa.types.is_integer(arrow)
        or pa.types.is_floating(arrow)
        or pa.types.is_decimal(arrow)
        or pa.types.is_temporal(arrow)
    )


def reader(kind: str, secret: bytes) -> Read:
    """How values of a contract's type are held; for a null, as anything."""
    if not is_ordered(kind):
        return lambda values: hash_rows([values], secret, len(values))
    arrow = parse_type(kind)
    if pa.types.is_temporal(arrow):
        count = pa.int32() if pa.types.is_date(arrow) else pa.int64()
        return lambda values: _doubles(values.cast(arrow).view(count))
    return _doubles


def _doubles(values: Values) -> npt.NDArray[np.float64]:
    numbers = values.cast(pa.float64(), safe=False)
    return np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.float64)


class Held:
    """The values of a column with one value in each row."""

    def __init__(self, path: ColumnPath, read: Read, most: int) -> None:
        self._path = path
        self._read = read
        self._most = most
        self._values: list[npt.NDArray[Any]] = []
        self._valid: list[Flags] = []

    def add(self, rows: pa.RecordBatch, numbers: Numbers) -> None:
        """Take the next rows, of these numbers, in."""
        del numbers
        values = leaf_values(rows, self._path)
        self._values.append(self._read(values))
        self._valid.append(_valid(values))

    def keep(self, still: Flags, zeros: int) -> None:
        """Let go of rows taken in before; `still` marks those that stay (`chosen` by `zeros`)."""
        del zeros
        self._keep(still)

    def _keep(self, still: Flags) -> None:
        if self._values:
            self._values = [np.concatenate(self._values)[still]]
            self._valid = [np.concatenate(self._valid)[still]]

    def values(self) -> tuple[npt.NDArray[Any], int]:
        """What is held and is not null, and how many are null."""
        if not self._values:
            return self._read(pa.array([], pa.string())), 0
        values, valid = np.concatenate(self._values), np.concatenate(self._valid)
        kept = values[valid]
        return kept, len(values) - len(kept)


class HeldInLists(Held):
    """The values of a column in a list: of each row any number.

    Of the rows that are looked at it chooses once more, so that long lists take no more memory.
    """

    def __init__(self, path: ColumnPath, read: Read, most: int) -> None:
        super().__init__(path, read, most)
        self._numbers: list[Numbers] = []
        self._zeros = 0

    def add(self, rows: pa.RecordBatch, numbers: Numbers) -> None:
        """Take the next rows, of these numbers, in."""
        kept = np.flatnonzero(chosen(numbers, self._zeros))
        if len(kept) < len(numbers):
            rows, numbers = rows.take(from_numpy(kept)), numbers[kept]
        places = row_index(rows, self._path).to_numpy(zero_copy_only=False)
        self._numbers.append(numbers[places])
        super().add(rows, numbers)
        while sum(map(len, self._numbers)) > self._most:
            self._choose(self._zeros + 1)

    def keep(self, still: Flags, zeros: int) -> None:
        """Let go of rows taken in before."""
        del still  # one for each row, and not for each value
        if zeros > self._zeros and self._numbers:
            self._choose(zeros)

    def _choose(self, zeros: int) -> None:
        self._zeros = zeros
        numbers = np.concatenate(self._numbers)
        kept = chosen(numbers, zeros)
        if not kept.any():
            # The rows that are left are longer than all that may be held.
            kept = np.arange(len(numbers)) < self._most
        self._numbers = [numbers[kept]]
        self._keep(kept)


def _valid(values: Values) -> Flags:
    return np.array(values.is_valid().to_numpy(zero_copy_only=False), dtype=np.bool_)
