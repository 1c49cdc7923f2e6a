"""What a full-domain solution is: a level for each column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.recoding import SUPPRESSED


@dataclass(frozen=True, slots=True)
class LevelsRecoding:
    """All cells of a column are published on one level.

    Attributes:
        levels: the level of each column.
        nodes: the node of each leaf on that level, by column.
        level: by class and column, the level of the published node: shape (c, q), int8.
        node: its number on that level: shape (c, q), int32; classes in lexicographic order.
    """

    levels: tuple[int, ...]
    nodes: tuple[npt.NDArray[np.int32], ...] = field(repr=False)
    level: npt.NDArray[np.int8] = field(repr=False)
    node: npt.NDArray[np.int32] = field(repr=False)

    def classes(self, codes: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """The class of each combination; `SUPPRESSED` for one that falls into none of them.

        Args:
            codes: of leaves, seen before or not: shape (m, q).

        Returns:
            Shape (m,).
        """
        from privet.kernels.anonymity.grouping import group_rows  # noqa: PLC0415

        both = np.vstack([self.node, self.generalised(codes)])
        sizes = np.array([int(nodes.max(initial=-1)) + 1 for nodes in self.nodes], np.int64)
        distinct, groups = group_rows(np.ascontiguousarray(both.T), sizes)
        numbers = np.full(len(distinct), SUPPRESSED, np.int32)
        numbers[groups[: len(self.node)]] = np.arange(len(self.node), dtype=np.int32)
        return numbers[groups[len(self.node) :]]

    def generalised(self, codes: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """The nodes of combinations on the levels of their columns: shape (m, q)."""
        columns = [nodes[codes[:, column]] for column, nodes in enumerate(self.nodes)]
        return np.stack(columns, axis=1) if columns else np.zeros((len(codes), 0), np.int32)

    def covering(self, codes: npt.NDArray[np.int32]) -> LevelsRecoding:
        """The recoding on the same levels with the classes of these combinations, and no others.

        For a later batch: its combinations fall into classes that the first table had nobody in,
        or suppressed, and whether they may be published is to be judged anew.
        """
        return recode(self.levels, self.nodes, self.generalised(codes))


def levels_recoding(
    levels: Sequence[int],
    hierarchies: Sequence[Hierarchy],
    codes: npt.NDArray[np.int32],
) -> LevelsRecoding:
    """The recoding on given levels with the classes that some combinations fall into.

    Args:
        levels: of each column.
        hierarchies: of each column.
        codes: the combinations: shape (m, q).
    """
    nodes = tuple(
        np.ascontiguousarray(hierarchy.nodes[level], np.int32)
        for hierarchy, level in zip(hierarchies, levels, strict=True)
    )
    columns = [own[codes[:, column]] for column, own in enumerate(nodes)]
    found = np.stack(columns, axis=1) if columns else np.zeros((len(codes), 0), np.int32)
    return recode(tuple(int(level) for level in levels), nodes, found)


def recode(
    levels: tuple[int, ...],
    nodes: tuple[npt.NDArray[np.int32], ...],
    found: npt.NDArray[np.int32],
) -> LevelsRecoding:
    """The recoding whose classes are the distinct rows of `found`, nodes by column."""
    from privet.kernels.anonymity.grouping import group_rows  # noqa: PLC0415

    sizes = np.array([int(own.max(initial=-1)) + 1 for own in nodes], np.int64)
    distinct, _ = group_rows(np.ascontiguousarray(found.T), sizes)
    level = np.tile(np.array(levels, np.int8), (len(distinct), 1))
    return LevelsRecoding(levels, nodes, level, distinct)
