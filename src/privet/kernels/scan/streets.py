"""Street addresses: a house number and the words of a street beside it.

    start, end = street(data, low, high, at, streets)      # (0, 0) for none

`at` is the first digit of a token in the row `data[low:high]`, `streets` the table that
`privet.detect.kinds.places.street_words()` gives. The number stands first (`221B Baker Street`,
`12 rue de la Paix`) or last (`Hauptstraße 12a`, `Calle Mayor 5`, `ul. Długa 7`); names of streets
are capitalised. A flat, and a postcode with its city, belong to the address where they follow.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import lean
from privet.kernels.scan.classes import BEYOND, CLASS, DIGIT, LETTER, UPPER, WORD
from privet.kernels.scan.postcode_shapes import british, canadian, dutch, ends
from privet.kernels.scan.words import (
    BASE,
    MARK,
    Words,
    character_before,
    letter_at,
    may_be,
    topics_of,
    word_at,
    word_before,
    word_left,
    word_right,
)

Bytes = npt.NDArray[np.uint8]

LAST, FIRST, LOWER_FIRST, NUMBER_FIRST = 1, 2, 4, 8
"""`Street` after a name; `Via` before one; one that is written small too; one after a number."""
TAIL, ENDING, PARTICLE, COUNT, UNIT, STATE = 16, 32, 64, 128, 256, 512
"""`utca` between name and number; `-straße`; `de la`; `nº`; `Apt.`; `CA` before a postcode."""
DIRECTION, SLASHED = 1024, 2048
"""`North` after `Street`; `C` in `C/ Mayor`."""
MOST_WORDS = 6
SHORTEST = 6
"""Bytes of the shortest name that its ending alone makes a street: `Katie 5` is none."""
_BASE = np.uint64(BASE)
_ZERO = np.uint64(0)


@lean
def kind_of(key: np.uint64, streets: Words) -> int:
    """The bits of a word of streets."""
    return np.int64(topics_of(key, streets))


@lean
def capital(data: Bytes, at: int, high: int) -> bool:
    """Whether the letter at `at` is a capital: Latin to Extended-A, Greek, Cyrillic."""
    first = data[at]
    if first < 128:
        return 65 <= first <= 90
    if at + 1 >= high:
        return False
    second = data[at + 1]
    if first == 0xC3:
        return second <= 0x9E
    if first in (0xC4, 0xC5):
        code = (np.int64(first) & 31) << 6 | (np.int64(second) & 63)
        odd = 0x139 <= code <= 0x148 or 0x179 <= code <= 0x17E
        return (code & 1) == odd
    if first == 0xCE:
        return second <= 0xAB
    return first == 0xD0 and second <= 0xAF


@lean
def space_end(data: Bytes, at: int, high: int) -> int:
    """The end of what may part two words of a name: a blank, hyphen, apostrophe, dot and blank."""
    begin = at
    if at < high and data[at] == 46:
        at += 1
    if at < high and data[at] in (32, 39, 45):
        return at + 1
    if at + 2 < high and data[at] == 0xE2 and data[at + 1] == 0x80 and data[at + 2] == 0x99:
        return at + 3
    return at if at + 1 < high and at > begin and capital(data, at, high) else begin


@lean
def house_end(data: Bytes, at: int, high: int) -> int:
    """The end of a house number, `12`, `12a`, `12-14`, `12/3`; 0 for what is none."""
    end = at
    while end < high and end < at + 6 and CLASS[data[end]] & DIGIT:
        end += 1
    if end - at > 5 or data[at] == 48:
        return 0
    end = _letter(data, end, high)
    if end + 1 < high and data[end] in (45, 47) and CLASS[data[end + 1]] & DIGIT:
        after = end + 1
        while after < high and after < end + 6 and CLASS[data[after]] & DIGIT:
            after += 1
        if after - end > 5:
            return 0
        end = _letter(data, after, high)
    if end < high:
        if CLASS[data[end]] & WORD or data[end] == 37:
            return 0
        if data[end] in (44, 45, 46, 47, 58) and end + 1 < high and CLASS[data[end + 1]] & DIGIT:
            return 0
    return end


@lean
def _letter(data: Bytes, at: int, high: int) -> int:
    """Past one letter that belongs to a house number."""
    if at >= high or not CLASS[data[at]] & LETTER:
        return at
    return at if at + 1 < high and CLASS[data[at + 1]] & (WORD | BEYOND) else at + 1


@lean
def _dotted(data: Bytes, start: int, end: int, high: int) -> int:
    """Past the dot of a short form, such as `Blvd`, that ends at `end`; not that of `Road`."""
    if end >= high or data[end] != 46 or end - start > 5:
        return end
    full = end - start > 3 and data[start + 1] | 32 in (97, 101, 105, 111, 117)
    return end if full else end + 1


@lean
def _name_after(data: Bytes, at: int, high: int, streets: Words) -> int:
    """The end of the name that follows a word like `rue`, which ends at `at`; 0 for none."""
    best = names = 0
    begin = place = at
    for _ in range(MOST_WORDS):
        gap = space_end(data, place, high)
        if gap == place or (names and data[place] == 46 and place - begin > 4):
            break
        key, after = word_at(data, gap, high)
        if after == gap:
            break
        begin = gap
        if capital(data, gap, high):
            names += 1
            best = after
            if names == 4:
                break
        elif not kind_of(key, streets) & PARTICLE:
            break
        place = after
    return best


@lean
def _ordinal(data: Bytes, at: int, high: int) -> int:
    """The end of `5th` or `42nd`, or `at`."""
    end = at
    while end < high and end < at + 3 and CLASS[data[end]] & DIGIT:
        end += 1
    if end == at or end + 2 > high or not CLASS[data[end]] & LETTER:
        return at
    after = end + 2
    return after if after >= high or not CLASS[data[after]] & WORD else at


@lean
def _number_first(data: Bytes, house: int, high: int, streets: Words) -> int:
    """The end of the street whose name follows a house number that ends at `house`; 0 for none."""
    place = house
    if place < high and data[place] == 44:
        place += 1
    if place >= high or data[place] != 32:
        return 0
    place += 1
    best = names = 0
    for turn in range(MOST_WORDS):
        gap = place if turn == 0 else space_end(data, place, high)
        if (turn and gap == place) or gap >= high:
            break
        after = _ordinal(data, gap, high)
        if after > gap:
            names += 1
            place = after
            continue
        key, after = word_right(data, gap, high, streets)
        if after == gap:
            break
        kind = kind_of(key, streets)
        upper = capital(data, gap, high)
        if names == 0 and (kind & NUMBER_FIRST or (upper and kind & (FIRST | LOWER_FIRST))):
            named = _name_after(data, _dotted(data, gap, after, high), high, streets)
            if named:
                return named
        if not upper:
            if not (kind & PARTICLE and (names or kind & COUNT)):
                break
        elif not best and _ends_like_street(data, gap, after, streets):
            best = after
        elif kind & LAST and names:
            best = _dotted(data, gap, after, high)
        elif best:
            return after if kind & DIRECTION else best
        elif not kind & PARTICLE:
            names += 1
        place = after
    return best


@lean
def _back(data: Bytes, low: int, at: int) -> int:
    """Before what may part two words of a name, back from `at`; `at` where nothing does."""
    place = at
    if place > low and data[place - 1] in (32, 39, 45):
        place -= 1
    elif place - 3 >= low and data[place - 1] == 0x99 and data[place - 2] == 0x80:
        return place - 3
    if place > low and data[place - 1] in (46, 47):
        place -= 1
    return place


@lean
def _ends_like_street(data: Bytes, low: int, at: int, streets: Words) -> bool:
    """Whether the word that ends at `at` has an ending like `-straße` and more before it."""
    key, right = _ZERO, at
    for length in range(1, 11):
        if at <= low:
            return False
        start = character_before(data, low, at)
        code, _ = letter_at(data, start, at)
        if code <= MARK:
            return False
        key = key * _BASE + np.uint64(code)
        at = start
        if length >= 3 and may_be(key, streets.sieve) and kind_of(key, streets) & ENDING:
            _, begin = word_before(data, low, at)
            if begin < at and right - begin >= SHORTEST:
                return True
    return False


@lean
def _capitals_before(data: Bytes, low: int, start: int, high: int, blanks: int) -> int:
    """Where the capitalised words before `start` begin, at most `blanks` of them past a blank."""
    for _ in range(4):
        gap = _back(data, low, start)
        if gap == start or (data[start - 1] != 45 and blanks == 0):
            break
        blanks -= data[start - 1] != 45
        _, begin = word_before(data, low, gap)
        if begin == gap or not capital(data, begin, high):
            break
        start = begin
    return start


@lean
def _word_first(data: Bytes, low: int, high: int, at: int, streets: Words) -> int:
    """Where the street begins whose number is at `at`; -1 for none."""
    place = _past(data, low, at)
    if place == at:
        return -1
    key, start = word_left(data, low, place, streets)
    if start < place and kind_of(key, streets) & COUNT:
        place = _past(data, low, start)
        if place == start:
            return -1
        key, start = word_before(data, low, place)
    if start == place:
        return -1
    kind = kind_of(key, streets)
    upper = capital(data, start, high)
    if upper and _ends_like_street(data, low, place, streets):
        return _capitals_before(data, low, start, high, 0)
    if kind & TAIL:
        begin = _capitals_before(data, low, start, high, 2)
        if begin < start:
            return begin
    names = 0
    for _ in range(MOST_WORDS):
        if names and (kind & LOWER_FIRST or (kind & FIRST and upper)):
            return start
        if upper:
            names += 1
        elif not kind & PARTICLE:
            return -1
        gap = _back(data, low, start)
        if gap == start:
            return -1
        key, begin = word_before(data, low, gap)
        if begin == gap:
            return -1
        start = begin
        kind = kind_of(key, streets)
        upper = capital(data, start, high)
        if kind & SLASHED and data[gap] == 47:
            return start
    return -1


@lean
def _past(data: Bytes, low: int, at: int) -> int:
    """Before blanks, a comma, a dot or a sign of numbers (`nº`, `#`), back from `at`."""
    place = at
    while place > low and place > at - 3 and data[place - 1] in (32, 44, 46, 35, 58):
        place -= 1
    return place


@lean
def _flat(data: Bytes, at: int, high: int, streets: Words) -> int:
    """The end of a flat's number after `at` (`, Apt. 4B`, ` #5`, `, 2º B`), or `at`."""
    place = at
    while place < high and place < at + 2 and data[place] in (32, 44):
        place += 1
    if place == at:
        return at
    if place < high and data[place] == 35:
        place += 1
    elif place < high and CLASS[data[place]] & DIGIT:
        return _floor(data, at, place, high, streets)
    else:
        key, after = word_at(data, place, high)
        if after == place or not kind_of(key, streets) & UNIT:
            return at
        place = after
        while place < high and place < after + 2 and data[place] in (32, 46, 35):
            place += 1
    end = place
    while end < high and end < place + 6 and CLASS[data[end]] & (DIGIT | UPPER):
        end += 1
    if end == place or (end < high and CLASS[data[end]] & WORD):
        return at
    return end


