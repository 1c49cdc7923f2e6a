"""Rules and cleaning steps that a sample suggests: they hold on it, and a person keeps what fits.

Rules hold on the rows as the suggested steps clean them. What is suggested for a column about
people names none of its values: no list of them, no bound but zero; a pattern is made of classes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import pyarrow as pa

from privet.model.contract import Column
from privet.model.paths import ColumnPath
from privet.model.quality import (
    Check,
    CleanStep,
    Length,
    Matches,
    NotNull,
    OneOf,
    QualityRule,
    Range,
    Unique,
)
from privet.ports.arrow_types import parse_type
from privet.quality.observing import ColumnObserver, Observed, Repeats
from privet.transforms.nested import leaf_values

ENOUGH_ROWS: Final = 100
"""Rows with a value that a rule is suggested from; fewer say little."""
_GROUP: Final = 10
"""Rows that each value of a list has: a value of fewer may be a slip, or somebody's."""
_FEW_NUMBERS: Final = 5
_MANY_TEXTS: Final = 20
_LONGEST_KEY: Final = 64
_LONGEST_VALUE: Final = 80
_MOST_MARKED: Final = 0.5
_TWO_DIGIT_YEARS_FROM: Final = 1930


@dataclass(frozen=True, slots=True)
class SuggestedRule:
    """A rule that holds on the sample, and why it is suggested, in counts."""

    rule: QualityRule
    evidence: str


