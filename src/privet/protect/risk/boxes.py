"""Published labels as intervals of leaf codes: what an attacker reads out of a release.

A label covers the leaves of its node. The same label may stand for several nodes (`other`, `*`);
who has only the release cannot tell which, and reads it as all that lies between the first and the
last leaf of any of them: never too narrow, so that a record always fits its own row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.model.errors import ConfigError
from privet.protect.hierarchies.hierarchy import ROOT, Hierarchy
from privet.protect.hierarchies.rules import coded as leaf_texts
from privet.protect.risk.coding import Coded, Distinct, Ints, coded, distinct


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
    leaves: Mapping[str | None, int]
    spans: Mapping[str | None, tuple[int, int, int]]
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

    def read(self, cells: Coded) -> tuple[Ints, Ints, Ints]:
        """First and last leaf code and level of each distinct label: shape (values,) each.

        Raises:
            ConfigError: labels that stand nowhere in the hierarchy.
        """
        found = [self.spans.get(label, (-1, -1, -1)) for label in cells.values]
        spans = np.array(found, np.int64).reshape(-1, 3)
        self._insist(int((spans[:, 0] < 0).sum()), "published labels")
        return spans[:, 0], spans[:, 1], spans[:, 2]

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
    """The classes of a release, each a box of leaf codes.

    Attributes:
        low, high: first and last leaf code by class and quasi-identifier: shape (c, q), F order.
        level: of the published nodes: shape (c, q).
        sizes: published rows of each class: shape (c,).
        of: the class of each published row: shape (n,).
        domain: leaves of each quasi-identifier: shape (q,).
    """

    low: Ints
    high: Ints
    level: Ints
    sizes: Ints
    of: Ints
    domain: Ints

    def fitting(self, point: Ints, columns: Sequence[int]) -> Ints:
        """The classes that a record with these leaf codes may be in, going by some columns."""
        left = np.arange(len(self.sizes))
        for column in columns:
            code = point[column]
            low, high = self.low[left, column], self.high[left, column]
            left = left[(low <= code) & (code <= high)]
        return left

    def thinness(self, columns: Sequence[int]) -> npt.NDArray[np.float64]:
        """1 by how many combinations of leaves a class covers in these columns: shape (c,)."""
        wide = (self.high - self.low + 1)[:, list(columns)].astype(np.float64)
        thin: npt.NDArray[np.float64] = np.exp(-np.log(wide).sum(axis=1))
        return thin


@dataclass(frozen=True, slots=True)
class Records:
    """Records by leaf codes, those that are alike once.

    Attributes:
        codes: distinct combinations, rising in the column `by`: shape (m, q), F order.
        counts: records of each: shape (m,).
        of: the combination of each record: shape (n,).
        by: the column in which they differ most; looking up begins there.
    """

    codes: Ints
    counts: Ints
    of: Ints
    by: int

    def inside(self, low: Ints, high: Ints) -> Ints:
        """Which combinations lie in a box: low and high of shape (q,)."""
        ends = np.searchsorted(self.codes[:, self.by], (low[self.by], high[self.by] + 1))
        left = np.arange(ends[0], ends[1])
        for column in range(self.codes.shape[1]):
            if column != self.by and len(left):
                codes = self.codes[left, column]
                left = left[(low[column] <= codes) & (codes <= high[column])]
        return left


def looked_up(codes: Ints, counts: Ints, of: Ints) -> Records:
    """Records in the order in which they are looked up; arguments as of `Records`."""
    by = int(codes.max(axis=0, initial=0).argmax())
    order = np.argsort(codes[:, by], kind="stable")
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    return Records(np.asfortranarray(codes[order]), counts[order], places[of], by)


def classes(cells: Sequence[Coded], rows: int) -> Distinct:
    """Published rows that look alike in all quasi-identifiers."""
    return distinct([each.codes for each in cells], rows)


def boxes(cells: Sequence[Coded], words: Sequence[Vocabulary], rows: int) -> Boxes:
    """The classes of published columns, read with their vocabularies."""
    found = classes(cells, rows)
    spans = [
        tuple(part[each.codes[found.first]] for part in meaning.read(each))
        for each, meaning in zip(cells, words, strict=True)
    ]
    low, high, level = (
        np.array([span[part] for span in spans], np.int64).reshape(len(spans), -1).T
        for part in range(3)
    )
    domain = np.array([meaning.size for meaning in words], np.int64)
    return Boxes(low, high, level, found.counts, found.of, domain)


def records(cells: Sequence[Coded], words: Sequence[Vocabulary], rows: int) -> Records:
    """Original records, read with the vocabularies of their columns."""
    codes = [meaning.codes(each) for each, meaning in zip(cells, words, strict=True)]
    found = distinct(codes, rows)
    matrix = np.array([each[found.first] for each in codes], np.int64).reshape(len(codes), -1).T
    return looked_up(matrix, found.counts, found.of)


def columns_of(table: pa.Table, names: Sequence[str]) -> list[Coded]:
    """Several columns of a table."""
    return [coded(table, name) for name in names]
