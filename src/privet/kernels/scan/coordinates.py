"""Places on the globe: decimal degrees in pairs, degrees with minutes, `geo:` addresses (RFC 5870).

    start, end, score = coordinates(data, low, high, at, words)     # (0, 0, 0) for none

`at` is the first digit of a token in the row `data[low:high]`; a sign before it is in the span.
Ranges are those of WGS 84. Two decimals count beside a word like `lat` (three places), with signs
of degrees, or as a row of their own (four); elsewhere they need five places, one of ten degrees,
and no third number beside them. A single decimal counts only beside such a word, a single angle
only with its letter.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import lean
from privet.kernels.scan.classes import CLASS, DIGIT, WORD
from privet.kernels.scan.context import TOPIC_LOCATION, context, spoken
from privet.kernels.scan.words import Words

Bytes = npt.NDArray[np.uint8]


@lean
def _decimal(data: Bytes, at: int, high: int) -> tuple[int, int, int]:
    """Whole degrees, number of decimals and end of `48.8566`; end 0 for another form."""
    whole, place = 0, at
    while place < high and place < at + 4 and CLASS[data[place]] & DIGIT:
        whole = whole * 10 + np.int64(data[place]) - 48
        place += 1
    if place == at or place > at + 3 or place >= high or data[place] != 46:
        return 0, 0, 0
    begin = place + 1
    end = begin
    while end < high and end < begin + 18 and CLASS[data[end]] & DIGIT:
        end += 1
    if end == begin or end == begin + 18:
        return 0, 0, 0
    return whole, end - begin, end


@lean
def _signed(data: Bytes, low: int, at: int) -> int:
    """Where the number at `at` begins, with its sign; -1 where it is part of something else."""
    if at == low:
        return at
    byte = data[at - 1]
    if byte in (43, 45):
        if at - 1 > low and (CLASS[data[at - 2]] & WORD or data[at - 2] == 46):
            return -1
        return at - 1
    return -1 if CLASS[byte] & WORD or byte in (46, 36) else at


@lean
def _pole(data: Bytes, at: int, high: int) -> int:
    """Past a degree sign and a letter N, S, E, W, O after `at`."""
    if at + 1 < high and data[at] == 0xC2 and data[at + 1] == 0xB0:
        at += 2
    place = at + (at < high and data[at] == 32)
    if place >= high or data[place] not in (78, 83, 69, 87, 79):
        return at
    return place + 1 if place + 1 >= high or not CLASS[data[place + 1]] & WORD else at


@lean
def _pair(data: Bytes, high: int, at: int) -> tuple[int, int, int]:
    """Two decimals side by side: end of the second, fewest decimals, and the end of the first."""
    whole, decimals, first = _decimal(data, at, high)
    if first == 0 or whole > 180:
        return 0, 0, 0
    place = _pole(data, first, high)
    begin = place
    while place < high and place < begin + 3 and data[place] in (32, 44, 59, 47, 124):
        place += 1
    if place == begin:
        return 0, decimals, first
    if place < high and data[place] in (43, 45):
        place += 1
    other, more, end = _decimal(data, place, high)
    if end == 0 or other > 180 or min(whole, other) > 90:
        return 0, decimals, first
    end = _pole(data, end, high)
    if end < high and (CLASS[data[end]] & WORD or data[end] == 37):
        return 0, decimals, first
    return end, min(decimals, more), first


@lean
def _mark(data: Bytes, at: int, high: int) -> int:
    """Past the sign of minutes or seconds after `at`; `at` where there is none."""
    if at < high and data[at] in (39, 34):
        return at + (2 if at + 1 < high and data[at + 1] == data[at] == 39 else 1)
    if at + 2 < high and data[at] == 0xE2 and data[at + 1] == 0x80:
        return at + 3 if data[at + 2] in (0x98, 0x99, 0x9D, 0x9C, 0xB2, 0xB3) else at
    return at


@lean
def _angle(data: Bytes, at: int, high: int) -> tuple[int, int]:
    """`48°51'24.1"N`: its end, and how many parts it has besides degrees, the letter included."""
    place, parts = at, 0
    while place < high and place < at + 3 and CLASS[data[place]] & DIGIT:
        place += 1
    if place + 1 >= high or data[place] != 0xC2 or data[place + 1] != 0xB0:
        return 0, 0
    end = place + 2
    for _ in range(2):
        place = end + (end < high and data[end] == 32)
        begin = place
        while (
            place < high
            and place < begin + 10
            and (CLASS[data[place]] & DIGIT or (data[place] == 46 and place > begin))
        ):
            place += 1
        after = _mark(data, place, high)
        if place in (begin, after):
            break
        end = after
        parts += 1
    after = _pole(data, end, high)
    return after, parts + (after > end)


@lean
def coordinates(data: Bytes, low: int, high: int, at: int, words: Words) -> tuple[int, int, int]:
    """The place on the globe at `at`: start, end, score; (0, 0, 0) for none."""
    border = min(high, at + 5)
    place = at + 1
    while place < border and CLASS[data[place]] & DIGIT:
        place += 1
    if place >= high or place > at + 3 or data[place] not in (46, 0xC2):
        return 0, 0, 0
    start = _signed(data, low, at)
    if start < 0:
        return 0, 0, 0
    if data[place] == 0xC2:
        return _angles(data, high, at, start)
    end, decimals, first = _pair(data, high, at)
    if end == 0:
        return _single(data, low, high, start, first, decimals, words)
    if _scheme(data, low, start):
        return start, end, 95
    if decimals < 3:
        return 0, 0, 0
    topics, _ = context(data, low, high, start, end, words)
    if spoken(topics, TOPIC_LOCATION):
        return start, end, 70 if decimals == 3 else 85
    if decimals > 3 and (_signs(data, first) or (start == low and end == high)):
        return start, end, 65
    alone = 5 <= decimals <= 15 and _alone(data, low, high, start, end)
    far = _decimal(data, at, high)[0] >= 10 or _last_whole(data, first, end) >= 10
    return start, end, 60 if alone and far else 35


@lean
def _signs(data: Bytes, first: int) -> bool:
    """Whether a sign of degrees, or a letter N, S, E, W, O, stands at `first` or past a blank."""
    if data[first] == 0xC2:
        return True
    place = first + (data[first] == 32)
    return data[place] in (78, 83, 69, 87, 79)


@lean
def _last_whole(data: Bytes, start: int, end: int) -> int:
    """The whole degrees of the number that ends the pair [.., end), read from `start` on."""
    place = start
    while place < end and not CLASS[data[place]] & DIGIT:
        place += 1
    whole = 0
    while place < end and CLASS[data[place]] & DIGIT:
        whole = whole * 10 + np.int64(data[place]) - 48
        place += 1
    return whole


@lean
def _alone(data: Bytes, low: int, high: int, start: int, end: int) -> bool:
    """Whether no further number stands beside the pair [start, end)."""
    place = start
    while place > low and start - place < 4 and data[place - 1] in (32, 44, 59, 47, 124, 9):
        place -= 1
    if place > low and CLASS[data[place - 1]] & DIGIT:
        return False
    place = end
    while place < high and place - end < 4 and data[place] in (32, 44, 59, 47, 124, 9, 45):
        place += 1
    return place >= high or not CLASS[data[place]] & DIGIT


@lean
def _scheme(data: Bytes, low: int, at: int) -> bool:
    """Whether `geo:` stands before `at`."""
    if at - 4 < low or data[at - 1] != 58 or data[at - 2] != 111:
        return False
    return data[at - 3] == 101 and data[at - 4] == 103


@lean
def _angles(data: Bytes, high: int, at: int, start: int) -> tuple[int, int, int]:
    end, parts = _angle(data, at, high)
    if parts < 2:
        return 0, 0, 0
    place = end
    while place < high and place < end + 3 and data[place] in (32, 44, 59, 47):
        place += 1
    if end < place < high:
        after, more = _angle(data, place, high)
        if more >= 2:
            return start, after, 90
    return start, end, 75


@lean
def _single(
    data: Bytes, low: int, high: int, start: int, end: int, decimals: int, words: Words
) -> tuple[int, int, int]:
    """One of two numbers, where a word like `lat` stands before it."""
    if end == 0 or decimals < 3 or (end < high and CLASS[data[end]] & WORD):
        return 0, 0, 0
    topics, _ = context(data, low, high, start, end, words)
    if spoken(topics, TOPIC_LOCATION):
        return start, end, 65
    return 0, 0, 0
