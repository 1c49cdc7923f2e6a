"""Surrogates of numbers: as many digits and letters, the same grouping, check digits that hold.

Cards keep their brand and length, begin as that brand's published test numbers do, and pass Luhn
(ISO/IEC 7812-1). IBANs keep country and length and pass ISO 7064 mod 97-10; check digits that a
country has within are not kept. Social security numbers have an area from 900 on, which is issued
to nobody, and a group that taxpayer numbers do not use; taxpayer numbers (ITIN) have group 89 or
93, which they do not use either. A BIC keeps its country and becomes a test BIC (ISO 9362: the
eighth character is 0). National, tax and health numbers are drawn digit by digit without check
digits: one that passes would sooner or later be somebody's.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from privet.transforms.arrow import Values
from privet.transforms.text.drawing import Bytes, Flags, Places, number
from privet.transforms.text.runs import (
    ALNUM,
    DIGITS,
    LETTERS,
    LOWER,
    Ranked,
    Runs,
    overlaid,
    reshaped,
)
from privet.transforms.text_bytes import TextBytes

_ZERO = np.uint8(ord("0"))

_CARD_DIGITS: Final = 19
_TEST_CARDS: Final = (
    (2221, 2720, "222300"), (3000, 3059, "305693"), (3095, 3095, "305693"), (3400, 3499, "343434"),
    (3528, 3589, "353011"), (3600, 3699, "361489"), (3700, 3799, "378282"), (3800, 3999, "305693"),
    (4000, 4999, "411111"), (5000, 5099, "675964"), (5100, 5599, "555555"), (5600, 5899, "675964"),
    (6011, 6011, "601111"), (6200, 6299, "620000"), (6304, 6304, "675964"), (6390, 6390, "675964"),
    (6440, 6599, "601111"), (6700, 6799, "675964"),
)  # fmt: skip
"""First four digits from and to, and how test numbers of that brand begin."""

_IBAN_SIZES: Final = (15, 34)
_POSTCODE_LETTERS: Final = np.frombuffer(b"ABEGHJLNPRSTWXYZ", np.uint8)
"""Letters that both British and Canadian codes use in their later places."""


def plain_numbers(values: Values, draws: Bytes) -> Values:
    """Letters and digits drawn anew: passports, licences, accounts, official numbers."""
    return reshaped(values, draws).array(values)


def cards(values: Values, draws: Bytes) -> Values:
    """Payment cards."""
    text = TextBytes.of(values)
    digits = Ranked.of(text, DIGITS[text.data])
    given = digits.matrix(text, _CARD_DIGITS) - _ZERO
    sizes = digits.counts
    fits = (sizes >= 12) & (sizes <= _CARD_DIGITS)
    fresh = draws[:, :_CARD_DIGITS] % np.uint8(10)
    first_four = given[:, :4].astype(np.int64) @ np.array([1000, 100, 10, 1])
    fresh[:, :4] = given[:, :4]
    for low, high, begin in _TEST_CARDS:
        brand = (first_four >= low) & (first_four <= high)
        fresh[brand, :6] = np.frombuffer(begin.encode(), np.uint8) - _ZERO
    last = np.clip(sizes - 1, 0, _CARD_DIGITS - 1)
    fresh[np.arange(len(fresh)), last] = _luhn(fresh, last)
    return overlaid(values, draws, digits, fresh + _ZERO, fits)


def _luhn(digits: Bytes, last: Places) -> Bytes:
    """The check digit that belongs at the place `last` of each row."""
    behind = last[:, None] - np.arange(digits.shape[1])
    doubled = digits.astype(np.int64) * np.where(behind % 2 == 1, 2, 1)
    doubled = np.where(doubled > 9, doubled - 9, doubled) * (behind > 0)
    check: Bytes = ((-doubled.sum(axis=1)) % 10).astype(np.uint8)
    return check


def ibans(values: Values, draws: Bytes) -> Values:
    """International bank account numbers (ISO 13616-1)."""
    text = TextBytes.of(values)
    signs = Ranked.of(text, ALNUM[text.data])
    low, high = _IBAN_SIZES
    given = signs.matrix(text, high)
    upper = np.where(LOWER[given], given - np.uint8(32), given)
    fits = (signs.counts >= low) & (signs.counts <= high)
    fits &= LETTERS[given[:, 0]] & LETTERS[given[:, 1]]
    digit = DIGITS[given]
    fresh = np.where(
        digit, _ZERO + draws[:, :high] % np.uint8(10), np.uint8(65) + draws[:, :high] % np.uint8(26)
    )
    fresh[:, :2] = upper[:, :2]
    check = _mod_97(fresh, signs.counts)
    fresh[:, 2], fresh[:, 3] = _ZERO + check // 10, _ZERO + check % 10
    small = LOWER[given] & LETTERS[fresh]
    return overlaid(values, draws, signs, np.where(small, fresh + np.uint8(32), fresh), fits)


def _mod_97(signs: Bytes, counts: Places) -> Places:
    """The check digits of accounts in capitals, the country in the first two places."""
    rest = np.zeros(len(signs), np.int64)
    for place in (*range(4, signs.shape[1]), 0, 1):
        sign = signs[:, place]
        letter = LETTERS[sign]
        amount = np.where(letter, sign.astype(np.int64) - 55, sign.astype(np.int64) - 48)
        there = (place < counts) & (letter | DIGITS[sign])
        rest = np.where(there, (rest * np.where(letter, 100, 10) + amount) % 97, rest)
    return 98 - rest * 100 % 97


def security_numbers(values: Values, draws: Bytes) -> Values:
    """US social security numbers: area 900 to 999, group 01 to 49."""
    return _nine_digits(values, draws, 1 + number(draws, 20, 49))


def taxpayer_numbers(values: Values, draws: Bytes) -> Values:
    """US individual taxpayer numbers: group 89 or 93."""
    return _nine_digits(values, draws, 89 + 4 * number(draws, 20, 2))


def _nine_digits(values: Values, draws: Bytes, group: Places) -> Values:
    text = TextBytes.of(values)
    digits = Ranked.of(text, DIGITS[text.data])
    serial = 1 + number(draws, 24, 9999)
    whole = 9 * 10**8 + number(draws, 16, 100) * 10**6 + group * 10**4 + serial
    fresh = (whole[:, None] // 10 ** np.arange(8, -1, -1) % 10).astype(np.uint8) + _ZERO
    return overlaid(values, draws, digits, fresh, digits.counts == 9)


def bank_codes(values: Values, draws: Bytes) -> Values:
    """Business identifier codes (ISO 9362)."""
    text = TextBytes.of(values)
    signs = Ranked.of(text, ALNUM[text.data])
    kept = np.zeros(len(text.data), np.bool_)
    country = (signs.rank == 4) | (signs.rank == 5)
    head_office = signs.rank >= 8
    kept[signs.at[country | head_office]] = True
    fresh = reshaped(values, draws, kept)
    fresh.data[signs.at[signs.rank == 7]] = _ZERO
    return fresh.array(values)


def postcodes(values: Values, draws: Bytes) -> Values:
    """Postcodes: the wider region stays: the first sign, and a letter behind a letter."""
    text = TextBytes.of(values)
    signs = Ranked.of(text, ALNUM[text.data])
    letter = LETTERS[text.data[signs.at]]
    leads = letter & (signs.rank == 0)
    second = np.concatenate(([False], leads[:-1])) & letter & (signs.rank == 1)
    kept = np.zeros(len(text.data), np.bool_)
    kept[signs.at[(signs.rank == 0) | second]] = True
    fresh = reshaped(values, draws, kept)
    chosen = LETTERS[text.data] & ~kept
    drawn = fresh.data[chosen]
    case = drawn & np.uint8(32)
    fresh.data[chosen] = _POSTCODE_LETTERS[drawn % len(_POSTCODE_LETTERS)] | case
    return fresh.array(values)


def coordinates(values: Values, draws: Bytes) -> Values:
    """Coordinates: whole degrees stay, all that follows is drawn: within about 110 km."""
    text = TextBytes.of(values)
    runs = Runs.of(text, DIGITS[text.data])
    before = text.data[np.maximum(runs.start - 1, 0)]
    dotted = np.zeros(len(runs.counts), np.bool_)
    dotted[text.rows_of(np.flatnonzero(text.data == ord(".")))] = True
    comma = (before == ord(",")) & ~dotted[runs.row]
    joined = np.zeros(len(runs.row), np.bool_)
    joined[1:] = (runs.rank[1:] > 0) & (runs.start[1:] == (runs.start + runs.size)[:-1] + 1)
    decimal = joined & (comma | (before == ord(".")))
    minutes = _after_degrees(text)[runs.start] & ~decimal
    drawn = np.zeros(len(text.data) + 1, np.int64)
    np.add.at(drawn, runs.start[decimal | minutes], 1)
    np.add.at(drawn, (runs.start + runs.size)[decimal | minutes], -1)
    fresh = reshaped(values, draws, np.cumsum(drawn)[:-1] == 0)
    tens = runs.start[minutes & (runs.size > 1)]
    fresh.data[tens] = _ZERO + (fresh.data[tens] - _ZERO) % np.uint8(6)
    return fresh.array(values)


def _row_of(text: TextBytes) -> Places:
    sizes = np.diff(text.offsets)
    return np.repeat(np.arange(len(sizes)), sizes)


def _after_degrees(text: TextBytes) -> Flags:
    """Bytes behind a degree sign and before the next blank or letter: minutes and seconds."""
    data = text.data
    sign = np.zeros(len(data), np.bool_)
    sign[1:] = (data[1:] == 0xB0) & (data[:-1] == 0xC2)
    stop = LETTERS[data] | (data == ord(",")) | (data == ord(";"))
    stop[text.offsets[:-1][text.offsets[:-1] < len(data)]] = True
    place = np.arange(len(data))
    last_sign = np.maximum.accumulate(np.where(sign, place, -1))
    last_stop = np.maximum.accumulate(np.where(stop, place, -1))
    primed = np.zeros(len(text.offsets) - 1, np.bool_)
    primed[text.rows_of(np.flatnonzero((data == ord("'")) | (data == 0xE2)))] = True
    return (last_sign > last_stop) & primed[_row_of(text)]
