"""One text read as a date: pure, by declared orders and patterns.

A value is read in every way that was declared. One reading, and it is the day; two that differ, and
it is ambiguous; none, and it is no date. Days and times that do not exist (30 February, 24:00,
the leap second 23:59:60) are no reading. Digits are ASCII digits.

Beside what is declared, `1990-04-03` is always read (ISO 8601), unless a pattern begins with the
year: then the pattern says what comes second.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Final, Literal, TypeAlias

from privet.quality.cleaning.month_names import MONTHS, WEEKDAYS
from privet.quality.cleaning.whitespace import BLANK

Kind: TypeAlias = Literal["date", "time", "zoned", "text"]
"""What a column takes: a day, a day and time, those with a zone, or whatever ISO 8601 text."""

ORDERS: Final = ("ymd", "dmy", "mdy")
_LONGEST: Final = 64
_REMEMBERED: Final = 1 << 14

YEAR: Final = "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
"""Not 0000, which Arrow takes and Python does not."""
_ISO: Final = YEAR + "-[0-9]{2}-[0-9]{2}"
_ISO_TIME: Final = r"[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
_ISO_ZONE: Final = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3])(?::?[0-5][0-9])?|14(?::?00)?))"
AS_IT_STANDS: Final[dict[Kind, str]] = {
    "date": f"^{_ISO}$",
    "time": f"^{_ISO}(?:{_ISO_TIME})?$",
    "zoned": f"^{_ISO}{_ISO_TIME}{_ISO_ZONE}$",
    "text": f"^{_ISO}(?:{_ISO_TIME}{_ISO_ZONE}?)?$",
}
"""Patterns (RE2 and Python) of what stays as it is, if the day exists."""

_TIME: Final = re.compile(
    r"(?:(?<=[0-9])T|,? +)([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
    r"(?: ?([AaPp])\.?[Mm]\.?)?(?: ?(Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?))?\Z"
)
_WEEKDAY: Final = re.compile(r"([A-Za-z]{3,9})\.?,? +")
_NUMERIC: Final = re.compile(r"([0-9]{1,4})(\. ?|[-/ ])([0-9]{1,2})\2([0-9]{1,4})")
_COMPACT: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_NAME: Final = r"([^\W\d_]{3,12})\.?"
_DAY: Final = r"([0-9]{1,2})(?:st|nd|rd|th|\.)?"
_NAMED: Final[dict[str, tuple[re.Pattern[str], str]]] = {
    "ymd": (re.compile(rf"([0-9]{{4}}|[0-9]{{2}})[-/ ]?{_NAME}[-/ ]?{_DAY}"), "ymd"),
    "dmy": (re.compile(rf"{_DAY}[-/ ]?(?:of )?{_NAME},?[-/ ]?([0-9]{{4}}|[0-9]{{2}})"), "dmy"),
    "mdy": (re.compile(rf"{_NAME}[-/ ]?{_DAY}(?:, ?|[-/ ])([0-9]{{4}}|[0-9]{{2}})"), "mdy"),
}


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """A day, a time of day (`10:00:00.5`, or None) and a zone (`Z`, `+02:00`, or None)."""

    day: date
    time: str | None = None
    zone: str | None = None


@dataclass(frozen=True)
class DateForms:
    """How the dates of a column are written.

    Attributes:
        orders: of `ORDERS`.
        patterns: as of `datetime.strptime`, checked by `pattern_fault`.
        window: the first of the hundred years that two digits can mean; None: two digits are no
            year.
        kind: what the column takes.
    """

    orders: tuple[str, ...]
    patterns: tuple[str, ...]
    window: int | None
    kind: Kind

    @cached_property
    def iso(self) -> bool:
        """Whether `1990-04-03` is read without being declared."""
        return not any(re.match(r"%[Yy]", pattern) for pattern in self.patterns)

    def read(self, text: str) -> str | None:
        """The ISO 8601 spelling of the one moment that a text means; None: it has none, or two.

        What the column's type reads as it stands stays as it is.
        """
        bare = text.strip(BLANK)
        if not bare or len(bare) > _LONGEST:
            return None
        if self.iso and re.match(AS_IT_STANDS[self.kind], bare):
            return bare if _exists(bare) else None
        readings = set(self._readings(bare))
        return _spelled(readings.pop(), self.kind) if len(readings) == 1 else None

    def _readings(self, text: str) -> Iterator[Moment]:
        yield from self._by_patterns(text)
        match = _TIME.search(text)
        time, zone = _time_of(match) if match else (None, None)
        if match and time is None:
            return
        rest = text[: match.start()] if match else text
        for day in self._days_of(rest):
            yield Moment(day, time, zone)

    @cached_property
    def _days_of(self) -> Callable[[str], tuple[date, ...]]:
        """`_days`, remembered: many times stand beside few days."""
        return lru_cache(_REMEMBERED)(lambda text: tuple(self._days(text)))

    def _days(self, text: str) -> Iterator[date]:
        if self.iso and re.fullmatch(_ISO, text):
            yield from _day(int(text[:4]), int(text[5:7]), int(text[8:]))
            return
        weekday = _WEEKDAY.match(text)
        named = WEEKDAYS.get(weekday[1].lower()) if weekday else None
        if weekday and named is not None:
            text = text[weekday.end() :]
        for order in self.orders:
            for day in self._in_order(text, order):
                if named is None or day.weekday() == named:
                    yield day

    def _in_order(self, text: str, order: str) -> Iterator[date]:
        if match := _NUMERIC.fullmatch(text):
            parts = dict(zip(order, match.group(1, 3, 4), strict=True))
            yield from self._of_parts(parts["y"], parts["m"], parts["d"])
        elif order == "ymd" and (match := _COMPACT.fullmatch(text)):
            yield from self._of_parts(*match.groups())
        else:
            pattern, places = _NAMED[order]
            if match := pattern.fullmatch(text):
                parts = dict(zip(places, match.groups(), strict=True))
                month = MONTHS.get(parts["m"].casefold())
                if month is not None:
                    yield from self._of_parts(parts["y"], str(month), parts["d"])

    def _of_parts(self, year: str, month: str, day: str) -> Iterator[date]:
        full = self._year(year)
        if full is not None and len(month) <= 2 and len(day) <= 2:
            yield from _day(full, int(month), int(day))

    def _year(self, digits: str) -> int | None:
        if len(digits) == 4:
            return int(digits)
        if len(digits) == 2 and self.window is not None:
            return _in_window(int(digits), self.window)
        return None

    def _by_patterns(self, text: str) -> Iterator[Moment]:
        if not text.isascii() and any(mark.isdigit() > mark.isascii() for mark in text):
            return
        for pattern in self.patterns:
            try:
                yield from self._by_pattern(text, pattern)
            except (ValueError, OverflowError):
                continue

    def _by_pattern(self, text: str, pattern: str) -> Iterator[Moment]:
        found = datetime.strptime(text, pattern)
        if _CROWDED.search(pattern) and found.strftime(pattern).casefold() != text.casefold():
            return
        if "%y" in pattern:
            if self.window is None:
                return
            found = found.replace(year=_in_window(found.year % 100, self.window))
        yield Moment(found.date(), _pattern_time(found, pattern), _pattern_zone(found))


def pattern_fault(pattern: str) -> str | None:
    """What is wrong with a pattern, in words; None if it says which day is meant."""
    marks = re.findall(r"%(.?)", pattern.replace("%%", ""))
    if unknown := [mark for mark in marks if mark not in _MARKS]:
        return f"`%{unknown[0]}` cannot be read; a pattern has {_MARK_LIST}"
    if repeated := [mark for mark in marks if marks.count(mark) > 1]:
        return f"`%{repeated[0]}` stands in it twice"
    given = set(marks)
    if len(given & {"Y", "y"}) != 1:
        return "it has to have one of `%Y` and `%y`"
    month = len(given & {"m", "b", "B"})
    if (month, "d" in given, "j" in given) not in {(1, True, False), (0, False, True)}:
        return "it has to have `%d` and one of `%m`, `%b` and `%B` (or `%j` alone)"
    if ("I" in given) != ("p" in given) or given >= {"H", "I"}:
        return "`%I` and `%p` go together, and not with `%H`"
    return None


_MARKS: Final = frozenset("YymbBdjHIpMSfz")
_MARK_LIST: Final = "%Y %y %m %b %B %d %j %H %I %p %M %S %f %z"
_CROWDED: Final = re.compile(r"%[A-Za-z]%[A-Za-z]")
"""Parts with nothing between them: `1121990` must not be read as one of its two days."""


def _pattern_time(found: datetime, pattern: str) -> str | None:
    if not re.search("%[HIMSf]", pattern):
        return None
    fraction = f"{found.microsecond:06}".rstrip("0")
    return f"{found:%H:%M:%S}" + (f".{fraction}" if fraction else "")


def _pattern_zone(found: datetime) -> str | None:
    offset = found.utcoffset()
    if offset is None:
        return None
    minutes, seconds = divmod(int(offset.total_seconds()), 60)
    if seconds or abs(minutes) > _FURTHEST:
        raise ValueError("no such zone")
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}" if minutes else "Z"


def _time_of(match: re.Match[str]) -> tuple[str | None, str | None]:
    """Time and zone of a match of `_TIME`; (None, None) where they do not exist."""
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[5]:
        if not 1 <= hour <= 12:
            return None, None
        hour = hour % 12 + (12 if match[5] in "Pp" else 0)
    zone = _zone_of(match[6])
    if hour > 23 or minute > 59 or second > 59 or (match[6] and zone is None):
        return None, None
    fraction = (match[4] or "").rstrip("0")
    return f"{hour:02}:{minute:02}:{second:02}" + (f".{fraction}" if fraction else ""), zone


def _zone_of(text: str | None) -> str | None:
    if text is None or text in {"Z", "UTC", "GMT"}:
        return None if text is None else "Z"
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    if minutes > 59 or hours * 60 + minutes > _FURTHEST:
        return None
    return f"{text[0]}{hours:02}:{minutes:02}" if hours or minutes else "Z"


_FURTHEST: Final = 14 * 60
"""Minutes from UTC to the furthest zone."""


def _exists(iso: str) -> bool:
    """Whether the day and time of a text that stands in ISO form exist."""
    match = _TIME.search(" " + iso[11:])
    if len(iso) > 10 and (match is None or _time_of(match)[0] is None):
        return False
    return any(True for _ in _day(int(iso[:4]), int(iso[5:7]), int(iso[8:10])))


def _spelled(moment: Moment, kind: Kind) -> str | None:
    day, time, zone = moment.day.isoformat(), moment.time, moment.zone
    if kind == "date":
        midnight = time is None or not time.strip("0:")
        return day if midnight and zone in {None, "Z"} else None
    if (kind == "time" and zone) or (kind == "zoned" and not (time and zone)):
        return None
    return day if time is None else f"{day} {time}{zone or ''}"


def _in_window(two_digits: int, window: int) -> int:
    """The year of the hundred from `window` on that ends in these digits."""
    return window + (two_digits - window) % 100


def _day(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return
