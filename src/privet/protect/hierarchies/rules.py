"""What a rule says of a value: the labels above it, from the level over the leaf to below the root.

A rule knows no other value than the one it is asked about (a prefix's length apart, which is
settled once), so values that come later get the labels that they would have had.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache, partial
from itertools import pairwise

from privet.model.errors import ConfigError
from privet.protect.hierarchies.ordering import DAY, in_order, number
from privet.protect.hierarchies.specs import (
    DATE_UNITS,
    DateHierarchy,
    FlatHierarchy,
    IntervalHierarchy,
    OpenSpec,
    PrefixHierarchy,
)

MOST_LEAVES = 1_000_000
"""Leaves that a declared domain may have."""


class Unfit(ValueError):
    """Values that a rule cannot place. The message says how many and why, and shows none."""


def settled(spec: OpenSpec, texts: Sequence[str]) -> OpenSpec:
    """The rule with everything fixed that hangs on the values it is made over.

    Raises:
        ConfigError: the rule contradicts itself.
    """
    if isinstance(spec, IntervalHierarchy):
        _check_intervals(spec)
    elif isinstance(spec, DateHierarchy):
        places = [DATE_UNITS.index(unit) for unit in spec.units]
        _insist(all(a < b for a, b in pairwise(places)), "units of dates go from fine to coarse")
    elif isinstance(spec, PrefixHierarchy):
        falling = all(a > b for a, b in pairwise(spec.kept)) and all(n > 0 for n in spec.kept)
        _insist(falling, "the characters that levels keep fall from level to level, to 1 at least")
        if spec.length is None:
            longest = max((len(text) for text in texts), default=0)
            return replace(spec, length=max(longest, *spec.kept, 1))
    return spec


def coded(spec: OpenSpec | None, texts: Sequence[str | None]) -> list[str | None]:
    """The leaf that stands for each value: all beyond an end of the rule are one, `>=90`."""
    if not isinstance(spec, IntervalHierarchy) or not _ends(spec):
        return list(texts)
    return [None if text is None else _coded(spec, text) for text in texts]


def in_rule_order(spec: OpenSpec, texts: Sequence[str]) -> list[str | None]:
    """Leaves in their order, the ends of the rule outside of all others."""
    ends = _ends(spec) if isinstance(spec, IntervalHierarchy) else {}
    plain_ones = in_order([text for text in texts if text not in ends])
    there = [text for text in ends if text in texts]
    below = [text for text in there if text.startswith("<")]
    return [*below, *plain_ones, *(text for text in there if text not in below)]


def _ends(spec: IntervalHierarchy) -> dict[str, Decimal]:
    """The labels of what lies beyond, each with a number that does."""
    found = {}
    if spec.bottom is not None and not spec.bounds:
        low = spec.minimum
        beyond = spec.bottom - 1 if low is None else (low + spec.bottom) / 2
        found[f"<{plain(spec.bottom)}"] = beyond
    if spec.top is not None and not spec.bounds:
        found[f">={plain(spec.top)}"] = spec.top
    return found


def _coded(spec: IntervalHierarchy, text: str) -> str:
    value = number(text)
    if value is None or _outside(spec, value):
        return text
    if spec.bottom is not None and value < spec.bottom:
        return f"<{plain(spec.bottom)}"
    if spec.top is not None and value >= spec.top:
        return f">={plain(spec.top)}"
    return text


def _outside(spec: IntervalHierarchy, value: Decimal) -> bool:
    low, high = spec.minimum, spec.maximum
    return (low is not None and value < low) or (high is not None and value > high)


def domain(spec: OpenSpec) -> list[str]:
    """The values that the rule itself declares.

    Raises:
        ConfigError: they are too many.
    """
    if not isinstance(spec, IntervalHierarchy) or spec.step is None:
        return []
    _insist(spec.minimum is not None and spec.maximum is not None, "`step` takes both ends")
    low, high = spec.minimum or Decimal(0), spec.maximum or Decimal(0)
    _insist(spec.step > 0 and low <= high, "a domain goes up, in steps above 0")
    count = (high - low) / spec.step
    _insist(count < MOST_LEAVES, f"a domain has at most {MOST_LEAVES} values")
    return [plain(low + spec.step * index) for index in range(int(count) + 1)]


def labels(spec: OpenSpec, texts: Sequence[str]) -> list[list[str]]:
    """The labels above each value, level by level.

    Args:
        spec: a settled rule.
        texts: values, none of them null.

    Returns:
        A list for each level between leaves and root; shape (levels - 2, values).

    Raises:
        Unfit: values that the rule cannot place.
    """
    match spec:
        case IntervalHierarchy():
            numbers = _numbers(spec, texts)
            try:
                return _upwards(_interval_levels(spec), numbers)
            except InvalidOperation:
                raise Unfit("holds numbers too large for their intervals") from None
        case DateHierarchy():
            wrong = sum(not _is_day(text) for text in texts)
            if wrong:
                raise Unfit(f"holds {wrong} values that are no days like 2020-02-29")
            return [[_UNITS[unit](text) for text in texts] for unit in spec.units]
        case PrefixHierarchy(kept, length):
            width = length or 0
            return [[text[:count].ljust(width, "*") for text in texts] for count in kept]
        case FlatHierarchy():
            return []


def _upwards(names: Sequence[Callable[[Decimal], str]], numbers: list[Decimal]) -> list[list[str]]:
    """The labels of each level; above the first, one value speaks for all under its label."""
    found: list[list[str]] = []
    for name in names:
        if found:
            one = dict(zip(found[-1], numbers, strict=True))
            above = {label: name(value) for label, value in one.items()}
            found.append([above[label] for label in found[-1]])
        else:
            found.append([name(value) for value in numbers])
    return found


def plain(value: Decimal) -> str:
    """A number without exponent or trailing zeros, as `privet.protect.spelling` writes it."""
    text = format(value.normalize(), "f")
    return "0" if text == "-0" else text


def _numbers(spec: IntervalHierarchy, texts: Sequence[str]) -> list[Decimal]:
    ends = _ends(spec)
    found = [ends[text] if text in ends else number(text) for text in texts]
    numbers = [value for value in found if value is not None]
    if len(numbers) < len(found):
        raise Unfit(f"holds {len(found) - len(numbers)} values that are no numbers")
    outside = sum(_outside(spec, value) for value in numbers)
    if outside:
        raise Unfit(f"holds {outside} values that are out of its declared range")
    return numbers


def _interval_levels(spec: IntervalHierarchy) -> list[Callable[[Decimal], str]]:
    if spec.bounds:
        return [partial(_between, bounds) for bounds in spec.bounds]
    if spec.widths:
        return [partial(_band, spec, width) for width in spec.widths]
    return []


def _band(spec: IntervalHierarchy, width: Decimal, value: Decimal) -> str:
    if spec.bottom is not None and value < spec.bottom:
        return f"<{plain(spec.bottom)}"
    if spec.top is not None and value >= spec.top:
        return f">={plain(spec.top)}"
    above = value - spec.origin
    count = above // width
    if count * width > above:  # Decimal division cuts towards zero
        count -= 1
    low = spec.origin + count * width
    high = low + width
    low = low if spec.bottom is None else max(low, spec.bottom)
    high = high if spec.top is None else min(high, spec.top)
    return _span(low, high)


@lru_cache(maxsize=1024)
def _span(low: Decimal, high: Decimal) -> str:
    return f"[{plain(low)},{plain(high)})"


def _between(bounds: tuple[Decimal, ...], value: Decimal) -> str:
    place = bisect_right(bounds, value)
    if place == 0:
        return f"<{plain(bounds[0])}"
    if place == len(bounds):
        return f">={plain(bounds[-1])}"
    return _span(bounds[place - 1], bounds[place])


def _check_intervals(spec: IntervalHierarchy) -> None:
    _insist(not (spec.widths and spec.bounds), "intervals have widths or bounds, not both")
    _insist(all(width > 0 for width in spec.widths), "widths are above 0")
    _insist(
        all(b > a and b % a == 0 for a, b in pairwise(spec.widths)),
        "each width is a multiple of the one before it",
    )
    for bounds in spec.bounds:
        _insist(bool(bounds), "each level has a bound")
        _insist(all(a < b for a, b in pairwise(bounds)), "bounds rise")
    _insist(
        all(set(b) < set(a) for a, b in pairwise(spec.bounds)),
        "the bounds of a level are some of those of the level below",
    )
    coded = spec.bottom is not None or spec.top is not None
    _insist(not (coded and spec.bounds), "bounds have open ends: `bottom` and `top` go with widths")
    if spec.bottom is not None and spec.top is not None:
        _insist(spec.bottom < spec.top, "`bottom` is below `top`")


def _insist(holds: bool, rule: str) -> None:  # noqa: FBT001  # reads as a sentence
    if not holds:
        raise ConfigError(f"a hierarchy's rule cannot be: {rule}", hint="Correct the hierarchy.")


def _is_day(text: str) -> bool:
    if not DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _years(size: int, text: str) -> str:
    first = int(text[:4]) // size * size
    return f"{first:04d}-{first + size - 1:04d}"


_UNITS: dict[str, Callable[[str], str]] = {
    "month": lambda text: text[:7],
    "quarter": lambda text: f"{text[:4]}-Q{(int(text[5:7]) + 2) // 3}",
    "year": lambda text: text[:4],
    "decade": partial(_years, 10),
    "century": partial(_years, 100),
}
