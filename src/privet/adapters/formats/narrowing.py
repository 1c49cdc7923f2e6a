"""The narrowest type that holds a column of text without changing what it says.

A postcode with a leading zero, a card number and a code like `12E5` stay text: they are digits, not
numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_WHOLE = r"-?(?:0|[1-9][0-9]{0,14})"
_INTEGER = rf"^{_WHOLE}$"
# Writers give an exponent a sign; article codes do not.
_NUMBER = rf"^(?:{_WHOLE}(?:\.[0-9]*)?|-?\.[0-9]+)(?:[eE][+-][0-9]{{1,3}})?$"
_BOOLEAN = r"(?i)^(?:true|false)$"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def _matches(pattern: str) -> Callable[[pa.Array[Any]], bool]:
    return lambda values: bool(pc.all(pc.match_substring_regex(values, pattern)).as_py())


def _casts(kind: pa.DataType) -> Callable[[pa.Array[Any]], bool]:
    def fits(values: pa.Array[Any]) -> bool:
        try:
            values.cast(kind)
        except pa.ArrowException:
            return False
        return True

    return fits


_is_date, _is_dated = _matches(_DATE), _casts(pa.date32())

_CANDIDATES: dict[str, Callable[[pa.Array[Any]], bool]] = {
    "int64": _matches(_INTEGER),
    "double": _matches(_NUMBER),
    "bool": _matches(_BOOLEAN),
    "date32": lambda values: _is_date(values) and _is_dated(values),
    "timestamp[us]": _casts(pa.timestamp("us")),
    "timestamp[us, UTC]": _casts(pa.timestamp("us", tz="UTC")),
}
"""Types by preference, each with the test that a batch of values has to pass."""

ISO_TIMES = ("date32", "timestamp[us]", "timestamp[us, UTC]")


class Narrowing:
    """What one column can still be, batch after batch."""

    def __init__(self, candidates: tuple[str, ...] = tuple(_CANDIDATES)) -> None:
        self._left = list(candidates)
        self._seen = False

    def add(self, values: pa.Array[Any]) -> None:
        """Look at more text values; nulls and blanks say nothing."""
        if not self._left:
            return
        values = pc.ascii_trim_whitespace(values.drop_null())
        values = values.filter(pc.not_equal(values, pa.scalar("")))
        if len(values):
            self._seen = True
            self._left = [name for name in self._left if _CANDIDATES[name](values)]

    @property
    def type(self) -> str:
        """The narrowest type that all values fit, spelled as in a contract."""
        return self._left[0] if self._seen and self._left else "string"
