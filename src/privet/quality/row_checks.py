"""Checks of single values, one pass of Arrow's compiled loops each.

A check says which values fail, or None where none does; a column without a fault costs no mask of
its faults. What follows from a column's type alone is worked out once, when the check is made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from privet.model.quality import Length, Matches, NotMissing, NotNull, OneOf, Range, RowCheck
from privet.quality.bounds import interval
from privet.quality.casting import as_type
from privet.transforms.arrow import Values, pc

Test: TypeAlias = Callable[[Values], "Values | None"]
"""From a column's values to a mask of those that fail (null: does not fail), or None: none does."""

_RE2 = "RE2 knows no look-around and no back-reference: write the pattern without them."


class Unfit(ValueError):
    """The check cannot be used on the column; the message quotes no value of the contract.

    Attributes:
        hint: what to do.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def test_for(check: RowCheck, kind: pa.DataType) -> Test:
    """The test of `check` for values of type `kind`.

    Raises:
        Unfit: the check cannot be used on that type.
    """
    match check:
        case NotNull():
            return _null
        case NotMissing(markers):
            return _missing(markers, kind)
        case OneOf(values):
            return _one_of(values, kind)
        case Matches(pattern):
            return _matches(pattern, kind)
        case Length():
            return _length(check, kind)
        case Range():
            return _range(check, kind)


def _null(values: Values) -> Values | None:
    return values.is_null() if values.null_count else None


def _missing(markers: tuple[str, ...], kind: pa.DataType) -> Test:
    # A marker that is no value of the type cannot stand in the column any more.
    typed = [cast for text in markers if (cast := _typed(text, kind)) is not None]
    if not typed:
        return _null
    markers_there = _set(typed)

    def test(values: Values) -> Values | None:
        found = pc.is_in(values, value_set=markers_there)
        if values.null_count:
            return pc.or_(found, values.is_null())
        return _if_any(found)

    return test


def _one_of(texts: tuple[str, ...], kind: pa.DataType) -> Test:
    typed = [_typed(text, kind) for text in texts]
    allowed = [cast for cast in typed if cast is not None]
    if unread := len(typed) - len(allowed):
        raise Unfit(
            f"{unread} of {len(typed)} allowed values cannot be read as `{kind}`",
            "Spell each value as one of the column's type, times with the zone that it has.",
        )
    known = _set(allowed) if allowed else pa.array([], kind)

    def test(values: Values) -> Values | None:
        found = pc.is_in(values, value_set=known)
        if found.true_count + values.null_count == len(values):
            return None
        return pc.and_(values.is_valid(), pc.invert(found))

    return test


def _matches(pattern: str, kind: pa.DataType) -> Test:
    if not pa.types.is_string(kind):
        raise Unfit(f"a pattern reads text, and the column is `{kind}`", "Declare it `string`.")
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowException:  # whose message quotes the pattern
        raise Unfit("the pattern is not one that RE2 can read", _RE2) from None
    return lambda values: _unless(pc.match_substring_regex(values, pattern))


def _length(check: Length, kind: pa.DataType) -> Test:
    if not pa.types.is_string(kind):
        raise Unfit(f"a length is that of text, and the column is `{kind}`", "Declare it `string`.")
    least = max(check.minimum or 0, 0)
    most = check.maximum

    def test(values: Values) -> Values | None:
        lengths = pc.binary_length(values)
        found = pc.min_max(lengths)
        fewest, longest = found["min"].as_py(), found["max"].as_py()
        # A character has one to four bytes, so bytes alone settle most columns.
        if fewest is None or (fewest >= least * 4 - 3 and (most is None or longest <= most)):
            return None
        if not _ascii(values):
            lengths = pc.utf8_length(values)
        return _outside(lengths, least, most)

    return test


def _range(check: Range, kind: pa.DataType) -> Test:
    try:
        bounds = interval(check, kind)
    except ValueError as error:
        raise Unfit(
            f"the column is `{kind}`: {error}",
            "Write numbers as 12 or 1.5, dates as 2024-12-31, times with the zone that they have.",
        ) from None
    nan_possible = pa.types.is_floating(kind)

    def test(values: Values) -> Values | None:
        if bounds.low is None and bounds.high is None:
            return _if_any(pc.is_nan(values)) if nan_possible else None
        return _outside(values, bounds.low, bounds.high)

    return test


def _outside(values: Values, low: Any, high: Any) -> Values | None:
    """What does not lie between the bounds; NaN lies nowhere."""
    above = None if low is None else pc.greater_equal(values, low)
    below = None if high is None else pc.less_equal(values, high)
    if above is None or below is None:
        return _unless(below if above is None else above)
    return _unless(pc.and_(above, below))


def _unless(passes: Values) -> Values | None:
    return pc.invert(passes) if passes.false_count else None


def _if_any(fails: Values) -> Values | None:
    return fails if fails.true_count else None


def _ascii(values: Values) -> bool:
    """Whether no byte of a text has its high bit set: then bytes are characters."""
    _, offsets, data = values.buffers()
    if data is None or not len(values):
        return True
    ends = np.frombuffer(offsets, np.int32)
    start, end = ends[values.offset], ends[values.offset + len(values)]
    return bool(start == end or np.frombuffer(data, np.int8)[start:end].min() >= 0)


def _typed(text: str, kind: pa.DataType) -> Values | None:
    """The text as an array of one value of the type, or None where it is none."""
    try:
        return as_type(pa.array([text], pa.string()), kind)
    except pa.ArrowException:
        return None


def _set(typed: list[Values]) -> Values:
    values = pa.concat_arrays(typed)
    if pa.types.is_floating(values.type):
        # Arrow's look-up tells the two zeros apart.
        values = pa.concat_arrays([values, pc.negate(values).filter(pc.equal(values, 0.0))])
    return values
