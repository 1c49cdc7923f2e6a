"""Candidates for official numbers: groups of digits and capital letters around one token.

`AB 12 34 56 C`, `12.345.678-K` and `131052-308T` are read as a whole, and so are their parts that
begin at the token and end at a group.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import lean
from privet.kernels.scan.chains import HARD, closed_right, joined_left
from privet.kernels.scan.classes import ALNUM, BEYOND, CLASS, DIGIT, LETTER, LOWER, UPPER, WORD
from privet.kernels.scan.context import context
from privet.kernels.scan.official import official, possible
from privet.kernels.scan.official_tables import LONGEST
from privet.kernels.scan.tables import Known, Work, official_of, words_of

Bytes = npt.NDArray[np.uint8]
Ends = npt.NDArray[np.int64]

_MOST_GROUPS = 8
_SHORTEST = 6
_LETTERS = 4
"""Capital letters that may be a group of their own."""


@lean
def _opening(data: Bytes, low: int, start: int) -> int:
    """`start`, or where a short group of capitals before it begins: `AB 12 34`."""
    place = start - 1
    if place <= low or data[place] not in (32, 45):
        return start
    first = place
    while first > low and place - first <= _LETTERS and CLASS[data[first - 1]] & UPPER:
        first -= 1
    if first == place or place - first > _LETTERS:
        return start
    if first > low and (CLASS[data[first - 1]] & WORD or data[first - 1] in (45, 46)):
        return start
    return first


@lean
def has_letters(data: Bytes, low: int, high: int, at: int, end: int) -> bool:
    """Whether capitals, or more digits, stand right beside the digits [at, end)."""
    if at - 2 >= low and data[at - 1] in (32, 45) and CLASS[data[at - 2]] & UPPER:
        return True
    if end + 1 >= high or data[end] not in (32, 45, 46, 47, 43, 40, 0xC2):
        return False
    if not CLASS[data[end + 1]] & (UPPER | DIGIT | BEYOND) and data[end + 1] != 45:
        return False
    return end + 2 >= high or not CLASS[data[end + 2]] & LOWER


@lean
def _group_end(data: Bytes, at: int, high: int) -> int:
    """The end of a group of digits and capitals at `at`; `at` where letters are small or many."""
    end = at
    letters = digits = small = 0
    limit = min(high, at + LONGEST + 1)
    while end < limit and CLASS[data[end]] & ALNUM:
        if CLASS[data[end]] & LETTER:
            letters += 1
            small += (CLASS[data[end]] & LOWER) != 0
        else:
            digits += 1
        end += 1
    if digits == 0 and (letters > _LETTERS or small):
        return at
    return end


@lean
def _ends(data: Bytes, start: int, high: int, ends: Ends) -> int:
    """Where candidates that begin at `start` may end, rising; how many there are."""
    count = size = 0
    at = start
    while count < _MOST_GROUPS:
        end = _group_end(data, at, high)
        size += end - at
        if end == at or size > LONGEST:
            break
        ends[count] = end
        count += 1
        if end + 1 >= high or data[end] not in (32, 45, 46, 47, 43, 40):
            if end + 2 < high and data[end] == 0xC2 and data[end + 1] == 0xA0:
                at = end + 2
                continue
            break
        at = end + 1
        if data[end] == 32 and data[at] in (45, 47) and at + 2 < high and data[at + 1] == 32:
            at += 2
        if not CLASS[data[at]] & ALNUM:
            break
    return count


@lean
def official_at(
    data: Bytes, low: int, high: int, start: int, work: Work, known: Known
) -> tuple[int, int, int, int]:
    """The official number around the token that begins at `start`: end, kind, score, evidence.

    Kind 0 for none. Its first byte, which may lie before `start`, is left in `work.opening`.
    """
    work.opening = start
    opening = _opening(data, low, start)
    last, kind, score, why = _best(data, low, high, opening, start, work.ends, work, known)
    if kind:
        work.opening = opening
    elif opening < start:
        last, kind, score, why = _best(data, low, high, start, start, work.ends, work, known)
    return last, kind, score, why


@lean
def _best(
    data: Bytes, low: int, high: int, first: int, start: int, ends: Ends, work: Work, known: Known
) -> tuple[int, int, int, int]:
    count = _ends(data, first, high, ends)
    for place in range(count - 1, -1, -1):
        last = ends[place]
        if last <= start or last - first < _SHORTEST:
            break
        if not closed_right(data, high, last) or joined_left(data, low, first) == HARD:
            continue
        if possible(data, first, last, official_of(known)):
            topics, countries = context(data, low, high, first, last, words_of(known, work))
            kind, score, why = official(data, first, last, topics, countries, official_of(known))
            if kind and score >= 30:
                return last, kind, score, why
    return np.int64(0), np.int64(0), np.int64(0), np.int64(0)
