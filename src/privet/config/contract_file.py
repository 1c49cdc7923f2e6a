"""An ODCS file to the contracts of its data sets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from privet.config.column_type import EXAMPLES, fits, is_key, is_physical, physical_of
from privet.config.field import RESERVED, Name, Text
from privet.config.form import check, nearest
from privet.config.notes import Notes
from privet.config.odcs import (
    ContractForm,
    ItemsForm,
    PropertyForm,
    SchemaObjectForm,
    SlaPropertyForm,
    SubjectForm,
)
from privet.config.quality_file import Freshness, Leaf, read_rules, refuse_rules
from privet.config.quality_form import MOST_SECONDS
from privet.config.yaml_document import Document, KeyPath, YamlValue
from privet.model.contract import Column, Contract, SubjectRef
from privet.model.paths import ColumnPath, Step

_ON_COLUMN = ("category", "note")
_ON_DATA_SET = ("subjects", "unowned", "purposes", "residency")
_PLACES = {
    **dict.fromkeys(_ON_COLUMN, "a column that holds values"),
    **dict.fromkeys(_ON_DATA_SET, "the data set, under `schema:`"),
}
_UNOWNED = ("quarantine", "allow")
_CATEGORY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
_DURATION = re.compile(
    r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?"  # ISO 8601-1, 5.5.2
)
_LENGTH = re.compile(
    r"P(?=.)(?:(\d{1,6})W)?(?:(\d{1,6})D)?"
    r"(?:T(?=.)(?:(\d{1,8})H)?(?:(\d{1,9})M)?(?:(\d{1,10})S)?)?"
)
_SECONDS = (7 * 86_400, 86_400, 3600, 60, 1)
_SECONDS_OF = {
    **dict.fromkeys(("w", "week", "weeks"), 7 * 86_400),
    **dict.fromkeys(("d", "day", "days"), 86_400),
    **dict.fromkeys(("h", "hour", "hours"), 3600),
    **dict.fromkeys(("min", "minute", "minutes"), 60),
    **dict.fromkeys(("s", "second", "seconds"), 1),
}
_UNITS = {"d": "D", "day": "D", "days": "D", "y": "Y", "yr": "Y", "year": "Y", "years": "Y"}


def read_contracts(document: Document) -> list[Contract]:
    """Read the data sets of one ODCS file.

    Raises:
        ConfigError: not of the form, or of the form and still without a meaning for Privet.
    """
    return _Reader(document).contracts()


class _Reader(Notes):
    """Reads one file; notes what is wrong and goes on, so that all of it is said at once."""

    def contracts(self) -> list[Contract]:
        form = check(ContractForm, self.document)
        self.custom(form.custom_properties, (), (), _PLACES)
        promises = self._promises(form)
        contracts = [
            self._contract(form, data, ("schema", number), promises.get(data.name, []))
            for number, data in enumerate(form.schema_)
        ]
        self.raise_all()
        return contracts

    def _contract(
        self,
        form: ContractForm,
        data: SchemaObjectForm,
        path: KeyPath,
        promises: Sequence[Freshness],
    ) -> Contract:
        leaves = tuple(self._fields(data.properties, (), (*path, "properties")))
        columns = tuple(leaf.column for leaf in leaves)
        own = self.custom(data.custom_properties, path, _ON_DATA_SET, _PLACES)
        subjects = self.typed(list[SubjectForm], own.get("subjects")) or []
        return Contract(
            name=data.name,
            version=form.version,
            columns=columns,
            subjects=tuple(self._subjects(subjects, columns, own)),
            unowned=self._unowned(own.get("unowned")),
            purposes=tuple(self.typed(list[Name], own.get("purposes")) or ()),
            retention=self._retention(form.sla_properties, data.name),
            residency=tuple(self.typed(list[Text], own.get("residency")) or ()),
            rules=read_rules(self, data, path, leaves, promises),
            derived_from=tuple(self._sources(data, path)),
            source=self.document.file,
        )

    def _sources(self, data: SchemaObjectForm, path: KeyPath) -> list[str]:
        """The other data sets that columns say they were made from, each once, by name."""
        found: set[str] = set()
        ahead: list[tuple[PropertyForm | ItemsForm, KeyPath]] = [
            (field, (*path, "properties", number)) for number, field in enumerate(data.properties)
        ]
        while ahead:
            field, here = ahead.pop()
            if field.transform_source_objects is not None:
                named = (*here, "transformSourceObjects")
                found.update(self.typed(list[Text], named) or ())
            if field.items is not None:
                ahead.append((field.items, (*here, "items")))
            for number, below in enumerate(field.properties or ()):
                ahead.append((below, (*here, "properties", number)))
        return sorted(found - {data.name})

    # Columns

    def _fields(
        self, fields: Sequence[PropertyForm], above: tuple[Step, ...], path: KeyPath
    ) -> Iterator[Leaf]:
        seen: set[str] = set()
        for number, field in enumerate(fields):
            here = (*path, number)
            if field.name in seen:
                self.note("a second column of this name", "rename or remove one", here)
            if field.name.startswith(RESERVED):
                problem = f"names that start with `{RESERVED}` are Privet's own"
                self.note(problem, "rename the column in the data", (*here, "name"))
            if field.physical_name not in {None, field.name}:
                hint = "give `name` the name that stands in the data, and leave this out"
                self.note("differs from `name`", hint, (*here, "physicalName"))
            seen.add(field.name)
            yield from self._columns(field, (*above, Step(field.name)), here)

    def _columns(
        self, field: PropertyForm | ItemsForm, steps: tuple[Step, ...], path: KeyPath
    ) -> Iterator[Leaf]:
        kind = field.logical_type
        is_list = kind == "array" or (kind is None and field.items is not None)
        is_object = kind == "object" or (kind is None and field.properties is not None)
        if not (is_list or is_object):
            yield Leaf(self._leaf(field, ColumnPath(steps), path), field, path)
            return
        self.custom(field.custom_properties, path, (), _PLACES)
        refuse_rules(self, field, path)
        if is_list and field.items is not None:
            below = (*steps[:-1], Step(steps[-1].name, steps[-1].lists + 1))
            yield from self._columns(field.items, below, (*path, "items"))
        elif is_object and field.properties:
            yield from self._fields(field.properties, steps, (*path, "properties"))
        else:
            key = "items" if is_list else "properties"
            self.note(f"`{key}` is missing", f"say under `{key}:` what it holds", path)

    def _leaf(self, field: PropertyForm | ItemsForm, place: ColumnPath, path: KeyPath) -> Column:
        for key, unfit in (("items", field.items), ("properties", field.properties)):
            if unfit is not None:
                problem = f"a column of type {field.logical_type} has no `{key}`"
                self.note(problem, "write `logicalType: array` or `object`", (*path, key))
        own = self.custom(field.custom_properties, path, _ON_COLUMN, _PLACES)
        return Column(
            path=place,
            type=self._type(field, path),
            category=self._category(own.get("category")),
            required=field.required or field.primary_key,
            note=self.typed(str, own.get("note")),
            where=self.document.locate(path),
        )

    def _type(self, field: PropertyForm | ItemsForm, path: KeyPath) -> str:
        logical, physical = field.logical_type, field.physical_type
        if physical is None:
            found = physical_of(logical or "")
            if found is None:
                self.note("no type is given", f"add `physicalType:` with one of {EXAMPLES}", path)
            return found or "string"
        here = (*path, "physicalType")
        if not is_physical(physical):
            hint = f"write one of {EXAMPLES}; or leave it out, and `logicalType` decides"
            self.note("expected the name of an Arrow type, found other text", hint, here)
        elif logical is not None and not fits(physical, logical):
            hint = f"for this logical type write `{physical_of(logical)}`, or leave one of them out"
            self.note("does not fit `logicalType`", hint, here)
        return physical

    def _category(self, path: KeyPath | None) -> str | None:
        category = self.typed(str, path)
        if path is None or category is None or _CATEGORY.fullmatch(category):
            return category
        hint = "write a category such as `user.contact.email`, or `none` if it is about nobody"
        self.note("expected a category key, found other text", hint, path)
        return None

    # Terms

    def _subjects(
        self, forms: list[SubjectForm], columns: tuple[Column, ...], own: Mapping[str, KeyPath]
    ) -> Iterator[SubjectRef]:
        types = {str(column.path): column.type for column in columns if not column.path.repeated}
        names = list(types)
        for number, form in enumerate(forms):
            here = (*own["subjects"], number, "key")
            if form.key not in names:
                self.note(
                    "expected a column of this data set that no list holds, found other text",
                    nearest(form.key, names) if names else "add the column first",
                    here,
                )
            elif not is_key(types[form.key]):
                hint = "give it a text, whole number, decimal or date type"
                self.note(f"a column of type {types[form.key]} cannot be a key", hint, here)
            else:
                yield SubjectRef(form.type, ColumnPath.parse(form.key), form.role)

    def _unowned(self, path: KeyPath | None) -> str:
        found = self.typed(str, path)
        if path is not None and found is not None and found not in _UNOWNED:
            self.note("expected a known word, found other text", nearest(found, _UNOWNED), path)
        return found or _UNOWNED[0]

    def _promises(self, form: ContractForm) -> dict[str, list[Freshness]]:
        """How fresh columns are to be, by data set."""
        names = [data.name for data in form.schema_]
        found: dict[str, list[Freshness]] = {name: [] for name in names}
        for number, promise in enumerate(form.sla_properties):
            if promise.property != "freshness":
                continue
            path: KeyPath = ("slaProperties", number)
            data, _, column = (promise.element or "").partition(".")
            seconds = _seconds(self.document.value((*path, "value")), promise.unit)
            if data not in found or not column:
                problem = "expected `element: data.column`, a column of this file"
                self.note(problem, nearest(data, names), (*path, "element"))
            elif seconds is None:
                hint = "write `value: 24` and `unit: hours`, or `value: PT24H` (ISO 8601)"
                self.note("expected how long", hint, (*path, "value"))
            else:
                found[data].append(Freshness(column, seconds, path))
        return found

    def _retention(self, promises: list[SlaPropertyForm], data: str) -> str | None:
        found: str | None = None
        for number, promise in enumerate(promises):
            path: KeyPath = ("slaProperties", number)
            about = (promise.element or data).partition(".")[0]
            if promise.property != "retention" or about != data:
                continue
            if found is not None:
                self.note("a second retention for the same data set", "keep one", path)
            found = _duration(self.document.value((*path, "value")), promise.unit)
            if found is None:
                hint = "write `value: P3Y` (ISO 8601), or `value: 3` and `unit: years`"
                self.note("expected a duration", hint, (*path, "value"))
        return found


def _seconds(value: YamlValue, unit: str | None) -> int | None:
    """Read `PT24H`, or a whole number and a unit; a month or a year has no length of its own."""
    if isinstance(value, str) and unit is None:
        match = _LENGTH.fullmatch(value)
        parts = [] if match is None else zip(_SECONDS, match.groups(), strict=True)
        total = sum(seconds * int(number or 0) for seconds, number in parts)
        return total if 0 < total <= MOST_SECONDS else None
    seconds = _SECONDS_OF.get((unit or "").lower())
    if seconds is None or isinstance(value, bool) or not isinstance(value, int):
        return None
    return value * seconds if 0 < value * seconds <= MOST_SECONDS else None


def _duration(value: YamlValue, unit: str | None) -> str | None:
    """Read `P3Y`, or a whole number and a unit."""
    if isinstance(value, str) and unit is None:
        return value if _DURATION.fullmatch(value) else None
    letter = _UNITS.get((unit or "").lower())
    if letter is None or isinstance(value, bool) or not isinstance(value, int) or value < 0:
        return None
    return f"P{value}{letter}"
