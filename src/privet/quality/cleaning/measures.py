"""What a column's values are like: the measures that `impute` and `clip` can be told to use.

Each takes the values batch by batch and answers with a value of the column's type. Null and NaN
count for nothing.
"""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any, Final

import pyarrow as pa

from privet.model.errors import ConfigError
from privet.transforms.arrow import Values, pc

MOST_DISTINCT: Final = 100_000
"""Different values that a mode may be chosen from."""


class Mean:
    """The arithmetic mean: summed exactly, rounded once, half to even, into the column's type.

    Infinite values count for nothing.
    """

    def __init__(self, kind: pa.DataType) -> None:
        self._kind = kind
        self._sum = Fraction(0)
        self._count = 0

    def add(self, values: Values) -> None:
        """Take more values."""
        values = values.drop_null()
        if pa.types.is_floating(self._kind):
            values = values.filter(pc.is_finite(values))
        if len(values):
            self._count += len(values)
            self._sum += _exact_sum(values)

    def value(self) -> pa.Scalar[Any] | None:
        """The mean as a value of the column's type."""
        return _rounded(self._sum / self._count, self._kind) if self._count else None


class Mode:
    """The most common value; of equally common ones the smallest.

    Args:
        path: the column, for the message.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._counts: dict[Any, int] = {}
        self._kind: pa.DataType | None = None

    def add(self, values: Values) -> None:
        """Take more values.

        Raises:
            ConfigError: the column has more than `MOST_DISTINCT` different values.
        """
        self._kind = values.type
        values = values.drop_null()
        if pa.types.is_timestamp(values.type):
            values = values.cast(pa.int64())
        if pa.types.is_floating(values.type):
            values = values.filter(pc.invert(pc.is_nan(values)))
        for pair in pc.value_counts(values):
            value = pair["values"].as_py()
            self._counts[value] = self._counts.get(value, 0) + pair["counts"].as_py()
        if len(self._counts) > MOST_DISTINCT:
            raise ConfigError(
                f"`{self._path}` has more than {MOST_DISTINCT:,} different values: its most common "
                "one says nothing about the missing ones",
                hint="impute with a constant or the median, or leave them null",
            )

    def value(self) -> pa.Scalar[Any] | None:
        """The most common value."""
        if not self._counts or self._kind is None:
            return None
        most = max(self._counts.values())
        smallest = min(value for value, count in self._counts.items() if count == most)
        if pa.types.is_timestamp(self._kind):
            moment: pa.Scalar[Any] = pa.scalar(smallest, pa.int64()).cast(self._kind)
            return moment
        return pa.scalar(smallest, self._kind)


def _rounded(number: Fraction, kind: Any) -> pa.Scalar[Any]:
    """The value of a numeric type nearest to a number; of two as near, the even one."""
    if pa.types.is_floating(kind):
        value: pa.Scalar[Any] = pa.scalar(float(number), kind)
    elif pa.types.is_integer(kind):
        value = pa.scalar(round(number), kind)
    else:
        with localcontext(prec=100):
            units = Decimal(round(number * 10**kind.scale))
            value = pa.scalar(units.scaleb(-kind.scale), kind)
    return value


def _exact_sum(values: Values) -> Fraction:
    """The sum of numbers without null, NaN or infinity."""
    if pa.types.is_floating(values.type):
        return _float_sum(values.to_pylist())
    if pa.types.is_decimal(values.type):
        wide = pa.decimal256(76, values.type.scale)
        return Fraction(pc.sum(values.cast(wide)).as_py())
    numbers = values.cast(pa.int64()).to_numpy(zero_copy_only=False)
    high, low = numbers >> 32, numbers & 0xFFFFFFFF
    return Fraction((int(high.sum()) << 32) + int(low.sum()))


def _float_sum(numbers: list[float]) -> Fraction:
    try:
        near = math.fsum(numbers)
        return Fraction(near) + Fraction(math.fsum([*numbers, -near]))
    except OverflowError:
        return sum(map(Fraction, numbers), Fraction(0))
