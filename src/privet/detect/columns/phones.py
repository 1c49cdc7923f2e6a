"""Phone numbers: strict where nothing but the value says so, lenient where the header does.

Floats, dates, times and parts of ids look like phone numbers to a lenient rule; so without a header
a value must have its `+`, or separators and a number that is in use in a country.
"""

from __future__ import annotations

import numpy as np

from privet.detect.columns.checks import Mask, chosen, count, holds, letters, matches, without
from privet.detect.kinds.phone_walk import ABROAD, labels
from privet.transforms.arrow import Values

_SHAPE = (
    r"(?i)(?:tel:)?(?:\+|00)? ?\(?\d[\d ()./\x{2010}-\x{2013}-]{4,22}\d"
    r"(?: ?(?:x|ext\.?|#) ?\d{1,6})?"
)
_EXTENSION = r"(?i) ?(?:x|ext\.?|#) ?\d{1,6}$"
_DATE = r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
_GROUPED = r"\(\d{2,5}\) ?\d+(?:[ -]\d+)*|\d+(?: \d+){2,}|\d+(?:-\d+){2,}|\d+(?:\.\d+){2,}"
_ANOTHER = r"\d{3}-\d{2}-\d{4}|(?:\d{1,3}\.){3}\d{1,3}"
"""A social security number, four bytes."""
_REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "IN", "BR", "AU")
_FROM_THERE = r"^(?:(?:00|011)[1-9]|1\d{10}$)"
"""Digits that begin with an international prefix, or are North American with theirs."""
_ORDINARY = (6, 15)
"""Digits of a number: ITU-T E.164 allows 15."""


def are_phone_numbers(texts: Values) -> Mask:
    """What may be phone numbers in a column whose header says so."""
    shaped = _shaped(texts)
    abroad = shaped & holds(texts, r"^(?:\+|00)")
    return (shaped & ~abroad) | chosen(texts, abroad, _are_international)


def are_clear_phone_numbers(texts: Values) -> Mask:
    """Phone numbers whatever the header says: `+` and a country's length."""
    plus = holds(texts, r"^(?:tel:)?\+")
    return chosen(texts, chosen(texts, plus, _shaped), _are_international)


def are_local_phone_numbers(texts: Values) -> Mask:
    """Grouped as phone numbers are, and in use in one of ten countries; not certain."""
    grouped = matches(texts, _GROUPED) & ~matches(texts, _ANOTHER)
    return chosen(texts, chosen(texts, grouped, _shaped), _are_in_use)


def _shaped(texts: Values) -> Mask:
    right = matches(texts, _SHAPE)
    right = chosen(texts, right, lambda some: ~matches(some, rf"{_DATE}|\d+\.\d+"))
    return chosen(texts, right, _has_digits)


def _has_digits(texts: Values) -> Mask:
    digits = count(without(texts, _EXTENSION), r"\d")
    return (digits >= _ORDINARY[0]) & (digits <= _ORDINARY[1] + 2) & (letters(texts) > 0)


def _digits(texts: Values) -> Values:
    return without(without(texts, _EXTENSION), r"\D")


def _are_in_use(texts: Values) -> Mask:
    numbers = _digits(texts)
    found = np.zeros(len(texts), np.bool_)
    for region in _REGIONS:
        found |= labels(numbers, region) > 0
    return found | chosen(numbers, holds(numbers, _FROM_THERE), _are_valid_abroad)


def _are_valid_abroad(numbers: Values) -> Mask:
    found: Mask = labels(without(numbers, "^(?:00|011)"), ABROAD) == 2
    return found


def _are_international(texts: Values) -> Mask:
    found: Mask = labels(_digits(without(texts, "^00")), ABROAD) > 0
    return found
