"""Addresses of crypto-currencies: Bech32 by its checksum, the others by their form and context.

Bech32 and Bech32m are BIP 173 and BIP 350. Checking a Base58Check address takes SHA-256 and an
Ethereum address Keccak (ERC-55), which no candidate is worth here: both need words near them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import lean
from privet.kernels.scan import codes
from privet.kernels.scan.classes import CLASS, DIGIT, HEX, LOWER, UPPER

Bytes = npt.NDArray[np.uint8]

_BECH32 = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BASE58 = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_TURNS = np.array([0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3], np.int64)
_BECH32M = 0x2BC830A3


def _values(alphabet: bytes, *, any_case: bool) -> npt.NDArray[np.int64]:
    table = np.full(256, -1, np.int64)
    table[list(alphabet)] = range(len(alphabet))
    if any_case:
        table[list(alphabet.upper())] = range(len(alphabet))
    return table


_OF_BECH32 = _values(_BECH32, any_case=True)
_OF_BASE58 = _values(_BASE58, any_case=False)


@lean
def wallet(data: Bytes, start: int, end: int) -> tuple[int, int, int]:
    """How sure it is that the word [start, end) of letters and digits is such an address.

    Returns:
        The score where nothing near speaks of crypto-currencies, the score where something does,
        and the evidence; zeros for what is none.
    """
    size, first = end - start, data[start]
    if size == 42 and first == 48 and data[start + 1] | 32 == 120:
        return (40, 65, codes.FORMAT) if _is_hex(data, start + 2, end) else (0, 0, 0)
    if 14 <= size <= 90 and first | 32 in (98, 108, 116) and _is_bech32(data, start, end):
        return 95, 95, codes.CHECKSUM
    if 26 <= size <= 35 and first in (49, 51) and _is_base58(data, start, end):
        return 20, 65, codes.FORMAT
    return 0, 0, 0


@lean
def _is_hex(data: Bytes, start: int, end: int) -> bool:
    """Whether all is hexadecimal, and not one digit again and again."""
    other = False
    for at in range(start, end):
        if not CLASS[data[at]] & HEX:
            return False
        other = other or data[at] != data[start]
    return other


@lean
def _is_base58(data: Bytes, start: int, end: int) -> bool:
    """Whether all is of the alphabet, with digits, capitals and small letters among it."""
    seen = 0
    for at in range(start, end):
        if _OF_BASE58[data[at]] < 0:
            return False
        seen |= CLASS[data[at]] & (DIGIT | UPPER | LOWER)
    return seen == DIGIT | UPPER | LOWER


@lean
def _is_bech32(data: Bytes, start: int, end: int) -> bool:
    """Whether it is `bc1`, `tb1` or `ltc1` with data of a right checksum, in one case."""
    low, mid = data[start] | 32, data[start + 1] | 32
    if low == 108:
        mark = start + 3
        known = mid == 116 and data[start + 2] | 32 == 99
    else:
        mark = start + 2
        known = mid == 99 if low == 98 else mid == 98
    if not known or data[mark] != 49:
        return False
    check = np.int64(1)
    for at in range(start, mark):
        check = _taken_in(check, np.int64(data[at] | 32) >> 5)
    check = _taken_in(check, np.int64(0))
    for at in range(start, mark):
        check = _taken_in(check, np.int64(data[at]) & 31)
    seen = 0
    for at in range(start, end):
        seen |= CLASS[data[at]] & (UPPER | LOWER)
        if at > mark:
            value = _OF_BECH32[data[at]]
            if value < 0:
                return False
            check = _taken_in(check, value)
    return seen != UPPER | LOWER and check in (1, _BECH32M)


@lean
def _taken_in(check: int, value: int) -> int:
    """One step of the checksum's polynomial (BIP 173, `bech32_polymod`)."""
    top = check >> 25
    check = ((check & 0x1FFFFFF) << 5) ^ value
    for bit in range(5):
        if (top >> bit) & 1:
            check ^= _TURNS[bit]
    return check
