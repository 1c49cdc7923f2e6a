"""What generalisation costs: the loss metric, 0 for a table as it was, 1 for one of stars.

A cell that is published as a node over c of the n leaves of its hierarchy costs

    (c - 1) / (n - 1)

(Iyengar, Transforming data to satisfy privacy constraints, KDD 2002): 0 for a leaf, 1 for the root,
on whatever level the node stands. n counts the leaves of the hierarchy, whether or not the table
has them. Where there is but one leaf, no node hides anything, and all cost 0.

The loss of a row is the mean over its quasi-identifiers; a suppressed row costs 1. The loss of a
table is the mean over its rows. Every solver minimises it, and every report states it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from privet.protect.combinations import Combinations
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.recoding import SUPPRESSED, Recoding

SUPPRESSED_ROW = 1.0
"""What a row costs that does not leave."""


def cell_costs(hierarchy: Hierarchy) -> tuple[npt.NDArray[np.float64], ...]:
    """What one cell costs that is published as a node.

    Returns:
        For each level, the cost of each of its nodes, 0 to 1, float64.
    """
    others = max(len(hierarchy.leaves) - 1, 1)
    return tuple(
        (np.bincount(hierarchy.nodes[level]) - 1) / others for level in range(hierarchy.levels)
    )


def leaf_costs(hierarchy: Hierarchy) -> npt.NDArray[np.float64]:
    """What a cell costs with each leaf, published on each level: shape (levels, n)."""
    each = cell_costs(hierarchy)
    return np.stack([each[level][hierarchy.nodes[level]] for level in range(hierarchy.levels)])


def class_costs(
    hierarchies: Sequence[Hierarchy],
    level: npt.NDArray[np.int8],
    node: npt.NDArray[np.int32],
) -> npt.NDArray[np.float64]:
    """What one row of each class costs.

    Args:
        hierarchies: of each quasi-identifier.
        level: by class and quasi-identifier, shape (c, q), as a `Recoding` has it.
        node: the number of the node on that level, shape (c, q).

    Returns:
        Shape (c,), 0 to 1.
    """
    total = np.zeros(len(level), dtype=np.float64)
    for column, hierarchy in enumerate(hierarchies):
        costs = cell_costs(hierarchy)
        starts = np.cumsum([0, *(len(each) for each in costs)])
        total += np.concatenate(costs)[starts[level[:, column]] + node[:, column]]
    return total / max(len(hierarchies), 1)


def table_loss(
    combinations: Combinations,
    hierarchies: Sequence[Hierarchy],
    recoding: Recoding,
    classes: npt.NDArray[np.int32],
) -> float:
    """The loss of a table: the mean over its rows, suppressed ones among them; 0 without rows.

    Args:
        combinations: the table.
        hierarchies: of its quasi-identifiers, in its order.
        recoding: what is published for each class.
        classes: of each combination; `SUPPRESSED` for one that does not leave.
    """
    rows = int(combinations.rows.sum())
    if not rows:
        return 0.0
    kept = classes != SUPPRESSED
    published = class_costs(hierarchies, recoding.level, recoding.node)
    lost = combinations.rows[~kept].sum() * SUPPRESSED_ROW
    return float((combinations.rows[kept] @ published[classes[kept]] + lost) / rows)
