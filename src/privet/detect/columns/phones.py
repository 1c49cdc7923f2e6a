"""Phone numbers: strict where nothing but the value says so, lenient where the header does.

Floats, dates, times and parts of ids look like phone numbers to a lenient rule; so without a header
a value must have its `+`, or separators and a number that is in use in a country.
"""

from __future__ import annotations

import re

_SHAPE = re.compile(
    r"(?:tel:)?(?:\+|00)?[ ]?\(?\d[\d ()./\u2010-\u2013-]{4,22}\d(?: ?(?:x|ext\.?|#) ?\d{1,6})?",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")
_GROUPED = re.compile(
    r"\(\d{2,5}\) ?\d+(?:[ -]\d+)*|\d+(?:[ ]\d+){2,}|\d+(?:-\d+){2,}|\d+(?:\.\d+){2,}"
)
_SSN = re.compile(r"\d{3}-\d{2}-\d{4}")
_REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "IN", "BR", "AU")
_ORDINARY = (6, 15)
"""Digits of a number: ITU-T E.164 allows 15."""


def is_phone_number(value: str) -> bool:
    """What may be a phone number in a column whose header says so."""
    if not _is_shaped(value):
        return False
    return not value.startswith(("+", "00")) or _is_international(value)


def is_clear_phone_number(value: str) -> bool:
    """A phone number whatever the header says: `+` and a country's length."""
    return value.startswith("+") and _is_shaped(value) and _is_international(value)


def is_local_phone_number(value: str) -> bool:
    """Grouped as phone numbers are, and in use in one of ten countries; not certain."""
    if value.startswith("+") or not _is_shaped(value) or _SSN.fullmatch(value):
        return False
    if _GROUPED.fullmatch(value) is None or _is_four_bytes(value):
        return False
    import phonenumbers  # noqa: PLC0415 - its tables load at first use

    for region in _REGIONS:
        try:
            number = phonenumbers.parse(value, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return True
    return False


def _is_shaped(value: str) -> bool:
    if _SHAPE.fullmatch(value) is None or _DATE.fullmatch(value):
        return False
    digits = sum(sign.isdigit() for sign in re.split(r"(?i)x|ext|#", value)[0])
    return _ORDINARY[0] <= digits <= _ORDINARY[1] + 2 and not re.fullmatch(r"\d+\.\d+", value)


def _is_four_bytes(value: str) -> bool:
    parts = value.split(".")
    return len(parts) == 4 and all(int(part) < 256 for part in parts)


def _is_international(value: str) -> bool:
    import phonenumbers  # noqa: PLC0415 - its tables load at first use

    if value.startswith("00"):
        value = "+" + value[2:]
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.is_possible_number(number))
