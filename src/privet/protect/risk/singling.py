"""Which columns make rows unique, alone, in pairs and in threes (as Sweeney, 2000, counted)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from privet.protect.risk.coding import Coded, Ints, distinct
from privet.protect.risk.report import SinglingColumns

_WIDEST = 3
_CANDIDATES = 10
_DENSE = 1 << 22


def singling_columns(
    names: Sequence[str], cells: Sequence[Coded], rows: int, most: int = 10
) -> tuple[SinglingColumns, ...]:
    """The combinations of up to three columns that single out most, first.

    Of more than ten columns, pairs and threes are tried among the ten with most unique rows, then
    most distinct values. A combination is told only where it makes more rows unique than each part
    of it.

    Args:
        names: of the columns.
        cells: of each column.
        rows: how many there are.
        most: combinations told at most.
    """
    found = distinct([each.codes for each in cells], rows)
    codes = [each.codes[found.first] for each in cells]
    sizes = [len(each.values) for each in cells]
    unique: dict[tuple[int, ...], int] = {
        (at,): _unique([at], codes, sizes, found.counts) for at in range(len(names))
    }
    chosen = sorted(unique, key=lambda each: (-unique[each], -sizes[each[0]]))[:_CANDIDATES]
    places = sorted(each[0] for each in chosen)
    for wide in range(2, _WIDEST + 1):
        for members in combinations(places, wide):
            unique[members] = _unique(members, codes, sizes, found.counts)
    told = [each for each in unique if unique[each] > _of_parts(each, unique)]
    told.sort(key=lambda each: (-unique[each], len(each), each))
    return tuple(
        SinglingColumns(tuple(names[at] for at in each), unique[each]) for each in told[:most]
    )


def _of_parts(members: tuple[int, ...], unique: dict[tuple[int, ...], int]) -> int:
    parts = combinations(members, len(members) - 1)
    return max((unique[part] for part in parts if part), default=0)


def _unique(
    members: Sequence[int], codes: Sequence[Ints], sizes: Sequence[int], counts: Ints
) -> int:
    """Rows alone in these columns: `counts` rows have each combination of codes."""
    domain = 1
    for at in members:
        domain *= max(sizes[at], 1)
    if domain > _DENSE:
        of = distinct([codes[at] for at in members], len(counts)).of
        return int((np.bincount(of, weights=counts) == 1).sum())
    keys = np.zeros(len(counts), np.int64)
    for at in members:
        keys = keys * sizes[at] + codes[at]
    return int((np.bincount(keys, weights=counts) == 1).sum())
