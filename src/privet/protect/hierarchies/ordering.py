"""The order that values have: numbers and days by what they are, any other text as text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from itertools import pairwise

DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
"""A day as ISO 8601 writes it."""
_MOMENT = re.compile(DAY.pattern + r" ([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}")
"""A moment as `privet.protect.spelling` writes it; as text it has the order of time."""


def number(text: str) -> Decimal | None:
    """The number that a text is, or None: `12`, `-3.50`, `1e3`; neither infinite nor NaN."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() and text.strip() == text and "_" not in text else None


def in_order(values: Sequence[str | None]) -> tuple[str | None, ...]:
    """The values sorted: all as numbers where all are, else as text; null last."""
    texts = [value for value in values if value is not None]
    keys = _numbers(texts)
    ordered = sorted(texts) if keys is None else [text for _, text in sorted(zip(keys, texts))]  # noqa: B905  # as long as each other
    return (*ordered, *(value for value in values if value is None))


def rising(values: Sequence[str | None]) -> bool:
    """Whether the values, null apart, are all numbers, all days or all moments, and rise."""
    texts = [value for value in values if value is not None]
    if not texts:
        return False
    if any(all(map(form.fullmatch, texts)) for form in (DAY, _MOMENT)):
        return all(left < right for left, right in pairwise(texts))
    keys = _numbers(texts)
    return keys is not None and all(left <= right for left, right in pairwise(keys))


def _numbers(texts: Sequence[str]) -> list[Decimal] | None:
    keys = []
    for text in texts:
        key = number(text)
        if key is None:
            return None
        keys.append(key)
    return keys
