"""How people write phone numbers: whether the grouping of a chain of digit groups is one.

A chain is what `privet.kernels.scan.chains` reads: for each group its first byte, the byte after
it, and the code of what stands before it. Only the groups `first` to `last`, that one left out, are
looked at.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import lean
from privet.kernels.scan.chains import BLANK, DOT, HYPHEN, PARENTHESIS, SLASH, Chain

PLUS, OPENED = 1, 2
"""Bits of what stands before the groups: `+`, and a parenthesis closed after the first of them."""
NO, PLAIN, USUAL, DISTINCTIVE = 0, 1, 2, 3
"""The classes: not a phone number; a run of digits; a usual grouping; a distinctive one."""

Bytes = npt.NDArray[np.uint8]


@lean
def number(data: Bytes, start: int, end: int) -> int:
    """The number that up to eighteen digits in [start, end) stand for."""
    found = np.int64(0)
    for at in range(start, min(end, start + 18)):
        found = found * 10 + np.int64(data[at]) - 48
    return found


@lean
def signature(chain: Chain, first: int, last: int) -> int:
    """The lengths of the groups, one decimal digit each; 0 where one is longer than nine."""
    found = np.int64(0)
    for at in range(first, last):
        length = chain[at, 1] - chain[at, 0]
        if length > 9:
            return np.int64(0)
        found = found * 10 + length
    return found


@lean
def one_separator(chain: Chain, first: int, last: int) -> int:
    """The separator between all the groups, 0 where they differ or there is none."""
    if last - first < 2:
        return np.int64(0)
    for at in range(first + 2, last):
        if chain[at, 2] != chain[first + 1, 2]:
            return np.int64(0)
    return chain[first + 1, 2]


@lean
def _is_day(year: int, month: int, day: int) -> bool:
    """Whether three numbers may be a day, month and day in either order."""
    if month > 12:
        month, day = day, month
    return 1 <= month <= 12 and 1 <= day <= 31 and (year < 100 or 1500 <= year < 2200)


@lean
def _long(chain: Chain, group: int) -> int:
    return chain[group, 1] - chain[group, 0]


@lean
def _is_date(data: Bytes, chain: Chain, first: int, last: int) -> bool:
    """Whether the first groups are a date, two years, or a date and a time."""
    one = number(data, chain[first, 0], chain[first, 1])
    two = number(data, chain[first + 1, 0], chain[first + 1, 1])
    long_one, long_two = _long(chain, first), _long(chain, first + 1)
    if last - first == 2:
        if long_one == 4 and long_two == 4:
            return 1500 <= one < 2200 and 1500 <= two < 2200
        stamp = long_one == 8 and long_two in (4, 6)
        return stamp and _is_day(one // 10000, one // 100 % 100, one % 100)
    if chain[first + 1, 2] != chain[first + 2, 2]:
        return False
    three = number(data, chain[first + 2, 0], chain[first + 2, 1])
    long_three = _long(chain, first + 2)
    if long_one == 4:
        return long_two <= 2 and long_three <= 2 and _is_day(one, two, three)
    if long_one > 2 or long_two > 2:
        return False
    if long_three == 4:
        return three >= 1000 and _is_day(three, one, two)
    return last - first == 3 and long_three == 2 and _is_day(three, one, two)


@lean
def _is_formal(form: int) -> bool:
    """Whether the lengths of the groups are those of a payment card, SSN, CPF or Amazon order."""
    return form in (4444, 465, 464, 4443, 44443, 44444, 324, 3332, 377)


@lean
def _is_another(data: Bytes, chain: Chain, first: int, last: int, n: int) -> bool:
    """Whether the groups are a date, address of a computer, ISBN, card, SSN, version or float."""
    if _is_date(data, chain, first, last) or _is_formal(signature(chain, first, last)):
        return True
    between = one_separator(chain, first, last)
    area_like = data[chain[first, 0]] == 48 and _long(chain, first) > 1
    if between == DOT and last - first == 2:
        return not area_like or _long(chain, first) < 3
    if between == DOT and last - first == 4 and not area_like:
        small = True
        for at in range(first, last):
            small = small and _long(chain, at) <= 3
        if small:
            return True
    head = number(data, chain[first, 0], chain[first, 1])
    return n == 13 and head in (978, 979)


@lean
def _opened(data: Bytes, chain: Chain, first: int, last: int) -> int:
    """The class of a chain with an area code in parentheses: its first group, or its second."""
    code = first
    if _long(chain, first) == 1:
        if last - first < 3:
            return NO
        code = first + 1
    area = _long(chain, code)
    after = np.int64(0)
    for at in range(code + 1, last):
        length = _long(chain, at)
        if length == 1 and not (at == code + 1 and data[chain[at, 0]] == 57):
            return NO
        after += length
    year = number(data, chain[code, 0], chain[code, 1])
    if area < 2 or area > 5 or after < 5 or after > 9 or last - code > 6:
        return NO
    if area == 4 and 1800 <= year < 2100:
        return PLAIN
    return DISTINCTIVE


@lean
def _trunk(chain: Chain, first: int, last: int, n: int) -> int:
    """The class of a chain that begins with one 0."""
    area = _long(chain, first)
    count = last - first
    if area > 6 or n < 8 or n > 13:
        return PLAIN
    between = one_separator(chain, first, last)
    form = signature(chain, first, last)
    if count == 2:
        zip_or_ein = between == HYPHEN and form in (54, 27)
        if area < 2 or zip_or_ein or (area < 3 and between == DOT):
            return PLAIN
        return DISTINCTIVE if between == SLASH else USUAL
    if area == 1 and between == DOT:
        return NO
    if form in (2333, 222222) or (area == 1 and form != 144 and _long(chain, first + 1) != 3):
        return PLAIN
    for at in range(first + 1, last):
        length = _long(chain, at)
        if length > 6 or (length == 1 and not (at == first + 1 and area == 2)):
            return NO
    return USUAL if between == DOT and count == 3 else DISTINCTIVE


@lean
def _grouped(data: Bytes, chain: Chain, first: int, last: int) -> int:
    """The class of a chain that begins neither with 0 nor with a parenthesis."""
    form = signature(chain, first, last)
    between = one_separator(chain, first, last)
    head = np.int64(data[chain[first, 0]]) - 48
    if form == 334 or (form == 1334 and head == 1):
        return DISTINCTIVE if chain[last - 1, 2] == HYPHEN else USUAL
    if _long(chain, first) == 1:
        usual = form in (13322, 144, 13232, 1334) and head in (1, 8, 9)
        return USUAL if usual and between != DOT else NO
    if form == 313 and between == BLANK:
        return PLAIN
    for at in range(first + 1, last):
        if _long(chain, at) == 1:
            return NO
    if between == DOT:
        return USUAL if form in (3322, 2322, 3222) else NO
    if between == SLASH:
        return NO
    return USUAL if _is_usual(form, head, between) else PLAIN


@lean
def _is_usual(form: int, head: int, between: int) -> bool:
    """Whether a form without trunk prefix is in use, and is not as well that of other numbers.

    `head` is the first digit. Nine digits by threes are also amounts and ids, so that only what
    begins as mobile numbers do is taken; 3-3-2-2 with hyphens is a Polish tax number.
    """
    if form in (3222, 2322, 254, 244):
        return True
    if form == 333:
        return head >= 5 and between != HYPHEN
    if form == 55:
        return head >= 6
    if form in (344, 433):
        return head == 1
    if form == 3322:
        return between != HYPHEN
    return form == 323 and between == BLANK


@lean
def shape(data: Bytes, chain: Chain, first: int, last: int, lead: int) -> int:
    """The class (`NO`, `PLAIN`, `USUAL`, `DISTINCTIVE`) of the groups `first` to `last` of a chain.

    `lead` are the bits of what stands before group `first`.
    """
    n = np.int64(0)
    slashes = np.int64(0)
    parentheses = np.int64(0)
    for at in range(first, last):
        n += _long(chain, at)
        if at > first:
            slashes += np.int64(chain[at, 2] == SLASH) * (1 if at < first + 3 else 2)
            parentheses += np.int64(chain[at, 2] == PARENTHESIS)
    count = last - first
    if n < 6 or n > 21 or count > 8 or slashes > 1:
        return NO
    if count == 1:
        return DISTINCTIVE if lead & PLUS else PLAIN
    start = chain[first, 0]
    if lead & PLUS:
        is_float = count == 2 and chain[first + 1, 2] == DOT
        return NO if is_float or n < 7 else DISTINCTIVE
    if _long(chain, first) >= 2 and data[start] == 48 and data[start + 1] == 48:
        formal = _is_formal(signature(chain, first, last)) or _long(chain, first) > 7
        return NO if formal or not 9 <= n <= 17 or chain[first + 1, 2] == DOT else DISTINCTIVE
    if n < 7 or n > 14 or _is_another(data, chain, first, last, n):
        return NO
    if parentheses:
        if lead & OPENED or (chain[first + 1, 2] == PARENTHESIS and _long(chain, first) == 1):
            return _opened(data, chain, first, last)
        return PLAIN
    if data[start] == 48:
        return _trunk(chain, first, last, n)
    return _grouped(data, chain, first, last)
