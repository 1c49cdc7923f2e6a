"""The map that the cuts make: a frozen tree from combinations to classes, and back from numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from privet.model.errors import ConfigError
from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.recoding import SUPPRESSED

if TYPE_CHECKING:
    from privet.kernels.anonymity.mondrian import Cuts

VERSION: Final = 1
_CUTS: Final = ("column", "low", "high", "inside", "outside")
_CLASSES: Final = ("level", "node", "first", "last")


@dataclass(frozen=True, slots=True)
class TreeRecoding:
    """A tree of cuts, the class of each of its boxes, and the label of each class.

    It serves later batches: a combination that was not there falls where the cuts send it. Where
    the label of that class does not cover it, it is suppressed.

    Attributes:
        cuts: which box a combination falls into.
        box_class: the class of each box, `SUPPRESSED` among them: shape (b,), int32.
        level: of the published nodes, by class and quasi-identifier: shape (c, q), int8. No two
            classes have the same label.
        node: their numbers on that level: shape (c, q), int32.
        first, last: the least and the greatest leaf that each node covers: shape (c, q), int32.
    """

    cuts: Cuts = field(repr=False)
    box_class: npt.NDArray[np.int32] = field(repr=False)
    level: npt.NDArray[np.int8] = field(repr=False)
    node: npt.NDArray[np.int32] = field(repr=False)
    first: npt.NDArray[np.int32] = field(repr=False)
    last: npt.NDArray[np.int32] = field(repr=False)

    def classes(self, codes: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """The class of each combination, of `codes` (m, q): shape (m,)."""
        from privet.kernels.anonymity.mondrian import walk  # noqa: PLC0415

        boxes = walk(codes, self.cuts)
        found = np.append(self.box_class, np.int32(SUPPRESSED))[boxes]  # a box of -1 is the last
        if not len(self.first):
            return found
        covered = ((self.first[found] <= codes) & (codes <= self.last[found])).all(axis=1)
        return np.where(covered, found, np.int32(SUPPRESSED)).astype(np.int32)

    def canonical(self) -> dict[str, Any]:
        """As whole numbers alone, to be sealed: `from_canonical` reads it."""
        return {
            "version": VERSION,
            "cuts": {name: getattr(self.cuts, name).tolist() for name in _CUTS},
            "box_class": self.box_class.tolist(),
            "width": self.level.shape[1],
            **{name: getattr(self, name).ravel().tolist() for name in _CLASSES},
        }


def labelled(
    hierarchies: Sequence[Hierarchy],
    cuts: Cuts,
    box_class: npt.NDArray[np.int64],
    low: npt.NDArray[np.int32],
    high: npt.NDArray[np.int32],
) -> TreeRecoding:
    """The recoding that publishes for each class the lowest node over its codes.

    Classes whose labels are the same become one: in what is published they are.

    Args:
        hierarchies: of the quasi-identifiers.
        cuts: the tree.
        box_class: the class of each box, `SUPPRESSED` among them: shape (b,).
        low: the least code of each class: shape (c, q).
        high: the greatest.
    """
    from privet.kernels.anonymity.grouping import group_rows  # noqa: PLC0415

    level = np.zeros(low.shape, np.int64)
    node = np.zeros(low.shape, np.int64)
    for column, hierarchy in enumerate(hierarchies):
        begin, end = low[:, column], high[:, column]
        level[:, column] = np.argmax(hierarchy.nodes[:, begin] == hierarchy.nodes[:, end], axis=0)
        node[:, column] = hierarchy.nodes[level[:, column], begin]
    both = np.ascontiguousarray(np.hstack([level, node]).T, np.int32)
    sizes = np.append([each.levels for each in hierarchies], [len(h.leaves) for h in hierarchies])
    labels, same = group_rows(both, sizes.astype(np.int64))
    level, node = np.split(labels.astype(np.int64), 2, axis=1)
    first, last = _leaves(hierarchies, level, node)
    return TreeRecoding(
        cuts=cuts,
        box_class=np.append(same, SUPPRESSED)[box_class].astype(np.int32),
        level=level.astype(np.int8),
        node=node.astype(np.int32),
        first=first,
        last=last,
    )


def from_canonical(value: Mapping[str, Any], hierarchies: Sequence[Hierarchy]) -> TreeRecoding:
    """Read what `TreeRecoding.canonical` gave, and insist that it fits the hierarchies.

    Raises:
        ConfigError: another version, or numbers that make no tree or no node of the hierarchies.
    """
    from privet.kernels.anonymity.mondrian import Cuts, walk  # noqa: PLC0415

    try:
        if value["version"] != VERSION or value["width"] != len(hierarchies):
            raise ValueError
        cuts = Cuts(*(np.array(value["cuts"][name], np.int32) for name in _CUTS))
        shape = (-1, len(hierarchies))
        level, node, first, last = (np.array(value[n], np.int64).reshape(shape) for n in _CLASSES)
        read = TreeRecoding(
            cuts,
            np.array(value["box_class"], np.int32),
            level.astype(np.int8),
            node.astype(np.int32),
            first.astype(np.int32),
            last.astype(np.int32),
        )
        walk(np.zeros((0, len(hierarchies)), np.int32), cuts)
        if not _fits(read, hierarchies):
            raise ValueError
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        raise ConfigError(
            "the plan's tree of cuts does not fit its hierarchies",
            hint="Fit the plan anew; this one is of another version, or was changed.",
        ) from error
    return read


def _fits(read: TreeRecoding, hierarchies: Sequence[Hierarchy]) -> bool:
    boxes, classes = len(read.box_class), len(read.level)
    children = np.concatenate([read.cuts.inside, read.cuts.outside])
    within = bool((-2 - children < boxes).all()) and boxes > 0
    known = bool(((read.box_class >= SUPPRESSED) & (read.box_class < classes)).all())
    levels = np.array([hierarchy.levels for hierarchy in hierarchies])
    if not (within and known and bool(((read.level >= 0) & (read.level < levels)).all())):
        return False
    first, last = _leaves(hierarchies, read.level, read.node)
    return np.array_equal(first, read.first) and np.array_equal(last, read.last)


def _leaves(
    hierarchies: Sequence[Hierarchy],
    level: npt.NDArray[np.int64] | npt.NDArray[np.int8],
    node: npt.NDArray[np.int64] | npt.NDArray[np.int32],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """The first and the last leaf of each node."""
    first = np.zeros(level.shape, np.int32)
    last = np.zeros(level.shape, np.int32)
    for column, hierarchy in enumerate(hierarchies):
        for each in range(hierarchy.levels):
            here = level[:, column] == each
            wanted = node[here, column]
            row = hierarchy.nodes[each]
            if bool(((wanted < 0) | (wanted > row[-1])).any()):
                raise ValueError("a level has no such node")
            first[here, column] = np.searchsorted(row, wanted, "left")
            last[here, column] = np.searchsorted(row, wanted, "right") - 1
    return first, last
