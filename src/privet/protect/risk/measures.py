"""Risks that follow from the sizes of classes alone (El Emam and Dankar, 2008).

The *prosecutor* knows that the person is in the table, and finds the class: 1 by its size. The
*journalist* knows only that the person is in the population: 1 by the population's size of the
class. The *marketer* wants as many as possible, and gets one of each class right: classes by
people.
"""

from __future__ import annotations

import numpy as np

from privet.protect.risk.boxes import Boxes
from privet.protect.risk.coding import Ints, Numbers
from privet.protect.risk.grouping import Groups
from privet.protect.risk.records import Records, Work
from privet.protect.risk.report import Chance, Homogeneity


def chance(sizes: Numbers, alike: Numbers, threshold: float) -> Chance:
    """The risk of people whose class is told among `alike` people.

    Args:
        sizes: people of each class: shape (c,), at least 1.
        alike: people that each of the class may be: shape (c,), at least 1. The sizes themselves
            for the prosecutor, the population's for the journalist.
        threshold: people above this risk are counted.
    """
    people = int(sizes.sum())
    if not people:
        return Chance(0.0, 0.0, 0.0)
    risk = 1.0 / alike
    above = int(sizes[risk > threshold].sum())
    return Chance(float(risk.max()), float((sizes * risk).sum() / people), above / people)


def marketer(sizes: Numbers) -> float:
    """Classes by people; 0 of an empty table."""
    people = int(sizes.sum())
    return len(sizes) / people if people else 0.0


def sizes_counted(sizes: Numbers) -> tuple[tuple[int, int], ...]:
    """How many classes there are of each size, rising."""
    values, counts = np.unique(sizes, return_counts=True)
    return tuple(zip(values.tolist(), counts.tolist(), strict=True))


def in_population(boxes: Boxes, sizes: Numbers, population: Records, work: Work) -> Ints | None:
    """How many of the population each class may be: shape (c,); None where that is too much work.

    The table is part of its population; where the two do not agree, a class has at least as many
    people in the population as it has in the table.
    """
    found = np.zeros(len(boxes), np.int64)
    for at, (low, high) in enumerate(zip(boxes.low, boxes.high, strict=True)):
        if not work.left:
            return None
        for inside in population.within(low, high, work):
            found[at] += int(population.groups.people[inside].sum())
    return np.maximum(found, sizes)


def homogeneity(column: str, release: Groups, place: int, size: int) -> Homogeneity:
    """Classes with one value of a sensitive column (Machanavajjhala et al., 2007).

    Args:
        column: its name.
        release: the classes.
        place: of the column among the sensitive ones.
        size: codes of the column are below it.
    """
    count = len(release.rows)
    values = np.diff(release.starts)
    if release.values.shape[1] > 1:  # kinds differ in several columns
        of = np.repeat(np.arange(count), values)
        pairs = np.unique(of * np.int64(size) + release.values[:, place])
        values = np.bincount(pairs // size, minlength=count)
    same = values == 1
    least = int(values.min()) if count else 0
    return Homogeneity(column, int(same.sum()), int(release.people[same].sum()), least)
