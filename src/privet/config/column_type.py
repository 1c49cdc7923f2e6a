"""Column types as contracts spell them: Arrow's names, and ODCS's logical types beside them."""

from __future__ import annotations

import re

_LOGICAL_OF = {
    "string": r"(large_)?string",
    "integer": r"u?int(8|16|32|64)",
    "number": r"float|double|decimal128\([1-9]\d?, ?\d{1,2}\)",
    "boolean": r"bool",
    "date": r"date32(\[day\])?",
    "timestamp": r"timestamp\[(s|ms|us|ns)(, ?(tz=)?[A-Za-z0-9_+:/-]+)?\]",
    "time": r"time32\[(s|ms)\]|time64\[(us|ns)\]",
}
_BINARY = re.compile(r"(large_)?binary")
_DEFAULT = {
    "string": "string",
    "integer": "int64",
    "number": "double",
    "boolean": "bool",
    "date": "date32",
    "timestamp": "timestamp[us]",
    "time": "time64[us]",
}

EXAMPLES = "string, int64, double, bool, date32, timestamp[us], decimal128(18, 2), binary"


def is_physical(physical: str) -> bool:
    """Whether `physical` is a type that a column can have."""
    return logical_of(physical) is not None or _BINARY.fullmatch(physical) is not None


def logical_of(physical: str) -> str | None:
    """Return the ODCS logical type of an Arrow type; None for bytes, which ODCS has no word for."""
    matching = (name for name, text in _LOGICAL_OF.items() if re.fullmatch(text, physical))
    return next(matching, None)


def physical_of(logical: str) -> str | None:
    """Return the Arrow type that a logical type has when the contract does not say."""
    return _DEFAULT.get(logical)


def is_key(physical: str) -> bool:
    """Whether a column of this type can hold a subject's key: one person, one spelling."""
    logical = logical_of(physical)
    return logical in {"string", "integer", "date", "timestamp"} or physical.startswith("decimal")
