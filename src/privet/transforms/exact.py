"""Values as bytes that give the very same values back: what is encrypted, or kept for a token.

Tokens are made of the normal form of a value; what is to come back has to be the value itself, so
`Ana@x.org` and `ana@x.org` are two.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from privet.transforms.arrow import Values, pc
from privet.transforms.column_types import family_of
from privet.transforms.normalise import subject_text


def value_bytes(values: Values) -> list[bytes | None]:
    """Each value as bytes; None for null.

    Args:
        values: text, binary, integers, decimals, dates or timestamps.
    """
    family = family_of(values.type)
    if family == "timestamp":
        values = pc.cast(values.view(pa.int64()), pa.string())
    elif family not in ("string", "binary"):
        values = subject_text(values, None)
    return list(values.cast(pa.binary()).to_pylist())


def from_bytes(spelled: Sequence[bytes | None], kind: pa.DataType) -> Values:
    """The values of a type that `value_bytes` spelled so."""
    values: Values = pa.array(spelled, pa.binary())
    if pa.types.is_binary(kind):
        return values
    values = values.cast(pa.string())
    if pa.types.is_timestamp(kind):
        return pc.cast(values, pa.int64()).view(kind)
    return pc.cast(values, kind)


def token_array(tokens: Sequence[bytes | None], kind: pa.DataType) -> Values:
    """Tokens as they leave: hexadecimal text, or binary."""
    if pa.types.is_string(kind):
        return pa.array([None if token is None else token.hex() for token in tokens], kind)
    return pa.array(tokens, kind)


def token_bytes(tokens: Values) -> list[bytes | None]:
    """The bytes of tokens as they left; None for null, and for text that is not hexadecimal."""
    if pa.types.is_string(tokens.type):
        return [None if token is None else _unhex(token) for token in tokens.to_pylist()]
    return list(tokens.to_pylist())


def _unhex(token: str) -> bytes | None:
    try:
        return bytes.fromhex(token)
    except ValueError:
        return None
