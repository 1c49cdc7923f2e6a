"""One line of JSON as one row of a schema, in plain Python: exact, strict, and slow.

It says of each bad line what is wrong with it; pyarrow's parser, which reads the good ones, only
says that some line of a block is bad.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

import pyarrow as pa

from privet.model.paths import Step

_INT64 = range(-(1 << 63), 1 << 63)


class BadLine(Exception):
    """A line is not a row; the reason holds no value of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Float(float):
    """A float that remembers how it was written."""

    literal: str

    def __new__(cls, literal: str) -> _Float:
        number = super().__new__(cls, literal)
        number.literal = literal
        return number


def parse_object(line: bytes) -> dict[str, Any]:
    """The object that a line holds.

    Raises:
        BadLine: `encoding`, `not_json`, `wrong_shape` or `duplicate_key`.
    """
    try:
        # A byte order mark inside the file is no JSON; `utf-8` keeps it, so that it is refused.
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        _refuse("encoding")
    try:
        value = json.loads(text, parse_float=_Float, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        _refuse("not_json")
    if not isinstance(value, dict):
        _refuse("wrong_shape")
    return value


def shape(value: dict[str, Any], schema: pa.Schema, *, ignore: bool = False) -> dict[str, Any]:
    """`value` as a row of `schema`: absent fields null, every leaf of its type.

    A text column takes any JSON: a number keeps its digits, a list or an object its JSON text.
    With `ignore`, fields that the schema does not have are passed over.

    Raises:
        BadLine: `unknown_field`, `encoding`, or `type:<path>` for a value of another type.
    """
    return _object(value, list(schema), "", ignore=ignore)


def _refuse(reason: str) -> NoReturn:
    raise BadLine(reason) from None


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _refuse("duplicate_key")
    return found


def _object(
    value: dict[str, Any], fields: Sequence[pa.Field[Any]], above: str, *, ignore: bool
) -> dict[str, Any]:
    row = {
        f.name: _value(value.get(f.name), f.type, f"{above}{Step(f.name)}", ignore=ignore)
        for f in fields
    }
    if not ignore and not value.keys() <= row.keys():
        _refuse("unknown_field")
    return row


def _value(value: Any, kind: pa.DataType, path: str, *, ignore: bool) -> Any:
    if value is None:
        return None
    if pa.types.is_list(kind):
        if not isinstance(value, list):
            _refuse(f"type:{path}")
        return [_value(item, kind.value_type, f"{path}[]", ignore=ignore) for item in value]
    if pa.types.is_struct(kind):
        if not isinstance(value, dict):
            _refuse(f"type:{path}")
        return _object(value, list(kind), f"{path}.", ignore=ignore)
    return _leaf(value, kind, path)


def _leaf(value: Any, kind: pa.DataType, path: str) -> Any:
    if pa.types.is_string(kind):
        return _text(value)
    if pa.types.is_boolean(kind) and isinstance(value, bool):
        return value
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if pa.types.is_integer(kind) and number and isinstance(value, int) and value in _INT64:
        return value
    if pa.types.is_floating(kind) and number:
        return _double(value, path)
    if pa.types.is_decimal(kind) and (number or isinstance(value, str)):
        return _decimal(value, kind, path)
    return _refuse(f"type:{path}")


def _text(value: Any) -> str:
    if isinstance(value, _Float):
        return value.literal
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        _refuse("encoding")
    return text


def _double(value: float, path: str) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    # `Infinity` is what Python's own writer makes of infinity; 1e999 is a number that is too big.
    if math.isinf(number) and type(value) is not float:
        _refuse(f"type:{path}")
    return number


def _decimal(value: Any, kind: pa.DataType, path: str) -> Decimal:
    try:
        number = Decimal(value.literal if isinstance(value, _Float) else value)
        pa.scalar(number, kind)
    except (InvalidOperation, ValueError, TypeError, pa.ArrowException):
        _refuse(f"type:{path}")
    return number
