"""What letters count in the sums of official numbers, and what a weight makes of a symbol."""

from __future__ import annotations

from collections.abc import Mapping

from privet.detect.kinds.numbers_declared import LETTERS, SYMBOLS, Sum

_NHI = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_TAIWAN = (10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29,
           32, 30, 31, 33)  # fmt: skip
_ODD = (
    1,
    0,
    5,
    7,
    9,
    13,
    15,
    17,
    19,
    21,
    2,
    4,
    18,
    20,
    11,
    3,
    6,
    8,
    12,
    14,
    16,
    10,
    22,
    25,
    24,
    23,
)
"""Italy's values of letters in odd places, A to Z; digits 0 to 9 count like A to J."""

LETTER_VALUES: Mapping[str, Mapping[str, int]] = {
    "": {letter: 10 + place for place, letter in enumerate(LETTERS)},
    "a1": {letter: 1 + place for place, letter in enumerate(LETTERS)},
    "xyz": {"X": 0, "Y": 1, "Z": 2},
    "corsica": {"A": -1, "B": -2},
    "w0": {letter: 1 + place for place, letter in enumerate(LETTERS)} | {"W": 0},
    "spanish": {letter: 10 + place + (letter > "N") for place, letter in enumerate(LETTERS)},
    "nhi": {letter: 1 + place for place, letter in enumerate(_NHI)},
    "tw": dict(zip(LETTERS, _TAIWAN, strict=True)),
    "iso3779": dict(
        zip("ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "12345678123457923456789"), strict=True)
    ),
}
"""By name: `spanish` has Ñ between N and O; `corsica` turns 2A into 19 and 2B into 18."""


def contribution(weight: str, symbol: str, rule: Sum) -> int:
    """What `symbol` adds to the sum where this weight stands; 0 for letters without a value."""
    if weight in ("o", "e"):
        place = SYMBOLS.index(symbol)
        place -= 10 if place >= 10 else 0
        return _ODD[place] if weight == "o" else place
    value = int(symbol) if symbol.isdigit() else LETTER_VALUES[rule.letters].get(symbol, 0)
    if weight == "d":
        return 2 * value - (9 if value >= 5 else 0)
    first, pair, second = weight.partition("&")
    if not pair:
        return _counted(int(first) * value, rule)
    return _counted(int(first) * (value // 10), rule) + _counted(int(second) * (value % 10), rule)


def _counted(product: int, rule: Sum) -> int:
    return sum(map(int, str(product))) if rule.digits else product
