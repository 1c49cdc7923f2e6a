"""What a row filter knows of types: the kind of a column, and the literals that fit it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, TypeAlias

import pyarrow as pa

Kind: TypeAlias = Literal[
    "text",
    "whole number",
    "number",
    "decimal",
    "truth value",
    "date",
    "time",
    "zoned time",
    "other",
]
Value: TypeAlias = "str | int | float | bool | Decimal | date | datetime"

_WHOLE = re.compile(r"(u?)int(8|16|32|64)")
_DECIMAL = re.compile(r"decimal(?:32|64|128|256)?\((\d+),(-?\d+)\)")
_TIMESTAMP = re.compile(r"timestamp\[(s|ms|us|ns)(,.+)?\]")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_SPELLINGS = {
    "utf8": "string",
    "large_utf8": "string",
    "large_string": "string",
    "string_view": "string",
    "boolean": "bool",
    "float": "float32",
    "double": "float64",
    "halffloat": "float16",
    "date32[day]": "date32",
    "date64[ms]": "date64",
}


class Misfit(ValueError):
    """A literal does not fit a column; the message says what would."""


@dataclass(frozen=True, slots=True)
class ColumnType:
    """The type of a column in one spelling, whatever the layout of its text."""

    name: str

    @classmethod
    def of(cls, spelling: str) -> ColumnType:
        """Read a type as a contract or Arrow spells it (`timestamp[us, UTC]`, `..., tz=UTC]`)."""
        plain = spelling.replace(" ", "").replace("tz=", "")
        return cls(_SPELLINGS.get(plain, plain))

    @property
    def kind(self) -> Kind:
        """What its values are."""
        fixed: dict[str, Kind] = {
            "string": "text",
            "bool": "truth value",
            "date32": "date",
            "date64": "date",
            "float16": "number",
            "float32": "number",
            "float64": "number",
        }
        if self.name in fixed:
            return fixed[self.name]
        if _WHOLE.fullmatch(self.name):
            return "whole number"
        if _DECIMAL.fullmatch(self.name):
            return "decimal"
        if stamp := _TIMESTAMP.fullmatch(self.name):
            return "zoned time" if stamp[2] else "time"
        return "other"

    @property
    def ordered(self) -> bool:
        """Whether `<` and its like make sense."""
        return self.kind not in ("truth value", "other")

    def literal(self, value: Value) -> Value:
        """`value` as it compares with this column.

        Raises:
            Misfit: it is of another kind, or the column could never hold it.
        """
        convert = _CONVERT.get(self.kind)
        if convert is None:
            raise Misfit(f"type `{self.name}` can only be tested with IS NULL")
        return convert(self, value)

    def scalar(self, value: Value, column_type: pa.DataType) -> pa.Scalar[Any]:
        """An Arrow scalar of a converted literal, for a column of this type."""
        if isinstance(value, Decimal):
            return pa.scalar(value)
        if isinstance(value, datetime):
            return pa.scalar(_ticks(self.name, value), pa.int64()).cast(column_type)
        return pa.scalar(value, column_type)


TEXT = ColumnType("string")


def _text(_: ColumnType, value: Value) -> str:
    if isinstance(value, str):
        return value
    raise Misfit("text compares with text in single quotes")


def _truth(_: ColumnType, value: Value) -> bool:
    if isinstance(value, bool):
        return value
    raise Misfit("a truth value compares with TRUE or FALSE")


def _whole(column: ColumnType, value: Value) -> int:
    match = _WHOLE.fullmatch(column.name)
    if match is None or not isinstance(value, Decimal) or value.adjusted() > 20:
        raise Misfit(f"`{column.name}` compares with whole numbers in its range")
    bits = int(match[2])
    low, high = (0, 2**bits - 1) if match[1] else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    if value != value.to_integral_value() or not low <= value <= high:
        raise Misfit(f"`{column.name}` compares with whole numbers from {low} to {high}")
    return int(value)


def _number(_: ColumnType, value: Value) -> float:
    if not isinstance(value, Decimal):
        raise Misfit("a number compares with a number")
    if value.adjusted() > 300:
        raise Misfit("the number is too large")
    return float(value)


def _decimal(column: ColumnType, value: Value) -> Decimal:
    match = _DECIMAL.fullmatch(column.name)
    if match is None or not isinstance(value, Decimal):
        raise Misfit("a decimal compares with a number")
    precision, scale = int(match[1]), int(match[2])
    places = max(0, -int(value.as_tuple().exponent))
    whole = max(precision - scale, value.adjusted() + 1)
    if whole + max(scale, places) > 38:
        raise Misfit("the number has too many digits")
    return Decimal(f"{value:f}")


def _date(_: ColumnType, value: Value) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise Misfit("a date compares with a day such as '2024-12-31'")


def _time(column: ColumnType, value: Value) -> datetime:
    zoned = column.kind == "zoned time"
    moment: datetime | None = None
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime(value.year, value.month, value.day)
    elif isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
    if moment is None or (moment.tzinfo is not None) != zoned:
        example = "'2024-12-31T23:59:00+00:00'" if zoned else "'2024-12-31T23:59:00'"
        raise Misfit(f"`{column.name}` compares with a time such as {example}")
    _ticks(column.name, moment)
    return moment


def _ticks(type_name: str, moment: datetime) -> int:
    """Units since 1970 of the column's own resolution, so that no column has to be cast.

    Raises:
        Misfit: the moment lies between two units, or beyond what the type can hold.
    """
    match = _TIMESTAMP.fullmatch(type_name)
    per_second = _PER_SECOND[match[1]] if match else 10**6
    since = moment.replace(tzinfo=moment.tzinfo or UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    ticks, rest = divmod(since // timedelta(microseconds=1) * per_second, 10**6)
    if rest or abs(ticks) >= 2**63:
        raise Misfit(f"`{type_name}` cannot hold this time")
    return ticks


_CONVERT: dict[Kind, Callable[[ColumnType, Value], Value]] = {
    "text": _text,
    "truth value": _truth,
    "whole number": _whole,
    "number": _number,
    "decimal": _decimal,
    "date": _date,
    "time": _time,
    "zoned time": _time,
}
