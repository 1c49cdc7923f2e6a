"""Which columns make people unique, alone, in pairs and in threes (as Sweeney, 2000, counted)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from privet.protect.risk.boxes import Boxes
from privet.protect.risk.coding import Ints, Numbers, distinct
from privet.protect.risk.grouping import SEVERAL
from privet.protect.risk.report import SinglingColumns

_WIDEST = 3
_CANDIDATES = 10
_DENSE = 1 << 22


def singling_columns(
    names: Sequence[str], boxes: Boxes, sole: Numbers, most: int = 10
) -> tuple[SinglingColumns, ...]:
    """The combinations of up to three columns that single out most, first.

    Of more than ten columns, pairs and threes are tried among the ten with most unique people, then
    most distinct cells. A combination is told only where it makes more people unique than each part
    of it.

    Args:
        names: of the columns.
        boxes: the classes.
        sole: the only person of each class, or `SEVERAL`: shape (c,).
        most: combinations told at most.
    """
    if not (sole != SEVERAL).any():  # who is not alone in a class is not in fewer columns either
        return ()
    codes = [_cells(boxes, at) for at in range(len(names))]
    sizes = [int(each.max(initial=0)) + 1 for each in codes]
    unique: dict[tuple[int, ...], int] = {
        (at,): _unique([at], codes, sizes, sole) for at in range(len(names))
    }
    chosen = sorted(unique, key=lambda each: (-unique[each], -sizes[each[0]]))[:_CANDIDATES]
    places = sorted(each[0] for each in chosen)
    for wide in range(2, _WIDEST + 1):
        for members in combinations(places, wide):
            unique[members] = _unique(members, codes, sizes, sole)
    told = [each for each in unique if unique[each] > _of_parts(each, unique)]
    told.sort(key=lambda each: (-unique[each], len(each), each))
    return tuple(
        SinglingColumns(tuple(names[at] for at in each), unique[each]) for each in told[:most]
    )


def _cells(boxes: Boxes, at: int) -> Ints:
    sides = (boxes.low[:, at], boxes.high[:, at], boxes.level[:, at])
    return distinct(sides, len(boxes)).of


def _of_parts(members: tuple[int, ...], unique: dict[tuple[int, ...], int]) -> int:
    parts = combinations(members, len(members) - 1)
    return max((unique[part] for part in parts if part), default=0)


def _unique(
    members: Sequence[int], codes: Sequence[Ints], sizes: Sequence[int], sole: Numbers
) -> int:
    """People alone in these columns: of classes that are alike there, all have that one person."""
    domain = 1
    for at in members:
        domain *= sizes[at]
    if domain > _DENSE:
        of = distinct([codes[at] for at in members], len(sole)).of
        domain = int(of.max(initial=0)) + 1
    else:
        of = np.zeros(len(sole), np.int64)
        for at in members:
            of = of * sizes[at] + codes[at]
    least = np.full(domain, np.iinfo(np.int64).max)
    most = np.full(domain, SEVERAL, np.int64)
    np.minimum.at(least, of, sole)
    np.maximum.at(most, of, sole)
    return len(np.unique(least[(least == most) & (least != SEVERAL)]))
