"""Rows by what they are alike in, with how many rows and whose: all that risk is measured from.

A subject with several rows is one person: a class of six rows that are about one person is as small
as a class can be. So people are counted each once, and of what only one person has it is known who
(by number), for two groups that one and the same person is alone in do not hide that person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from privet.protect.holding import sizes
from privet.protect.risk.coding import Ints, Numbers

SEVERAL = -1
"""The number of the only person of a group that has more than one."""


@dataclass(frozen=True, slots=True)
class Groups:
    """Rows by class (or by combination), and within it by the values of sensitive columns: kinds.

    Attributes:
        rows: of each group: shape (g,).
        people: subjects of each group, each once; rows where each row is somebody: shape (g,).
        sole: a number for the only subject of a group, or `SEVERAL`: shape (g,).
        starts: the kinds of group i are `starts[i]` to `starts[i + 1]`: shape (g + 1,).
        values: codes of the sensitive columns of each kind: shape (m, s).
        kinds: rows of each kind: shape (m,).
        kind_sole: as `sole`, of each kind: shape (m,).
        subjects: all subjects, each once; None where each row is somebody.
    """

    rows: Numbers = field(repr=False)
    people: Numbers = field(repr=False)
    sole: Numbers = field(repr=False)
    starts: Ints = field(repr=False)
    values: Numbers = field(repr=False)
    kinds: Numbers = field(repr=False)
    kind_sole: Numbers = field(repr=False)
    subjects: int | None

    @property
    def total(self) -> int:
        """All rows."""
        return int(self.rows.sum())

    @property
    def persons(self) -> int:
        """All subjects, or rows where each row is somebody."""
        return self.total if self.subjects is None else self.subjects

    @property
    def alone(self) -> int:
        """Subjects who are by themselves in a group, each once."""
        alone = self.sole[self.sole != SEVERAL]
        return len(alone) if self.subjects is None else len(np.unique(alone))

    def group_of(self, kinds: Ints) -> Ints:
        """The group of each of some kinds."""
        found: Ints = np.searchsorted(self.starts, kinds, "right") - 1
        return found

    def kinds_of(self, groups: Ints) -> Ints:
        """The kinds of all these groups, one after another."""
        begin, counts = self.starts[groups], self.starts[groups + 1] - self.starts[groups]
        before = np.cumsum(counts) - counts
        found: Ints = np.repeat(begin - before, counts) + np.arange(int(counts.sum()))
        return found


def grouped(
    of: Numbers,
    count: int,
    secrets: Sequence[tuple[Numbers, int]],
    subjects: Ints | None,
) -> Groups:
    """Count rows.

    Args:
        of: the group of each row: shape (n,); rows below 0 are in none and do not count.
        count: how many groups there are; each has a row.
        secrets: of each sensitive column the codes of rows, shape (n,), and what they are below.
        subjects: a number from 0 for each row's subject: shape (n,); None where each is its own.
    """
    from privet.kernels.anonymity.grouping import group_rows  # noqa: PLC0415 (loads Numba)

    kept = of >= 0
    if not kept.all():
        of, secrets = of[kept], [(codes[kept], size) for codes, size in secrets]
        subjects = None if subjects is None else subjects[kept]
    rows: Numbers = np.bincount(of, minlength=count).astype(np.int32)
    sole, people, everybody = _sole(of, rows, subjects), rows, None
    if subjects is not None:
        found = sizes(of.astype(np.int32), subjects)
        people = np.pad(found, (0, count - len(found))).astype(np.int32)
        everybody = int(sizes(np.zeros(len(of), np.int32), subjects).sum())
    if not secrets:
        nothing = np.zeros((count, 0), np.int32)
        return Groups(rows, people, sole, np.arange(count + 1), nothing, rows, sole, everybody)
    across = np.stack([of, *(codes for codes, _ in secrets)], dtype=np.int32, casting="unsafe")
    widths = np.array([max(count, 1), *(size for _, size in secrets)], np.int64)
    distinct, kind = group_rows(across, widths)
    del across
    starts = np.searchsorted(distinct[:, 0], np.arange(count + 1)).astype(np.int64)
    kinds: Numbers = np.bincount(kind, minlength=len(distinct)).astype(np.int32)
    alone = _sole(kind, kinds, subjects)
    return Groups(rows, people, sole, starts, distinct[:, 1:].copy(), kinds, alone, everybody)


def counted_once(groups: Groups, of: Numbers, subjects: Ints | None) -> Groups:
    """The same with each subject counted in its lowest group alone: sums count nobody twice.

    Args:
        groups: of all rows.
        of: the group of each row: shape (n,), none below 0.
        subjects: as of `grouped`.
    """
    if subjects is None:
        return groups
    order = np.argsort(of, kind="stable")
    _, first = np.unique(subjects[order], return_index=True)
    people = np.bincount(of[order[first]], minlength=len(groups.rows)).astype(np.int32)
    return replace(groups, people=people)


def _sole(of: Numbers, rows: Ints, subjects: Ints | None) -> Ints:
    """The only subject of each group, or `SEVERAL`."""
    if subjects is None:
        numbers = np.arange(len(rows), dtype=np.int32)
        return np.where(rows == 1, numbers, np.int32(SEVERAL))
    least = np.full(len(rows), np.iinfo(np.int64).max)
    most = np.full(len(rows), SEVERAL, np.int64)
    np.minimum.at(least, of, subjects)
    np.maximum.at(most, of, subjects)
    return np.where(least == most, least, SEVERAL)


@dataclass(frozen=True, slots=True)
class Draw:
    """Draws groups or kinds as often as they have rows.

    Attributes:
        ends: rows of all up to and with each: shape (m,).
    """

    ends: Ints

    @classmethod
    def by(cls, rows: Numbers) -> Draw:
        """From the rows of each."""
        return cls(np.cumsum(rows, dtype=np.int64))

    @property
    def rows(self) -> int:
        """All of them."""
        return int(self.ends[-1]) if len(self.ends) else 0

    def some(self, random: np.random.Generator, most: int) -> Ints:
        """What so many rows are in, drawn in a random order, none twice."""
        rows = random.choice(self.rows, min(most, self.rows), replace=False)
        return self._at(rows)

    def again(self, random: np.random.Generator, count: int) -> Ints:
        """What so many rows are in, each drawn from all."""
        return self._at(random.integers(0, self.rows, count))

    def _at(self, rows: Ints) -> Ints:
        found: Ints = np.searchsorted(self.ends, rows, "right").astype(np.int64)
        return found
