"""Postcodes with letters, which tell themselves by their shape: British, Canadian, Irish, Dutch.

Each function takes `at`, the first digit of the code in the row `data[low:high]`, and gives where
the code begins and ends, (0, 0) for none. Areas and letters in use are those that Royal Mail and
Canada
Post publish.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import lean
from privet.kernels.scan.classes import ALNUM, CLASS, DIGIT, UPPER, WORD

Bytes = npt.NDArray[np.uint8]

_AREAS = """
AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH
EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M
ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST
SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE
"""
_BRITISH = np.zeros((26, 27), np.uint8)
"""By the letters of an area, the second one more than its place, 0 for none: whether it is one."""
for _area in _AREAS.split():
    _BRITISH[ord(_area[0]) - 65, ord(_area[1]) - 64 if len(_area) > 1 else 0] = 1

INWARD, CANADIAN, CANADIAN_FIRST = 1, 2, 4
_LETTERS = np.zeros(256, np.uint8)
"""Which letters stand in which place: bits."""
for _bit, _without in ((INWARD, "CIKMOV"), (CANADIAN, "DFIOQU"), (CANADIAN_FIRST, "DFIOQUWZ")):
    for _letter in range(65, 91):
        _LETTERS[_letter] |= 0 if chr(_letter) in _without else _bit


@lean
def ends(data: Bytes, at: int, high: int) -> bool:
    """Whether a code may end at `at`."""
    if at >= high:
        return True
    if CLASS[data[at]] & WORD or data[at] in (64, 47):
        return False
    return not (data[at] in (45, 46) and at + 1 < high and CLASS[data[at + 1]] & ALNUM)


@lean
def british(data: Bytes, low: int, high: int, at: int) -> tuple[int, int]:
    """`SW1A 1AA`, `M1 1AE`: an area, a digit, one more sign, blank, a digit, two letters."""
    start = at
    while start > low and at - start < 3 and CLASS[data[start - 1]] & UPPER:
        start -= 1
    if not 1 <= at - start <= 2 or (start > low and CLASS[data[start - 1]] & WORD):
        return 0, 0
    second = np.int64(data[start + 1]) - 64 if at - start == 2 else 0
    if not _BRITISH[np.int64(data[start]) - 65, second]:
        return 0, 0
    place = at + 1
    if place < high and CLASS[data[place]] & (UPPER | DIGIT):
        place += 1
    if place + 4 > high or data[place] != 32 or not CLASS[data[place + 1]] & DIGIT:
        return 0, 0
    if not (_LETTERS[data[place + 2]] & _LETTERS[data[place + 3]] & INWARD):
        return 0, 0
    return (start, place + 4) if ends(data, place + 4, high) else (0, 0)


@lean
def canadian(data: Bytes, low: int, high: int, at: int) -> tuple[int, int]:
    """`K1A 0B1`: letters and digits by turns, with a blank or nothing in the middle."""
    start = at - 1
    if start < low or not _LETTERS[data[start]] & CANADIAN_FIRST or at + 2 >= high:
        return 0, 0
    if start > low and CLASS[data[start - 1]] & WORD:
        return 0, 0
    middle = at + 2 + (data[at + 2] in (32, 45))
    if middle + 3 > high or not _LETTERS[data[at + 1]] & CANADIAN:
        return 0, 0
    if not CLASS[data[middle]] & DIGIT or not CLASS[data[middle + 2]] & DIGIT:
        return 0, 0
    if not _LETTERS[data[middle + 1]] & CANADIAN:
        return 0, 0
    return (start, middle + 3) if ends(data, middle + 3, high) else (0, 0)


@lean
def irish(data: Bytes, low: int, high: int, at: int) -> tuple[int, int]:
    """`D02 AF30`: a letter, two digits or one and W, a blank or nothing, a letter, three signs."""
    start = at - 1
    if start < low or not CLASS[data[start]] & UPPER or at + 6 > high:
        return 0, 0
    if start > low and CLASS[data[start - 1]] & WORD:
        return 0, 0
    if not (CLASS[data[at + 1]] & DIGIT or data[at + 1] == 87):
        return 0, 0
    begin = at + 2 + (data[at + 2] == 32)
    if begin + 4 > high or not CLASS[data[begin]] & UPPER:
        return 0, 0
    for place in range(begin, begin + 4):
        if not CLASS[data[place]] & (UPPER | DIGIT):
            return 0, 0
    return (start, begin + 4) if ends(data, begin + 4, high) else (0, 0)


@lean
def dutch(data: Bytes, at: int, high: int) -> tuple[int, int]:
    """`1234 AB`: four digits, the first no zero, and two letters that are not SA, SD or SS."""
    end = at
    while end < high and end < at + 5 and CLASS[data[end]] & DIGIT:
        end += 1
    if end - at != 4 or data[at] == 48:
        return 0, 0
    place = end + (end < high and data[end] == 32)
    if place + 2 > high or not CLASS[data[place]] & CLASS[data[place + 1]] & UPPER:
        return 0, 0
    if data[place] == 83 and data[place + 1] in (65, 68, 83):
        return 0, 0
    return (at, place + 2) if ends(data, place + 2, high) else (0, 0)
