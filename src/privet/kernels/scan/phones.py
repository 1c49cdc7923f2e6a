"""Phone numbers of all regions: is it one that a country has, and how likely is it meant as one.

The tables are an automaton over digits, made from libphonenumber's metadata by
`tools/phone_table.py` and read by `privet.detect.kinds.phones`. Digits are values 0 to 9, not
characters.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import lean
from privet.kernels.scan.codes import CONTEXT, FORMAT
from privet.kernels.scan.context import (
    TOPIC_BANK,
    TOPIC_CARD,
    TOPIC_CONTACT,
    TOPIC_CRYPTO,
    TOPIC_HEALTH,
    TOPIC_LICENCE,
    TOPIC_NATIONAL,
    TOPIC_NEGATIVE,
    TOPIC_PASSPORT,
    TOPIC_PHONE,
    TOPIC_TAX,
    spoken,
)

LONGEST = 18
"""Digits of the longest number that the automaton reads."""
_SHORTEST = 5
_NOTHING = np.uint64(0)
_ONE = np.uint64(1)
EVERYWHERE = np.uint64((1 << 64) - 1)
_ANOTHER = (
    TOPIC_CARD
    | TOPIC_BANK
    | TOPIC_NATIONAL
    | TOPIC_TAX
    | TOPIC_HEALTH
    | TOPIC_PASSPORT
    | TOPIC_LICENCE
    | TOPIC_CRYPTO
)
"""What speaks for another kind of number."""


PhoneTables = npt.NDArray[np.uint16]
"""All tables in one array, since compiled code pays for each array at every call.

