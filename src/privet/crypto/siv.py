"""Deterministic authenticated encryption: AES-SIV (RFC 5297) under a key of one linkage domain.

Equal values give equal ciphertexts under one key and context, and nothing else shows but that a
value is longer or shorter by steps of 16 bytes: it is padded first (ISO/IEC 7816-4: 0x80, then
zeros), so that short names do not tell their lengths.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from privet.crypto.mac import derive_key
from privet.model.errors import IntegrityError

_BLOCK = 16
_MARK = b"\x80"
_FORM = b"privet/siv/1"


class ValueCipher:
    """Encrypts single values, so that the same value is the same bytes in the same context.

    Args:
        secret: 32 random bytes; both keys of AES-256-SIV are derived from it.
        context: what a value is bound to, such as its domain and its key's id; another context
            gives other bytes, and does not decrypt.
    """

    __slots__ = ("_cipher", "_context")

    def __init__(self, secret: bytes, context: Sequence[str]) -> None:
        keys = derive_key(secret, "siv/mac") + derive_key(secret, "siv/encryption")
        self._cipher = AESSIV(keys)
        self._context = [_FORM, *(each.encode() for each in context)]

    def encrypt(self, value: bytes) -> bytes:
        """A synthetic IV of 16 bytes, then the padded value encrypted."""
        return self._cipher.encrypt(pad(value), self._context)

    def decrypt(self, sealed: bytes) -> bytes:
        """The value.

        Raises:
            IntegrityError: it was changed, or made under another key or in another context.
        """
        if len(sealed) < 2 * _BLOCK or len(sealed) % _BLOCK:
            raise _unknown()
        try:
            return unpad(self._cipher.decrypt(sealed, self._context))
        except InvalidTag:
            raise _unknown() from None


def pad(value: bytes) -> bytes:
    """`value` and what fills it up to whole blocks of 16 bytes, one byte at least."""
    return value + _MARK + bytes(-(len(value) + 1) % _BLOCK)


def unpad(padded: bytes) -> bytes:
    """What `pad` was given.

    Raises:
        IntegrityError: it was not padded so.
    """
    value, mark, rest = padded.rpartition(_MARK)
    if not mark or any(rest) or len(rest) >= _BLOCK:
        raise _unknown()
    return value


def _unknown() -> IntegrityError:
    return IntegrityError("a value does not decrypt: another key or context, or it was changed")
