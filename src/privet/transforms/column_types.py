"""Column types: the contract's spelling as Arrow types, and the families that transforms accept."""

from __future__ import annotations

import re
from typing import Any, Literal, TypeAlias

import pyarrow as pa

Family: TypeAlias = Literal[
    "string", "integer", "double", "decimal", "bool", "date", "timestamp", "time", "binary"
]

_PLAIN: dict[str, pa.DataType] = {
    "string": pa.string(),
    "large_string": pa.string(),
    "int8": pa.int8(),
    "int16": pa.int16(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "uint8": pa.uint8(),
    "uint16": pa.uint16(),
    "uint32": pa.uint32(),
    "uint64": pa.uint64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "date32": pa.date32(),
    "date32[day]": pa.date32(),
    "time32[s]": pa.time32("s"),
    "time32[ms]": pa.time32("ms"),
    "time64[us]": pa.time64("us"),
    "time64[ns]": pa.time64("ns"),
    "binary": pa.binary(),
    "large_binary": pa.binary(),
}
_TIMESTAMP = re.compile(r"timestamp\[(s|ms|us|ns)(?:,\s*(?:tz=)?([A-Za-z0-9_+:/-]+))?\]")
_DECIMAL = re.compile(r"decimal128\((\d{1,2}),\s*(\d{1,2})\)")


def parse_type(text: str) -> pa.DataType:
    """Read a column type as the contract spells it (`privet.model.contract.Column.type`).

    Raises:
        ValueError: no such type.
    """
    plain = _PLAIN.get(text)
    if plain is not None:
        return plain
    if match := _TIMESTAMP.fullmatch(text):
        unit: Any = match[1]
        return pa.timestamp(unit, tz=match[2])
    if match := _DECIMAL.fullmatch(text):
        precision, scale = int(match[1]), int(match[2])
        if 1 <= precision <= 38 and scale <= precision:
            return pa.decimal128(precision, scale)
    raise ValueError(
        f"column type {text!r} is not known; write string, int64, double, bool, date32, "
        "timestamp[us], decimal128(18, 2) or binary"
    )


def family_of(kind: pa.DataType) -> Family:
    """The family of an Arrow type that `parse_type` can return.

    Raises:
        ValueError: the type belongs to no family (lists and structs are no leaf types).
    """
    tests: tuple[tuple[Family, bool], ...] = (
        ("string", pa.types.is_string(kind)),
        ("integer", pa.types.is_integer(kind)),
        ("double", pa.types.is_float32(kind) or pa.types.is_float64(kind)),
        ("decimal", pa.types.is_decimal128(kind)),
        ("bool", pa.types.is_boolean(kind)),
        ("date", pa.types.is_date32(kind)),
        ("timestamp", pa.types.is_timestamp(kind)),
        ("time", pa.types.is_time(kind)),
        ("binary", pa.types.is_binary(kind)),
    )
    for family, matches in tests:
        if matches:
            return family
    raise ValueError(f"no transform takes values of type {kind}")