Wide numbers are four fields, the lowest first. Four of them say where the parts begin: nodes,
`began`, forms, and the end of the forms. Then come the root nodes, a field each: the international
one, and one for each region. A node has eleven fields: the nodes that the digits 0 to 9 lead to,
and the label, what is said of a number that ends there; node 0 accepts nothing. `began` says by the
first three digits and the count of digits (0 to 18), wide, in which regions (bits, in the order of
the roots) a number can be valid as dialled. Forms are pairs of wide numbers, rising: a grouping
that regions write their numbers in without a trunk prefix, the length of each group a decimal
digit; and those regions.
"""
_NODES, _BEGAN, _FORMS, _BEHIND, _ROOTS = 0, 4, 8, 12, 16


@lean
def _wide(tables: PhoneTables, at: int) -> np.uint64:
    found = np.uint64(0)
    for field in range(3, -1, -1):
        found = (found << np.uint64(16)) | np.uint64(tables[at + field])
    return found


@lean
def walked(entry: int, digits: npt.NDArray[np.uint8], n: int, tables: PhoneTables) -> int:
    """The label that the first `n` digits lead to from root `entry`; 0 where they lead nowhere."""
    nodes = np.int64(_wide(tables, _NODES))
    at = np.int64(tables[_ROOTS + entry])
    for index in range(n):
        at = np.int64(tables[nodes + at * 11 + np.int64(digits[index])])
        if at == 0:
            return np.int64(0)
    return np.int64(tables[nodes + at * 11 + 10])


@lean
def international(digits: npt.NDArray[np.uint8], n: int, tables: PhoneTables) -> int:
    """What the digits after a `+` are: 2 a valid number, 1 of a possible length, 0 neither."""
    if n < _SHORTEST or n > LONGEST + 3:
        return np.int64(0)
    return walked(0, digits, n, tables)


@lean
def national(
    digits: npt.NDArray[np.uint8], n: int, within: np.uint64, tables: PhoneTables
) -> np.uint64:
    """In which regions the digits, dialled as they stand, are a valid number: bits, 0 for none.

    Asked is about the regions `within` (bits); `EVERYWHERE` stands for all.
    """
    found = np.uint64(0)
    if n < _SHORTEST or n > LONGEST:
        return found
    start = np.int64(digits[0]) * 100 + np.int64(digits[1]) * 10 + np.int64(digits[2])
    place = np.int64(_wide(tables, _BEGAN)) + 4 * (start * (LONGEST + 1) + n)
    left = _wide(tables, place) & within
    region = np.int64(1)
    while left != _NOTHING:
        if left & _ONE != _NOTHING and walked(region, digits, n, tables) == 2:
            found |= _ONE << np.uint64(region - 1)
        left >>= _ONE
        region += 1
    return found


@lean
def written_so(form: int, tables: PhoneTables) -> np.uint64:
    """In which regions numbers are written in groups of these lengths: bits, 0 for none."""
    first = np.int64(_wide(tables, _FORMS))
    low, high = np.int64(0), (np.int64(_wide(tables, _BEHIND)) - first) // 8
    while low < high:
        middle = (low + high) // 2
        known = np.int64(_wide(tables, first + middle * 8))
        if known == form:
            return _wide(tables, first + middle * 8 + 4)
        if known < form:
            low = middle + 1
        else:
            high = middle
    return np.uint64(0)


@lean
def nanp(digits: npt.NDArray[np.uint8], n: int) -> bool:
    """Whether the digits are built as North American numbers are (NANP), a leading 1 aside.

    Area code and exchange begin with 2 to 9, and neither is of the form N11. That the area code is
    in use is for `national` to say.
    """
    first = np.int64(1 if n == 11 and digits[0] == 1 else 0)
    if n - first != 10:
        return False
    for at in (first, first + 3):
        if digits[at] < 2 or (digits[at + 1] == 1 and digits[at + 2] == 1):
            return False
    return True


@lean
def judge(
    digits: npt.NDArray[np.uint8],
    n: int,
    plus: int,
    shape_class: int,
    form: int,
    topics: np.uint64,
    tables: PhoneTables,
) -> tuple[int, int]:
    """How sure it is (0..100) that the digits are a phone number, and the evidence's code.

    `plus` is 1 where an international prefix stood before the digits; `shape_class` is what
    `privet.kernels.scan.phone_shape.shape` returned, `form` the grouping that has to be one
    of a region where the number is valid (0: any); `topics` are what is spoken of around.
    """
    context = spoken(topics, TOPIC_PHONE)
    if shape_class == 0:
        return np.int64(0), np.int64(FORMAT)
    if plus:
        score = _abroad(digits, n, shape_class, context, tables)
    else:
        score = _at_home(digits, n, shape_class, form, context, tables)
        if shape_class == 1 and not context and spoken(topics, TOPIC_CONTACT) and n >= 9:
            if national(digits, n, EVERYWHERE, tables) != _NOTHING:
                score = 45
        elif not context and spoken(topics, _ANOTHER):
            score -= 10 if shape_class == 3 else 20
    if not context and spoken(topics, TOPIC_NEGATIVE):
        score -= 30
    elif not context and spoken(topics, TOPIC_CONTACT):
        score += 10
    return np.int64(max(score, 0)), np.int64(CONTEXT if context else FORMAT)


@lean
def _abroad(
    digits: npt.NDArray[np.uint8], n: int, shape_class: int, context: int, tables: PhoneTables
) -> int:
    """The score of a number with an international prefix; class 1 is a plain run after 00."""
    plain = shape_class < 2
    level = international(digits, n, tables)
    if level == 2:
        score = 65 if plain else 85
        return 90 if context else score
    if level == 1:
        score = 40 if plain else 70
        return 75 if context else score
    if n < 8 or n > 15 or digits[0] == 0:
        return 20
    return 55 if context else (50 if n >= 10 and not plain else 40)


@lean
def _at_home(
    digits: npt.NDArray[np.uint8],
    n: int,
    shape_class: int,
    form: int,
    context: int,
    tables: PhoneTables,
) -> int:
    """The score of a number without an international prefix."""
    if shape_class == 1 and not context:
        return 30 if 7 <= n <= 13 else 20
    within = written_so(form, tables) if form and not context else EVERYWHERE
    if national(digits, n, within, tables) != _NOTHING:
        if shape_class == 3:
            return 75 if context else 70
        if shape_class == 2:
            return 70 if context else 60
        return 65
    if shape_class == 3:
        known = nanp(digits, n) or international(digits, n, tables) == 2
        alone = 60 if known else 50 if n in (10, 11) and digits[0] != 0 else 45
        return 65 if context else alone
    if context and 6 <= n <= 15:
        return 60 if international(digits, n, tables) == 2 else 55
    return 35 if shape_class == 2 else 20
