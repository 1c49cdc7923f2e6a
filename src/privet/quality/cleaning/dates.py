"""The step `date`: dates in several spellings become ISO 8601 text, each cell by itself.

What already stands as its column's type reads it is found by a pattern and Arrow's own cast, and
costs no Python; nor does what has its parts at fixed places (`fixed_dates`). The others
are decided on once for each different text (`date_forms`).
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from privet.quality.cleaning.change import Change, Decide, Work, by_value, then, within
from privet.quality.cleaning.date_forms import AS_IT_STANDS, DateForms, Kind
from privet.quality.cleaning.fixed_dates import fixed, fixed_order, fixed_pattern
from privet.transforms.arrow import Values, pc

_CAST: Final[dict[Kind, pa.DataType]] = {
    "date": pa.date32(),
    "time": pa.timestamp("us"),
    "zoned": pa.timestamp("us", tz="UTC"),
}


def in_text(forms: DateForms, decide: Decide) -> Work:
    """The step on text; `decide` is `forms.read`, which may remember."""
    target = _CAST.get(forms.kind) if forms.iso else None
    order = fixed_order(forms)
    pattern = fixed_pattern(order, forms.kind) if order else ""
    at_once = fixed(order) if order else None

    def work(values: Values) -> Change:
        return within(values, _unlike(values, forms.kind, target), others)

    def others(values: Values) -> Change:
        if at_once is None:
            return by_value(values, decide)
        matching = pc.match_substring_regex(values, pattern)
        regular = within(values, matching, at_once)
        return then(regular, lambda now: within(now, pc.invert(matching), singly))

    def singly(values: Values) -> Change:
        return by_value(values, decide)

    return work


def _unlike(values: Values, kind: Kind, target: pa.DataType | None) -> Values | None:
    """A mask of the texts to be read one by one; None: all of them."""
    if target is None:
        return None
    stands = pc.fill_null(pc.match_substring_regex(values, AS_IT_STANDS[kind]), fill_value=True)
    try:
        values.filter(stands).cast(target)
    except pa.ArrowInvalid:
        return values.is_valid()
    return pc.invert(stands)
