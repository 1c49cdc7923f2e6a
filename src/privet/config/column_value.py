"""Values that a contract spells for a column: bounds, and lists of what is valid."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from privet.config.column_type import logical_of
from privet.config.field import number_text

Spelling: TypeAlias = str | int | Decimal

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.(?P<fraction>\d{1,9}))?)?(?P<zone>Z|[+-]\d\d:\d\d)?)?"
)
_NUMBER = re.compile(r"[-+]?\d{1,80}(\.\d{1,80})?([eE][-+]?\d{1,3})?")
_FRACTION = {"s": 0, "ms": 3, "us": 6, "ns": 9}
_MOST_EXPONENT = 300
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1


class Unfit(Exception):  # never leaves this room
    """A value does not fit a column's type; the message says what would, and no value."""


@dataclass(frozen=True, slots=True)
class ColumnValue:
    """A value of a column: its text, and what two of one column are compared by."""

    text: str
    order: Any


def column_value(value: Spelling, column_type: str) -> ColumnValue:
    """Read a value that fits a column of `column_type` (Arrow's name).

    Raises:
        Unfit: it does not, or no value of that type can be spelled.
    """
    read = _READERS.get(logical_of(column_type) or "")
    if read is None:
        raise Unfit("nothing: bytes have no spelling here")
    return read(value, column_type)


def _text(value: Spelling, _: str) -> ColumnValue:
    text = value if isinstance(value, str) else number_text(value)
    return ColumnValue(text, text)


def _boolean(value: Spelling, _: str) -> ColumnValue:
    if value in ("true", "false"):
        return ColumnValue(str(value), value)
    raise Unfit("`true` or `false`")


def _number(value: Spelling, _: str) -> ColumnValue:
    if isinstance(value, str):
        if _NUMBER.fullmatch(value) is None:
            raise Unfit("a number")
        value = Decimal(value)
    if abs(Decimal(value).adjusted()) > _MOST_EXPONENT:
        raise Unfit("a number of a size that a column holds")
    return ColumnValue(number_text(value), Decimal(value))


def _integer(value: Spelling, column_type: str) -> ColumnValue:
    found = _number(value, column_type)
    if found.order != found.order.to_integral_value() or not _SMALLEST <= found.order <= _LARGEST:
        raise Unfit("a whole number of 64 bits")
    return ColumnValue(str(int(found.order)), found.order)


def _float_or_decimal(value: Spelling, column_type: str) -> ColumnValue:
    found = _number(value, column_type)
    match = re.fullmatch(r"decimal128\((\d+), ?(\d+)\)", column_type)
    if match is not None:
        digits, scale = map(int, match.groups())
        short = Decimal(found.text)
        exponent = short.as_tuple().exponent
        too_fine = isinstance(exponent, int) and -exponent > scale
        if found.order and (too_fine or short.adjusted() >= digits - scale):
            raise Unfit(f"a number that fits {column_type}")
    return found


def _date(value: Spelling, _: str) -> ColumnValue:
    expected = "a date in quotes, such as 2020-01-31"
    if not isinstance(value, str) or _DATE.fullmatch(value) is None:
        raise Unfit(expected)
    day = _parsed(date.fromisoformat, value)
    if day is None:
        raise Unfit(expected)
    return ColumnValue(value, day)


def _timestamp(value: Spelling, column_type: str) -> ColumnValue:
    zoned = "," in column_type
    example = "2020-01-31T12:00:00Z" if zoned else "2020-01-31T12:00:00"
    expected = f"a time in quotes, such as {example} ({'with' if zoned else 'without'} its offset)"
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None or bool(match["zone"]) != zoned:
        raise Unfit(expected)
    unit = re.split(r"[\[\],]", column_type)[1]
    if len(match["fraction"] or "") > _FRACTION[unit]:
        raise Unfit(f"a time no finer than {column_type}")
    moment = _parsed(datetime.fromisoformat, str(value))
    if moment is None:
        raise Unfit(expected)
    return ColumnValue(str(value), moment)


def _parsed(read: Callable[[str], Any], text: str) -> Any:
    """What `read` makes of the text; None where there is no such day or time."""
    try:
        return read(text)
    except ValueError:
        return None


_READERS: dict[str, Callable[[Spelling, str], ColumnValue]] = {
    "string": _text,
    "boolean": _boolean,
    "integer": _integer,
    "number": _float_or_decimal,
    "date": _date,
    "timestamp": _timestamp,
}
