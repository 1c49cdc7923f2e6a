"""Which classes meet the criteria in the rows that leave: the exact check, and holding back.

Subjects are counted exactly, each once in a class. Closeness is measured against the table that
leaves; as rows are held back that table changes, so it is asked again until nothing changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from privet.model.anonymity import Criterion, KAnonymity
from privet.protect.combinations import Combinations, Histogram, combine
from privet.protect.criteria import pack
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.recoding import SUPPRESSED

Ints = npt.NDArray[np.int32]
Subjects = npt.NDArray[np.int64]


def held_back(
    classes: Ints,
    subjects: Subjects | None,
    sensitive: Mapping[str, tuple[Hierarchy, Ints]],
    criteria: Sequence[Criterion],
    population: npt.NDArray[np.int64] | None = None,
) -> Ints:
    """The class of each row, `SUPPRESSED` where its class does not meet the criteria.

    Args:
        classes: of each row: shape (n,).
        subjects: a number for each row's subject; None where each row is its own.
        sensitive: tree and codes of each sensitive column.
        criteria: all of them.
        population: people of it in each class, shape (classes,), where a criterion asks.
    """
    kept = classes.copy()
    while (kept != SUPPRESSED).any():
        good = _meeting(kept, subjects, sensitive, criteria, population)
        wrong = (kept != SUPPRESSED) & ~good[np.maximum(kept, 0)]
        if not wrong.any():
            break
        kept[wrong] = SUPPRESSED
    return kept


def sizes(classes: Ints, subjects: Subjects | None) -> npt.NDArray[np.int64]:
    """How many subjects each class has: shape (highest class + 1,)."""
    rows = classes != SUPPRESSED
    return np.bincount(_once(classes[rows], None if subjects is None else subjects[rows]))


def combined_size(first: Ints, second: Ints, subjects: Subjects | None) -> int:
    """The least number of subjects that share a pair of classes, of rows that have both.

    0 where no row has both.
    """
    both = (first != SUPPRESSED) & (second != SUPPRESSED)
    if not both.any():
        return 0
    width = int(second.max()) + 1
    pairs = first[both].astype(np.int64) * width + second[both]
    _, groups = np.unique(pairs, return_inverse=True)
    counts = np.bincount(_once(groups, None if subjects is None else subjects[both]))
    return int(counts.min())


def _once(classes: npt.NDArray[np.signedinteger], subjects: Subjects | None) -> Subjects:
    """The classes, each once for a subject."""
    from privet.kernels.anonymity.grouping import first_of_each  # noqa: PLC0415 (loads Numba)

    numbers = classes.astype(np.int64)
    return numbers if subjects is None else numbers[first_of_each((subjects, numbers))]


def _meeting(
    classes: Ints,
    subjects: Subjects | None,
    sensitive: Mapping[str, tuple[Hierarchy, Ints]],
    criteria: Sequence[Criterion],
    population: npt.NDArray[np.int64] | None,
) -> npt.NDArray[np.bool_]:
    """Whether each class meets all criteria: shape (highest class + 1,)."""
    counts = sizes(classes, subjects)
    good: npt.NDArray[np.bool_] = counts >= max(
        (each.k for each in criteria if isinstance(each, KAnonymity)), default=1
    )
    if all(isinstance(each, KAnonymity) for each in criteria) or not good.any():
        return good
    from privet.kernels.anonymity.criteria import holds  # noqa: PLC0415

    rows = classes != SUPPRESSED
    whose = None if subjects is None else subjects[rows]
    table = counted(classes[rows], whose, {n: (t, c[rows]) for n, (t, c) in sensitive.items()})
    present = table.codes[:, 0]
    people = np.zeros(len(present), np.int64) if population is None else population[present]
    table = table if population is None else replace(table, population=people)
    rules = pack(criteria, table, {name: tree for name, (tree, _) in sensitive.items()})
    for place in np.flatnonzero(good[present]).tolist():
        histogram = _histogram(table.sensitive, place, rules.starts)
        good[present[place]] = holds(
            int(counts[present[place]]), int(people[place]), histogram, rules
        )
    return good


def counted(
    classes: Ints, subjects: Subjects | None, sensitive: Mapping[str, tuple[Hierarchy, Ints]]
) -> Combinations:
    """The classes as combinations of one column, subjects counted once in each class."""
    size = int(classes.max(initial=-1)) + 1
    whose = subjects
    if subjects is not None:
        # One number for each pair of subject and class: a subject counts in each of its classes.
        _, numbers = np.unique(subjects, return_inverse=True)
        whose = numbers.astype(np.int64) * max(size, 1) + classes
    trees = {name: (len(tree.leaves), codes) for name, (tree, codes) in sensitive.items()}
    return combine(("class",), (size,), classes[:, np.newaxis], trees, whose)[0]


def _histogram(
    columns: Sequence[Histogram], place: int, starts: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    counts = np.zeros(int(starts[-1]), np.int64)
    for each, start in zip(columns, starts[:-1].tolist(), strict=True):
        entries = slice(each.starts[place], each.starts[place + 1])
        counts[start + each.values[entries]] = each.counts[entries]
    return counts
