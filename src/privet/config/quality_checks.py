"""What a rule of a contract checks: the metrics, references, SQL, checks of our own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from privet.config.column_type import logical_of
from privet.config.form import nearest
from privet.config.notes import Notes
from privet.config.quality_form import (
    ArgumentsForm,
    BoundsForm,
    ImplementationForm,
    QualityForm,
    Reference,
    RelationshipForm,
)
from privet.config.quality_values import OPTIONS, ValueChecks
from privet.config.yaml_document import KeyPath
from privet.model.contract import Column
from privet.model.paths import ColumnPath
from privet.model.quality import (
    Check,
    External,
    Fresh,
    NotMissing,
    NotNull,
    Query,
    Refers,
    RowCount,
    Steady,
    Unique,
)

_DATA = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_PLACEHOLDER = re.compile(r"\$?\{(object|table|property|column)\}")
_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "nullValues": (),
    "missingValues": ("missingValues",),
    "invalidValues": ("validValues", *OPTIONS),
    "duplicateValues": ("properties",),
    "rowCount": (),
}
_OF_COLUMN = ("property", "column")
_IN_TIME = {"date", "timestamp"}


@dataclass(frozen=True, slots=True)
class Found:
    """A check and the columns that it looks at."""

    check: Check
    columns: tuple[ColumnPath, ...]


class CheckReader:
    """Reads the checks of one data set.

    Args:
        notes: where problems go.
        data: the data set's name.
        columns: its columns that no list holds, by path.
    """

    def __init__(self, notes: Notes, data: str, columns: Mapping[str, Column]) -> None:
        self._notes = notes
        self._data = data
        self._columns = columns
        self._values = ValueChecks(notes)

    def column(self, text: str, path: KeyPath) -> Column | None:
        """The column that `text` names; a note, where there is none."""
        found = self._columns.get(text)
        if found is None:
            hint = nearest(text, list(self._columns)) if self._columns else "add the column first"
            problem = "expected a column of this data set that no list holds, found other text"
            self._notes.note(problem, hint, path)
        return found

    def quality(self, form: QualityForm, column: Column | None, path: KeyPath) -> Found | None:
        """Read an entry of `quality` that stands at a column, or at the data set (None)."""
        on = () if column is None else (column.path,)
        if form.kind == "sql":
            sql = self._sql(form.query or "", column, (*path, "query"))
            return None if sql is None else Found(Query(sql), on)
        if form.kind == "custom":
            return self._custom(form, column, path)
        return self._metric(form, column, path)

    def bounds(self, form: BoundsForm, column: Column, path: KeyPath) -> Iterator[Check]:
        """Read length, pattern and range; each is a check of its own."""
        return self._values.bounds(form, column, path)

    def relation(
        self, form: RelationshipForm, column: Column | None, path: KeyPath
    ) -> Found | None:
        """Read a reference to the key of another data set."""
        before = len(self._notes.errors)
        columns = self._from(form, column, path)
        targets = [self._target(text, (*path, "to")) for text in form.to]
        if len(self._notes.errors) > before:
            return None
        data = {name for name, _ in targets}
        if len(data) > 1:
            hint = "write one relationship for each data set"
            self._notes.note("refers to columns of two data sets", hint, (*path, "to"))
        elif len(targets) != len(columns):
            hint = "as many columns on the one side as on the other"
            self._notes.note("`from` and `to` do not pair up", hint, (*path, "to"))
        else:
            into = tuple(target for _, target in targets)
            return Found(Refers(data.pop(), into), columns)
        return None

    def fresh(self, column: Column, seconds: int, path: KeyPath) -> Found | None:
        """Read how old the newest value of a column may be."""
        if logical_of(column.type) not in _IN_TIME:
            hint = "name a column of a date or timestamp type"
            self._notes.note(f"a column of type {column.type} has no newest value", hint, path)
            return None
        return Found(Fresh(seconds), (column.path,))

    # Metrics

    def _metric(self, form: QualityForm, column: Column | None, path: KeyPath) -> Found | None:
        metric, arguments = str(form.metric), form.arguments or ArgumentsForm()
        stated = _stated(arguments)
        here = (*path, "arguments")
        for key in stated:
            if key not in _ARGUMENTS[metric]:
                known = ", ".join(f"`{each}`" for each in _ARGUMENTS[metric])
                hint = f"it takes {known}" if known else "it takes none"
                self._notes.note(f"`{metric}` has no such argument", hint, (*here, key))
                return None
        if metric == "duplicateValues":
            return self._unique(arguments.properties, column, path)
        on_data = metric == "rowCount"
        if on_data != (column is None):
            place = "the data set" if on_data else "a column"
            self._notes.note(f"`{metric}` is a metric of {place}", "move it there", path)
            return None
        if column is None:
            return Found(RowCount(), ())
        check = self._of_values(metric, arguments, column, here)
        return None if check is None else Found(check, (column.path,))

    def _of_values(
        self, metric: str, arguments: ArgumentsForm, column: Column, path: KeyPath
    ) -> Check | None:
        if metric == "nullValues":
            return NotNull()
        if metric == "missingValues":
            if arguments.missing_values is not None:
                return NotMissing(arguments.missing_values)
            hint = "list what counts as missing: `arguments: {missingValues: ['', 'N/A']}`"
            self._notes.note("`missingValues` needs its argument", hint, path)
            return None
        before = len(self._notes.errors)
        checks = list(self.bounds(arguments, column, path))
        if arguments.valid_values is not None:
            checks += self._values.one_of(arguments.valid_values, column, (*path, "validValues"))
        if len(self._notes.errors) > before:
            return None
        if len(checks) != 1:
            problem = "two checks in one rule" if checks else "`invalidValues` needs an argument"
            hint = "a rule has one of `validValues`, `pattern`, a length or a range"
            self._notes.note(problem, hint, path)
            return None
        return checks[0]

    def _unique(
        self, names: tuple[str, ...] | None, column: Column | None, path: KeyPath
    ) -> Found | None:
        here = (*path, "arguments", "properties")
        if column is not None:
            if names is None:
                return Found(Unique(), (column.path,))
            self._notes.note("the column says it itself", "remove `properties`", here)
            return None
        if names is None:
            hint = "name the columns: `arguments: {properties: [id, day]}`"
            self._notes.note("`duplicateValues` of a data set needs `properties`", hint, path)
            return None
        columns = [self.column(name, here) for name in names]
        if len(set(names)) < len(names):
            self._notes.note("a column stands twice", "keep one of the two", here)
            return None
        found = tuple(each.path for each in columns if each is not None)
        return Found(Unique(), found) if len(found) == len(names) else None

    # SQL, other engines, references

    def _sql(self, query: str, column: Column | None, path: KeyPath) -> str | None:
        """Put the column's name where the query has a place for it; the table's stays a place."""
        unplaced = [match for match in _PLACEHOLDER.findall(query) if match in _OF_COLUMN]
        if column is None and unplaced:
            hint = "name the column in the query, or move the rule to the column"
            self._notes.note("a rule of the data set has no column of its own", hint, path)
            return None
        name = "" if column is None else _quoted(column.path)

        def place(match: re.Match[str]) -> str:
            return name if match[1] in _OF_COLUMN else "${table}"

        return _PLACEHOLDER.sub(place, query)

    def _custom(self, form: QualityForm, column: Column | None, path: KeyPath) -> Found | None:
        here = (*path, "implementation")
        if form.implementation is None:
            hint = "say what to run, such as `checks/orders.py:schema`"
            self._notes.note("a custom rule needs `implementation`", hint, path)
            return None
        if form.engine == "pandera":
            reference = self._notes.typed(Reference, here)
            on = () if column is None else (column.path,)
            return None if reference is None else Found(External("pandera", reference), on)
        own = self._notes.typed(ImplementationForm, here)
        if own is None:
            return None
        if column is None:
            self._notes.note("this is a check of a column", "move the rule to the column", path)
            return None
        if own.fresh is not None:
            return self.fresh(column, own.fresh.seconds, path)
        distance = 0.2 if own.steady is None else float(own.steady.distance)
        return Found(Steady(distance), (column.path,))

    def _from(
        self, form: RelationshipForm, column: Column | None, path: KeyPath
    ) -> tuple[ColumnPath, ...]:
        if column is not None:
            if form.from_ is not None:
                hint = "remove it, or state the relationship at the data set"
                self._notes.note("the column says `from` itself", hint, (*path, "from"))
            return (column.path,)
        if form.from_ is None:
            hint = "name the columns of this data set"
            self._notes.note("a relationship of a data set needs `from`", hint, path)
            return ()
        names = [text.removeprefix(f"{self._data}.") for text in form.from_]
        plain = [
            name if name in self._columns else text
            for name, text in zip(names, form.from_, strict=True)
        ]
        found = [self.column(name, (*path, "from")) for name in plain]
        return tuple(each.path for each in found if each is not None)

    def _target(self, text: str, path: KeyPath) -> tuple[str, ColumnPath]:
        data, _, rest = text.partition(".")
        target = _path(rest)
        if target is None or target.repeated or _DATA.fullmatch(data) is None:
            hint = "name a data set and one of its columns that no list holds"
            self._notes.note("expected `data.column`, found other text", hint, path)
            return "", ColumnPath.of("")
        return data, target


def _stated(arguments: ArgumentsForm) -> list[str]:
    fields = ArgumentsForm.model_fields
    return [str(fields[key].alias) for key in fields if getattr(arguments, key) is not None]


def _quoted(path: ColumnPath) -> str:
    return ".".join('"' + step.name.replace('"', '""') + '"' for step in path.steps)


def _path(text: str) -> ColumnPath | None:
    try:
        return ColumnPath.parse(text)
    except ValueError:
        return None
