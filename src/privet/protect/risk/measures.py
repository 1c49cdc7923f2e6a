"""Risks that follow from the sizes of classes alone (El Emam and Dankar, 2008).

The *prosecutor* knows that the person is in the table, and finds the class: 1 by its size. The
*journalist* knows only that the person is in the population: 1 by the population's size of the
class. The *marketer* wants as many as possible, and gets of each class one right: classes by rows.
"""

from __future__ import annotations

import numpy as np

from privet.protect.risk.boxes import Boxes, Records
from privet.protect.risk.coding import Coded, Ints, distinct
from privet.protect.risk.report import Chance, Homogeneity


def chance(sizes: Ints, alike: Ints, threshold: float) -> Chance:
    """The risk of records whose class is told among `alike` people.

    Args:
        sizes: records of each class: shape (c,), at least 1.
        alike: people that each record of the class may be: shape (c,), at least 1. The sizes
            themselves for the prosecutor, the population's for the journalist.
        threshold: records above this risk are counted.
    """
    rows = int(sizes.sum())
    if not rows:
        return Chance(0.0, 0.0, 0.0)
    risk = 1.0 / alike
    above = int(sizes[risk > threshold].sum())
    return Chance(float(risk.max()), float((sizes * risk).sum() / rows), above / rows)


def marketer(sizes: Ints) -> float:
    """Classes by rows; 0 of an empty table."""
    rows = int(sizes.sum())
    return len(sizes) / rows if rows else 0.0


def sizes_counted(sizes: Ints) -> tuple[tuple[int, int], ...]:
    """How many classes there are of each size, rising."""
    values, counts = np.unique(sizes, return_counts=True)
    return tuple(zip(values.tolist(), counts.tolist(), strict=True))


def in_population(boxes: Boxes, population: Records) -> Ints:
    """How many of the population each class may be: shape (c,).

    The table is part of its population; where the two do not agree, a class has at least as many
    people in the population as it has rows.
    """
    found = np.array(
        [
            population.counts[population.inside(low, high)].sum()
            for low, high in zip(boxes.low, boxes.high, strict=True)
        ],
        np.int64,
    )
    return np.maximum(found, boxes.sizes)


def homogeneity(column: str, of: Ints, sizes: Ints, sensitive: Coded) -> Homogeneity:
    """Classes with one value of a sensitive column (Machanavajjhala et al., 2007).

    Args:
        column: its name.
        of: the class of each row: shape (n,).
        sizes: rows of each class: shape (c,).
        sensitive: its cells.
    """
    pairs = distinct([of, sensitive.codes], len(of))
    values = np.bincount(of[pairs.first], minlength=len(sizes))
    same = values == 1
    least = int(values.min()) if len(values) else 0
    return Homogeneity(column, int(same.sum()), int(sizes[same].sum()), least)
