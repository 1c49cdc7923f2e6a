"""The step `impute`: a missing value becomes one value, and a flag column says where.

Missing is null. NaN is a value, here as in the rules of a contract; the step `missing` with the
marker `NaN` makes it null.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from privet.quality.casting import as_type
from privet.quality.cleaning.change import Change, Work, mask_of
from privet.transforms.arrow import Values, pc


def impute(value: pa.Scalar[Any] | None) -> Work:
    """The step on typed values; None, where the column had no value to learn from, changes none."""

    def work(values: Values) -> Change:
        if value is None or not values.null_count:
            return Change(values)
        return Change(pc.fill_null(values, value), mask_of(values.is_null()))

    return work


def constant(told: object, kind: pa.DataType) -> pa.Scalar[Any]:
    """A stated value as one of the column's type.

    Raises:
        ValueError: it is none.
    """
    text = str(told).lower() if isinstance(told, bool) else str(told)
    try:
        value: pa.Scalar[Any] = as_type(pa.array([text], pa.string()), kind)[0]
    except pa.ArrowException:
        raise ValueError(
            "`with` is `median`, `mean`, `mode` or a value of the column's type"
        ) from None
    return value
