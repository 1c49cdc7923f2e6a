"""Check digits by name, for kinds that a user declares: each takes the text that a pattern matched.

Spaces, dashes, dots and slashes between the digits do not count.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

_BETWEEN = str.maketrans("", "", " -./\u00a0\u202f")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_IBAN_LEAST, _IBAN_MOST = 15, 34

# Verhoeff, Error Detecting Decimal Codes (1969): the dihedral group D5, and the permutation of
# each place, which is the second one applied again and again.
_TURNS = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
# Damm, Total anti-symmetrische Quasigruppen (2004), the quasigroup of order 10 on page 106.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def _digits(text: str) -> Sequence[int]:
    """The digits of the text; none where anything but digits is in it."""
    plain = text.translate(_BETWEEN)
    return [int(digit) for digit in plain] if plain.isascii() and plain.isdigit() else []


def luhn(text: str) -> bool:
    """The formula of ISO/IEC 7812-1, annex B."""
    digits = _digits(text)[::-1]
    total = sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return len(digits) > 1 and total % 10 == 0


def mod97(text: str) -> bool:
    """ISO/IEC 7064 MOD 97-10: digits and letters (A is 10) leave 1."""
    plain = text.translate(_BETWEEN).upper()
    if len(plain) < 3 or any(letter not in _ALPHABET for letter in plain):
        return False
    return int("".join(str(_ALPHABET.index(letter)) for letter in plain)) % 97 == 1


def iban(text: str) -> bool:
    """ISO 13616: two letters, two digits, the rest; the first four go to the end, MOD 97-10."""
    plain = text.translate(_BETWEEN).upper()
    form = plain[:2].isalpha() and plain[2:4].isdigit()
    return form and _IBAN_LEAST <= len(plain) <= _IBAN_MOST and mod97(plain[4:] + plain[:4])


def mod11_2(text: str) -> bool:
    """ISO/IEC 7064 MOD 11-2: digits, the last may be X for ten."""
    plain = text.translate(_BETWEEN).upper()
    digits = _digits(plain[:-1])
    if not digits or plain[-1] not in "0123456789X":
        return False
    rest = 0
    for digit in digits:
        rest = (rest + digit) * 2 % 11
    return (rest + "0123456789X".index(plain[-1])) % 11 == 1


def mod11_10(text: str) -> bool:
    """ISO/IEC 7064 MOD 11,10."""
    digits = _digits(text)
    rest = 10
    for digit in digits[:-1]:
        rest = ((rest + digit) % 10 or 10) * 2 % 11
    return len(digits) > 1 and (rest + digits[-1]) % 10 == 1


def verhoeff(text: str) -> bool:
    """Verhoeff's dihedral check."""
    digits = _digits(text)
    total = 0
    for place, digit in enumerate(reversed(digits)):
        for _ in range(place % 8):
            digit = _TURNS[digit]  # noqa: PLW2901  # the same digit, turned
        total = _dihedral(total, digit)
    return len(digits) > 1 and total == 0


def _dihedral(left: int, right: int) -> int:
    """The product in D5: 0 to 4 turn, 5 to 9 flip."""
    if left < 5:
        return (left + right) % 5 + (5 if right >= 5 else 0)
    return (left - right) % 5 + (0 if right >= 5 else 5)


def damm(text: str) -> bool:
    """Damm's quasigroup check."""
    digits = _digits(text)
    state = 0
    for digit in digits:
        state = _DAMM[state][digit]
    return len(digits) > 1 and state == 0


def gs1(text: str) -> bool:
    """GS1 General Specifications, 7.9: weights 3 and 1 from the right (EAN, GTIN, SSCC, GLN)."""
    digits = _digits(text)[::-1]
    return (
        len(digits) in (8, 12, 13, 14, 18) and (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0
    )


def isbn(text: str) -> bool:
    """ISO 2108: ten digits by weights 10 to 1 modulo 11, or thirteen as GS1."""
    plain = text.translate(_BETWEEN).upper()
    if len(plain) == 13:
        return plain[:3] in ("978", "979") and gs1(plain)
    digits = [*_digits(plain[:-1]), "0123456789X".find(plain[-1:])]
    weighted = sum(weight * digit for weight, digit in zip(range(10, 0, -1), digits, strict=False))
    return len(plain) == len(digits) == 10 and digits[-1] >= 0 and weighted % 11 == 0


def ip(text: str) -> bool:
    """An IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


CHECKS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {
        check.__name__: check
        for check in (luhn, mod97, mod11_2, mod11_10, verhoeff, damm, isbn, gs1, iban, ip)
    }
)
"""Every check by the name that a file of kinds gives it."""
