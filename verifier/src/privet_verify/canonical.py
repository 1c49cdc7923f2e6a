"""Canonical JSON, read strictly, and base64 likewise: one spelling for one value.

A flipped byte in a loose encoding may still say the same thing, and pass unseen. So what is read
here must be exactly what the writer would have written: a subset of RFC 8785 (keys in ASCII and
sorted, no white space, UTF-8, no floats, integers within ±(2**53 - 1)) and RFC 4648 section 4
with padding and without stray bits.
"""

from __future__ import annotations

import base64
import json
from typing import TypeAlias

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"

_MAX_INTEGER = 2**53 - 1


def decode_json(data: bytes) -> Json:
    """Parse canonical JSON.

    Raises:
        ValueError: the bytes are not the canonical encoding of any value.
    """
    try:
        value = json.loads(data, parse_float=_refuse, parse_constant=_refuse)
        _check(value)
        again = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if again.encode("utf-8") != data:
        raise ValueError("not in canonical form")
    return value  # type: ignore[no-any-return]


def decode_base64(text: str) -> bytes:
    """Decode standard base64.

    Raises:
        ValueError: the text is not the one base64 spelling of any bytes.
    """
    data = base64.b64decode(text, validate=True)
    if encode_base64(data) != text:
        raise ValueError("base64 with stray bits")
    return data


def encode_base64(data: bytes) -> str:
    """Encode to standard base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def _refuse(_text: str) -> Json:
    raise ValueError("numbers with a fraction have no canonical form")


def _check(value: Json) -> None:
    if isinstance(value, int) and abs(value) > _MAX_INTEGER:
        raise ValueError("integer beyond 2**53 - 1")
    if isinstance(value, dict):
        if not all(key.isascii() for key in value):
            raise ValueError("object key beyond ASCII")
        for item in value.values():
            _check(item)
    elif isinstance(value, list):
        for item in value:
            _check(item)
