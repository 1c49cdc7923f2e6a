"""What a transform does to an array, once its parameters are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from privet.transforms.arrow import Values, pc
from privet.transforms.column_types import Family
from privet.transforms.finding import TextFinder
from privet.transforms.linkage import LinkageKey
from privet.transforms.repeating import laid_out, numbered
from privet.transforms.token_store import TokenStore

Operation: TypeAlias = "Callable[[Values, Values | None], Values]"
"""`(values, subjects) -> values`: one value for each, null for null."""

_SAMPLE = 1024
"""Rows looked at, twice, to learn whether values repeat."""

_FEW = 8
"""Values of the sample that meet again, below which it tells nothing."""

_SMALL = 4 * _SAMPLE
"""Below this many rows the question costs more than it saves."""


@dataclass(frozen=True, slots=True)
class Input:
    """What a transform is built for: the column's type, its category, and the domain's key.

    `key`, `finder`, which finds what is personal in free text, and `store`, which keeps random
    tokens, are None while a treatment is only checked. `path` names the column in messages.
    """

    type: pa.DataType
    family: Family
    category: str | None = None
    key: LinkageKey | None = field(default=None, repr=False)
    finder: TextFinder | None = field(default=None, repr=False)
    store: TokenStore | None = field(default=None, repr=False)
    path: str = "the column"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A transform with its parameters read: what comes out, and how.

    Attributes:
        output_type: the type of every output array.
        run: the operation.
        algorithm: the keyed algorithm, for the field's metadata.
        per_value: whether equal values give equal results at a cost that makes it worth while to
            look for repeats.
        reverse: gives values back from what `run` made; null where it made no such thing. None
            where nothing can.
    """

    output_type: pa.DataType
    run: Operation = field(repr=False)
    algorithm: str | None = None
    per_value: bool = False
    reverse: Callable[[Values], Values] | None = field(default=None, repr=False)


def over_distinct(values: Values, run: Callable[[Values], Values]) -> Values:
    """Run over few values where `values` repeats itself, and over all of it elsewhere.

    Dates and integers of a narrow range: over that range. Neighbours that are equal (rows of one
    subject, side by side): over the first of each run. Equal values anywhere: over the distinct.
    """
    if len(values) < _SMALL:
        return run(values)
    low, high = _narrow_range(values)
    if low <= high:
        return run(_every(low, high, values.type)).take(pc.subtract(_integers(values), low))
    if _in_runs(values):
        runs = pc.run_end_encode(values)
        lengths = np.diff(np.asarray(runs.run_ends), prepend=0)
        return run(runs.values).take(pa.array(np.repeat(np.arange(len(lengths)), lengths)))
    if pa.types.is_string(values.type) or pa.types.is_binary(values.type):
        return _over_texts(values, run)
    if _repeats(values):
        encoded = values.dictionary_encode()
        return run(encoded.dictionary).take(encoded.indices)
    return run(values)


def _over_texts(values: Values, run: Callable[[Values], Values]) -> Values:
    """Run over the different texts where each is there twice or more, as far as a sample tells."""
    expected = _expected(values)
    if _repeats(values) or expected * 2 <= len(values):
        found = numbered(values, expected)
        if found is not None:
            distinct, codes = found
            return laid_out(run(distinct), codes)
    return run(values)


def _expected(values: Values) -> int:
    """About how many different values there are, by how often those of a sample meet again.

    Of n values drawn from k equally often, about n² / 2k meet one before: the birthday problem.
    """
    rows = np.linspace(0, len(values) - 1, _SAMPLE, dtype=np.int64)
    distinct = pc.count_distinct(values.take(pa.array(rows)), mode="all").as_py()
    met = _SAMPLE - distinct
    return int(max(distinct, _SAMPLE**2 // (2 * met))) if met >= _FEW else len(values)


def _narrow_range(values: Values) -> tuple[int, int]:
    """Least and greatest value where far fewer whole numbers lie between than there are rows.

    (0, -1) where there is no such range.
    """
    wide = pa.types.is_uint64(values.type)
    if wide or not (pa.types.is_integer(values.type) or pa.types.is_date32(values.type)):
        return 0, -1
    ends = pc.min_max(_integers(values)).as_py()
    if ends["min"] is None or (ends["max"] - ends["min"]) * 2 > len(values):
        return 0, -1
    return ends["min"], ends["max"]


def _integers(values: Values) -> Values:
    plain = values.view(pa.int32()) if pa.types.is_date32(values.type) else values
    return pc.cast(plain, pa.int64())


def _every(low: int, high: int, kind: pa.DataType) -> Values:
    """All values of an integer or date type from `low` to `high`."""
    numbers = pa.array(np.arange(low, high + 1, dtype=np.int64))
    if pa.types.is_date32(kind):
        return numbers.cast(pa.int32()).view(kind)
    return numbers.cast(kind)


def _in_runs(values: Values) -> bool:
    """Whether a value mostly equals the one before, in one stretch of the middle."""
    stretch = values.slice(len(values) // 2, _SAMPLE)
    changes = pc.not_equal(stretch.slice(1), stretch.slice(0, len(stretch) - 1))
    return (pc.sum(changes).as_py() or 0) * 2 <= len(stretch)


def _repeats(values: Values) -> bool:
    """Whether each value of a sample from everywhere, or of a stretch, is there twice or more."""
    rows = np.linspace(0, len(values) - 1, _SAMPLE, dtype=np.int64)
    stretch = values.slice(len(values) // 2, _SAMPLE)
    return any(_repeating(sample) for sample in (stretch, values.take(pa.array(rows))))


def _repeating(sample: Values) -> bool:
    """Whether each value of the sample is there twice or more on average."""
    return bool(pc.count_distinct(sample, mode="all").as_py() * 2 <= len(sample))
