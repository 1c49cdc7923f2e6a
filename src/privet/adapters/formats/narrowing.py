"""The narrowest type that holds a column of text without changing what it says.

A postcode with a leading zero, a card number and a code like `12E5` stay text: they are digits, not
numbers. Real files have a few values that do not fit: up to one in a hundred may be left over, and
the row of each is held back, not lost, and a person is told so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

_WHOLE = r"-?(?:0|[1-9][0-9]{0,14})"
_INTEGER = rf"^{_WHOLE}$"
# Writers give an exponent a sign; article codes do not.
_NUMBER = rf"^(?:{_WHOLE}(?:\.[0-9]*)?|-?\.[0-9]+)(?:[eE][+-][0-9]{{1,3}})?$"
_BOOLEAN = r"(?i)^(?:true|false)$"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


_STAMP = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"

_MISFITS = 0.01
"""Share of values that may be left over."""

_HOPELESS = 0.2
"""Share above which a type is not looked at again, once `_ENOUGH` values were seen."""

_ENOUGH = 500

Misfits: TypeAlias = "Callable[[pa.Array[Any]], int]"
"""How many of some text values a type does not fit."""


def _unmatched(pattern: str) -> Misfits:
    def count(values: pa.Array[Any]) -> int:
        return len(values) - int(pc.match_substring_regex(values, pattern).true_count)

    return count


def _unread(kind: pa.DataType, pattern: str) -> Misfits:
    """Of a time: text that does not look like it, and days that no calendar has."""

    def count(values: pa.Array[Any]) -> int:
        like = values.filter(pc.match_substring_regex(values, pattern))
        return len(values) - len(like) + _uncastable(like, kind)

    return count


def _uncastable(values: pa.Array[Any], kind: pa.DataType) -> int:
    """Count by halves: a part that casts whole needs no second look."""
    try:
        values.cast(kind)
    except pa.ArrowException:
        if len(values) == 1:
            return 1
        middle = len(values) // 2
        return _uncastable(values[:middle], kind) + _uncastable(values[middle:], kind)
    return 0


_CANDIDATES: dict[str, Misfits] = {
    "int64": _unmatched(_INTEGER),
    "double": _unmatched(_NUMBER),
    "bool": _unmatched(_BOOLEAN),
    "date32": _unread(pa.date32(), _DATE),
    "timestamp[us]": _unread(pa.timestamp("us"), _STAMP),
    "timestamp[us, UTC]": _unread(pa.timestamp("us", tz="UTC"), _STAMP),
}
"""Types by preference."""

ISO_TIMES = ("date32", "timestamp[us]", "timestamp[us, UTC]")


class Narrowing:
    """What one column can still be, batch after batch."""

    def __init__(self, candidates: tuple[str, ...] = tuple(_CANDIDATES)) -> None:
        self._misfits = dict.fromkeys(candidates, 0)
        self._seen = 0

    def add(self, values: pa.Array[Any]) -> None:
        """Look at more text values; nulls and blanks say nothing."""
        if not self._misfits:
            return
        values = pc.ascii_trim_whitespace(values.drop_null())
        values = values.filter(pc.not_equal(values, pa.scalar("")))
        self._seen += len(values)
        for name, misfits in list(self._misfits.items()):
            self._misfits[name] = misfits + _CANDIDATES[name](values)
            if self._seen >= _ENOUGH and self._misfits[name] > _HOPELESS * self._seen:
                del self._misfits[name]

    @property
    def type(self) -> str:
        """The narrowest type that all values fit, or all but a few, spelled as in a contract."""
        return self._best[0]

    @property
    def note(self) -> str | None:
        """That some values are left over; without a count, because a report may show it."""
        if not self._best[1]:
            return None
        return "under 1 % of the values do not fit the type: their rows are held back"

    @property
    def _best(self) -> tuple[str, int]:
        allowed = _MISFITS * self._seen
        fitting = {name: left for name, left in self._misfits.items() if left <= allowed}
        if not self._seen or not fitting:
            return "string", 0
        least = min(fitting.values())
        return next((name, left) for name, left in fitting.items() if left == least)
