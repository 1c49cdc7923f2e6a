"""`truncate`: the leading, coarser part of a value.

- Text: its first `length` characters. A value no longer than that comes out whole.
- IP addresses as text (`kind: ip`): the network, `203.0.113.0/24` or `2001:db8::/48`.
- Coordinates and other numbers: `decimals` digits after the point, cut towards zero.
- Dates and timestamps: the first day (hour, …) of the `to: year|month|day|hour` they are in; where
  there is a zone, in UTC.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from privet.model.policy import Treatment
from privet.transforms.addresses import networks
from privet.transforms.arrow import Values, from_numpy, pc
from privet.transforms.column_types import Family
from privet.transforms.operation import Input, Prepared
from privet.transforms.parameters import integer, text
from privet.transforms.plain_values import double_values, null_mask, snapped

DEFAULT_V4, DEFAULT_V6 = 24, 48

_FITTING: dict[Family, tuple[str, ...]] = {
    "string": ("length", "kind", "v4", "v6"),
    "double": ("decimals",),
    "decimal": ("decimals",),
    "date": ("to",),
    "timestamp": ("to",),
}
_EXAMPLES = {
    "length": "`length: 3`",
    "kind": "`kind: ip`",
    "decimals": "`decimals: 2`",
    "to": "`to: year`",
}


def prepare(treatment: Treatment, column: Input) -> Prepared:
    """Cut values as the parameters say.

    Raises:
        ValueError: not exactly one way to cut is given, or it does not fit the type.
    """
    given = dict(treatment.params)
    fitting = _FITTING[column.family]
    if unfit := sorted(set(given) - set(fitting)):
        raise ValueError(
            f"`{unfit[0]}` of `truncate` does not fit a {column.type} column; "
            f"write {_examples(fitting)}"
        )
    if len(given.keys() & _EXAMPLES.keys()) != 1:
        raise ValueError(f"`truncate` of a {column.type} column takes {_examples(fitting)}")
    if given.keys() & {"v4", "v6"} and "kind" not in given:
        raise ValueError("`v4` and `v6` of `truncate` go with `kind: ip`")
    if column.family == "string":
        return _prepare_ip(treatment) if "kind" in given else _prepare_text(treatment)
    if "decimals" in given:
        return _prepare_decimals(treatment, column)
    return _prepare_date(treatment, column)


def lets_through(treatment: Treatment) -> bool:
    """Whether a value can come out whole: a text that is short enough to begin with."""
    return treatment.param("length") is not None


def _examples(params: tuple[str, ...]) -> str:
    return " or ".join(_EXAMPLES[name] for name in params if name in _EXAMPLES)


def _prepare_text(treatment: Treatment) -> Prepared:
    length = integer(treatment, "length", 1)

    def run(values: Values, _: Values | None) -> Values:
        return pc.utf8_slice_codeunits(pc.utf8_ltrim_whitespace(values), 0, length)

    return Prepared(pa.string(), run)


def _prepare_ip(treatment: Treatment) -> Prepared:
    v4, v6 = integer(treatment, "v4", DEFAULT_V4), integer(treatment, "v6", DEFAULT_V6)
    return Prepared(pa.string(), lambda values, _: networks(values, v4, v6), per_value=True)


def _prepare_decimals(treatment: Treatment, column: Input) -> Prepared:
    decimals = integer(treatment, "decimals", 0)

    def run(values: Values, _: Values | None) -> Values:
        if column.family == "decimal":
            return pc.round(values, ndigits=decimals, round_mode="towards_zero")
        numbers, eps = double_values(values)
        cut = np.trunc(snapped(numbers * 10.0**decimals, eps)) / 10.0**decimals
        return from_numpy(cut, null_mask(values)).cast(column.type)

    return Prepared(column.type, run)


def _prepare_date(treatment: Treatment, column: Input) -> Prepared:
    unit = text(treatment, "to", "year")
    if column.family == "date" and unit in ("day", "hour"):
        raise ValueError("`to` of `truncate` on a date column is `year` or `month`")

    def run(values: Values, _: Values | None) -> Values:
        if column.family == "date":
            return pc.floor_temporal(values, unit=unit)
        # Without its zone a timestamp is its UTC wall clock, and no zone database is asked.
        plain = values.view(pa.timestamp(values.type.unit))
        return pc.floor_temporal(plain, unit=unit).view(column.type)

    return Prepared(column.type, run)