@lean
def _floor(data: Bytes, at: int, place: int, high: int, streets: Words) -> int:
    """The end of `2º B` or `3ª izq.` at `place`, or `at`."""
    end = place + 1
    if end < high and CLASS[data[end]] & DIGIT:
        end += 1
    if end + 1 >= high or data[end] != 0xC2 or data[end + 1] not in (0xBA, 0xAA):
        return at
    end += 2
    if end + 1 < high and data[end] == 32:
        key, after = word_at(data, end + 1, high)
        if after == end + 2 or kind_of(key, streets) & UNIT:
            return after
    return end


@lean
def city_end(data: Bytes, at: int, high: int) -> int:
    """The end of up to three capitalised words that begin at `at`, or `at`."""
    best, place = at, at
    for turn in range(3):
        gap = place if turn == 0 else space_end(data, place, high)
        if gap >= high or (turn and gap == place) or not capital(data, gap, high):
            break
        _, after = word_at(data, gap, high)
        if after - gap < 2 or (after < high and CLASS[data[after]] & DIGIT):
            break
        best = place = after
    return best


@lean
def code_end(data: Bytes, at: int, high: int) -> int:
    """The end of a postcode at `at` that begins with digits (`12345-6789`, `1234 AB`), or `at`."""
    end = at
    while end < high and end < at + 7 and CLASS[data[end]] & DIGIT:
        end += 1
    size = end - at
    if size in (2, 5):
        after = end + 1
        while after < high and CLASS[data[after]] & DIGIT and after < end + 6:
            after += 1
        wanted = 4 if size == 5 else 3
        if end < high and data[end] == 45 and after - end - 1 == wanted:
            end, size = after, 5
    if size == 4:
        _, after = dutch(data, at, high)
        if after:
            return after
    if size == 3 and end + 3 <= high and data[end] == 32 and ends(data, end + 3, high):
        return end + 3 if CLASS[data[end + 1]] & CLASS[data[end + 2]] & DIGIT else at
    if not 4 <= size <= 6 or (end < high and (CLASS[data[end]] & WORD or data[end] == 45)):
        return at
    return end


