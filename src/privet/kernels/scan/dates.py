"""Dates as people and machines write them.

    start, end, day = read_date(data, low, high, at, calendar)   # day: yyyymmdd, 0 for none
    end = is_date(data, low, high, at, calendar)                 # with a time, or a time alone

`at` is the first digit of a token in the row `data[low:high]`; `calendar` is what
`privet.detect.kinds.dates.calendar(latest)` gives. `start` lies before `at` where a month's name
stands first (`March 12, 1990`). Read are years first (`1990-03-12`, `1990年3月12日`), days or
months
first with one of `- / .` between them, and names of months in the languages of `date_words.txt`. A
date without a year or day has zeros there. Two digits of a year mean the last such year that is not
after `latest`. Times follow ISO 8601: `T12:34:56.789+02:00`. Ages and dates of birth: `births`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import lean
from privet.kernels.scan.classes import CLASS, DIGIT, WORD
from privet.kernels.scan.words import Words, topics_of, word_at, word_left, word_right

Bytes = npt.NDArray[np.uint8]

MONTH = 15
"""Bits of a word's topics: the number of the month that it names."""
FILLER, OLD, YEARS, AGED, FULL = 16, 32, 64, 128, 256
"""Words between the parts of a date; words after an age alone; `years`; before an age; `old`."""
_MONTH = np.uint64(MONTH)
_FILLER = np.uint64(FILLER)
_ZERO = np.uint64(0)


class Calendar(NamedTuple):
    """What is known of days: names of months and words of ages, and the last day that can be."""

    words: Words
    latest: int
    """As yyyymmdd: today, or the day when the text was written."""


@lean
def number_at(data: Bytes, at: int, high: int) -> tuple[int, int]:
    """The value of the digits that begin at `at`, and their end; at most nine are read."""
    value = 0
    limit = min(high, at + 9)
    while at < limit and CLASS[data[at]] & DIGIT:
        value = value * 10 + np.int64(data[at]) - 48
        at += 1
    return value, at


@lean
def day_of(year: int, month: int, day: int) -> int:
    """The day as yyyymmdd; 0 where the calendar has none. Zeros for year or day are let through."""
    if not 1 <= month <= 12 or day < 0 or day > 31 or not (year == 0 or 1000 <= year <= 2999):
        return 0
    if day > 30 and month in (4, 6, 9, 11):
        return 0
    if month == 2 and day > 28 + (year % 4 == 0):
        return 0
    return year * 10000 + month * 100 + day


@lean
def _century(year: int, latest: int) -> int:
    """The year that two digits mean."""
    year += 2000
    return year if year <= latest // 10000 else year - 100


@lean
def _ordered(first: int, second: int, year: int, sign: int) -> int:
    """Day and month in the order that is possible; where both are, `/` means month first."""
    if sign == 47 and 1 <= first <= 12:
        day = day_of(year, first, second)
        if day:
            return day
    day = day_of(year, second, first)
    return day if day else day_of(year, first, second)


@lean
def _numeric(data: Bytes, at: int, high: int, latest: int) -> tuple[int, int]:
    """The end and day of three numbers with the same sign between them: (0, 0) for none."""
    first, end = number_at(data, at, high)
    leading = end - at
    if end + 3 >= high:
        return 0, 0
    sign = data[end]
    if sign not in (45, 46, 47):
        return 0, 0
    begin = end + 1 + (sign == 46 and data[end + 1] == 32)
    second, middle = number_at(data, begin, high)
    if not 1 <= middle - begin <= 2 or middle + 1 >= high or data[middle] != sign:
        return 0, 0
    begin = middle + 1 + (sign == 46 and data[middle + 1] == 32)
    third, after = number_at(data, begin, high)
    size = after - begin
    if leading == 4 and 1 <= size <= 2:
        return after, day_of(first, second, third)
    if leading > 2 or size not in (2, 4) or first == 0 or second == 0:
        return 0, 0
    year = third if size == 4 else _century(third, latest)
    return after, _ordered(first, second, year, sign)


@lean
def _sign(data: Bytes, at: int, high: int, first: int, middle: int, last: int) -> bool:
    return at + 3 <= high and data[at] == first and data[at + 1] == middle and data[at + 2] == last


@lean
def _eastern(data: Bytes, at: int, high: int) -> tuple[int, int]:
    """`1990年3月12日`, `1990년 3월 12일`: end and day, (0, 0) for none."""
    year, at = number_at(data, at, high)
    if not (_sign(data, at, high, 0xE5, 0xB9, 0xB4) or _sign(data, at, high, 0xEB, 0x85, 0x84)):
        return 0, 0
    begin = at + 3 + (at + 3 < high and data[at + 3] == 32)
    month, at = number_at(data, begin, high)
    if not (_sign(data, at, high, 0xE6, 0x9C, 0x88) or _sign(data, at, high, 0xEC, 0x9B, 0x94)):
        return 0, 0
    whole = at + 3
    begin = whole + (whole < high and data[whole] == 32)
    day, at = number_at(data, begin, high)
    if at > begin and (
        _sign(data, at, high, 0xE6, 0x97, 0xA5)
        or _sign(data, at, high, 0xEC, 0x9D, 0xBC)
        or _sign(data, at, high, 0xE5, 0x8F, 0xB7)
    ):
        return at + 3, day_of(year, month, day)
    return whole, day_of(year, month, 0)


@lean
def _gap(data: Bytes, at: int, high: int) -> int:
    """The end of what may stand between the parts of a date in words: at most three signs."""
    limit = min(high, at + 3)
    while at < limit and data[at] in (32, 44, 45, 46, 47, 0xC2, 0xA0):
        at += 1
    return at


