"""A hierarchy for a column that nobody declared one for, by what its values look like."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import count, islice, takewhile

from privet.protect.hierarchies.ordering import DAY, number
from privet.protect.hierarchies.specs import (
    DateHierarchy,
    FlatHierarchy,
    HierarchySpec,
    IntervalHierarchy,
    PrefixHierarchy,
)

FINEST = 32
"""Intervals of the finest level span the numbers in about so many."""

_POSTCODE = re.compile(r"[0-9]{4,6}|[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}|[0-9]{4} ?[A-Z]{2}")
"""Digits as in most countries, the British form, the Dutch one."""


def propose(values: Sequence[str | None], *, numeric: bool) -> HierarchySpec:
    """A rule that fits the values.

    Days go to months, years and decades; numbers to intervals whose widths double, up to a span of
    all; texts that look like postcodes lose a character from level to level; all else is `*` or
    itself.

    Args:
        values: distinct values as text, null among them or not.
        numeric: whether the column's type is a number, which a postcode as text is not.
    """
    texts = [value for value in values if value is not None]
    if not texts:
        return FlatHierarchy()
    if numeric:
        numbers = [found for text in texts if (found := number(text)) is not None]
        return _doubling(numbers) if len(numbers) == len(texts) else FlatHierarchy()
    if all(DAY.fullmatch(text) for text in texts):
        return DateHierarchy()
    if len(texts) > 1 and all(_POSTCODE.fullmatch(text) for text in texts):
        return PrefixHierarchy(tuple(range(max(map(len, texts)) - 1, 0, -1)))
    return FlatHierarchy()


def _doubling(numbers: Sequence[Decimal]) -> HierarchySpec:
    span = max(numbers) - min(numbers)
    if not span:
        return FlatHierarchy()
    width = _round_up(span / FINEST)
    if all(value == value.to_integral_value() for value in numbers):
        width = max(width, Decimal(2))  # of width 1 they would be the values themselves
    doubled = (width * 2**power for power in count())
    return IntervalHierarchy(widths=(width, *takewhile(span.__gt__, islice(doubled, 1, None))))


def _round_up(size: Decimal) -> Decimal:
    """The least of 1, 2, 5 times a power of ten that is not below."""
    unit = Decimal(1).scaleb(size.adjusted())
    return next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= size)
