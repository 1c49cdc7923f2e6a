"""Columns as codes: each distinct spelling of a cell a number, null one like others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.model.errors import ConfigError
from privet.protect.spelling import spelled
from privet.transforms.arrow import Values

Ints: TypeAlias = npt.NDArray[np.int64]
Numbers: TypeAlias = npt.NDArray[np.signedinteger[Any]]
"""Whole numbers, as narrow as there is room."""
_WIDEST_KEY = 1 << 62


@dataclass(frozen=True, slots=True)
class Coded:
    """A column as codes: `values[codes[row]]` is how the cell of the row is spelled."""

    codes: Ints
    values: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Distinct:
    """Rows told apart.

    Attributes:
        first: a row of each distinct one: shape (m,).
        of: which distinct one each row is: shape (n,).
    """

    first: Ints
    of: Ints


def coded(table: pa.Table, column: str, *, days: bool = True) -> Coded:
    """A column of a table.

    Args:
        table: that has it.
        column: its name.
        days: whether a moment counts as its day, as hierarchies of dates have it; not where the
            moments themselves are published.

    Raises:
        ConfigError: the table has no such column, or one whose cells have no spelling (nested).
    """
    if column not in table.column_names:
        raise ConfigError(f"the table has no column {column}", hint="name its columns as they are")
    cells: Values = table.column(column).combine_chunks()
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    found = spelled(cells, column, days=days).dictionary_encode(null_encoding="encode")
    codes = found.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return Coded(codes, tuple(found.dictionary.to_pylist()))


def distinct(columns: Sequence[Numbers], rows: int) -> Distinct:
    """Which rows are alike in all these columns of codes (not below 0); of none, all are.

    The distinct ones are in lexicographic order of their codes.
    """
    keys = np.zeros(rows, np.int64)
    bound = 1
    for codes in columns:
        size = int(codes.max(initial=0)) + 1
        if bound * size >= _WIDEST_KEY:
            seen, keys = np.unique(keys, return_inverse=True)
            bound = max(len(seen), 1)
        keys = keys * size + codes
        bound *= size
    _, first, of = np.unique(keys, return_index=True, return_inverse=True)
    return Distinct(first.astype(np.int64), of.astype(np.int64))


def in_order(values: Sequence[str | None]) -> Ints:
    """The place of each value in the order of their spelling, null first: shape (values,)."""
    order = sorted(range(len(values)), key=lambda at: (values[at] is not None, values[at] or ""))
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    return places


def together(parts: Sequence[Coded]) -> tuple[tuple[Ints, ...], int]:
    """The same column of several tables, with one code for one value in all of them.

    Codes go by the order of spelling, so that they do not hang on the order of rows.

    Returns:
        The codes of each, and a number that they are below (at least 1).
    """
    known: dict[str | None, int] = {}
    for part in parts:
        for value in part.values:
            known.setdefault(value, len(known))
    places = in_order(tuple(known))
    recoded = []
    for part in parts:
        table = [places[known[value]] for value in part.values]
        recoded.append(np.array(table, np.int64)[part.codes] if table else part.codes)
    return tuple(recoded), max(len(known), 1)
