"""Keyed hashes, and keys made from keys."""

from __future__ import annotations

import hmac

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

KEY_BYTES = 32
"""Length of every symmetric key of the house."""

_LABEL_PREFIX = b"privet/v1/"


def hmac_sha256(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA256 of `data` (RFC 2104, FIPS 180-4): 32 bytes."""
    return hmac.digest(key, data, "sha256")


def derive_key(root: bytes, label: str) -> bytes:
    """A 32-byte key for one use, made from `root` by HKDF-Expand with SHA-256 (RFC 5869, 2.3).

    `root` is a uniform key already, so the extract step would add nothing.

    Raises:
        ValueError: `root` is shorter than 32 bytes, or the label is empty.
    """
    if len(root) < KEY_BYTES:
        raise ValueError("a root key has at least 32 bytes")
    if not label:
        raise ValueError("a derived key needs a label that says what it is for")
    info = _LABEL_PREFIX + label.encode()
    return HKDFExpand(algorithm=SHA256(), length=KEY_BYTES, info=info).derive(root)
