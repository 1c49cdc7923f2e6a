"""A release as everything is measured from: classes, people, originals; read from Arrow tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from privet.protect.hierarchies.hierarchy import Hierarchy
from privet.protect.risk.boxes import Boxes, Vocabulary, boxes, vocabulary
from privet.protect.risk.coding import Coded, Ints, coded, distinct, together
from privet.protect.risk.grouping import Groups, counted_once, grouped
from privet.protect.risk.records import Records, looked_up

Secrets = Mapping[str, tuple[Ints, int]]
"""Of each sensitive column the codes of all rows, and what they are below."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A release and what it is held against.

    Attributes:
        names: of the quasi-identifiers.
        words: what labels of each mean.
        boxes: the classes.
        release: who is in them.
        sensitive: the sensitive columns, in the order of the groups' values, and what their codes
            are below.
        original: what the release was made from.
        population: everybody.
        control: people who are not in it.
    """

    names: tuple[str, ...]
    words: tuple[Vocabulary, ...] = field(repr=False)
    boxes: Boxes
    release: Groups
    sensitive: tuple[tuple[str, int], ...] = ()
    original: Records | None = None
    population: Records | None = None
    control: Records | None = None

    @property
    def trees(self) -> tuple[Hierarchy | None, ...]:
        """Of the quasi-identifiers."""
        return tuple(each.hierarchy for each in self.words)

    @property
    def generalised(self) -> bool:
        """Whether a label above the leaves of a hierarchy is published."""
        with_tree = [each is not None for each in self.trees]
        return bool((self.boxes.level[:, with_tree] > 0).any())


@dataclass(frozen=True, slots=True)
class Beside:
    """Tables beside the published one, ungeneralised.

    Attributes:
        original: what it was made from.
        population: everybody.
        control: people who are not in it.
        subject: the column that says whom a row is about, in whichever table has it.
    """

    original: pa.Table | None = None
    population: pa.Table | None = None
    control: pa.Table | None = None
    subject: str | None = None

    def given(self) -> dict[str, pa.Table]:
        """Those that there are, by role."""
        every = {
            "original": self.original,
            "population": self.population,
            "control": self.control,
        }
        return {role: each for role, each in every.items() if each is not None}


def read(
    table: pa.Table,
    names: Sequence[str],
    sensitive: Sequence[str],
    hierarchies: Mapping[str, Hierarchy],
    beside: Beside,
) -> Measured:
    """Read a published table.

    Raises:
        ConfigError: a column is not there, or a label or value is not in its hierarchy.
    """
    cells = [coded(table, name) for name in names]
    given = beside.given()
    columns = {role: [coded(each, name) for name in names] for role, each in given.items()}
    words = [
        vocabulary(name, hierarchies.get(name), *([each[at] for each in columns.values()] or [own]))
        for at, (name, own) in enumerate(zip(names, cells, strict=True))
    ]
    spans = [meaning.read(each.values) for meaning, each in zip(words, cells, strict=True)]
    made, of = boxes(spans, [each.codes for each in cells], words, table.num_rows)
    secrets = _secrets({"release": table, **given}, sensitive)
    release = grouped(
        of, len(made), list(secrets["release"].values()), _subjects(table, beside.subject)
    )
    people = {
        role: _records(
            *(each, columns[role], words, secrets[role], beside.subject), once=role == "population"
        )
        for role, each in given.items()
    }
    sizes = tuple((name, secrets["release"][name][1]) for name in sensitive)
    return Measured(tuple(names), tuple(words), made, release, sizes, **people)


def _secrets(tables: Mapping[str, pa.Table], names: Sequence[str]) -> dict[str, Secrets]:
    """The sensitive columns of all tables but the population, each coded alike in all."""
    made: dict[str, dict[str, tuple[Ints, int]]] = {role: {} for role in tables}
    asked = [role for role in tables if role != "population"]
    for name in names:
        codes, size = together([coded(tables[role], name, days=False) for role in asked])
        for role, each in zip(asked, codes, strict=True):
            made[role][name] = each, size
    return dict(made)


def _subjects(table: pa.Table, subject: str | None) -> Ints | None:
    """A number for each row's subject; null is one like others."""
    if subject is None or subject not in table.column_names:
        return None
    return coded(table, subject, days=False).codes


def _records(
    table: pa.Table,
    cells: Sequence[Coded],
    words: Sequence[Vocabulary],
    secrets: Secrets,
    subject: str | None,
    *,
    once: bool,
) -> Records:
    """Records, their people counted `once` where many are added up."""
    codes = [meaning.codes(each) for each, meaning in zip(cells, words, strict=True)]
    found = distinct(codes, table.num_rows)
    matrix = np.array([each[found.first] for each in codes], np.int32).reshape(len(codes), -1).T
    whose = _subjects(table, subject)
    groups = grouped(found.of, len(found.first), list(secrets.values()), whose)
    groups = counted_once(groups, found.of, whose) if once else groups
    return looked_up(matrix, [meaning.size for meaning in words], groups)