@lean
def _place(data: Bytes, low: int, at: int, high: int, streets: Words) -> int:
    """The end of postcode and city after `at`, or `at`."""
    place = at
    if place < high and data[place] == 44:
        place += 1
    if place >= high or data[place] not in (32, 10) or place + 1 >= high:
        return at
    place += 1
    end = code_end(data, place, high)
    if end > place:
        if end + 1 < high and data[end] == 32:
            city = city_end(data, end + 1, high)
            return city if city > end + 1 else at
        return at
    if data[at] != 44:
        return at
    city = city_end(data, place, high)
    if city == place or city + 3 >= high:
        return at
    place = city + (data[city] == 44)
    if data[place] != 32:
        return at
    key, after = word_at(data, place + 1, high)
    if after - place == 3 and kind_of(key, streets) & STATE and CLASS[data[place + 1]] & UPPER:
        if after + 1 < high and data[after] == 32:
            end = code_end(data, after + 1, high)
            if end == after + 1:
                end = _lettered(data, low, after + 1, high)
            return end if end > after + 1 else after
        return after
    end = code_end(data, place + 1, high)
    if end == place + 1:
        end = _lettered(data, low, place + 1, high)
    return end if end > place + 1 else at


@lean
def _lettered(data: Bytes, low: int, at: int, high: int) -> int:
    """The end of a British or Canadian postcode at `at`, or `at`."""
    digit = at
    while digit < high and digit < at + 3 and CLASS[data[digit]] & UPPER:
        digit += 1
    if digit == at or digit >= high or not CLASS[data[digit]] & DIGIT:
        return at
    _, end = british(data, low, high, digit)
    if end == 0:
        _, end = canadian(data, low, high, digit)
    return end if end else at


@lean
def _begins(data: Bytes, low: int, at: int) -> bool:
    """Whether a house number may begin at `at`: no sum, decimal or time of day."""
    byte = data[at - 1]
    if CLASS[byte] & WORD or byte in (36, 43, 47):
        return False
    return not (byte in (44, 45, 46, 58) and at - 1 > low and CLASS[data[at - 2]] & DIGIT)


@lean
def street(data: Bytes, low: int, high: int, at: int, streets: Words) -> tuple[int, int]:
    """The street address whose house number is at `at`: start and end, (0, 0) for none."""
    house = house_end(data, at, high)
    if house == 0:
        return 0, 0
    if at > low and not _begins(data, low, at):
        return 0, 0
    start = at
    end = _number_first(data, house, high, streets)
    if end == 0:
        start = _word_first(data, low, high, at, streets)
        if start < 0:
            return 0, 0
        end = house
    end = _flat(data, end, high, streets)
    return start, _place(data, low, end, high, streets)
