"""A table whose classes were found, as numbers: measured without spelling a row out again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from privet.protect.fitted import FittedPlan
from privet.protect.recoding import SUPPRESSED
from privet.protect.risk.boxes import boxes, vocabulary
from privet.protect.risk.coding import Ints, Numbers, in_order
from privet.protect.risk.grouping import counted_once, grouped
from privet.protect.risk.records import Records, looked_up
from privet.protect.risk.table import Measured


@dataclass(frozen=True, slots=True)
class Decided:
    """The rows of a release, those that were left out among them, in the order of the input.

    Attributes:
        plan: the recoding; its trees and the cells of each class.
        codes: combinations of leaves in the plan's trees: shape (m, q). Of a value that the trees
            do not have, a neighbour's, as `hierarchies.placing` has it.
        of: the combination of each row: shape (n,).
        ordered: whether combinations are distinct, and in lexicographic order.
        classes: the class of each row, or `SUPPRESSED`: shape (n,).
        subjects: a number from 0 for each row's subject: shape (n,); None where each is its own.
        sensitive: the values of each sensitive column by code, and the codes of rows: shape (n,).
        population: leaves of everybody, shape (p, q), -1 for a value that no tree has; and whose
            rows these are, as `subjects`.
    """

    plan: FittedPlan
    codes: Numbers = field(repr=False)
    of: npt.NDArray[np.int32] = field(repr=False)
    ordered: bool
    classes: npt.NDArray[np.int32] = field(repr=False)
    subjects: Ints | None = field(repr=False)
    sensitive: Mapping[str, tuple[Sequence[str | None], Numbers]] = field(repr=False)
    population: tuple[Numbers, Ints | None] | None = field(default=None, repr=False)


def measured(table: Decided) -> Measured:
    """What risk and use are measured from: as `risk.table.read` has it from the tables' cells."""
    plan = table.plan
    words = tuple(
        vocabulary(name, tree) for name, tree in zip(plan.columns, plan.hierarchies, strict=True)
    )
    spans, cells = [], []
    for at, (tree, meaning) in enumerate(zip(plan.hierarchies, words, strict=True)):
        spans.append(meaning.read([label for labels in tree.labels for label in labels]))
        starts = np.cumsum([0, *(len(labels) for labels in tree.labels)])
        cells.append(starts[plan.level[:, at]] + plan.node[:, at])
    left = np.zeros(len(plan.level) + 1, np.bool_)
    left[table.classes] = True
    there = np.flatnonzero(left[:-1])  # SUPPRESSED is -1: the last place
    made, of = boxes(spans, [each[there] for each in cells], words, len(there))
    class_of = np.full(len(left), SUPPRESSED, np.int32)
    class_of[there] = of
    secrets = [
        (in_order(values).astype(np.int32)[codes], max(len(values), 1))
        for values, codes in table.sensitive.values()
    ]
    release = grouped(class_of[table.classes], len(made), secrets, table.subjects)
    sizes = tuple((name, max(len(own[0]), 1)) for name, own in table.sensitive.items())
    domain = [meaning.size for meaning in words]
    original = _records(
        *(table.codes, domain, table.of, secrets, table.subjects), ordered=table.ordered
    )
    people = None
    if table.population is not None:
        codes, subjects = table.population
        shown = codes + 1  # what no tree has is below all boxes
        every = np.arange(len(codes), dtype=np.int32)
        people = _records(
            shown, [each + 1 for each in domain], every, [], subjects, shift=1, once=True
        )
    return Measured(plan.columns, words, made, release, sizes, original, people)


def _records(
    codes: Numbers,
    domain: Sequence[int],
    of: npt.NDArray[np.int32],
    secrets: Sequence[tuple[Numbers, int]],
    subjects: Ints | None,
    *,
    shift: int = 0,
    ordered: bool = False,
    once: bool = False,
) -> Records:
    """Records from combinations in any order, of which some may have no row, or be the same."""
    from privet.kernels.anonymity.grouping import group_rows  # noqa: PLC0415 (loads Numba)

    used = np.zeros(len(codes), np.bool_)
    used[of] = True
    places = np.full(len(codes), SUPPRESSED, np.int32)
    distinct = codes if used.all() else codes[used]
    if ordered:
        places[used] = np.arange(len(distinct), dtype=np.int32)
    else:
        across = np.ascontiguousarray(distinct.T.astype(np.int32, copy=False))
        distinct, places[used] = group_rows(across, np.asarray(domain, np.int64))
    found = grouped(places[of], len(distinct), secrets, subjects)
    found = counted_once(found, places[of], subjects) if once else found
    return looked_up(distinct - shift, domain, found)
