"""Addresses of crypto-currencies: published ones are known, one wrong letter is noticed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.kernels.scan import codes
from privet.kernels.scan.wallets import wallet

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
NONE = (0, 0, 0)


def judged(text: str) -> tuple[int, int, int]:
    return wallet(np.frombuffer(text.encode(), np.uint8), 0, len(text.encode()))


def checksum(values: list[int]) -> int:
    """BIP 173's checksum as division of polynomials over GF(32), one bit of the quotient a time."""
    turns = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
    total = 1
    for value in values:
        top, total = total >> 25, (total & 0x1FFFFFF) << 5 ^ value
        for bit, turn in enumerate(turns):
            total ^= turn if top >> bit & 1 else 0
    return total


def bech32(prefix: str, data: list[int], constant: int) -> str:
    spread = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    rest = checksum([*spread, *data, 0, 0, 0, 0, 0, 0]) ^ constant
    check = [rest >> 5 * (5 - place) & 31 for place in range(6)]
    return prefix + "1" + "".join(_ALPHABET[value] for value in [*data, *check])


@pytest.mark.parametrize(
    "text",
    [
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
        "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
    ],
)
def test_published_bech32_addresses(text: str) -> None:
    assert judged(text) == (95, 95, codes.CHECKSUM)
    for at in range(4, len(text)):
        other = "q" if text[at] not in "qQ" else "p"
        other = other.upper() if text.isupper() else other
        assert judged(text[:at] + other + text[at + 1 :]) == NONE
    assert judged(text[:10] + text[10:].swapcase()) == NONE


@given(
    st.sampled_from(["bc", "tb", "ltc"]),
    st.lists(st.integers(0, 31), min_size=5, max_size=60),
    st.sampled_from([1, 0x2BC830A3]),
)
def test_whatever_carries_its_checksum(prefix: str, data: list[int], constant: int) -> None:
    assert judged(bech32(prefix, data, constant)) == (95, 95, codes.CHECKSUM)
    assert judged(bech32(prefix, data, constant ^ 2)) == NONE


def test_addresses_that_need_words_near_them() -> None:
    assert judged("0x52908400098527886E0F7030069857D2E4169EE7") == (40, 65, codes.FORMAT)
    assert judged("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa") == (20, 65, codes.FORMAT)
    assert judged("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy") == (20, 65, codes.FORMAT)


@pytest.mark.parametrize(
    "text",
    [
        "0x" + "0" * 40,
        "0x52908400098527886E0F7030069857D2E4169EEg",
        "0x5290",
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7Div0Na",
        "3" * 30,
        "bc1q",
        "xc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        "bitcoin1isnoaddress",
        "12345",
        "b",
    ],
)
def test_what_is_none(text: str) -> None:
    assert judged(text) == NONE


@given(st.binary(min_size=1, max_size=100))
def test_any_bytes(raw: bytes) -> None:
    assert judged(raw.decode("latin-1").encode("ascii", "replace").decode()) in {
        NONE,
        (40, 65, codes.FORMAT),
        (20, 65, codes.FORMAT),
        (95, 95, codes.CHECKSUM),
    }
