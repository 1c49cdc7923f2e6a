"""Local suppression: single cells set to null until each combination is shared by k subjects.

Finding the fewest cells is NP-hard (Meyerson and Williams, 2004); this is greedy. A null counts as
a value of its own and matches nothing else, so a row with nulls is among k rows with the same nulls
and the same other values: whoever reads a null as "any value" finds it among more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from privet.model.errors import ConfigError, Refused
from privet.protect.combinations import Combinations
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.loss import table_loss
from privet.protect.recoding import SUPPRESSED, Solved


@dataclass(frozen=True, slots=True)
class LocallySuppressed:
    """Which cells go.

    Attributes:
        mask: whether the cell of a combination is set to null: shape (m, q).
        classes: of each combination, by what is left of it: shape (m,), int32.
        cells: how many cells of rows are null now, by column: shape (q,).
    """

    mask: npt.NDArray[np.bool_] = field(repr=False)
    classes: npt.NDArray[np.int32] = field(repr=False)
    cells: npt.NDArray[np.int64]


def suppress_cells(
    combinations: Combinations, k: int, importance: Sequence[float] | None = None
) -> LocallySuppressed:
    """Set cells to null so that each class has at least `k` subjects.

    Of the combinations that are too rare, those are nulled in one column that this brings to `k`;
    the column is the one that saves most rows for its importance. Where no column saves any, the
    least important loses all their cells, and the search goes on. Rare ones that are null in every
    column, and still too few, take the class with the fewest known cells along.

    Args:
        combinations: the table.
        k: subjects in each class.
        importance: of each column, above 0; None: all are worth the same.

    Raises:
        ConfigError: a `k` below 1, or importances that do not fit.
        Refused: fewer than `k` subjects.
    """
    weights = _weights(combinations, k, importance)
    people = int(combinations.subjects.sum())
    if people < k:
        raise Refused(
            f"no class of {k} can be made: the largest feasible k is {people}",
            hint="Ask for a smaller k, or bring more rows.",
        )
    mask = np.zeros(combinations.codes.shape, np.bool_)
    while True:
        classes, sizes = _grouped(combinations, mask)
        rare = sizes[classes] < k
        if not rare.any():
            break
        if mask[rare].all():
            _take_along(combinations, mask, classes, rare)
        else:
            _null_one_column(combinations, mask, rare, k, weights)
    cells = combinations.rows @ mask
    return LocallySuppressed(mask, classes.astype(np.int32), cells.astype(np.int64))


def _weights(
    combinations: Combinations, k: int, importance: Sequence[float] | None
) -> npt.NDArray[np.float64]:
    width = combinations.codes.shape[1]
    weights = np.ones(width) if importance is None else np.array(importance, np.float64)
    if k < 1 or len(weights) != width or not width or not bool((weights > 0).all()):
        raise ConfigError(
            "k is below 1, or there is not one importance above 0 for each quasi-identifier",
            hint="Give k = 2 or more, and a number above 0 for each column, or none at all.",
        )
    return weights


def _grouped(
    combinations: Combinations, mask: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The class of each combination by what is left of it, and the subjects of each class."""
    from privet.kernels.anonymity.grouping import group_rows  # noqa: PLC0415

    left = np.where(mask, np.int32(0), combinations.codes + np.int32(1)).astype(np.int32)
    sizes = left.max(axis=0).astype(np.int64) + 1
    _, classes = group_rows(np.ascontiguousarray(left.T), sizes)
    people = np.zeros(int(classes.max()) + 1, np.int64)
    np.add.at(people, classes, combinations.subjects)
    return classes, people


def _null_one_column(
    combinations: Combinations,
    mask: npt.NDArray[np.bool_],
    rare: npt.NDArray[np.bool_],
    k: int,
    weights: npt.NDArray[np.float64],
) -> None:
    """Null the column that saves most, where it saves; or the least important, where none does."""
    best, chosen, saved = 0.0, -1, rare
    for column in range(mask.shape[1]):
        tried = mask.copy()
        tried[rare, column] = True
        classes, sizes = _grouped(combinations, tried)
        enough = rare & (sizes[classes] >= k) & ~mask[:, column]
        worth = float(combinations.rows[enough].sum()) / weights[column]
        if worth > best:
            best, chosen, saved = worth, column, enough
    if chosen < 0:
        open_ = ~mask[rare].all(axis=0)
        chosen = int(np.argmin(np.where(open_, weights, np.inf)))
    mask[saved, chosen] = True


def _take_along(
    combinations: Combinations,
    mask: npt.NDArray[np.bool_],
    classes: npt.NDArray[np.int64],
    rare: npt.NDArray[np.bool_],
) -> None:
    """Null all cells of the class that has fewest that are known."""
    cells = np.zeros(int(classes.max()) + 1, np.int64)
    np.add.at(cells, classes, combinations.rows * (~mask).sum(axis=1))
    cells[np.unique(classes[rare])] = np.iinfo(np.int64).max
    mask[classes == int(np.argmin(cells))] = True


@dataclass(frozen=True, slots=True)
class StarRecoding:
    """Each cell is published as it is, or as the root.

    Attributes:
        level: by class and quasi-identifier, 0 or the root's: shape (c, q), int8.
        node: the leaf, or 0: shape (c, q), int32.
    """

    level: npt.NDArray[np.int8] = field(repr=False)
    node: npt.NDArray[np.int32] = field(repr=False)

    def classes(self, codes: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """The class with the fewest stars that covers each combination: shape (m,)."""
        found = np.full(len(codes), SUPPRESSED, np.int32)
        kinds, which = np.unique(self.level > 0, axis=0, return_inverse=True)
        for kind in np.argsort(kinds.sum(axis=1), kind="stable").tolist():
            members = np.flatnonzero(which.reshape(-1) == kind)
            known = ~kinds[kind]
            own = {row.tobytes(): at for at, row in zip(members, self.node[members][:, known])}  # noqa: B905
            wanted = np.ascontiguousarray(codes[:, known], np.int32)
            for place in np.flatnonzero(found == SUPPRESSED).tolist():
                found[place] = own.get(wanted[place].tobytes(), SUPPRESSED)
        return found


def solve(combinations: Combinations, hierarchies: Sequence[Hierarchy], k: int) -> Solved:
    """Classes by local suppression, as solvers give them.

    Combinations that the population alone has take no part, and fall into the classes that there
    are. Other criteria than k are for who holds classes back.

    Args:
        combinations: the table.
        hierarchies: of its quasi-identifiers; leaf and root of each are all that is published.
        k: subjects in each class.

    Raises:
        ConfigError: no quasi-identifier.
        Refused: fewer than `k` subjects.
    """
    ours = combinations.rows > 0
    table = Combinations(
        combinations.columns,
        np.ascontiguousarray(combinations.codes[ours]),
        combinations.subjects[ours],
        combinations.rows[ours],
    )
    done = suppress_cells(table, k)
    first = np.unique(done.classes, return_index=True)[1]
    root = np.array([tree.levels - 1 for tree in hierarchies])
    recoding = StarRecoding(
        np.where(done.mask[first], root, 0).astype(np.int8),
        np.where(done.mask[first], 0, table.codes[first]).astype(np.int32),
    )
    classes = np.full(len(ours), SUPPRESSED, np.int32)
    classes[ours] = done.classes
    classes[~ours] = recoding.classes(combinations.codes[~ours])
    loss = table_loss(combinations, hierarchies, recoding, classes)
    return Solved(recoding, classes, loss, 0.0, loss == 0.0, "local-suppression")
