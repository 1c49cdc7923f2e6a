"""Column types as contracts spell them: Arrow's names, and ODCS's logical types beside them.

They are the types of `privet.ports.arrow_types`, of which this room, which loads no Arrow, has the
names: a test holds the two together.
"""

from __future__ import annotations

import re

_LOGICAL_OF = {
    "string": r"string",
    "integer": r"int64",
    "number": r"double|decimal128\((?P<digits>\d{1,2}), ?(?P<scale>\d{1,2})\)",
    "boolean": r"bool",
    "date": r"date32",
    "timestamp": r"timestamp\[(s|ms|us|ns)(, ?(tz=)?[A-Za-z0-9_+:/-]+)?\]",
}
_DEFAULT = {
    "string": "string",
    "integer": "int64",
    "number": "double",
    "boolean": "bool",
    "date": "date32",
    "timestamp": "timestamp[us]",
    "time": "string",
}
_KEYS = {"string", "integer", "date", "timestamp"}
_MOST_DIGITS = 38

EXAMPLES = "string, int64, double, bool, date32, timestamp[us], decimal128(18, 2), binary"


def is_physical(physical: str) -> bool:
    """Whether `physical` is a type that a column can have."""
    return logical_of(physical) is not None or physical == "binary"


def logical_of(physical: str) -> str | None:
    """Return the ODCS logical type of an Arrow type; None for bytes, which ODCS has no word for."""
    for name, text in _LOGICAL_OF.items():
        match = re.fullmatch(text, physical)
        if match is not None and _holds_digits(match):
            return name
    return None


def physical_of(logical: str) -> str | None:
    """Return the Arrow type that a logical type has when the contract does not say."""
    return _DEFAULT.get(logical)


def fits(physical: str, logical: str) -> bool:
    """Whether a column can have both types: times of day are text, and bytes fit every word."""
    return logical_of(physical) in {logical, None} or physical == _DEFAULT.get(logical)


def is_key(physical: str) -> bool:
    """Whether a column of this type can hold a subject's key: one person, one spelling."""
    return logical_of(physical) in _KEYS or physical.startswith("decimal128")


def _holds_digits(match: re.Match[str]) -> bool:
    groups = match.groupdict()
    if groups.get("digits") is None:
        return True
    digits, scale = int(groups["digits"]), int(groups["scale"])
    return 0 < digits <= _MOST_DIGITS and scale <= digits
