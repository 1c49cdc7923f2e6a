"""The step `clip`: numbers beyond a bound become the bound; NaN and null stay."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from typing import Any

import pyarrow as pa

from privet.quality.cleaning.change import Change, Work, mask_of
from privet.transforms.arrow import Values, pc

_DIGITS = 400
"""Enough for every double and every decimal, exactly."""


def clip(low: Any, high: Any, kind: pa.DataType) -> Work:
    """The step on values of one type.

    Args:
        low: the least value that stays, a number or None. For a type that cannot hold it, the least
            value of the type that is no less.
        high: the greatest value that stays, or None; rounded down likewise.
        kind: an integer, a float or a decimal128.

    Raises:
        ValueError: no value of the type lies between the bounds.
    """
    least, most = bound(low, kind, up=True), bound(high, kind, up=False)
    if least is not None and most is not None and pc.greater(least, most).as_py():
        raise ValueError("no value of the column's type lies between the bounds")

    def work(values: Values) -> Change:
        made, changed = values, None
        for limit, beyond in ((least, pc.less), (most, pc.greater)):
            if limit is None:
                continue
            outside = beyond(made, limit)
            if not pc.any(outside).as_py():
                continue
            made = pc.if_else(outside, limit, made)
            mask = mask_of(outside)
            changed = mask if changed is None else changed | mask
        return Change(made, changed)

    return work


def bound(limit: Any, kind: Any, *, up: bool) -> pa.Scalar[Any] | None:
    """A bound as a value of the type, inside the bound; None where every value is inside it.

    Raises:
        ValueError: it is no number, or no value of the type is inside it.
    """
    if limit is None:
        return None
    if isinstance(limit, bool) or math.isnan(limit):
        raise ValueError("a bound is a number")
    if pa.types.is_floating(kind):
        return pa.scalar(float(limit), kind)
    if math.isinf(limit):
        _require_open(is_low=up, below=limit < 0)
        return None
    scale = kind.scale if pa.types.is_decimal128(kind) else 0
    least, most = _reach(kind)
    with localcontext(prec=_DIGITS):
        exact = limit if isinstance(limit, Decimal) else Decimal(repr(limit))
        rounding = ROUND_CEILING if up else ROUND_FLOOR
        units = int(exact.scaleb(scale).to_integral_value(rounding))
        if not least <= units <= most:
            _require_open(is_low=up, below=units < least)
            return None
        value = Decimal(units).scaleb(-scale)
    inside: pa.Scalar[Any] = pa.scalar(value if pa.types.is_decimal128(kind) else units, kind)
    return inside


def _require_open(*, is_low: bool, below: bool) -> None:
    """Insist that a bound which the type cannot reach leaves all of its values inside."""
    if is_low != below:
        raise ValueError("no value of the column's type is inside the bound")


def _reach(kind: Any) -> tuple[int, int]:
    """The least and the greatest value of a type, in units of its last place."""
    if pa.types.is_decimal128(kind):
        return 1 - 10**kind.precision, 10**kind.precision - 1
    half = 1 << (kind.bit_width - 1)
    return (0, 2 * half - 1) if pa.types.is_unsigned_integer(kind) else (-half, half - 1)
