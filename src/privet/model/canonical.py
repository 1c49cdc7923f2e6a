"""Canonical bytes: the one JSON encoding of a value, used for whatever is hashed or signed.

A subset of RFC 8785 (JCS): objects with string keys sorted by code point (RFC 8785 sorts by UTF-16
unit; keys here are ASCII, where the two agree), no white space, UTF-8; strings, integers within
±(2**53 - 1), booleans, null. Floats have many spellings, so they are refused: write a decimal
string.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from privet.model.errors import IntegrityError

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json] | None"

_MAX_INTEGER = 2**53 - 1


def encode(value: Json) -> bytes:
    """Return the canonical bytes of `value`.

    Raises:
        TypeError: a float, or a type that JSON lacks.
        ValueError: an integer beyond ±(2**53 - 1), or a key that is not ASCII.
    """
    _require_canonical(value)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def decode(data: bytes) -> Any:
    """Parse `data` and insist that it is exactly the canonical encoding of what it says.

    Raises:
        IntegrityError: the bytes are not canonical JSON, so something changed them.
    """
    try:
        value = json.loads(data)
        again = encode(value)
    except (ValueError, TypeError, RecursionError) as error:
        raise IntegrityError("not canonical JSON: the file was changed or cut short") from error
    if again != data:
        raise IntegrityError("not in canonical form: the file was changed after it was written")
    return value


def _require_canonical(value: Json) -> None:
    if value is None or isinstance(value, str | bool):
        return
    if isinstance(value, int):
        if abs(value) > _MAX_INTEGER:
            raise ValueError("integer beyond 2**53 - 1 has no canonical form")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"object key of type {type(key).__name__}")
            if not key.isascii():
                raise ValueError("object keys are ASCII; put other text in values")
            _require_canonical(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _require_canonical(item)
    else:
        raise TypeError(f"{type(value).__name__} has no canonical form")
