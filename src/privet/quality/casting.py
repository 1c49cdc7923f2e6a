"""A leaf's values as its contract's type: strict where Arrow's cast would read something else."""

from __future__ import annotations

import binascii
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_LETTERS = (
    (pa.types.is_integer, r"^-?[0-9]+$"),
    (pa.types.is_floating, r"(?i)^[-+.0-9]*(?:[0-9]|inf|nan)"),
    (pa.types.is_decimal, r"^[-+.0-9]"),
    (pa.types.is_temporal, r"^[-+0-9]*[0-9]{4}-[0-9]{2}"),
)


def as_type(values: pa.Array[Any], target: pa.DataType) -> pa.Array[Any]:
    """`values` as `target`, all of them.

    Stricter than Arrow: a hexadecimal `0x1F` is no integer, `1e999` no number. Text that stands for
    bytes is hexadecimal, as the text formats write it.

    Raises:
        pa.ArrowException: a value is not of the type.
    """
    if not is_text(values.type) or is_text(target):
        return values.cast(target)
    if pa.types.is_binary(target):
        return _from_hex(values)
    typed = values.cast(target)
    if pa.types.is_integer(target) and _any(pc.match_substring(values, "x", ignore_case=True)):
        raise pa.ArrowInvalid("hexadecimal digits")
    if pa.types.is_floating(target) and _any(pc.is_inf(typed)):
        named = pc.match_substring(values, "inf", ignore_case=True)
        if _any(pc.and_not(pc.is_inf(typed), named)):
            raise pa.ArrowInvalid("out of range")
    return typed


def hopeless(values: pa.Array[Any], target: pa.DataType) -> pa.BooleanArray:
    """A mask of trimmed texts that `as_type` surely refuses, by their letters alone.

    It spares the search for bad values the trouble where a whole column is of another type; what
    it lets pass may still be refused.
    """
    pattern = next((text for fits, text in _LETTERS if fits(target)), "")
    plausible: pa.BooleanArray = pc.match_substring_regex(values, pattern)
    return pc.and_kleene(values.is_valid(), pc.invert(plausible))


def check_text(values: pa.Array[Any]) -> pa.Array[Any]:
    """`values` unchanged.

    Raises:
        pa.ArrowException: one of them is not valid UTF-8.
    """
    if pa.types.is_string(values.type) and _is_ascii(values):
        return values
    return values.cast(pa.binary()).cast(pa.string())


def _is_ascii(values: pa.Array[Any]) -> bool:
    """Whether the bytes of a string array are plain ASCII: one look at all of them at once."""
    _, offsets, data = values.buffers()
    if offsets is None or data is None or not len(values):
        return True
    bounds = np.frombuffer(memoryview(offsets), np.int32)
    first, last = bounds[values.offset], bounds[values.offset + len(values)]
    return bool(np.frombuffer(memoryview(data), np.int8)[first:last].min(initial=0) >= 0)


def trim(values: pa.Array[Any]) -> pa.Array[Any]:
    """Text without blanks around it; what is blank altogether is null."""
    trimmed: pa.Array[Any] = pc.ascii_trim_whitespace(values)
    return null_where(pc.equal(trimmed, pa.scalar("")), trimmed)


def null_where(mask: pa.Array[Any], values: pa.Array[Any]) -> pa.Array[Any]:
    """`values` with nulls where `mask` is true."""
    kept: pa.Array[Any] = pc.if_else(mask, pa.scalar(None, values.type), values)
    return kept


def is_text(kind: pa.DataType) -> bool:
    """Whether values of a type are strings, whatever their layout."""
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _from_hex(values: pa.Array[Any]) -> pa.Array[Any]:
    try:
        decoded = [None if v is None else binascii.unhexlify(v) for v in values.to_pylist()]
    except ValueError:
        decoded = None
    if decoded is None:
        raise pa.ArrowInvalid("not hexadecimal")
    return pa.array(decoded, pa.binary())


def _any(mask: pa.BooleanArray) -> bool:
    return bool(pc.any(mask).as_py())
