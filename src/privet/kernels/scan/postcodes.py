"""Postcodes by the shapes of countries.

    start, end, score = postcode(data, low, high, at, words, streets)     # (0, 0, 0) for none

`at` is the first digit of a token in the row `data[low:high]`. British, Canadian, Dutch ones tell
themselves; those of digits count where a postcode or an address is spoken of, after the short
form of a state, or after 〒. Shapes are those that the Universal Postal Union lists.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import lean
from privet.kernels.scan.classes import CLASS, DIGIT, LETTER, UPPER, WORD
from privet.kernels.scan.context import (
    TOPIC_ADDRESS,
    TOPIC_NEGATIVE,
    TOPIC_POSTCODE,
    beside,
    context,
    spoken,
)
from privet.kernels.scan.postcode_shapes import british, canadian, dutch, ends, irish
from privet.kernels.scan.streets import STATE, capital, kind_of
from privet.kernels.scan.words import Words, word_before

Bytes = npt.NDArray[np.uint8]

_SHAPES = (
    (4, 0, 0), (5, 0, 0), (6, 0, 0), (7, 0, 0),
    (5, 45, 4), (2, 45, 3), (3, 32, 2), (3, 45, 4), (4, 45, 3), (5, 45, 3), (3, 32, 3),
)  # fmt: skip
_SPOKEN = TOPIC_POSTCODE | TOPIC_ADDRESS
_DIGITS = np.zeros((10, 10), np.uint8)
"""By digits before and after: the sign between them, 1 for none at all."""
for _first, _sign, _second in _SHAPES:
    _DIGITS[_first, _second] = _sign or 1


@lean
def _city_follows(data: Bytes, at: int, high: int) -> bool:
    place = at
    while place < high and place < at + 2 and data[place] in (32, 44):
        place += 1
    if place == at or place + 2 >= high or not capital(data, place, high):
        return False
    return data[place + 1] >= 128 or data[place + 2] >= 128 or data[place + 2] >= 97


@lean
def _digits_end(data: Bytes, at: int, end: int, high: int) -> int:
    """The end of a postcode of digits whose first run is [at, end); 0 for none."""
    after = end + 1
    while after < high and after < end + 6 and CLASS[data[after]] & DIGIT:
        after += 1
    if end < high and after > end + 1 and after - end - 1 < 10 and end - at < 10:
        sign = _DIGITS[end - at, after - end - 1]
        if sign > 1 and data[end] == sign and ends(data, after, high):
            return after
    if end - at < 10 and _DIGITS[end - at, 0] and ends(data, end, high):
        return end
    return 0


@lean
def postcode(
    data: Bytes, low: int, high: int, at: int, words: Words, streets: Words
) -> tuple[int, int, int]:
    """The postcode at `at`: start, end, score; (0, 0, 0) for none."""
    if at > low and CLASS[data[at - 1]] & LETTER:
        return _lettered(data, low, high, at, words)
    if at > low and (CLASS[data[at - 1]] & WORD or data[at - 1] in (36, 43, 45, 46, 47)):
        return 0, 0, 0
    end = at
    while end < high and end < at + 8 and CLASS[data[end]] & DIGIT:
        end += 1
    _, after = dutch(data, at, high)
    if after:
        if _city_follows(data, after, high):
            return at, after, 70
        topics, _ = context(data, low, high, at, after, words)
        return (at, after, 75) if spoken(topics, _SPOKEN) else (0, 0, 0)
    end = _digits_end(data, at, end, high)
    if end == 0:
        return 0, 0, 0
    score = _told(data, low, high, at, end, words, streets)
    return (at, end, score) if score else (0, 0, 0)


@lean
def _lettered(data: Bytes, low: int, high: int, at: int, words: Words) -> tuple[int, int, int]:
    start, end = british(data, low, high, at)
    if end == 0:
        start, end = canadian(data, low, high, at)
    if end:
        return start, end, 75
    start, end = irish(data, low, high, at)
    if end:
        topics, _ = context(data, low, high, start, end, words)
        if spoken(topics, _SPOKEN):
            return start, end, 75
    return 0, 0, 0


@lean
def _told(data: Bytes, low: int, high: int, at: int, end: int, words: Words, streets: Words) -> int:
    """How sure it is that the digits are a postcode, by what stands around them."""
    if at - 3 >= low and data[at - 1] == 0x92 and data[at - 2] == 0x80 and data[at - 3] == 0xE3:
        return 90
    if at - 4 >= low and data[at - 1] == 32 and data[at - 4] in (32, 44) and end - at >= 5:
        key, start = word_before(data, low, at - 1)
        upper = CLASS[data[at - 2]] & CLASS[data[at - 3]] & UPPER
        if start == at - 3 and upper and kind_of(key, streets) & STATE:
            return 65
    year = end - at == 4 and (data[at] == 49 or data[at] == 50) and data[at + 1] in (48, 57)
    city = _city_follows(data, end, high)
    if not city and (year or not beside(data, low, high, at, end, TOPIC_POSTCODE, words)):
        return 0
    topics, _ = context(data, low, high, at, end, words)
    if spoken(topics, TOPIC_POSTCODE) and not spoken(topics, TOPIC_NEGATIVE):
        return 70
    if city and spoken(topics, TOPIC_ADDRESS):
        return 60
    return 0
