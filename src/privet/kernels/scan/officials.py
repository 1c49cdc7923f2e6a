"""Candidates for official numbers: groups of digits and capital letters around one token.

`AB 12 34 56 C`, `12.345.678-K` and `131052-308T` are read as a whole, and so are their parts that
begin at the token and end at a group.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import bare, lean
from privet.kernels.scan.chains import HARD, closed_right, joined_left
from privet.kernels.scan.classes import ALNUM, BEYOND, CLASS, DIGIT, LOWER, UPPER, WORD
from privet.kernels.scan.context import context
from privet.kernels.scan.official import IN_ONE, SIGN, SYMBOL, holding, is_small, likeliest
from privet.kernels.scan.official_tables import LONGEST, MOST_PARTS
from privet.kernels.scan.tables import Known, Work, words_of

Bytes = npt.NDArray[np.uint8]

END, COUNT, LETTERS, FORM = range(4)
"""Columns of `work.groups`: where a candidate ends, its letters and digits (0 where they make no
number), its letters, its written form."""
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
    no_break = data[end] == 0xC2 and data[end + 1] == 0xA0
    if CLASS[data[end + 1]] & BEYOND and not (no_break or end - at >= _SHORTEST):
        return False
    if not CLASS[data[end + 1]] & (UPPER | DIGIT | BEYOND) and data[end + 1] != 45:
        return False
    return end + 2 >= high or not CLASS[data[end + 2]] & LOWER


@lean
def _read_groups(data: Bytes, start: int, high: int, work: Work) -> int:
    """Read the groups of digits and capitals from `start` on; how many candidates end at one.

    What each candidate holds is left in `work.groups`, all symbols in `work.symbols`. A group of
    small or many letters, or of letters alone, is none.
    """
    groups, symbols = work.groups, work.symbols
    one = two = form = np.int64(0)
    found = count = letters = upper = sign = 0
    same, first, at = True, SYMBOL[data[start]], start
    while found < MOST_PARTS:
        before, letters_before, upper_before = count, letters, upper
        end, limit = at, min(high, at + LONGEST + 1)
        while end < limit and CLASS[data[end]] & ALNUM:
            symbol = np.int64(SYMBOL[data[end]])
            letters += symbol >= 10
            upper += symbol >= 10 and data[end] < 97
            if count < IN_ONE:
                one |= symbol << (6 * count)
            elif count < 2 * IN_ONE:
                two |= symbol << (6 * (count - IN_ONE))
            same = same and symbol == first
            count += 1
            end += 1
        if end == at or count > LONGEST:
            break
        more = letters - letters_before
        if more == count - before and (more > _LETTERS or upper - upper_before < more):
            break
        if found:
            form = form * 256 + before * 8 + sign
        groups[found, END], groups[found, LETTERS], groups[found, FORM] = end, letters, form
        groups[found, COUNT] = 0 if same or 0 < upper < letters else count
        found += 1
        sign, at = _next_group(data, end, high)
        if at == end:
            break
    symbols[0], symbols[1] = one, two
    return found


@lean
def _next_group(data: Bytes, end: int, high: int) -> tuple[int, int]:
    """The sign that parts the group that ends at `end` from the next, and where that begins."""
    if end + 1 >= high:
        return 0, end
    if data[end] in (32, 45, 46, 47, 43, 40):
        sign, at = np.int64(SYMBOL[data[end]]) - SIGN, end + 1
        if data[end] == 32 and data[at] in (45, 47) and at + 2 < high and data[at + 1] == 32:
            sign = np.int64(SYMBOL[data[at]]) - SIGN
            at += 2
    elif data[end] == 0xC2 and end + 2 < high and data[end + 1] == 0xA0:
        sign, at = np.int64(1), end + 2
    else:
        return 0, end
    return (sign, at) if CLASS[data[at]] & ALNUM else (0, end)


@lean
def official_at(
    data: Bytes, low: int, high: int, start: int, work: Work, known: Known
) -> tuple[int, int, int, int]:
    """The official number around the token that begins at `start`: end, kind, score, evidence.

    Kind 0 for none. Its first byte, which may lie before `start`, is left in `work.opening`.
    """
    work.opening = start
    opening = _opening(data, low, start)
    last, kind, score, why = _best(data, low, high, opening, start, work, known)
    if kind:
        work.opening = opening
    elif opening < start:
        last, kind, score, why = _best(data, low, high, start, start, work, known)
    return last, kind, score, why


@lean
def _best(
    data: Bytes, low: int, high: int, first: int, start: int, work: Work, known: Known
) -> tuple[int, int, int, int]:
    none = np.int64(0)
    if joined_left(data, low, first) == HARD:
        return none, none, none, none
    groups, symbols, program = work.groups, work.symbols, bare(known.official)
    for place in range(_read_groups(data, first, high, work) - 1, -1, -1):
        last = groups[place, END]
        if last <= start or last - first < _SHORTEST:
            break
        count, letters, form = groups[place, COUNT], groups[place, LETTERS], groups[place, FORM]
        held = holding(count, letters, form, symbols[0], symbols[1], program)
        if held == 0 or not closed_right(data, high, last):
            continue
        topics, countries = context(data, low, high, first, last, words_of(known, work))
        small = letters > 0 and is_small(data, first, last)
        kind, score, why = likeliest(
            held, count, letters, form, small, np.int64(topics), np.int64(countries), program
        )
        if kind and score >= 30:
            return last, kind, score, why
    return none, none, none, none
