"""Keys wrapped by keys: AES-256-GCM under a random nonce, bound to where the key belongs.

Wire form: version byte 1, 12-byte nonce, ciphertext, 16-byte tag (NIST SP 800-38D). Random nonces
are safe for 2**32 wraps under one wrapping key; a project wraps some millions at the most.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privet.model.errors import IntegrityError
from privet.ports.world import Entropy

_VERSION = b"\x01"
_NONCE_BYTES = 12
_TAG_BYTES = 16
_OVERHEAD = len(_VERSION) + _NONCE_BYTES + _TAG_BYTES


def wrap(key_encryption_key: bytes, key: bytes, associated_data: bytes, entropy: Entropy) -> bytes:
    """Encrypt `key`; only the same `associated_data` (say `kind|id|version`) opens it again.

    Raises:
        ValueError: the wrapping key does not have 32 bytes.
    """
    nonce = entropy.token_bytes(_NONCE_BYTES)
    sealed = _cipher(key_encryption_key).encrypt(nonce, key, _VERSION + associated_data)
    return _VERSION + nonce + sealed


def unwrap(key_encryption_key: bytes, wrapped: bytes, associated_data: bytes) -> bytes:
    """The key inside `wrapped`.

    Raises:
        IntegrityError: another wrapping key, other associated data, an unknown version, or bytes
            that were changed.
        ValueError: the wrapping key does not have 32 bytes.
    """
    cipher = _cipher(key_encryption_key)
    if len(wrapped) < _OVERHEAD or wrapped[:1] != _VERSION:
        raise IntegrityError("a wrapped key is cut short or of an unknown version")
    nonce = wrapped[1 : 1 + _NONCE_BYTES]
    try:
        return cipher.decrypt(nonce, wrapped[1 + _NONCE_BYTES :], _VERSION + associated_data)
    except InvalidTag:
        raise IntegrityError(
            "a wrapped key does not open: another key wrapped it, or it was changed"
        ) from None


def _cipher(key: bytes) -> AESGCM:
    if len(key) != 32:
        raise ValueError("a wrapping key has 32 bytes")
    return AESGCM(key)
