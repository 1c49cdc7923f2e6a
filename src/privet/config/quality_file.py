"""The rules of a data set, from all the places where a contract may state them.

Rules stand in the contract's order: by column, then those on several columns or on the whole data
set; references last in each, since a row that is wrong by itself need not be looked up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from privet.config.notes import Notes
from privet.config.odcs import ItemsForm, PropertyForm, SchemaObjectForm
from privet.config.quality_checks import CheckReader, Found
from privet.config.quality_form import QualityForm, RelationshipForm
from privet.config.quality_terms import read_terms
from privet.config.yaml_document import KeyPath
from privet.model.contract import Column
from privet.model.paths import ColumnPath
from privet.model.quality import (
    External,
    Fresh,
    Length,
    Matches,
    NotMissing,
    NotNull,
    OneOf,
    QualityRule,
    Query,
    Range,
    Refers,
    RowCheck,
    RowCount,
    Steady,
    Unique,
)

_PREFIX: dict[type, str] = {
    NotNull: "not_null",
    NotMissing: "not_missing",
    OneOf: "one_of",
    Matches: "pattern",
    Length: "length",
    Range: "range",
    Unique: "unique",
    Refers: "refers",
    RowCount: "row_count",
    Fresh: "fresh",
    Steady: "steady",
    Query: "query",
}
_LONGEST_NAME = 63
_ROOM_FOR_NUMBER = 6
_NO_PLACE = 10**9
_ONE_VALUE = "this rule looks at one value per row, and a list holds several"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A column, and what the file says of it."""

    column: Column
    form: PropertyForm | ItemsForm
    path: KeyPath


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old the newest value of a column may be, as the SLA of the file promises."""

    column: str
    seconds: int
    path: KeyPath


def read_rules(
    notes: Notes,
    data: SchemaObjectForm,
    path: KeyPath,
    leaves: Sequence[Leaf],
    promises: Sequence[Freshness],
) -> tuple[QualityRule, ...]:
    """Read the rules of the data set that stands at `path`; what is wrong goes to `notes`."""
    reader = _Rules(notes, data, [leaf.column for leaf in leaves])
    for leaf in leaves:
        reader.of_column(leaf, sole_key=_sole_key(leaves) is leaf)
    reader.of_data(path, leaves)
    for promise in promises:
        reader.fresh(promise)
    return named(ordered(reader.rules, [leaf.column.path for leaf in leaves]))


def refuse_rules(notes: Notes, form: PropertyForm | ItemsForm, path: KeyPath) -> None:
    """Note every rule on an object or a list, which is no column that holds values."""
    options = form.logical_type_options
    stated: list[tuple[str, object]] = [
        ("quality", any(each.kind != "text" for each in form.quality)),
        ("relationships", form.relationships),
        ("unique", form.unique),
        ("primaryKey", form.primary_key),
        ("logicalTypeOptions", options is not None and options.bounds),
    ]
    for key, found in stated:
        if found:
            hint = "state it below, on what it holds; or on the data set, as a rule of type sql"
            notes.note("rules look at columns that hold values", hint, (*path, key))


def ordered(rules: Sequence[QualityRule], columns: Sequence[ColumnPath]) -> list[QualityRule]:
    """Sort rules as a contract has them (see above); equal places keep their order."""
    place = {column: number for number, column in enumerate(columns)}

    def key(rule: QualityRule) -> tuple[int, bool]:
        one = rule.columns[0] if len(rule.columns) == 1 else None
        return (_NO_PLACE if one is None else place[one], isinstance(rule.check, Refers))

    return sorted(rules, key=key)


def named(rules: Sequence[QualityRule]) -> tuple[QualityRule, ...]:
    """Give each rule without a name one that no other has."""
    taken = {rule.name for rule in rules if rule.name}
    done: list[QualityRule] = []
    for rule in rules:
        name = rule.name
        if not name:
            short = name = default_name(rule)
            number = 1
            while name in taken:
                number += 1
                name = f"{short}_{number}"
            taken.add(name)
        done.append(replace(rule, name=name))
    return tuple(done)


def default_name(rule: QualityRule) -> str:
    """Name a rule after its check and its columns: `not_null_email`."""
    check = rule.check
    prefix = check.engine if isinstance(check, External) else _PREFIX[type(check)]
    words = "_".join([prefix, *(str(column) for column in rule.columns)])
    return re.sub(r"[^A-Za-z0-9]+", "_", words).strip("_")[: _LONGEST_NAME - _ROOM_FOR_NUMBER]


def _sole_key(leaves: Sequence[Leaf]) -> Leaf | None:
    keys = [leaf for leaf in leaves if leaf.form.primary_key]
    return keys[0] if len(keys) == 1 else None


class _Rules:
    """Gathers the rules of one data set."""

    def __init__(self, notes: Notes, data: SchemaObjectForm, columns: Sequence[Column]) -> None:
        self.notes = notes
        self.data = data
        self.columns = {str(each.path): each for each in columns if not each.path.repeated}
        self.checks = CheckReader(notes, data.name, self.columns)
        self.rules: list[QualityRule] = []
        self._first: dict[str, str] = {}

    def of_column(self, leaf: Leaf, *, sole_key: bool) -> None:
        form, column, path = leaf.form, leaf.column, leaf.path
        if form.logical_type_options is not None:
            here = (*path, "logicalTypeOptions")
            for check in self.checks.bounds(form.logical_type_options, column, here):
                self._plain(Found(check, (column.path,)), here)
        if form.unique and not sole_key:
            self._plain(Found(Unique(), (column.path,)), (*path, "unique"))
        for number, each in enumerate(form.quality):
            self._quality(each, column, (*path, "quality", number))
        for number, relation in enumerate(form.relationships):
            self._relation(relation, column, (*path, "relationships", number))

    def of_data(self, path: KeyPath, leaves: Sequence[Leaf]) -> None:
        keys = [leaf for leaf in leaves if leaf.form.primary_key]
        if keys:
            in_turn = sorted(keys, key=lambda leaf: _position(leaf.form.primary_key_position))
            paths = tuple(leaf.column.path for leaf in in_turn)
            self._plain(Found(Unique(), paths), (*in_turn[0].path, "primaryKey"))
        for number, each in enumerate(self.data.quality):
            self._quality(each, None, (*path, "quality", number))
        for number, relation in enumerate(self.data.relationships):
            self._relation(relation, None, (*path, "relationships", number))

    def fresh(self, promise: Freshness) -> None:
        here = (*promise.path, "element")
        column = self.checks.column(promise.column, here)
        if column is not None:
            found = self.checks.fresh(column, promise.seconds, here)
            if found is not None:
                self._plain(found, promise.path)

    def _quality(self, form: QualityForm, column: Column | None, path: KeyPath) -> None:
        if form.kind == "text":
            return
        found = self.checks.quality(form, column, path)
        terms = read_terms(self.notes, form, path, None if found is None else found.check)
        if found is not None and terms is not None:
            self._add(found, terms, path)

    def _relation(self, form: RelationshipForm, column: Column | None, path: KeyPath) -> None:
        found = self.checks.relation(form, column, path)
        terms = read_terms(self.notes, form, path, None if found is None else found.check)
        if found is not None and terms is not None:
            self._add(found, terms, path)

    def _plain(self, found: Found, path: KeyPath) -> None:
        terms = read_terms(self.notes, None, path, found.check)
        if terms is not None:
            self._add(found, terms, path)

    def _add(self, found: Found, terms: QualityRule, path: KeyPath) -> None:
        repeated = any(column.repeated for column in found.columns)
        if repeated and not isinstance(found.check, RowCheck):
            hint = "in a list only values can be judged: nulls, lists of values, patterns, bounds"
            self.notes.note(_ONE_VALUE, hint, path)
            return
        where = self.notes.document.locate(path)
        if terms.name and terms.name in self._first:
            problem = f"a second rule of this name; the first is {self._first[terms.name]}"
            self.notes.note(problem, "rename one of the two", path)
        if terms.name and where.key:
            self._first.setdefault(terms.name, where.key)
        self.rules.append(replace(terms, columns=found.columns, where=where))


def _position(stated: int) -> int:
    """Keys without a position come after those with one, in file order."""
    return stated if stated > 0 else _NO_PLACE
