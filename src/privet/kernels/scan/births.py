"""Dates of birth and ages.

    start, end, kind, score, evidence = found(data, low, high, at, words, calendar)

`at` is the first digit of a token in the row `data[low:high]`, `words` the table of
`privet.detect.kinds.context.context_words()`, `calendar` that of
`privet.detect.kinds.dates.calendar(latest)`. `end` is 0 for none; `start` may lie before `at`. A
date is one of birth where words around it speak of birth and it lies between 1900 and the latest
day of the calendar. An age is a number to 120 with its words: `45 years old`, `aged 45`, `45 ans`,
`45歳`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import lean
from privet.kernels.scan import codes
from privet.kernels.scan.classes import BEYOND, CLASS, DIGIT, LETTER, WORD
from privet.kernels.scan.context import TOPIC_AGE, TOPIC_BIRTH, before, context, spoken
from privet.kernels.scan.dates import (
    AGED,
    FILLER,
    FULL,
    OLD,
    YEARS,
    Calendar,
    day_of,
    number_at,
    read_date,
)
from privet.kernels.scan.words import (
    BASE,
    Words,
    topics_of,
    word_at,
    word_before,
    word_left,
    word_right,
)

Bytes = npt.NDArray[np.uint8]

EARLIEST = 19000101
OLDEST = 120
_BASE = np.uint64(BASE)
_ZERO = np.uint64(0)
_AGED, _FILLER = np.uint64(AGED), np.uint64(FILLER)
_OLD, _YEARS, _FULL = np.uint64(OLD), np.uint64(YEARS), np.uint64(FULL | AGED)


@lean
def may_be(data: Bytes, low: int, high: int, at: int, end: int, calendar: Calendar) -> bool:
    """Whether `found` may find something at the digits [at, end): most numbers end here.

    A sign of a date follows, or a word of dates or ages stands right before or after.
    """
    if end - at == 8:
        return True
    if end < high:
        byte = data[end]
        if byte in (45, 46, 47) and end + 1 < high and CLASS[data[end + 1]] & DIGIT:
            return True
        place = end
        while place < high and place < end + 3 and data[place] in (32, 44, 45, 46, 47, 0xC2, 0xA0):
            place += 1
        if place + 1 < high and data[place + 1] == 47:
            return True
        key, _ = word_right(data, place, high, calendar.words)
        if topics_of(key, calendar.words) != _ZERO:
            return True
    place = at
    while place > low and place > at - 4 and not CLASS[data[place - 1]] & (LETTER | BEYOND | DIGIT):
        place -= 1
    wide = place - 2 >= low and data[place - 1] in (0x9A, 0x80, 0xA0)
    if wide and data[place - 2] in (0xBC, 0x80, 0xC2):  # a colon or blank of another script
        return True
    key, _ = word_left(data, low, place, calendar.words)
    return topics_of(key, calendar.words) != _ZERO


@lean
def found(
    data: Bytes, low: int, high: int, at: int, words: Words, calendar: Calendar
) -> tuple[int, int, int, int, int]:
    """The date of birth or the age at `at`: start, end, kind, score, evidence; end 0 for none."""
    end = at
    while end < high and end < at + 9 and CLASS[data[end]] & DIGIT:
        end += 1
    digits = end - at
    if digits in (1, 2, 4):
        start, after, day = read_date(data, low, high, at, calendar)
        if day:
            return _birth(data, low, high, start, after, day, words, calendar)
    if digits <= 3:
        return _age(data, low, high, at, end, words, calendar)
    if digits == 8:
        return _compact(data, low, high, at, end, words, calendar)
    return 0, 0, codes.NONE, 0, 0


@lean
def _birth(
    data: Bytes,
    low: int,
    high: int,
    start: int,
    end: int,
    day: int,
    words: Words,
    calendar: Calendar,
) -> tuple[int, int, int, int, int]:
    if not EARLIEST <= day + (day % 100 == 0) <= calendar.latest:
        return 0, 0, codes.NONE, 0, 0
    topics, _ = context(data, low, high, start, end, words)
    if spoken(topics, TOPIC_BIRTH):
        return start, end, codes.DATE_OF_BIRTH, 80, codes.CONTEXT
    place = start
    while place > low and place > start - 2 and data[place - 1] == 32:
        place -= 1
    if place > low and data[place - 1] == 42 and (place - 1 == low or data[place - 2] in (32, 40)):
        return start, end, codes.DATE_OF_BIRTH, 60, codes.CONTEXT
    return 0, 0, codes.NONE, 0, 0


@lean
def _compact(
    data: Bytes, low: int, high: int, at: int, end: int, words: Words, calendar: Calendar
) -> tuple[int, int, int, int, int]:
    """Eight digits with nothing between, `19900312` or `12031990`, where birth is spoken of."""
    if end < high and (CLASS[data[end]] & WORD or data[end] in (45, 46, 47)):
        return 0, 0, codes.NONE, 0, 0
    value, _ = number_at(data, at, end)
    day = day_of(value // 10000, value // 100 % 100, value % 100)
    if not EARLIEST <= day <= calendar.latest:
        day = day_of(value % 10000, value // 10000 % 100, value // 1000000)
        if not EARLIEST <= day <= calendar.latest:
            return 0, 0, codes.NONE, 0, 0
    topics, _ = before(data, low, at, words)
    if spoken(topics, TOPIC_BIRTH):
        return at, end, codes.DATE_OF_BIRTH, 65, codes.CONTEXT
    return 0, 0, codes.NONE, 0, 0


@lean
def _age(
    data: Bytes, low: int, high: int, at: int, end: int, words: Words, calendar: Calendar
) -> tuple[int, int, int, int, int]:
    value, _ = number_at(data, at, end)
    if value > OLDEST or (end - at > 1 and data[at] == 48) or not _bare(data, low, high, at, end):
        return 0, 0, codes.NONE, 0, 0
    unit, after = _unit(data, end, high, calendar.words)
    aged = _aged(data, low, at, calendar.words)
    score = 0
    if unit == OLD:
        score = 85 if aged else 75
    elif aged:
        score = 70 if unit == YEARS else 60
    elif unit == YEARS:
        score = 40
        if value > 5 and _apart(data, low, high, at, after):
            score = 60
        else:
            topics, _ = before(data, low, at, words)
            if spoken(topics, TOPIC_AGE):
                score = 55
    if score == 0:
        return 0, 0, codes.NONE, 0, 0
    return at, end, codes.AGE, score, codes.CONTEXT


@lean
def _bare(data: Bytes, low: int, high: int, at: int, end: int) -> bool:
    """Whether the number is no part of a decimal, a range, a share or a sum."""
    if end < high:
        byte = data[end]
        if byte in (37, 95) or (
            byte in (44, 45, 46, 47, 58) and end + 1 < high and CLASS[data[end + 1]] & DIGIT
        ):
            return False
    if at == low:
        return True
    byte = data[at - 1]
    if byte in (35, 36, 43) or CLASS[byte] & WORD:
        return False
    return not (byte in (44, 45, 46, 47) and at - 1 > low and CLASS[data[at - 2]] & WORD)


@lean
def _unit(data: Bytes, at: int, high: int, words: Words) -> tuple[int, int]:
    """OLD or YEARS for the words that follow a number, 0 for others; and where they end."""
    limit = min(high, at + 32)
    if at + 4 <= limit and data[at] == 32 and data[at + 1] == 121 and data[at + 2] == 47:
        return (OLD, at + 4) if data[at + 3] == 111 else (0, at)
    best, stop = 0, at
    place = at
    for _ in range(3):
        gap = place
        while gap < limit and gap < place + 2 and data[gap] in (32, 45, 46, 47, 0xC2, 0xA0):
            gap += 1
        key, after = word_at(data, gap, limit)
        if after == gap:
            break
        topics = topics_of(key, words)
        if topics & _OLD != _ZERO or (best and topics & _FULL != _ZERO):
            return OLD, after
        if topics & _YEARS != _ZERO:
            best, stop = YEARS, after
        elif topics & _FILLER == _ZERO:
            break
        place = after
    return best, stop


@lean
def _aged(data: Bytes, low: int, at: int, words: Words) -> bool:
    """Whether a word like `age` stands right before, past `is` or `of`."""
    place = at
    for _ in range(3):
        gap = place
        while (
            gap > low and gap > place - 4 and not CLASS[data[gap - 1]] & (LETTER | BEYOND | DIGIT)
        ):
            if data[gap - 1] in (10, 46, 59, 124):
                return False
            gap -= 1
        if gap - 3 >= low and data[gap - 1] == 0x9A and data[gap - 3] == 0xEF:
            gap -= 3
        key, start = word_before(data, low, gap)
        if start == gap:
            return False
        if gap - start == 3 and _aged_run(data, low, gap, words):
            return True
        topics = topics_of(key, words)
        if topics & _AGED != _ZERO:
            return True
        if topics & _FILLER == _ZERO:
            return False
        place = start
    return False


@lean
def _aged_run(data: Bytes, low: int, at: int, words: Words) -> bool:
    """The same in a script that parts no words: up to four characters."""
    key = _ZERO
    for _ in range(4):
        one, start = word_before(data, low, at)
        if at - start != 3:
            return False
        key = key * _BASE + one
        if topics_of(key, words) & _AGED != _ZERO:
            return True
        at = start
    return False


@lean
def _apart(data: Bytes, low: int, high: int, at: int, end: int) -> bool:
    """Whether number and unit stand apart, as in `Marie, 45 ans` or `Marie (45 ans)`."""
    if at > low and data[at - 1] == 40:
        return True
    if at - 2 >= low and data[at - 1] == 32 and data[at - 2] == 44:
        return end >= high or data[end] in (44, 46, 59, 41, 10)
    return False
