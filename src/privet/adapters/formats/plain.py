"""Arrow's many layouts of one value as the plain one: no dictionaries, views, runs or extensions.

Files of Arrow may hold any layout, at any depth. What comes after the reader knows strings, binary,
lists, structs and maps. An array that has none of the others passes untouched.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def plain(values: pa.Array[Any]) -> pa.Array[Any]:
    """The same values in the plain layout."""
    target = plain_type(values.type)
    if target == values.type:
        return values
    if isinstance(values, _WRAPPED):
        return plain(_unwrapped(values))
    if isinstance(values, pa.StructArray):
        return _struct(values)
    if pa.types.is_nested(values.type):
        return _list(values)
    if pa.types.is_string_view(values.type) or pa.types.is_binary_view(values.type):
        values = _with_blank_nulls(values)
    flat: pa.Array[Any] = values.cast(target)
    return flat


def plain_type(kind: pa.DataType) -> pa.DataType:
    """What `plain` makes of a type."""
    if isinstance(kind, pa.BaseExtensionType):
        kind = plain_type(kind.storage_type)
    elif pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
        kind = plain_type(cast("pa.DictionaryType[Any, Any]", kind).value_type)
    elif pa.types.is_string_view(kind) or pa.types.is_large_string(kind):
        kind = pa.string()
    elif pa.types.is_binary_view(kind) or pa.types.is_large_binary(kind):
        kind = pa.binary()
    elif pa.types.is_struct(kind):
        kind = pa.struct([field.with_type(plain_type(field.type)) for field in kind])
    elif pa.types.is_map(kind):
        entries = _entries(kind)
        kind = kind if plain_type(entries) == entries else plain_type(entries)
    elif _is_list(kind):
        items = cast("pa.ListType[Any]", kind).value_field
        kind = pa.list_(items.with_type(plain_type(items.type)))
    return kind


def plain_schema(schema: pa.Schema) -> pa.Schema:
    """A schema in the plain layouts, with its metadata."""
    fields = [field.with_type(plain_type(field.type)) for field in schema]
    return pa.schema(
        fields, metadata=cast("dict[bytes | str, bytes | str] | None", schema.metadata)
    )


_WRAPPED = (pa.ExtensionArray, pa.DictionaryArray, pa.RunEndEncodedArray, pa.MapArray)


def _unwrapped(values: pa.Array[Any]) -> pa.Array[Any]:
    if isinstance(values, pa.ExtensionArray):
        return cast("pa.Array[Any]", values.storage)
    if isinstance(values, pa.DictionaryArray):
        return values.dictionary_decode()
    if isinstance(values, pa.RunEndEncodedArray):
        decoded: pa.Array[Any] = pc.call_function("run_end_decode", [values])
        return decoded
    return values.cast(_entries(values.type))


def _with_blank_nulls(values: pa.Array[Any]) -> pa.Array[Any]:
    """Views that point nowhere where they are null.

    Behind a null, a view of a damaged file may point anywhere: nothing validates it, and pyarrow's
    casts follow it.
    """
    if not values.null_count:
        return values
    valid = values.is_valid().to_numpy(zero_copy_only=False)
    _, views, *data = values.buffers()
    end = values.offset + len(values)
    kept = np.frombuffer(memoryview(views or b""), "V16", count=end)[values.offset :].copy()
    kept[~valid] = np.zeros((), "V16")
    bitmap = pa.array(valid).buffers()[1]
    return pa.Array.from_buffers(
        values.type, len(values), [bitmap, pa.py_buffer(kept.tobytes()), *data]
    )


def _is_list(kind: pa.DataType) -> bool:
    return (
        pa.types.is_list(kind)
        or pa.types.is_large_list(kind)
        or pa.types.is_fixed_size_list(kind)
        or pa.types.is_list_view(kind)
        or pa.types.is_large_list_view(kind)
    )


def _entries(kind: pa.DataType) -> pa.DataType:
    pairs = cast("pa.MapType[Any, Any]", kind)
    return pa.list_(pa.struct([("key", pairs.key_type), ("value", pairs.item_type)]))


def _struct(values: pa.StructArray) -> pa.Array[Any]:
    kind = cast("pa.StructType", plain_type(values.type))
    children = [plain(values.field(place)) for place in range(values.type.num_fields)]
    return pa.StructArray.from_arrays(children, fields=list(kind), mask=values.is_null())


def _list(values: pa.Array[Any]) -> pa.Array[Any]:
    """Rebuilt from lengths and items: pyarrow 26 casts list views to lists that are not valid."""
    lengths = pc.fill_null(pc.list_value_length(values), 0).to_numpy(zero_copy_only=False)
    offsets = np.zeros(len(values) + 1, dtype=np.int32)
    np.cumsum(lengths, out=offsets[1:])
    items = plain(cast("pa.ListArray[Any]", values).flatten())
    lists: pa.Array[Any] = pa.ListArray.from_arrays(  # type: ignore[call-overload]
        pa.array(offsets), items, type=plain_type(values.type), mask=values.is_null()
    )
    return lists
