"""Which values a conversion refuses: found by the conversion itself, so the two cannot disagree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

Convert: TypeAlias = "Callable[[pa.Array[Any]], pa.Array[Any]]"


def failing(values: pa.Array[Any], convert: Convert) -> pa.BooleanArray:
    """A mask of the values that `convert` refuses.

    The distinct values are halved until each part converts whole or is one value: k bad ones of n
    cost about k log(n / k) conversions.

    Args:
        values: any array; nulls convert.
        convert: raises an Arrow error if one value of its array is bad.
    """
    coded = values.dictionary_encode()
    bad = np.zeros(len(coded.dictionary), dtype=bool)
    parts = [(0, len(bad))]
    while parts:
        start, end = parts.pop()
        if start == end or _converts(coded.dictionary.slice(start, end - start), convert):
            continue
        if end - start == 1:
            bad[start] = True
            continue
        middle = (start + end) // 2
        parts += [(start, middle), (middle, end)]
    mask = np.zeros(len(values), dtype=bool)
    there = coded.is_valid().to_numpy(zero_copy_only=False)
    mask[there] = bad[coded.indices.drop_null().to_numpy()]
    return pa.array(mask)


def _converts(values: pa.Array[Any], convert: Convert) -> bool:
    try:
        convert(values)
    except pa.ArrowException:
        return False
    return True
