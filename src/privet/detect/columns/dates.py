"""Dates as people write them, as far as a scan needs them: the day, and nothing of zones."""

from __future__ import annotations

import re
from datetime import date

_TIME = (
    r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp][Mm])?"
    r"(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?)?"
)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.]?)(\d{2})\2(\d{2})" + _TIME)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})" + _TIME)
_NAMED = re.compile(
    r"(?:[^\W\d]{2,9},? )?(?:(\d{1,2})\.?[ -]([^\W\d]{3,10})\.?,?[ -](\d{4})"
    r"|([^\W\d]{3,10})\.? (\d{1,2}),? (\d{4}))" + _TIME
)
_MONTHS = {
    start: month
    for month, starts in enumerate(
        (
            "jan gen ene sty", "feb fév fev lut", "mar mär mrt mär", "apr avr abr kwi",
            "may mai mei mag maj", "jun juin giu cze", "jul juil lug lip", "aug aoû ago sie",
            "sep set wrz", "oct okt ott out paź", "nov lis", "dec dez déc dic gru",
        ),
        start=1,
    )
    for start in starts.split()
}  # fmt: skip


def parse_date(value: str) -> date | None:
    """The day that a text names, or None; of `03/04/1990` it takes either order.

    A year of two digits is taken for one of the last century where it is above 30.
    """
    if match := _YEAR_FIRST.fullmatch(value):
        return _day(int(match[1]), int(match[3]), int(match[4]))
    if match := _YEAR_LAST.fullmatch(value):
        year = _full_year(match[4])
        first, second = int(match[1]), int(match[3])
        return _day(year, second, first) or _day(year, first, second)
    if match := _NAMED.fullmatch(value):
        day, name, year_text = match.group(1, 2, 3) if match[1] else match.group(5, 4, 6)
        month = _MONTHS.get(name.lower()[:4]) or _MONTHS.get(name.lower()[:3])
        return _day(int(year_text), month, int(day)) if month else None
    return None


def is_birth_date(value: str, today: date = date.max) -> bool:
    """A date, a month of a year or a bare year, from 1900 to `today`."""
    if re.fullmatch(r"\d{4}(?:\.0)?|\d{4}-\d{2}", value):
        return 1900 <= int(value[:4]) <= today.year
    day = parse_date(value)
    return day is not None and date(1900, 1, 1) <= day <= today


def _full_year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return year + (1900 if year > 30 else 2000)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
