"""Checks of single values: lists of what is valid, lengths, patterns, ranges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from privet.config.column_type import logical_of
from privet.config.column_value import ColumnValue, Unfit, column_value
from privet.config.notes import Notes
from privet.config.quality_form import BoundsForm
from privet.config.yaml_document import KeyPath
from privet.model.contract import Column
from privet.model.quality import Check, Length, Matches, OneOf, Range

_OF_LENGTH = ("minLength", "maxLength")
_ENDS = ("minimum", "maximum")
_OF_RANGE = (*_ENDS, "exclusiveMinimum", "exclusiveMaximum")
_ORDERED = {"integer", "number", "date", "timestamp"}

OPTIONS = (*_OF_LENGTH, "pattern", *_OF_RANGE)
"""Of `logicalTypeOptions`, those that are checks; a metric may have them as arguments too."""


class ValueChecks:
    """Reads checks that fit a column's type; what does not fit goes to `notes`."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def bounds(self, form: BoundsForm, column: Column, path: KeyPath) -> Iterator[Check]:
        """Read length, pattern and range; each is a check of its own."""
        stated = form.bounds
        readers = (
            (_OF_LENGTH, self._length),
            (("pattern",), self._matches),
            (_OF_RANGE, self._range),
        )
        for keys, read in readers:
            some = {key: stated[key] for key in keys if key in stated}
            check = read(some, column, path) if some else None
            if check is not None:
                yield check

    def one_of(self, values: tuple[str, ...], column: Column, path: KeyPath) -> Iterator[Check]:
        """Read a list of what is valid."""
        read = [self._value(value, column, path) for value in dict.fromkeys(values)]
        if all(each is not None for each in read):
            yield OneOf(tuple(each.text for each in read if each is not None))

    def _value(self, value: Any, column: Column, path: KeyPath) -> ColumnValue | None:
        try:
            return column_value(value, column.type)
        except Unfit as unfit:
            expected = str(unfit)
        self._notes.note(f"expected {expected}", f"the column is of type {column.type}", path)
        return None

    def _length(self, stated: Mapping[str, Any], column: Column, path: KeyPath) -> Check | None:
        low, high = (stated.get(key) for key in _OF_LENGTH)
        if logical_of(column.type) != "string":
            hint = "lengths are for text; a number has `minimum` and `maximum`"
            self._notes.note(f"a column of type {column.type} has no length", hint, path)
        elif low is not None and high is not None and low > high:
            self._notes.note("`minLength` is above `maxLength`", "no value has both", path)
        else:
            return Length(low, high)
        return None

    def _matches(self, stated: Mapping[str, Any], column: Column, path: KeyPath) -> Check | None:
        here = (*path, "pattern")
        pattern = str(stated["pattern"])
        if logical_of(column.type) != "string":
            hint = "patterns are for text; a number has `minimum` and `maximum`"
            self._notes.note(f"a column of type {column.type} has no pattern", hint, here)
        elif not _is_re2(pattern):
            hint = "write it in RE2's syntax: it has no look-ahead and no back-reference"
            self._notes.note("not a regular expression that can be run", hint, here)
        else:
            return Matches(pattern)
        return None

    def _range(self, stated: Mapping[str, Any], column: Column, path: KeyPath) -> Check | None:
        if logical_of(column.type) not in _ORDERED:
            hint = "bounds are for numbers, dates and times; text has `pattern` and `minLength`"
            self._notes.note(f"a column of type {column.type} has no bounds", hint, path)
            return None
        before = len(self._notes.errors)
        read = {key: self._value(value, column, (*path, key)) for key, value in stated.items()}
        for key in ("minimum", "maximum"):
            strict = f"exclusive{key.capitalize()}"
            if {key, strict} <= set(stated):
                self._notes.note(f"`{key}` and `{strict}`", "keep one of the two", (*path, key))
        if len(self._notes.errors) > before:
            return None
        low, high = (read.get(key) or read.get(f"exclusive{key.capitalize()}") for key in _ENDS)
        open_low, open_high = "exclusiveMinimum" in read, "exclusiveMaximum" in read
        if low is not None and high is not None:
            empty = low.order == high.order and (open_low or open_high)
            if low.order > high.order or empty:
                hint = "no value lies between the two; change one"
                self._notes.note("the minimum is not below the maximum", hint, path)
                return None
        return Range(
            None if low is None else low.text,
            None if high is None else high.text,
            open_low,
            open_high,
        )


def _is_re2(pattern: str) -> bool:
    """Whether Arrow's engine for patterns takes it; it looks only when there is a value."""
    import pyarrow as pa  # noqa: PLC0415  # most contracts have no pattern
    import pyarrow.compute as pc  # noqa: PLC0415

    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid:
        return False
    return True
