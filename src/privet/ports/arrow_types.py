"""How the types of a contract are spelled in Arrow: the words that readers and typing share.

A contract knows leaf columns (`messages[].body: string`); Arrow knows nested schemas. This module
goes from one to the other and back, and holds nothing else.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, TypeAlias, cast

import pyarrow as pa

from privet.model.contract import Column
from privet.model.errors import ConfigError
from privet.model.paths import ColumnPath, Step

_PLAIN: dict[str, pa.DataType] = {
    "string": pa.string(),
    "int64": pa.int64(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "date32": pa.date32(),
    "binary": pa.binary(),
}
_ALIASES = {
    "boolean": "bool",
    "bytes": "binary",
    "date": "date32",
    "datetime": "timestamp[us]",
    "decimal": "decimal128(18, 2)",
    "float": "double",
    "float64": "double",
    "int": "int64",
    "integer": "int64",
    "number": "double",
    "str": "string",
    "text": "string",
    "timestamp": "timestamp[us]",
    "varchar": "string",
}
_TIMESTAMP = re.compile(r"timestamp\[(s|ms|us|ns)(?:, ?(?:tz=)?([A-Za-z0-9_+:/-]+))?\]")
_DECIMAL = re.compile(r"decimal128\((\d{1,2}), ?(\d{1,2})\)")
_MAX_PRECISION = 38

_Unit: TypeAlias = Literal["s", "ms", "us", "ns"]
_Tree: TypeAlias = "dict[str, tuple[int, _Tree | pa.DataType]]"


def parse_type(text: str) -> pa.DataType:
    """The Arrow type that a contract's spelling means.

    Raises:
        ValueError: no such type; the message names the nearest one.
    """
    if text in _PLAIN:
        return _PLAIN[text]
    if match := _TIMESTAMP.fullmatch(text):
        return pa.timestamp(cast("_Unit", match[1]), tz=match[2])
    if match := _DECIMAL.fullmatch(text):
        precision, scale = int(match[1]), int(match[2])
        if 0 < precision <= _MAX_PRECISION and scale <= precision:
            return pa.decimal128(precision, scale)
        raise ValueError("a decimal has 1 to 38 digits in all, and no more after the point")
    nearest = difflib.get_close_matches(text.lower(), [*_PLAIN, *_ALIASES], n=1, cutoff=0.0)[0]
    raise ValueError(f"`{text}` is not a type; the nearest is `{_ALIASES.get(nearest, nearest)}`")


def spell_type(kind: pa.DataType) -> str:
    """The contract's spelling of the narrowest type it knows that holds every value of `kind`.

    Integers become `int64` (`uint64`: a decimal of 20 digits), floats `double`, dictionaries their
    values, times of day text, durations `int64` in their own unit.

    Raises:
        ValueError: a contract has no word for it (unions, intervals, decimals of over 38 digits).
    """
    kind = _storage(kind)
    if pa.types.is_timestamp(kind):
        return (
            f"timestamp[{kind.unit}]" if kind.tz is None else f"timestamp[{kind.unit}, {kind.tz}]"
        )
    if pa.types.is_decimal(kind) and 0 <= kind.scale <= kind.precision <= _MAX_PRECISION:
        return f"decimal128({kind.precision}, {kind.scale})"
    for matches, name in _SPELLINGS:
        if matches(kind):
            return name
    raise ValueError(f"a contract has no word for Arrow's `{kind}`")


_SPELLINGS: tuple[tuple[Callable[[pa.DataType], bool], str], ...] = (
    (pa.types.is_uint64, "decimal128(20, 0)"),
    (pa.types.is_integer, "int64"),
    (pa.types.is_duration, "int64"),
    (pa.types.is_floating, "double"),
    (pa.types.is_boolean, "bool"),
    (pa.types.is_date, "date32"),
    (pa.types.is_string, "string"),
    (pa.types.is_large_string, "string"),
    (pa.types.is_string_view, "string"),
    (pa.types.is_time, "string"),
    (pa.types.is_null, "string"),
    (pa.types.is_binary, "binary"),
    (pa.types.is_large_binary, "binary"),
    (pa.types.is_binary_view, "binary"),
    (pa.types.is_fixed_size_binary, "binary"),
)


def arrow_schema(
    columns: Sequence[Column], leaf: Callable[[str], pa.DataType] = parse_type
) -> pa.Schema:
    """The nested schema of leaf `columns`, in their order; `leaf` gives each one's type.

    Raises:
        ConfigError: a type is unknown, or a path is declared twice or both a value and a group.
    """
    tree: _Tree = {}
    for column in columns:
        try:
            _insert(tree, column.path.steps, leaf(column.type))
        except ValueError as error:
            raise ConfigError(f"column `{column.path}`: {error}", where=column.where) from None
    return pa.schema(_fields(tree))


def leaf_columns(schema: pa.Schema) -> Iterator[tuple[ColumnPath, pa.DataType]]:
    """Every leaf of a nested schema, in order, with its type (a map is a list of key and value)."""
    for field in schema:
        yield from _leaves((), field)


def _insert(tree: _Tree, steps: Sequence[Step], kind: pa.DataType) -> None:
    for step in steps[:-1]:
        lists, below = tree.setdefault(step.name, (step.lists, {}))
        if lists != step.lists or not isinstance(below, dict):
            raise ValueError(f"`{step.name}` is declared in two shapes")
        tree = below
    last = steps[-1]
    if last.name in tree:
        raise ValueError("declared twice, or both a value and a group")
    tree[last.name] = (last.lists, kind)


def _fields(tree: _Tree) -> list[pa.Field[Any]]:
    fields = []
    for name, (lists, below) in tree.items():
        kind = pa.struct(_fields(below)) if isinstance(below, dict) else below
        for _ in range(lists):
            kind = pa.list_(kind)
        fields.append(pa.field(name, kind))
    return fields


def _leaves(
    above: tuple[Step, ...], field: pa.Field[Any]
) -> Iterator[tuple[ColumnPath, pa.DataType]]:
    kind, lists = _storage(field.type), 0
    while _is_list(kind):
        kind, lists = _storage(_items(kind)), lists + 1
    steps = (*above, Step(field.name, lists))
    if not pa.types.is_struct(kind):
        yield ColumnPath(steps), kind
        return
    for child in kind:
        yield from _leaves(steps, child)


def _is_list(kind: pa.DataType) -> bool:
    return (
        pa.types.is_list(kind)
        or pa.types.is_large_list(kind)
        or pa.types.is_fixed_size_list(kind)
        or pa.types.is_map(kind)
    )


def _items(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_map(kind):
        return pa.struct([("key", kind.key_type), ("value", kind.item_type)])
    return cast("pa.DataType", cast("pa.ListType[Any]", kind).value_type)


def _storage(kind: pa.DataType) -> pa.DataType:
    """The type below extension and dictionary types: what the values are."""
    while True:
        if isinstance(kind, pa.BaseExtensionType):
            kind = kind.storage_type
        elif pa.types.is_dictionary(kind):
            kind = kind.value_type
        else:
            return kind
