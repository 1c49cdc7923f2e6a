"""Rows left out of a box where its label gets so much narrower that this loses less."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from privet.protect.combinations import Combinations

if TYPE_CHECKING:
    from privet.kernels.anonymity.mondrian import Cuts
    from privet.kernels.anonymity.paths import Trees
    from privet.kernels.anonymity.trimming import Trims

ROUNDS: Final = 3
"""How often a box may be trimmed: each time in one column."""


def trim(
    combinations: Combinations,
    trees: Trees,
    cuts: Cuts,
    box: npt.NDArray[np.int64],
    *,
    k: int,
    limit: int,
) -> tuple[Cuts, npt.NDArray[np.int64]]:
    """Suppress outliers, those first whose absence spares most per row.

    Args:
        combinations: the table.
        trees: of its columns.
        cuts: that made the boxes.
        box: of each combination: shape (m,).
        k: subjects that each box keeps at least.
        limit: how many rows may be suppressed.

    Returns:
        The cuts, longer by one for each trim, and the boxes, -1 for what is suppressed.
    """
    from privet.kernels.anonymity.trimming import best_trims  # noqa: PLC0415

    def best(box: npt.NDArray[np.int64]) -> Trims:
        return best_trims(
            combinations.codes, combinations.rows, combinations.subjects, box, trees=trees, k=k
        )

    if limit <= 0:
        return cuts, box
    column, low, high, gain, lost = best(box)
    for last in range(1, ROUNDS + 1):
        worth = np.flatnonzero(gain > 0.0)
        worth = worth[np.argsort(-gain[worth] / lost[worth], kind="stable")]
        taken = worth[np.cumsum(lost[worth]) <= limit]
        if not len(taken):
            break
        limit -= int(lost[taken].sum())
        cuts = _longer(cuts, taken, column[taken], low[taken], high[taken])
        box = _without(combinations, box, taken, column=column, low=low, high=high)
        if limit <= 0 or last == ROUNDS:
            break
        anew = best(np.where(np.isin(box, taken), box, -1))  # the others' are as they were
        column[taken], low[taken], high[taken] = (each[taken] for each in anew[:3])
        gain[taken], lost[taken] = anew[3][taken], anew[4][taken]
    return cuts, box


def _longer(
    cuts: Cuts,
    boxes: npt.NDArray[np.int64],
    column: npt.NDArray[np.int32],
    low: npt.NDArray[np.int32],
    high: npt.NDArray[np.int32],
) -> Cuts:
    """One more cut before each box: what is outside of it goes nowhere."""
    from privet.kernels.anonymity.mondrian import OUT, Cuts  # noqa: PLC0415

    size = len(cuts.column)
    to_box = (-2 - boxes).astype(np.int32)
    nodes = np.arange(size, size + len(boxes), dtype=np.int32)
    children = []
    for child in (cuts.inside, cuts.outside):
        moved = child.copy()
        order = np.argsort(to_box)
        place = np.minimum(np.searchsorted(to_box[order], moved), len(order) - 1)
        here = to_box[order][place] == moved
        moved[here] = nodes[order][place[here]]
        children.append(moved)
    return Cuts(
        np.append(cuts.column, column),
        np.append(cuts.low, low),
        np.append(cuts.high, high),
        np.append(children[0], to_box),
        np.append(children[1], np.full(len(boxes), OUT, np.int32)),
    )


def _without(
    combinations: Combinations,
    box: npt.NDArray[np.int64],
    taken: npt.NDArray[np.int64],
    *,
    column: npt.NDArray[np.int32],
    low: npt.NDArray[np.int32],
    high: npt.NDArray[np.int32],
) -> npt.NDArray[np.int64]:
    rows = np.flatnonzero(np.isin(box, taken))
    mine = box[rows]
    codes = combinations.codes[rows, column[mine]]
    left = box.copy()
    left[rows[(codes < low[mine]) | (codes > high[mine])]] = -1
    return left
