"""Arrow values as plain NumPy numbers: nulls beside, decimals unscaled, dates counted."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.transforms.arrow import Values, pc

Floats: TypeAlias = npt.NDArray[np.float64]

_INT64_DIGITS = 18
"""Decimal digits that always fit 64 bits."""


def null_mask(values: Values) -> npt.NDArray[np.bool_] | None:
    """True where a value is null; None where none is."""
    if not values.null_count:
        return None
    return np.asarray(values.is_null().to_numpy(zero_copy_only=False), dtype=np.bool_)


def int64_values(values: Values) -> npt.NDArray[np.int64]:
    """The values of an int64 array, anything where it is null."""
    filled = pc.fill_null(values, 0) if values.null_count else values
    return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=np.int64)


def unscaled(values: Values, scale: int) -> tuple[npt.NDArray[np.int64], int] | None:
    """Integers or decimals as multiples of 10**-s, and that s, at least `scale`.

    None where 64 bits might not hold them exactly, or the values are floats.
    """
    kind = values.type
    if pa.types.is_integer(kind) and kind != pa.uint64() and scale == 0:
        return int64_values(pc.cast(values, pa.int64())), 0
    if pa.types.is_decimal128(kind):
        places = max(kind.scale, scale)
        digits = kind.precision - kind.scale + places
        if digits <= _INT64_DIGITS:
            return _low_words(values.cast(pa.decimal128(digits, places))), places
    return None


def snapped(numbers: Floats, eps: float) -> Floats:
    """The numbers, whole where they are within a few rounding errors of a whole one.

    0.3 / 0.1 is 2.9999999999999996: a value at a bound belongs to what begins there.

    Args:
        numbers: results of one multiplication or division.
        eps: machine epsilon of the type that the numbers came in.
    """
    nearest = np.rint(numbers)
    near = np.abs(numbers - nearest) <= 4 * eps * np.maximum(1.0, np.abs(numbers))
    return np.where(near, nearest, numbers)


def double_values(values: Values) -> tuple[Floats, float]:
    """Numbers as doubles (NaN where null), and the machine epsilon of the type they came in."""
    single = pa.types.is_float32(values.type)
    numbers = pc.cast(values, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return numbers, float(np.finfo(np.float32 if single else np.float64).eps)


def month_numbers(values: Values) -> npt.NDArray[np.int64]:
    """Months from January of year 0 to each date or timestamp (in UTC), anything where null."""
    return _datetimes(values).astype("datetime64[M]").astype(np.int64) + 12 * 1970


def _datetimes(values: Values) -> npt.NDArray[np.datetime64]:
    if pa.types.is_date32(values.type):
        days = int64_values(pc.cast(values.view(pa.int32()), pa.int64()))
        return days.view("datetime64[D]")
    return int64_values(values.view(pa.int64())).view(f"datetime64[{values.type.unit}]")


def _low_words(values: Values) -> npt.NDArray[np.int64]:
    """The low 64 bits of 128-bit decimals, which are the whole of small ones."""
    data = values.buffers()[1]
    if data is None:
        return np.zeros(len(values), np.int64)
    words = np.frombuffer(data, np.dtype("<i8"))[::2]
    return words[values.offset : values.offset + len(values)].astype(np.int64)
