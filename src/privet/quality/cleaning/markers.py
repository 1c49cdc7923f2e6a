"""The step `missing`: texts and values that stand for nothing become null."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from privet.quality.casting import as_type
from privet.quality.cleaning.change import Change, Work, nulled
from privet.quality.cleaning.whitespace import BLANK, stripped
from privet.transforms.arrow import Values, pc


def in_text(markers: Sequence[str]) -> Work:
    """The step on text: a text that is a marker, but for white space around it, becomes null."""
    wanted = pa.array(sorted({marker.strip(BLANK) for marker in markers}), pa.string())

    def work(values: Values) -> Change:
        return nulled(values, pc.is_in(stripped(values), wanted))

    return work


def in_values(markers: Sequence[str]) -> Work:
    """The step on values that are no text: those equal to a marker, read as their type.

    A marker that is no value of the type stands for none of its values; `NaN` for every NaN.
    """

    def work(values: Values) -> Change:
        hits = [_equal(values, marker.strip(BLANK)) for marker in markers]
        found = [hit for hit in hits if hit is not None]
        if not found:
            return Change(values)
        together = found[0]
        for hit in found[1:]:
            together = pc.or_(together, hit)
        return nulled(values, together)

    return work


def _equal(values: Values, marker: str) -> Values | None:
    value = _as_value(marker, values.type)
    if value is None:
        return None
    if isinstance(value.as_py(), float) and math.isnan(value.as_py()):
        return pc.is_nan(values)
    return pc.equal(values, value)


def _as_value(marker: str, kind: pa.DataType) -> pa.Scalar[Any] | None:
    if pa.types.is_null(kind) or pa.types.is_nested(kind):
        return None
    try:
        value: pa.Scalar[Any] = as_type(pa.array([marker], pa.string()), kind)[0]
    except (pa.ArrowException, TypeError, ValueError):
        return None
    return value
