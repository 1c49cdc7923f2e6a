"""Chains of digit groups: the raw form of phone numbers, cards, dates, addresses and ids.

`+49 (0)171 123-4567` is a chain of four groups. A chain is read once, from its first digit; what
it may be is tried on it and on the parts of it that begin and end at groups.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import lean
from privet.kernels.scan.classes import ALNUM, CLASS, DIGIT, LETTER, WORD

Bytes = npt.NDArray[np.uint8]
Chain = npt.NDArray[np.int64]

MOST_GROUPS = 12
LONGEST_GROUP = 24
START, END, SEPARATOR = 0, 1, 2
"""Columns of a chain: first byte of a group, the byte after it, what stands before it."""
FIRST, BLANK, HYPHEN, DOT, SLASH, PARENTHESIS = range(6)
"""What parts two groups."""
_ODD = -1

CLEAN, SOFT, HARD = 0, 1, 2
"""What a number is joined to on its left: nothing, a word (`order-12`), a number (`1,000`)."""


def new_chain() -> Chain:
    """Room for one chain: shape (MOST_GROUPS, 3)."""
    return np.zeros((MOST_GROUPS, 3), np.int64)


@lean
def digits_end(data: Bytes, at: int, high: int) -> int:
    """The end of the run of digits that begins at `at`."""
    while at < high and CLASS[data[at]] & DIGIT:
        at += 1
    return at


@lean
def separator(data: Bytes, at: int, high: int) -> tuple[int, int]:
    """What parts a group that ends at `at` from the next: its code, and where that begins.

    At most three signs: a blank, hyphen, dot or slash, also with blanks around a hyphen or slash,
    or with a parenthesis. Code -1 where no further group follows.
    """
    code = FIRST
    blanks = signs = 0
    while at < high and signs < 3:
        byte = data[at]
        size = 1
        if byte == 32:
            sign = BLANK
        elif byte == 45:
            sign = HYPHEN
        elif byte == 46:
            sign = DOT
        elif byte == 47:
            sign = SLASH
        elif byte in (40, 41):
            sign = PARENTHESIS
        elif byte == 0xC2 and at + 1 < high and data[at + 1] == 0xA0:
            sign, size = BLANK, 2
        elif byte == 0xE2 and at + 2 < high and data[at + 1] == 0x80:
            last = data[at + 2]
            if 0x90 <= last <= 0x93:
                sign, size = HYPHEN, 3
            elif last in (0xAF, 0x87, 0x89):
                sign, size = BLANK, 3
            else:
                break
        else:
            break
        if sign == BLANK:
            blanks += 1
            if code == FIRST:
                code = BLANK
        elif code in (FIRST, BLANK):
            code = sign
        elif PARENTHESIS in (sign, code):
            code = PARENTHESIS
        else:
            return _ODD, at
        at += size
        signs += 1
    if signs == 0 or at >= high or not CLASS[data[at]] & DIGIT:
        return _ODD, at
    if (code == BLANK and signs > 1) or (code == DOT and blanks):
        return _ODD, at
    return code, at


@lean
def read_chain(data: Bytes, at: int, high: int, chain: Chain) -> int:
    """Read the chain whose first digit is `at`; how many groups it has.

    A group of more than LONGEST_GROUP digits ends the chain, itself included.
    """
    count = 0
    code = FIRST
    while count < MOST_GROUPS:
        end = digits_end(data, at, min(high, at + LONGEST_GROUP + 1))
        chain[count, 0], chain[count, 1], chain[count, 2] = at, end, code
        count += 1
        if end - at > LONGEST_GROUP:
            break
        code, at = separator(data, end, high)
        if code < 0:
            break
    return count


@lean
def joined_left(data: Bytes, low: int, start: int) -> int:
    """CLEAN, SOFT or HARD: whether what stands before `start` makes it part of something else."""
    if start <= low:
        return CLEAN
    before = data[start - 1]
    if CLASS[before] & WORD:
        return HARD
    further = CLASS[data[start - 2]] if start - 2 >= low else 0
    if before in (46, 44, 39):  # . , '
        return HARD if further & DIGIT else CLEAN
    if before in (36, 37, 94, 126, 92):  # $ % ^ ~ \
        return HARD
    if before == 45:
        if further & DIGIT:
            return HARD
        return SOFT if further & LETTER or (start - 2 >= low and data[start - 2] == 45) else CLEAN
    if before in (47, 35, 38, 43, 42, 60, 62):  # / # & + * < >
        return SOFT if further & ALNUM or before == 35 else CLEAN
    if before in (0xA3, 0xA5) and start - 2 >= low and data[start - 2] == 0xC2:  # £ ¥
        return HARD
    if before == 0xAC and start - 3 >= low and data[start - 3] == 0xE2 and data[start - 2] == 0x82:
        return HARD  # €
    return CLEAN


@lean
def closed_right(data: Bytes, high: int, end: int) -> bool:
    """Whether a number may end at `end`: no letter, digit or decimal follows, nor a `%`."""
    if end >= high:
        return True
    after = data[end]
    if CLASS[after] & WORD or after in (37, 64):  # % @
        return False
    if after in (46, 44, 45, 47, 58) and end + 1 < high:  # . , - / :
        beyond = CLASS[data[end + 1]]
        if beyond & DIGIT:
            return False
        return not (beyond & WORD and after in (46, 45, 47))
    return True


@lean
def token_bounds(data: Bytes, low: int, high: int, at: int, most: int) -> tuple[int, int]:
    """The run of ASCII letters, digits and `_` around `at`, at most `most` bytes to the left."""
    start, end = at, at
    floor = max(low, at - most)
    while start > floor and CLASS[data[start - 1]] & WORD:
        start -= 1
    while end < high and CLASS[data[end]] & WORD:
        end += 1
    return start, end
