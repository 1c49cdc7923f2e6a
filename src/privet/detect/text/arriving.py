"""Texts as callers have them, taken in as Arrow without a copy where they speak it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

_array: Any = pa.array
_chunked: Any = pa.chunked_array


def as_texts(given: object) -> pa.ChunkedArray[Any]:
    """Strings in any form, as a chunked Arrow array of (large) strings or binaries.

    Args:
        given: an Arrow array, a column or one-column frame of anything that speaks the Arrow
            PyCapsule interface (Polars, pandas, DuckDB …), or an iterable of `str` and None.

    Raises:
        TypeError: it is one text and not many, holds other things than text, or has more than one
            column.
    """
    if isinstance(given, str | bytes):
        raise TypeError("one text is no array of texts: pass a list, `[text]`")
    found: Any = _arrow(given)
    while pa.types.is_dictionary(found.type) or pa.types.is_run_end_encoded(found.type):
        found = found.cast(found.type.value_type)
    if found.type in (pa.string_view(), pa.binary_view()):
        found = found.cast(
            pa.large_string() if found.type == pa.string_view() else pa.large_binary()
        )
    if pa.types.is_null(found.type):
        found = found.cast(pa.string())
    fits = (pa.string(), pa.large_string(), pa.binary(), pa.large_binary())
    if found.type not in fits:
        raise TypeError(f"texts are strings, not {found.type}")
    texts: pa.ChunkedArray[Any] = found
    return texts


def _arrow(given: object) -> Any:
    if hasattr(given, "__arrow_c_stream__"):
        framed = hasattr(given, "columns")
        return _one_column(pa.table(given)) if framed else _chunked(given)
    if hasattr(given, "__arrow_c_array__"):
        framed = isinstance(given, pa.RecordBatch)
        return _one_column(pa.table(given)) if framed else _chunked([_array(given)])
    if not isinstance(given, Iterable):
        raise TypeError(f"texts are strings, not {type(given).__name__}")
    return _listed(given)


def _listed(given: Iterable[object]) -> pa.ChunkedArray[Any]:
    try:
        return pa.chunked_array([pa.array(list(given), pa.string())])
    except pa.ArrowCapacityError:
        return pa.chunked_array([pa.array(list(given), pa.large_string())])
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError) as error:
        # Not chained: Arrow's message may repeat a value.
        raise TypeError(_what_is_wrong(error)) from None


def _what_is_wrong(error: Exception) -> str:
    if isinstance(error, UnicodeEncodeError):
        return "a text holds half of a surrogate pair: encode it anew, with errors='replace'"
    return "texts are `str` or None; turn other values into text first"


def _one_column(table: pa.Table) -> pa.ChunkedArray[Any]:
    if table.num_columns != 1:
        raise TypeError(f"one column of texts, not {table.num_columns}: pick it, `frame['body']`")
    return table.column(0)