@lean
def _year(data: Bytes, at: int, high: int, words: Words) -> tuple[int, int]:
    """The four digits of a year after `at`, past a comma or `de`: value and end, or (0, at)."""
    place = _gap(data, at, high)
    key, after = word_at(data, place, high)
    if after > place and topics_of(key, words) & _FILLER != _ZERO:
        place = _gap(data, after, high)
    year, end = number_at(data, place, high)
    if place > at and end - place == 4 and 1000 <= year <= 2999:
        return year, end
    return 0, at


@lean
def _month_right(data: Bytes, at: int, high: int, words: Words) -> tuple[int, int]:
    """The month named after `at`, past `th`, `of`, `de`: number and end, or (0, at)."""
    place = at
    for _ in range(3):
        place = _gap(data, place, high)
        key, after = word_right(data, place, high, words)
        if after == place:
            break
        topics = topics_of(key, words)
        month = np.int64(topics & _MONTH)
        if month:
            return month, after
        if topics & _FILLER == _ZERO:
            break
        place = after
    return 0, at


@lean
def _month_left(data: Bytes, low: int, at: int, words: Words) -> tuple[int, int]:
    """The month named before `at`: number and where it begins, or (0, at)."""
    place = at
    while place > low and place > at - 2 and data[place - 1] in (32, 44, 45, 46, 47):
        place -= 1
    if place == at:
        return 0, at
    key, start = word_left(data, low, place, words)
    month = np.int64(topics_of(key, words) & _MONTH)
    return (month, start) if month else (0, at)


@lean
def _named(data: Bytes, low: int, high: int, at: int, words: Words) -> tuple[int, int, int]:
    """A date with the name of a month, around the number at `at`: start, end, day."""
    value, end = number_at(data, at, high)
    digits = end - at
    if digits == 4:
        month, after = _month_right(data, end, high, words)
        if month:
            day, last = number_at(data, _gap(data, after, high), high)
            if last > after and day:
                return at, last, day_of(value, month, day)
    elif digits <= 2:
        month, after = _month_right(data, end, high, words)
        if month and value:
            year, after = _year(data, after, high, words)
            return at, after, day_of(year, month, value)
    month, start = _month_left(data, low, at, words)
    if month and digits == 4:
        return start, end, day_of(value, month, 0)
    if month and value and digits <= 2:
        key, after = word_at(data, end, high)
        if after > end and topics_of(key, words) & _FILLER != _ZERO:
            end = after
        year, end = _year(data, end, high, words)
        return start, end, day_of(year, month, value)
    return 0, 0, 0


@lean
def _alone(data: Bytes, low: int, high: int, start: int, end: int) -> bool:
    """Whether nothing that stands beside makes this a part of a longer number or word."""
    if end < high:
        byte = data[end]
        if CLASS[byte] & WORD and byte != 84:
            return False
        if byte in (45, 46, 47) and end + 1 < high and CLASS[data[end + 1]] & DIGIT:
            return False
    if start == low:
        return True
    byte = data[start - 1]
    if CLASS[byte] & WORD or byte == 43:
        return False
    return not (byte in (45, 46, 47) and start - 1 > low and CLASS[data[start - 2]] & WORD)


@lean
def read_date(
    data: Bytes, low: int, high: int, at: int, calendar: Calendar
) -> tuple[int, int, int]:
    """The date around the digits at `at`: start, end and day as yyyymmdd; (0, 0, 0) for none."""
    end = at
    while end < high and end < at + 5 and CLASS[data[end]] & DIGIT:
        end += 1
    digits = end - at
    if digits not in (1, 2, 4):
        return 0, 0, 0
    start = at
    after, day = _numeric(data, at, high, calendar.latest)
    if day == 0 and digits == 4:
        after, day = _eastern(data, at, high)
    if day == 0:
        start, after, day = _named(data, low, high, at, calendar.words)
    if day == 0 or not _alone(data, low, high, start, after):
        return 0, 0, 0
    return start, after, day


@lean
def time_end(data: Bytes, at: int, high: int) -> int:
    """The end of a time of day that begins at `at`, with its zone; `at` where none does."""
    hour, end = number_at(data, at, high)
    if not 1 <= end - at <= 2 or hour > 24 or end >= high or data[end] != 58:
        return at
    minute, after = number_at(data, end + 1, high)
    if after - end != 3 or minute > 59:
        return at
    end = after
    if end < high and data[end] == 58:
        second, after = number_at(data, end + 1, high)
        if after - end == 3 and second <= 60:
            end = after
            if end + 1 < high and data[end] in (44, 46) and CLASS[data[end + 1]] & DIGIT:
                _, end = number_at(data, end + 1, high)
        else:
            return at
    return _zone(data, end, high)


@lean
def _zone(data: Bytes, at: int, high: int) -> int:
    """The end of a zone (`Z`, `+02:00`, `-0530`) after `at`, or `at`."""
    if at < high and data[at] == 90:
        return at + 1
    if at < high and data[at] in (43, 45):
        _, end = number_at(data, at + 1, high)
        if end - at == 5:
            return end
        if end - at == 3:
            if end < high and data[end] == 58:
                _, after = number_at(data, end + 1, high)
                return after if after - end == 3 else end
            return end
    return at


@lean
def is_date(data: Bytes, low: int, high: int, at: int, calendar: Calendar) -> int:
    """The end of the date, time or both that the digits at `at` belong to; 0 for none."""
    _, end, day = read_date(data, low, high, at, calendar)
    if day == 0:
        end = time_end(data, at, high)
        return end if end > at else 0
    place = end
    if place < high and data[place] == 84:
        place += 1
    else:
        place = _gap(data, end, high)
    if end < place < high and CLASS[data[place]] & DIGIT:
        after = time_end(data, place, high)
        if after > place:
            return after
    return end
