"""FF1 by NIST's samples, AES-SIV by those of RFC 5297, and what both refuse."""

from __future__ import annotations

import numpy as np
import pytest

from privet.crypto.ff1 import FF1, Shape, shortest
from privet.crypto.siv import ValueCipher, pad, unpad
from privet.model.errors import IntegrityError
from privet.transforms import format_batches
from privet.transforms.format_batches import FormatCipher

KEY = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94")
TENS, MORE = "39383736353433323130", "3737373770717273373737"
DIGITS, WORD = "0123456789", "0123456789abcdefghi"
SAMPLES = (
    (16, 10, "", DIGITS, "2433477484"),
    (16, 10, TENS, DIGITS, "6124200773"),
    (16, 36, MORE, WORD, "a9tv40mll9kdu509eum"),
    (24, 10, "", DIGITS, "2830668132"),
    (24, 10, TENS, DIGITS, "2496655549"),
    (24, 36, MORE, WORD, "xbj3kv35jrawxv32ysr"),
    (32, 10, "", DIGITS, "6657667009"),
    (32, 10, TENS, DIGITS, "1001623463"),
    (32, 36, MORE, WORD, "xs8a0azh2avyalyzuwd"),
)
"""NIST, FF1 samples 1 to 9: bytes of the key, radix, tweak, plaintext, ciphertext."""


@pytest.mark.parametrize(("size", "radix", "tweak", "plain", "sealed"), SAMPLES)
def test_nist_samples(
    size: int, radix: int, tweak: str, plain: str, sealed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = [int(each, 36) for each in plain]
    want = [int(each, 36) for each in sealed]
    one = FF1(KEY[:size], radix, bytes.fromhex(tweak))
    assert one.encrypt(given) == want
    assert one.decrypt(want) == given
    monkeypatch.setattr(format_batches, "PAYS_AFTER", -1)
    many = FormatCipher(KEY[:size], radix, bytes.fromhex(tweak))
    assert many.encrypt(np.array([given] * 3, np.uint16)).tolist() == [want] * 3
    assert many.decrypt(np.array([want] * 3, np.uint16)).tolist() == [given] * 3


@pytest.mark.parametrize(("radix", "least"), [(10, 6), (36, 4), (2, 20), (26, 5), (65536, 2)])
def test_a_domain_below_a_million_is_refused(radix: int, least: int) -> None:
    assert shortest(radix) == least
    Shape.of(radix, least, b"")
    with pytest.raises(ValueError, match="fewer than a million"):
        FF1(KEY, radix, b"").encrypt([0] * (least - 1))


def test_what_ff1_does_not_take() -> None:
    for radix in (1, 65537):
        with pytest.raises(ValueError, match="radix from 2 to"):
            FF1(KEY, radix, b"").encrypt([0] * 30)
    with pytest.raises(ValueError, match="beyond its radix"):
        FF1(KEY, 10, b"").encrypt([10] * 8)
    with pytest.raises(ValueError, match="beyond its radix"):
        FormatCipher(KEY, 10, b"").encrypt(np.full((1, 8), 10, np.uint16))


def test_rfc_5297_samples() -> None:
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

    def raw(text: str) -> bytes:
        return bytes.fromhex(text)

    one = AESSIV(raw("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"))
    sealed = one.encrypt(
        raw("112233445566778899aabbccddee"),
        [raw("101112131415161718191a1b1c1d1e1f2021222324252627")],
    )
    assert sealed.hex() == "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c"
    two = AESSIV(raw("7f7e7d7c7b7a79787776757473727170404142434445464748494a4b4c4d4e4f"))
    sealed = two.encrypt(
        b"this is some plaintext to encrypt using SIV-AES",
        [
            raw("00112233445566778899aabbccddeeffdeaddadadeaddadaffeeddccbbaa99887766554433221100"),
            raw("102030405060708090a0"),
            raw("09f911029d74e35bd84156c5635688c0"),
        ],
    )
    assert sealed.hex() == (
        "7bdb6e3b432667eb06f4d14bff2fbd0fcb900f2fddbe404326601965c889bf17"
        "dba77ceb094fa663b7a3f748ba8af829ea64ad544a272e9c485b62a3fd5c0d"
    )


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 31, 32, 1000])
def test_a_value_comes_back_and_shows_its_length_in_steps(size: int) -> None:
    cipher = ValueCipher(KEY, ("value", "customer/research/local", "key-1"))
    value = bytes(range(256)) * 4
    sealed = cipher.encrypt(value[:size])
    assert sealed == cipher.encrypt(value[:size])
    assert cipher.decrypt(sealed) == value[:size]
    assert len(sealed) == 16 + (size // 16 + 1) * 16
    assert unpad(pad(value[:size])) == value[:size]


@pytest.mark.parametrize("ending", [b"\x80", b"\x80\x00", b"\x00", b""])
def test_a_value_may_end_as_padding_does(ending: bytes) -> None:
    cipher = ValueCipher(KEY, ("value",))
    assert cipher.decrypt(cipher.encrypt(b"Ana" + ending)) == b"Ana" + ending


def test_another_key_context_or_byte_gives_nothing() -> None:
    context = ("value", "customer/research/local", "key-1")
    sealed = ValueCipher(KEY, context).encrypt(b"Ana")
    others = [
        ValueCipher(KEY[::-1], context),
        ValueCipher(KEY, ("value", "customer/research/unilab", "key-1")),
        ValueCipher(KEY, ("value", "customer/research/local", "key-2")),
        ValueCipher(KEY, ("valuecustomer/research/local", "key-1")),
    ]
    for other in others:
        assert other.encrypt(b"Ana") != sealed
        with pytest.raises(IntegrityError, match="does not decrypt"):
            other.decrypt(sealed)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(IntegrityError):
            ValueCipher(KEY, context).decrypt(bytes(changed))
    for cut in (b"", sealed[:-1], sealed[:16], sealed + b"\x00" * 16):
        with pytest.raises(IntegrityError):
            ValueCipher(KEY, context).decrypt(cut)
