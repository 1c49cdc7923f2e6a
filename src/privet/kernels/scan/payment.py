"""Cards (ISO/IEC 7812: issuer ranges, Luhn), IBAN (ISO 13616, ISO 7064) and BIC (ISO 9362)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import lean
from privet.kernels.scan.chains import BLANK, HYPHEN
from privet.kernels.scan.classes import ALNUM, CLASS, DIGIT, LETTER, LOWER, UPPER, WORD

Bytes = npt.NDArray[np.uint8]
Chain = npt.NDArray[np.int64]
Lengths = npt.NDArray[np.uint8]

_FEWEST, _MOST = 12, 19


@lean
def luhn(digits: Bytes, count: int) -> bool:
    """Whether the last of `count` digits (values 0 to 9) checks the others (ISO/IEC 7812-1)."""
    total = 0
    for place in range(count):
        digit = np.int64(digits[count - 1 - place])
        if place & 1:
            digit *= 2
            digit -= 9 if digit > 9 else 0
        total += digit
    return total % 10 == 0


@lean
def _goods_number(digits: Bytes, count: int) -> bool:
    """Whether the digits are a valid GTIN (EAN-13, UPC-A), as on every package."""
    total = 0
    for place in range(count):
        total += np.int64(digits[count - 1 - place]) * (3 if place & 1 else 1)
    return total % 10 == 0


@lean
def _issued(digits: Bytes, count: int) -> bool:
    """Whether an issuer's range has numbers that begin so and are so long."""
    six = 0
    for place in range(6):
        six = six * 10 + np.int64(digits[place])
    four, three, two = six // 100, six // 1000, six // 10000
    if two // 10 == 4:  # Visa
        return count in (13, 16, 19)
    if 51 <= two <= 55 or 2221 <= four <= 2720:  # Mastercard
        return count == 16
    if two in (34, 37):  # American Express
        return count == 15
    if 300 <= three <= 305 or four == 3095 or two in (36, 38, 39):  # Diners Club
        return 14 <= count <= 19
    if 3528 <= four <= 3589:  # JCB
        return 16 <= count <= 19
    if four in (1800, 2131):
        return count == 15
    if four == 6011 or 644 <= three <= 649 or two == 65 or two in (60, 81, 82):  # Discover, RuPay
        return 16 <= count <= 19
    if two == 62:  # UnionPay
        return 16 <= count <= 19
    if 2200 <= four <= 2204:  # Mir
        return 16 <= count <= 19
    return two in (50, 56, 57, 58, 63, 67)  # Maestro


@lean
def _grouped(chain: Chain, first: int, count: int) -> bool:
    """4-4-4-4, 4-4-4-4-3, 4-6-5, 4-6-4, 4-4-4 or 4-4-4-1 with one separator throughout."""
    separator = chain[first + 1, 2]
    if separator not in (BLANK, HYPHEN):
        return False
    for group in range(first, first + count):
        size = chain[group, 1] - chain[group, 0]
        if group > first and chain[group, 2] != separator:
            return False
        if group == first or group < first + count - 1:
            if count == 3 and group == first + 1:
                if size not in (4, 6):
                    return False
            elif size != 4:
                return False
        elif size > 5 or size == 0:
            return False
    return True


@lean
def card(data: Bytes, chain: Chain, first: int, count: int, digits: Bytes) -> tuple[int, int]:
    """The card number that begins at group `first`: (groups, how sure), (0, 0) for none.

    How sure: 3 grouped as on a card, 2 one run of digits, 1 one that may as well be a number of
    goods, or is short; 0 one whose check digit is right and that no issuer is known to have.
    `digits` is scratch for 24 bytes.
    """
    unknown = 0
    for groups in (1, 5, 4, 3):
        if first + groups > count or (groups > 1 and not _grouped(chain, first, groups)):
            continue
        total = 0
        for group in range(first, first + groups):
            for place in range(chain[group, 0], chain[group, 1]):
                if total < 24:
                    digits[total] = data[place] - 48
                total += 1
        if not _FEWEST <= total <= _MOST or not luhn(digits, total):
            continue
        if not _issued(digits, total):
            unknown = groups if total in (15, 16) and 2 <= digits[0] <= 6 else unknown
            continue
        if groups > 1:
            return groups, 3
        return 1, 1 if total == 12 or (total <= 14 and _goods_number(digits, total)) else 2
    return unknown, 0


@lean
def torn(data: Bytes, low: int, high: int, start: int, end: int) -> bool:
    """Whether a card's groups stand among further ones: digits before it, or four after."""
    if start - 2 >= low and data[start - 1] in (32, 45) and CLASS[data[start - 2]] & DIGIT:
        return True
    if end + 4 >= high or data[end] not in (32, 45):
        return False
    for place in range(end + 1, end + 5):
        if not CLASS[data[place]] & DIGIT:
            return False
    return end + 5 >= high or not CLASS[data[end + 5]] & DIGIT


@lean
def iban(data: Bytes, high: int, start: int, lengths: Lengths) -> tuple[int, int]:
    """The IBAN that begins at `start`: its end, and 2 if it checks or 1 if only its length does.

    `(start, 0)` for none. `lengths` has 676 entries: by two letters, the length in the
    registry, 0 for none.
    """
    if (
        start + 15 > high
        or not CLASS[data[start + 2]] & DIGIT
        or not CLASS[data[start + 3]] & DIGIT
    ):
        return start, 0
    one, two = np.int64(data[start]) & 31, np.int64(data[start + 1]) & 31
    if not (CLASS[data[start]] & LETTER and CLASS[data[start + 1]] & LETTER):
        return start, 0
    wanted = np.int64(lengths[(one - 1) * 26 + two - 1])
    if wanted == 0:
        return start, 0
    # Remainder mod 97 of what follows the first four signs, and of those after.
    remainder = seen = 0
    place = start
    head = 0
    case = 0
    while place < high and seen < wanted:
        byte = data[place]
        if not CLASS[byte] & ALNUM:
            blank = byte in (32, 45)
            if byte == 0xC2 and place + 1 < high and data[place + 1] == 0xA0:
                place += 1
                blank = True
            if not blank or seen < 2 or not CLASS[data[place - 1]] & (ALNUM | 32):
                return start, 0
            place += 1
            if place >= high or not CLASS[data[place]] & ALNUM:
                return start, 0
            continue
        value = np.int64(byte) - 48 if CLASS[byte] & DIGIT else (np.int64(byte) & 31) + 9
        if CLASS[byte] & LETTER:
            case |= 1 if CLASS[byte] & UPPER else 2
        if seen < 4:
            head = head * (10 if value < 10 else 100) + value
        else:
            remainder = (remainder * (10 if value < 10 else 100) + value) % 97
        seen += 1
        place += 1
    if seen < wanted or (place < high and CLASS[data[place]] & WORD) or case == 3:
        return start, 0
    remainder = (remainder * 1_000_000 + head) % 97
    if remainder != 1 and case == 2:
        return start, 0
    return place, 2 if remainder == 1 else 1


@lean
def is_bic(data: Bytes, start: int, end: int, lengths: Lengths) -> bool:
    """8 or 11 capital letters and digits: bank, country, place, branch."""
    if end - start not in (8, 11):
        return False
    for place in range(start, end):
        byte = CLASS[data[place]]
        if byte & LOWER or (place < start + 6 and not byte & UPPER) or not byte & ALNUM:
            return False
    one, two = np.int64(data[start + 4]) - 65, np.int64(data[start + 5]) - 65
    return lengths[one * 26 + two] > 0 or (one == 20 and two == 18) or (one == 2 and two in (0, 13))
