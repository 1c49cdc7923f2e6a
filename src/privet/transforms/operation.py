"""What a transform does to an array, once its parameters are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from privet.transforms.arrow import Values, pc
from privet.transforms.column_types import Family
from privet.transforms.linkage import LinkageKey

Operation: TypeAlias = "Callable[[Values, Values | None], Values]"
"""`(values, subjects) -> values`: one value for each, null for null."""

_SAMPLE = 1024
"""Rows looked at, twice, to learn whether values repeat."""

_SMALL = 4 * _SAMPLE
"""Below this many rows the question costs more than it saves."""


@dataclass(frozen=True, slots=True)
class Input:
    """What a transform is built for: the column's type, its category, and the domain's key.

    `key` is None while a treatment is only checked.
    """

    type: pa.DataType
    family: Family
    category: str | None = None
    key: LinkageKey | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A transform with its parameters read: what comes out, and how.

    Attributes:
        output_type: the type of every output array.
        run: the operation.
        algorithm: the keyed algorithm, for the field's metadata.
        per_value: whether equal values give equal results at a cost that makes it worth while to
            look for repeats.
    """

    output_type: pa.DataType
    run: Operation = field(repr=False)
    algorithm: str | None = None
    per_value: bool = False


def over_distinct(values: Values, run: Callable[[Values], Values]) -> Values:
    """Run over the distinct values where `values` repeats itself, and over all of it elsewhere."""
    if not _repeats(values):
        return run(values)
    encoded = values.dictionary_encode()
    return run(encoded.dictionary).take(encoded.indices)


def _repeats(values: Values) -> bool:
    """Whether values repeat, in a sample from everywhere or in one stretch (clustered rows)."""
    if len(values) < _SMALL:
        return False
    rows = np.linspace(0, len(values) - 1, _SAMPLE, dtype=np.int64)
    stretch = values.slice(len(values) // 2, _SAMPLE)
    return any(_repeating(sample) for sample in (stretch, values.take(pa.array(rows))))


def _repeating(sample: Values) -> bool:
    """Whether each value of the sample is there twice or more on average."""
    return bool(pc.count_distinct(sample, mode="all").as_py() * 2 <= len(sample))
