"""Published labels as intervals of leaf codes: what an attacker reads out of a release.

A label covers the leaves of its node. The same label may stand for several nodes (`other`, `*`);
who has only the release cannot tell which, and reads it as all that lies between the first and the
last leaf of any of them: never too narrow, so that a record always fits its own row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from privet.model.errors import ConfigError
from privet.protect.hierarchies.hierarchy import ROOT, Hierarchy
from privet.protect.hierarchies.rules import coded as leaf_texts
from privet.protect.risk.coding import Coded, Ints, Numbers, distinct

Spans = tuple[Ints, Ints, Ints]
"""First and last leaf code and level of each of some labels."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the labels of one column mean.

    Attributes:
        column: its name.
        leaves: the code of each original value.
        spans: of each label the first and last leaf code and the lowest level it stands on with so
            wide a span.
        size: how many leaves there are.
        hierarchy: the tree, where there is one.
    """

    column: str
    leaves: Mapping[str | None, int] = field(repr=False)
    spans: Mapping[str | None, tuple[int, int, int]] = field(repr=False)
    size: int
    hierarchy: Hierarchy | None

    def codes(self, cells: Coded) -> Ints:
        """Leaf codes of original values.

        Raises:
            ConfigError: values that the hierarchy does not have.
        """
        spec = None if self.hierarchy is None else self.hierarchy.spec
        values = leaf_texts(spec, cells.values)
        table = np.array([self.leaves.get(value, -1) for value in values], np.int64)
        self._insist(int((table < 0).sum()), "values")
        return table[cells.codes] if len(table) else cells.codes

    def read(self, labels: Sequence[str | None]) -> Spans:
        """What each label covers: shape (labels,) each.

        Raises:
            ConfigError: labels that stand nowhere in the hierarchy.
        """
        found = [self.spans.get(label, (-1, -1, -1)) for label in labels]
        spans = np.array(found, np.int64).reshape(-1, 3)
        self._insist(int((spans[:, 0] < 0).sum()), "published labels")
        return spans[:, 0], spans[:, 1], spans[:, 2]

    @property
    def levels(self) -> int:
        """On how many levels labels stand."""
        return max(level for _, _, level in self.spans.values()) + 1

    def _insist(self, unknown: int, what: str) -> None:
        if unknown:
            missing = "its hierarchy" if self.hierarchy is not None else "the original"
            raise ConfigError(
                f"column {self.column}: {unknown:,} distinct {what} are not in {missing}",
                hint="give the hierarchy that the release was made with",
            )


def vocabulary(column: str, hierarchy: Hierarchy | None, *originals: Coded) -> Vocabulary:
    """The labels of a column: of its hierarchy, or else its original values and `*`."""
    if hierarchy is None:
        values = dict.fromkeys(value for each in originals for value in each.values)
        leaves = {value: code for code, value in enumerate(values)}
        spans = {value: (code, code, 0) for value, code in leaves.items()}
        spans[ROOT] = (0, max(len(leaves) - 1, 0), 1)
        return Vocabulary(column, leaves, spans, max(len(leaves), 1), None)
    leaves = {value: code for code, value in enumerate(hierarchy.leaves)}
    return Vocabulary(column, leaves, _spans(hierarchy), len(hierarchy.leaves), hierarchy)


def _spans(hierarchy: Hierarchy) -> dict[str | None, tuple[int, int, int]]:
    spans: dict[str | None, tuple[int, int, int]] = {}
    for level, labels in enumerate(hierarchy.labels):
        numbers = np.arange(len(labels))
        firsts = np.searchsorted(hierarchy.nodes[level], numbers, "left").tolist()
        lasts = (np.searchsorted(hierarchy.nodes[level], numbers, "right") - 1).tolist()
        for label, first, last in zip(labels, firsts, lasts, strict=True):
            known = spans.get(label)
            if known is None:
                spans[label] = (first, last, level)
            elif first < known[0] or last > known[1]:
                spans[label] = (min(first, known[0]), max(last, known[1]), level)
    return spans


@dataclass(frozen=True, slots=True)
class Boxes:
    """The classes of a release, each a box of leaf codes, in lexicographic order of the boxes.

    Attributes:
        low, high: first and last leaf code by class and quasi-identifier: shape (c, q), F order.
        level: of the published nodes: shape (c, q).
        domain: leaves of each quasi-identifier: shape (q,).
    """

    low: npt.NDArray[np.int32] = field(repr=False)
    high: npt.NDArray[np.int32] = field(repr=False)
    level: npt.NDArray[np.int8] = field(repr=False)
    domain: Ints

    def __len__(self) -> int:
        """How many classes."""
        return len(self.low)

    def fitting(self, point: Numbers, columns: Sequence[int]) -> Ints:
        """The classes that a record with these leaf codes may be in, going by some columns."""
        left: Ints | None = None
        for column in columns:
            code = point[column]
            low, high = self.low[:, column], self.high[:, column]
            if left is None:
                left = np.flatnonzero((low <= code) & (code <= high))
            else:
                left = left[(low[left] <= code) & (code <= high[left])]
        return np.arange(len(self)) if left is None else left

    def thinness(self, columns: Sequence[int]) -> npt.NDArray[np.float64]:
        """1 by how many combinations of leaves a class covers in these columns: shape (c,)."""
        wide = (self.high - self.low + 1)[:, list(columns)].astype(np.float64)
        thin: npt.NDArray[np.float64] = np.exp(-np.log(wide).sum(axis=1))
        return thin


def boxes(
    spans: Sequence[Spans], cells: Sequence[Numbers], words: Sequence[Vocabulary], rows: int
) -> tuple[Boxes, Ints]:
    """The classes of published rows, and which one each row is in.

    Args:
        spans: of each column, what its labels cover.
        cells: of each column, the label of each row: shape (n,).
        words: of each column.
        rows: how many.
    """
    ranks = [_ranks(each)[codes] for each, codes in zip(spans, cells, strict=True)]
    found = distinct(ranks, rows)
    sides = [
        tuple(part[codes[found.first]] for part in each)
        for each, codes in zip(spans, cells, strict=True)
    ]
    low, high, level = (
        np.array([side[part] for side in sides], np.int32).reshape(len(sides), -1).T
        for part in range(3)
    )
    domain = np.array([meaning.size for meaning in words], np.int64)
    return Boxes(low, high, level.astype(np.int8), domain), found.of


def _ranks(spans: Spans) -> Ints:
    """The place of each label in the order of what it covers; who covers the same has the same."""
    first, last, level = spans
    order = np.lexsort((level, last, first))
    sorted_ = np.stack(spans)[:, order]
    steps = (np.diff(sorted_, axis=1) != 0).any(axis=0)
    ranks = np.zeros(len(order), np.int64)
    ranks[order[1:]] = np.cumsum(steps)
    return ranks
