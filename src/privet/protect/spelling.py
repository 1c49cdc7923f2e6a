"""The one text of a value in a hierarchy, whatever type its column has.

A whole number has no point, whether it came as an integer, a float or a decimal: `12`. Other
numbers are the shortest that read back as themselves, without trailing zeros or powers of ten. A
date is `2020-02-29`; truth is `true` and `false`; text is as it is. NaN is null: frames write a
missing number so.
"""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa

from privet.model.errors import ConfigError
from privet.transforms.arrow import Values, pc
from privet.transforms.normalise import subject_text


def spelled(values: Values, column: str, *, days: bool = False) -> Values:
    """The values as text.

    Args:
        values: an Arrow array (of a dictionary: its values).
        column: its name, for messages.
        days: whether a timestamp is the day that it is in (in UTC), not the moment.

    Returns:
        A string array of the same length.

    Raises:
        ConfigError: the type has no text (lists, structs, bytes).
    """
    kind = values.type
    if pa.types.is_string(kind) or pa.types.is_null(kind) or pa.types.is_boolean(kind):
        return values.cast(pa.string())
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return values.cast(pa.string())
    if pa.types.is_floating(kind):
        return _float_text(values)
    if pa.types.is_date64(kind):
        values = values.cast(pa.date32())
    if days and pa.types.is_timestamp(kind):
        values = values.view(pa.timestamp(kind.unit)).cast(pa.date32(), safe=False)
    if pa.types.is_time(kind):
        return values.cast(pa.string())
    try:
        if pa.types.is_decimal(kind) and not pa.types.is_decimal128(kind):
            values = values.cast(pa.decimal128(38, kind.scale))
        return subject_text(values, None)
    except (TypeError, pa.ArrowInvalid):  # Arrow's message quotes the number that was too long
        raise unspellable(column, kind) from None


def unspellable(column: str, kind: pa.DataType) -> ConfigError:
    """The error for a column of a type that has no text."""
    return ConfigError(
        f"column {column!r} is of type {kind}, which has no values to tell apart as text",
        hint="Drop the column, or make it text, a number or a date first.",
    )


def _float_text(values: Values) -> Values:
    if pa.types.is_float16(values.type):
        values = values.cast(pa.float32())
    numbers = pc.if_else(pc.is_nan(values), None, pc.add(values, pa.scalar(0, values.type)))
    text = numbers.cast(pa.string())
    powers = pc.match_substring(text, "e")
    if pc.any(powers).as_py():
        text = pa.array([_without_power(each) for each in text.to_pylist()], pa.string())
    whole = pc.and_(pc.equal(numbers, pc.trunc(numbers)), pc.less(pc.abs(numbers), 2.0**63))
    digits = pc.if_else(whole, numbers, None).cast(pa.int64()).cast(pa.string())
    return pc.coalesce(digits, text)


def _without_power(text: str | None) -> str | None:
    return text if text is None or "e" not in text else format(Decimal(text), "f")
