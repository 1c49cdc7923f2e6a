"""The bounds of a range, as the two values of the column's type that still pass.

Every type here has a next value, so an open bound is the closed bound one step further, and a bound
between two values of the type moves to the one inside: `> 0.5` on integers is `>= 1`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Any

import pyarrow as pa

from privet.model.quality import Range
from privet.quality.casting import as_type

_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,6})?")
_INFINITE = re.compile(r"([-+]?)\.?inf(?:inity)?", re.IGNORECASE)
_WIDEST = 60  # digits: more than any type here has
_EXACT = Context(prec=1000)
_INT64 = (-(2**63), 2**63 - 1)
_INT32 = (-(2**31), 2**31 - 1)


@dataclass(frozen=True, slots=True)
class Interval:
    """What passes: `low <= value <= high`, scalars of the column's type; None: no bound there."""

    low: pa.Scalar[Any] | None
    high: pa.Scalar[Any] | None


def interval(check: Range, kind: pa.DataType) -> Interval:
    """The bounds of a range on a column of type `kind`.

    Args:
        check: bounds as the contract spells them. Numbers may have more digits than the type:
            integers and decimals compare exactly, floats with the bound as a float.
        kind: an integer, float, decimal, date or timestamp type.

    Raises:
        ValueError: the type has no order, or a bound is none of its values; no text is quoted.
    """
    if pa.types.is_floating(kind):
        return Interval(_float(check, kind, "low"), _float(check, kind, "high"))
    least, most = _limits(kind)
    low = high = None
    if check.minimum is not None:
        low, whole = _steps(check.minimum, kind, ROUND_CEILING)
        low += check.exclusive_minimum and whole
    if check.maximum is not None:
        high, whole = _steps(check.maximum, kind, ROUND_FLOOR)
        high -= check.exclusive_maximum and whole
    if (low is not None and low > most) or (high is not None and high < least):
        low, high = most, least  # no value of the type passes
    return Interval(
        None if low is None or low <= least else _scalar(low, kind),
        None if high is None or high >= most else _scalar(high, kind),
    )


def _float(check: Range, kind: pa.DataType, end: str) -> pa.Scalar[Any] | None:
    low = end == "low"
    text, open_ = (
        (check.minimum, check.exclusive_minimum)
        if low
        else (check.maximum, check.exclusive_maximum)
    )
    if text is None:
        return None
    value = _infinity(text)
    if value is None:
        value = float(_decimal(text))
    if open_:
        beyond = math.inf if low else -math.inf
        # Past infinity there is nothing, and a comparison with NaN lets nothing pass.
        value = math.nan if value == beyond else math.nextafter(value, beyond)
    return pa.scalar(value, kind)


def _limits(kind: pa.DataType) -> tuple[int, int]:
    if pa.types.is_decimal(kind):
        most = 10**kind.precision - 1
        return -most, most
    if pa.types.is_date32(kind):
        return _INT32
    if pa.types.is_int64(kind) or pa.types.is_timestamp(kind):
        return _INT64
    raise ValueError("has no order that a range could use")


def _steps(text: str, kind: pa.DataType, rounding: str) -> tuple[int, bool]:
    """The bound counted in the type's smallest steps, and whether it is one of its values."""
    if pa.types.is_temporal(kind):
        return _moment(text, kind), True
    least, most = _limits(kind)
    infinite = _infinity(text)
    if infinite is not None:
        return (most + 1 if infinite > 0 else least - 1), False
    scale = kind.scale if pa.types.is_decimal(kind) else 0
    exact = _decimal(text).scaleb(scale, _EXACT)
    if exact.is_zero():
        return 0, True
    if exact.adjusted() > _WIDEST:
        return (most + 1 if exact > 0 else least - 1), False
    whole = exact.to_integral_value(rounding, _EXACT)
    return int(whole), whole == exact


def _decimal(text: str) -> Decimal:
    if _NUMBER.fullmatch(text) is None:
        raise ValueError("a bound is not a number")
    return Decimal(text)


def _infinity(text: str) -> float | None:
    found = _INFINITE.fullmatch(text)
    return None if found is None else (-math.inf if found[1] == "-" else math.inf)


def _moment(text: str, kind: pa.DataType) -> int:
    try:
        typed = as_type(pa.array([text], pa.string()), kind)
    except pa.ArrowException:
        raise ValueError(f"a bound is not a `{kind}`") from None
    return int(typed.cast(pa.int32() if pa.types.is_date32(kind) else pa.int64())[0].as_py())


def _scalar(steps: int, kind: pa.DataType) -> pa.Scalar[Any]:
    if isinstance(kind, pa.Decimal128Type):
        return pa.scalar(Decimal(steps).scaleb(-kind.scale, _EXACT), kind)
    counted: pa.Array[Any] = pa.array(
        [steps], pa.int32() if pa.types.is_date32(kind) else pa.int64()
    )
    return counted.cast(kind)[0]
