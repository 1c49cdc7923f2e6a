"""`band`: the interval that a number or a date falls into, as text.

Numbers: `[30,35)` for width 5, the lower bound in and the upper out; bands start at 0. Dates:
`1980-1984` for `5y`, `1980` for `1y`, `1980-01` for `1m`, `1980-01/1980-03` for `3m`; bands of
years start at year 0, bands of months in January. A zoned timestamp counts by its UTC date.
"""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.model.policy import Scalar, Treatment
from privet.transforms.arrow import Values, from_numpy, pc
from privet.transforms.operation import Input, Prepared
from privet.transforms.plain_values import (
    double_values,
    month_numbers,
    null_mask,
    snapped,
    unscaled,
)

_SPAN = re.compile(r"([1-9]\d{0,2})([ym])")
_MONTHS = (1, 2, 3, 4, 6)
_NUMBER = re.compile(r"\d{1,9}(\.\d{1,6})?")
_INDEX_LIMIT = 2.0**53


def prepare(treatment: Treatment, column: Input) -> Prepared:
    """Replace every value by the text of its band.

    A float that is no number, or beyond 2**53 bands from 0, has no band and becomes null.

    Raises:
        ValueError: the width does not fit the type.
    """
    width = treatment.param("width")
    if column.family in ("date", "timestamp"):
        months = _read_span(width)
        return Prepared(
            pa.string(),
            lambda values, _: _band_dates(values, months),
            per_value=column.family == "date",
        )
    step = _read_number(width)
    return Prepared(
        pa.string(),
        lambda values, _: _band_numbers(values, step),
        per_value=column.family == "integer",
    )


def _read_span(width: Scalar | None) -> int:
    match = _SPAN.fullmatch(width) if isinstance(width, str) else None
    if match and match[2] == "y":
        return 12 * int(match[1])
    if match and int(match[1]) in _MONTHS:
        return int(match[1])
    raise ValueError(
        "`width` of `band` on a date is years (1y to 999y) or months that divide a year "
        "(1m, 2m, 3m, 4m, 6m)"
    )


def _read_number(width: Scalar | None) -> Decimal:
    if _NUMBER.fullmatch(str(width)) and (step := Decimal(str(width))) > 0:
        return step
    raise ValueError(
        "`width` of `band` on a number is a number above 0, below 10**9, with at most 6 decimals"
    )


def _band_numbers(values: Values, width: Decimal) -> Values:
    index, missing = _band_indices(values, width)
    bands = from_numpy(index, missing).dictionary_encode()
    return _number_labels(bands.dictionary, width).take(bands.indices)


def _band_indices(
    values: Values, width: Decimal
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_] | None]:
    """floor(value / width), and where there is none."""
    missing = null_mask(values)
    scale = -int(width.as_tuple().exponent)
    exact = unscaled(values, scale)
    if exact is not None:
        units, places = exact
        return units // int(width.scaleb(places)), missing
    numbers, eps = double_values(values)
    with np.errstate(invalid="ignore", over="ignore"):
        ratio = numbers / float(width)
        outside = ~(np.abs(ratio) < _INDEX_LIMIT)
        index = np.floor(snapped(np.where(outside, 0.0, ratio), eps)).astype(np.int64)
    return index, outside


def _number_labels(index: Values, width: Decimal) -> Values:
    # Decimals, so that a bound is exact however wide the band: 19 digits times 15 at most.
    step = pa.scalar(width)
    lower = pc.multiply(pc.cast(index, pa.decimal128(19, 0)), step)
    upper = pc.add(lower, step)
    return pc.binary_join_element_wise(
        "[", pc.cast(lower, pa.string()), ",", pc.cast(upper, pa.string()), ")", ""
    )


def _band_dates(values: Values, months: int) -> Values:
    index = month_numbers(values) // months
    bands = from_numpy(index, null_mask(values)).dictionary_encode()
    first = bands.dictionary.to_numpy(zero_copy_only=False) * months
    return _date_labels(first, months).take(bands.indices)


def _date_labels(first: npt.NDArray[np.int64], months: int) -> Values:
    """Labels of bands that begin with these months, counted from January of year 0."""
    last = first + months - 1
    if months % 12 == 0:
        begin, end, joint = _year_text(first // 12), _year_text(last // 12), "-"
    else:
        begin, end, joint = _month_text(first), _month_text(last), "/"
    if months in (1, 12):
        return begin
    return pc.binary_join_element_wise(begin, end, joint)


def _year_text(years: npt.NDArray[np.int64]) -> Values:
    return pc.utf8_lpad(pc.cast(from_numpy(years), pa.string()), 4, padding="0")


def _month_text(months: npt.NDArray[np.int64]) -> Values:
    month = pc.utf8_lpad(pc.cast(from_numpy(months % 12 + 1), pa.string()), 2, padding="0")
    return pc.binary_join_element_wise(_year_text(months // 12), month, "-")