@dataclass(frozen=True, slots=True)
class SuggestedStep:
    """A cleaning step, and what it would change, in counts."""

    step: CleanStep
    evidence: str


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What a sample suggests: steps in the order in which they work, rules by column."""

    steps: tuple[SuggestedStep, ...] = ()
    rules: tuple[SuggestedRule, ...] = ()


class Suggester:
    """Looks at the rows of a sample, batch by batch; values in lists are passed over."""

    def __init__(self, columns: Sequence[Column]) -> None:
        """Prepare for batches that have these leaf columns, as text or in their types."""
        self._columns = [column for column in columns if not column.path.repeated]
        self._observers = [ColumnObserver(column) for column in self._columns]
        self._rows = Repeats(counted=True)

    def add(self, rows: pa.RecordBatch) -> None:
        """Take rows in as read.

        Raises:
            ValueError: the batch lacks a column.
        """
        for column, observer in zip(self._columns, self._observers, strict=True):
            observer.add(leaf_values(rows, column.path))
        if rows.num_columns:
            self._rows.add(rows.columns)

    def suggestions(self, personal: Collection[ColumnPath]) -> Suggestions:
        """What the rows so far suggest; `personal` are the columns about people."""
        observed = [observer.observed() for observer in self._observers]
        return suggest(observed, personal=personal, repeats=self._rows.count())


def suggest(
    observed: Sequence[Observed],
    *,
    personal: Collection[ColumnPath] = (),
    repeats: int | None = None,
) -> Suggestions:
    """Rules and steps that the columns of a sample suggest.

    Args:
        observed: one for each column.
        personal: columns about people, and those that may be.
        repeats: rows that are the same as one before them; None: not known.
    """
    markers = {each.column.path: _markers(each) for each in observed}
    steps = [
        *_trim(observed),
        *_missing(observed, markers),
        *_dates(observed),
        *_repeats(observed, repeats),
    ]
    names = _Names()
    rules = []
    for each in observed:
        about_people = each.column.path in personal
        for check, evidence in _checks(each, markers[each.column.path], personal=about_people):
            rule = QualityRule(names.of(each.column.path, check), check, (each.column.path,))
            rules.append(SuggestedRule(rule, evidence))
    return Suggestions(tuple(steps), tuple(rules))


class _Names:
    """Names for rules, each once: `age_not_null`."""

    _ENDINGS: Final = {
        NotNull: "not_null",
        Unique: "unique",
        OneOf: "values",
        Range: "range",
        Matches: "pattern",
        Length: "length",
    }

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, path: ColumnPath, check: Check) -> str:
        plain = re.sub(r"[^a-z0-9]+", "_", str(path).lower()).strip("_") or "column"
        name = wanted = f"{plain}_{self._ENDINGS[type(check)]}"
        number = 1
        while name in self._taken:
            number += 1
            name = f"{wanted}_{number}"
        self._taken.add(name)
        return name


# Cleaning steps


def _markers(each: Observed) -> dict[str, int]:
    """The markers that stand for no value here, with their rows."""
    found = dict(each.markers) | dict(each.sentinels)
    if sum(found.values()) > _MOST_MARKED * each.rows:
        return dict(each.sentinels)  # a column of little but `unknown` may mean it
    if each.shortest == each.longest == 2:
        # Among codes of two letters, NA is Namibia.
        found = {text: rows for text, rows in found.items() if text.lower() != "na"}
    return found


def _trim(observed: Sequence[Observed]) -> Iterator[SuggestedStep]:
    padded = [each for each in observed if each.padded]
    if padded:
        evidence = _listed((str(each.column.path), each.padded) for each in padded)
        step = CleanStep("trim", tuple(each.column.path for each in padded))
        yield SuggestedStep(step, f"white space around values, or blank: {evidence}")


def _missing(
    observed: Sequence[Observed], markers: Mapping[ColumnPath, Mapping[str, int]]
) -> Iterator[SuggestedStep]:
    """One step for all columns that have the same markers."""
    groups: defaultdict[tuple[str, ...], list[ColumnPath]] = defaultdict(list)
    for each in observed:
        if markers[each.column.path]:
            groups[tuple(sorted(markers[each.column.path]))].append(each.column.path)
    for texts, paths in groups.items():
        evidence = _listed((str(path), sum(markers[path].values())) for path in paths)
        step = CleanStep("missing", tuple(paths), (("markers", texts),))
        yield SuggestedStep(step, f"what stands for no value: {evidence}")


def _dates(observed: Sequence[Observed]) -> Iterator[SuggestedStep]:
    for each in observed:
        dates = each.dates
        if dates is None or each.present < ENOUGH_ROWS:
            continue
        years = _TWO_DIGIT_YEARS_FROM if dates.two_digit else "refuse"
        params = (("formats", dates.orders), ("two_digit", years))
        told = [
            (dates.iso, "in ISO 8601"),
            (dates.other, "otherwise"),
            (dates.ambiguous, "of these with day or month first"),
            (dates.two_digit, "with a year of two digits"),
            (dates.strays, "no dates"),
        ]
        counts = ", ".join(f"{rows:,} {words}" for rows, words in told if rows)
        step = CleanStep("date", (each.column.path,), params)
        yield SuggestedStep(step, f"dates: {counts}; with it, the column can be of type date32")


def _repeats(observed: Sequence[Observed], repeats: int | None) -> Iterator[SuggestedStep]:
    if repeats:
        rows = max((each.rows for each in observed), default=0)
        step = CleanStep("deduplicate", (), (("keep", "first"), ("kind", "exact")))
        yield SuggestedStep(step, f"{repeats:,} of {rows:,} rows are the same as one before them")


def _listed(counts: Iterator[tuple[str, int]]) -> str:
    return ", ".join(f"{rows:,} in {name}" for name, rows in counts)


# Rules


def _checks(
    each: Observed, markers: Mapping[str, int], *, personal: bool
) -> Iterator[tuple[Check, str]]:
    """The checks that hold on one column, with their evidence."""
    if each.present < ENOUGH_ROWS:
        return
    kept = {text: rows for text, rows in each.markers.items() if text not in markers}
    if not each.nulls and not markers:
        yield NotNull(), f"no null in {each.rows:,} rows"
    if _is_key(each) and not kept:
        yield Unique(), f"all {each.present:,} values differ"
    if (values := _values(each, kept)) and not personal:
        yield values, f"{len(values.values)} different values, each in {_GROUP} rows or more"
    elif bounds := _range(each, personal=personal):
        yield bounds, f"holds for all {each.present:,} values"
    if each.dates is None and not kept and not values:
        yield from _form(each)


def _is_key(each: Observed) -> bool:
    if not each.unique or each.nulls or each.markers or each.sentinels:
        return False
    kind = parse_type(each.column.type)
    short = each.longest is not None and each.longest <= _LONGEST_KEY
    return pa.types.is_integer(kind) or (pa.types.is_string(kind) and short)


def _values(each: Observed, kept: Mapping[str, int]) -> OneOf | None:
    """The list of values, where they are few and each is common."""
    if each.values is None or each.dates is not None:
        return None
    kind = parse_type(each.column.type)
    numbers = pa.types.is_integer(kind)
    if not (numbers or pa.types.is_string(kind)):
        return None
    values = dict(each.values) | dict(kept)
    if len(values) < 2 or min(values.values()) < _GROUP or (numbers and len(values) > _FEW_NUMBERS):
        return None
    if not all(text.isprintable() and len(text) <= _LONGEST_VALUE for text in values):
        return None
    return OneOf(tuple(sorted(values, key=int if numbers else str)))


def _range(each: Observed, *, personal: bool) -> Range | None:
    """Bounds with room to the values: 1, 2 or 5 and zeros; of dates, whole decades."""
    if each.least is None or each.odd:
        return None
    kind = parse_type(each.column.type)
    if pa.types.is_temporal(kind):
        return None if personal else _decades(each, kind)
    least, most = Decimal(str(each.least)), Decimal(str(each.most))
    if personal or _is_key(each):
        return Range(minimum="0") if least >= 0 else None
    low = Decimal(0) if 0 <= least < most / 10 else _rounded(least, up=False)
    return Range(minimum=_plain(low), maximum=_plain(_rounded(most, up=True)))


def _rounded(number: Decimal, *, up: bool) -> Decimal:
    """The next number outward that is 1, 2 or 5 times a power of ten."""
    if not number:
        return number
    sign = -1 if number < 0 else 1
    size = Decimal(1).scaleb(abs(number).adjusted())
    steps = [size * factor for factor in (1, 2, 5, 10)]
    if up == (sign > 0):
        return sign * next(step for step in steps if step >= abs(number))
    return sign * next(step for step in reversed(steps) if step <= abs(number))


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _decades(each: Observed, kind: pa.DataType) -> Range | None:
    if getattr(kind, "tz", None) or not 1000 <= each.least <= each.most <= 9989:
        return None
    first, last = each.least // 10 * 10, each.most // 10 * 10 + 9
    if pa.types.is_date(kind):
        return Range(minimum=f"{first}-01-01", maximum=f"{last}-12-31")
    return Range(minimum=f"{first}-01-01T00:00:00", maximum=f"{last + 1}-01-01T00:00:00")


def _form(each: Observed) -> Iterator[tuple[Check, str]]:
    """The shape that all texts of a column have."""
    if each.longest is None or (each.values is not None and len(each.values) < _MANY_TEXTS):
        return
    if each.pattern is not None:
        yield Matches(each.pattern), f"all {each.present:,} texts have this shape"
    elif each.shortest == each.longest:
        length = Length(each.longest, each.longest)
        yield length, f"all {each.present:,} texts are as long"
