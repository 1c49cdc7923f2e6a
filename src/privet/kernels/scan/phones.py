"""Phone numbers of all regions: is it one that a country has, and how likely is it meant as one.

The tables are an automaton over digits, made from libphonenumber's metadata by
`tools/phone_table.py` and read by `privet.detect.kinds.phones`. Digits are values 0 to 9, not
characters.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import compiled
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


class PhoneTables(NamedTuple):
    """The automaton: node 0 accepts nothing.

    `onward` (nodes by 10, uint16) leads from a node by a digit to the next; `label` (nodes, uint8)
    is what stands at the end of a number; `roots` (int64) are the international entry and one entry
    for each region; `began` (1000 by 19, uint64) says by the first three digits and the count of
    digits in which regions (bits, in the order of `roots[1:]`) a number can be valid as dialled.
    """

    onward: npt.NDArray[np.uint16]
    label: npt.NDArray[np.uint8]
    roots: npt.NDArray[np.int64]
    began: npt.NDArray[np.uint64]


@compiled
def walked(root: int, digits: npt.NDArray[np.uint8], n: int, tables: PhoneTables) -> int:
    """The label that the first `n` digits lead to from node `root`; 0 where they lead nowhere."""
    at = np.int64(root)
    for index in range(n):
        at = np.int64(tables.onward[at, np.int64(digits[index])])
        if at == 0:
            return np.int64(0)
    return np.int64(tables.label[at])


@compiled
def international(digits: npt.NDArray[np.uint8], n: int, tables: PhoneTables) -> int:
    """What the digits after a `+` are: 2 a valid number, 1 of a possible length, 0 neither."""
    if n < _SHORTEST or n > LONGEST + 3:
        return np.int64(0)
    return walked(tables.roots[0], digits, n, tables)


@compiled
def national(digits: npt.NDArray[np.uint8], n: int, tables: PhoneTables) -> np.uint64:
    """In which regions the digits, dialled as they stand, are a valid number: bits, 0 for none."""
    found = np.uint64(0)
    if n < _SHORTEST or n > LONGEST:
        return found
    start = np.int64(digits[0]) * 100 + np.int64(digits[1]) * 10 + np.int64(digits[2])
    left = tables.began[start, n]
    region = np.int64(1)
    while left != _NOTHING:
        if left & _ONE != _NOTHING and walked(tables.roots[region], digits, n, tables) == 2:
            found |= _ONE << np.uint64(region - 1)
        left >>= _ONE
        region += 1
    return found


@compiled
def dialled(digits: npt.NDArray[np.uint8], n: int, tables: PhoneTables) -> bool:
    """Whether `national` finds a region; it stops at the first."""
    if n < _SHORTEST or n > LONGEST:
        return False
    start = np.int64(digits[0]) * 100 + np.int64(digits[1]) * 10 + np.int64(digits[2])
    left = tables.began[start, n]
    region = np.int64(1)
    while left != _NOTHING:
        if left & _ONE != _NOTHING and walked(tables.roots[region], digits, n, tables) == 2:
            return True
        left >>= _ONE
        region += 1
    return False


@compiled
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


@compiled
def judge(
    digits: npt.NDArray[np.uint8],
    n: int,
    plus: int,
    shape_class: int,
    topics: np.uint64,
    tables: PhoneTables,
) -> tuple[int, int]:
    """How sure it is (0..100) that the digits are a phone number, and the evidence's code.

    `plus` is 1 where an international prefix stood before the digits; `shape_class` is what
    `privet.kernels.scan.phone_shape.shape` returned; `topics` are what is spoken of around.
    """
    context = spoken(topics, TOPIC_PHONE)
    if shape_class == 0:
        return np.int64(0), np.int64(FORMAT)
    if plus:
        score = _abroad(digits, n, shape_class, context, tables)
    else:
        score = _at_home(digits, n, shape_class, context, tables)
        if not context and spoken(topics, _ANOTHER):
            score -= 20
    if not context and spoken(topics, TOPIC_NEGATIVE):
        score -= 30
    elif not context and spoken(topics, TOPIC_CONTACT):
        score += 10
    return np.int64(max(score, 0)), np.int64(CONTEXT if context else FORMAT)


@compiled
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
    return 55 if context else 40


@compiled
def _at_home(
    digits: npt.NDArray[np.uint8], n: int, shape_class: int, context: int, tables: PhoneTables
) -> int:
    """The score of a number without an international prefix."""
    if dialled(digits, n, tables):
        if shape_class == 3:
            return 75 if context else 70
        if shape_class == 2:
            return 70 if context else 60
        return 65 if context else 30
    if shape_class == 3:
        known = nanp(digits, n) or international(digits, n, tables) == 2
        alone = 60 if known else 45
        return 65 if context else alone
    if context and 6 <= n <= 15:
        return 60 if international(digits, n, tables) == 2 else 55
    return 35 if shape_class == 2 else 20
