"""The solver: cut by size, join until every criterion holds, publish the lowest common nodes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from privet.model.errors import ConfigError, Refused
from privet.protect.combinations import Combinations
from privet.protect.feasibility import require_feasible
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.loss import leaf_costs, table_loss
from privet.protect.mondrian.recoding import TreeRecoding, labelled
from privet.protect.mondrian.trimming import trim
from privet.protect.recoding import SUPPRESSED, Solved

if TYPE_CHECKING:
    from privet.kernels.anonymity.criteria import Rules
    from privet.kernels.anonymity.merging import Boxes
    from privet.kernels.anonymity.paths import Trees

PRICES: Final = (1.0, 2.5)
"""What a row's worth of failing may cost in rows made `*`: each is tried, the least loss kept."""


def solve(
    combinations: Combinations,
    hierarchies: Sequence[Hierarchy],
    rules: Rules,
    suppress: float = 0.0,
) -> Solved:
    """Classes by label-aware Mondrian; each meets all rules by the measure of `combinations`.

    Boxes are cut by size (`kernels.anonymity.mondrian`). Where more than size is asked, they are
    joined until that holds (`kernels.anonymity.merging`), at several prices. Rows are suppressed
    only where that loses less than keeping them. The same input gives the same answer.

    Args:
        combinations: the table.
        hierarchies: of its quasi-identifiers, in its order.
        rules: `protect.criteria.pack` of the criteria.
        suppress: the share of rows that may be suppressed, 0 to 1.

    Raises:
        ConfigError: no quasi-identifier, or a share that is none.
        Refused: no row, or the whole table as one class breaks a rule (the message has the most
            that is feasible).
    """
    from privet.kernels.anonymity.merging import merge_boxes  # noqa: PLC0415
    from privet.kernels.anonymity.mondrian import cut_up  # noqa: PLC0415

    _check(combinations, hierarchies, rules, suppress)
    trees = pack_trees(hierarchies)
    limit = math.floor(suppress * int(combinations.rows.sum()) + 1e-9)
    cuts, box = cut_up(combinations.codes, combinations.rows, combinations.subjects, trees, rules.k)
    if _by_size_alone(rules):
        cuts, box = trim(combinations, trees, cuts, box, k=rules.k, limit=limit)
        recoding = labelled(hierarchies, cuts, *_as_they_are(combinations, box))
        return _solved(combinations, hierarchies, recoding, box)
    boxes = _boxes(combinations, box, rules)

    def joined(price: float, rows: int) -> Solved:
        owner = merge_boxes(boxes, trees, rules, price=price * len(hierarchies), limit=rows)
        recoding = labelled(hierarchies, cuts, *_joined(boxes, owner))
        return _solved(combinations, hierarchies, recoding, box)

    attempts = [(price, 0) for price in PRICES] + ([(PRICES[0], limit)] if limit else [])
    return min(itertools.starmap(joined, attempts), key=lambda solved: solved.loss)


def pack_trees(hierarchies: Sequence[Hierarchy]) -> Trees:
    """Hierarchies as the kernels take them."""
    from privet.kernels.anonymity.paths import Trees  # noqa: PLC0415

    sizes = [hierarchy.nodes.size for hierarchy in hierarchies]
    return Trees(
        np.concatenate([hierarchy.nodes.ravel() for hierarchy in hierarchies]).astype(np.int32),
        np.concatenate([leaf_costs(hierarchy).ravel() for hierarchy in hierarchies]),
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        np.array([len(hierarchy.leaves) for hierarchy in hierarchies], np.int64),
        np.array([hierarchy.levels for hierarchy in hierarchies], np.int64),
    )


def _check(
    combinations: Combinations, hierarchies: Sequence[Hierarchy], rules: Rules, suppress: float
) -> None:
    if not hierarchies:
        raise ConfigError("no quasi-identifier", hint="Name the columns that single people out.")
    if not 0.0 <= suppress <= 1.0:
        raise ConfigError(
            f"{suppress} is no share of rows", hint="`suppress` is between 0 (none) and 1 (all)."
        )
    if not combinations.rows.sum():
        raise Refused("the table has no row", hint="There is nothing to anonymise.")
    require_feasible(combinations, rules)


def _by_size_alone(rules: Rules) -> bool:
    from privet.kernels.anonymity.criteria import SUBJECTS  # noqa: PLC0415

    return bool((rules.rules[:, 0] == SUBJECTS).all())


def _solved(
    combinations: Combinations,
    hierarchies: Sequence[Hierarchy],
    recoding: TreeRecoding,
    box: npt.NDArray[np.int64],
) -> Solved:
    classes = np.append(recoding.box_class, np.int32(SUPPRESSED))[box]  # -1, no box, is the last
    loss = table_loss(combinations, hierarchies, recoding, classes)
    return Solved(recoding, classes, loss, 0.0, loss == 0.0, "mondrian")


def _as_they_are(
    combinations: Combinations, box: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """A class for each box."""
    from privet.kernels.anonymity.mondrian import spans  # noqa: PLC0415

    count = int(box.max(initial=SUPPRESSED)) + 1
    return np.arange(count), *spans(combinations.codes, box, count)


def _boxes(combinations: Combinations, box: npt.NDArray[np.int64], rules: Rules) -> Boxes:
    from privet.kernels.anonymity.merging import Boxes  # noqa: PLC0415
    from privet.kernels.anonymity.mondrian import spans  # noqa: PLC0415

    count = int(box.max()) + 1
    low, high = spans(combinations.codes, box, count)
    histogram = np.zeros((count, int(rules.starts[-1])), np.int64)
    for place, each in enumerate(combinations.sensitive):
        owner = np.repeat(box, np.diff(each.starts))
        np.add.at(histogram, (owner, each.values + rules.starts[place]), each.counts)
    none = np.zeros(len(box), np.int64)
    population = none if combinations.population is None else combinations.population
    return Boxes(
        low,
        high,
        _sums(box, combinations.rows, count),
        _sums(box, combinations.subjects, count),
        _sums(box, population, count),
        histogram,
    )


def _sums(
    box: npt.NDArray[np.int64], counts: npt.NDArray[np.int64], size: int
) -> npt.NDArray[np.int64]:
    total = np.zeros(size, np.int64)
    np.add.at(total, box, counts)
    return total


def _joined(
    boxes: Boxes, owner: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """A class for each box that owns itself and others."""
    kept = owner >= 0
    owners, number = np.unique(owner[kept], return_inverse=True)
    classes = np.full(len(owner), SUPPRESSED, np.int64)
    classes[kept] = number.reshape(-1)
    low = np.full((len(owners), boxes.low.shape[1]), np.iinfo(np.int32).max, np.int32)
    high = np.full_like(low, -1)
    np.minimum.at(low, classes[kept], boxes.low[kept])
    np.maximum.at(high, classes[kept], boxes.high[kept])
    return classes, low, high
