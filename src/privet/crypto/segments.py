"""The wire format of sealed objects: Tink's AES256-GCM-HKDF streaming, segments of 1 MiB.

Source: developers.google.com/tink/streaming-aead/aes_gcm_hkdf_streaming. An object is a 40-byte
header (its own length in one byte, a 32-byte salt, a 7-byte nonce prefix) and segments of 1 MiB of
ciphertext; the header counts toward the first, and only the last is shorter. Each segment is
AES-256-GCM under HKDF-SHA256(key, salt, info = associated data) and the nonce
prefix || big-endian 32-bit segment number || 1 for the last segment, 0 for the others: a segment
that was changed, moved, swapped or taken away does not open.
"""

from __future__ import annotations

from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from privet.crypto.buffers import Readable
from privet.model.errors import IntegrityError
from privet.ports.world import Entropy

SEGMENT: Final = 1 << 20
"""Bytes of a full ciphertext segment."""
TAG: Final = 16
SALT: Final = 32
PREFIX: Final = 7
HEADER: Final = 1 + SALT + PREFIX
PLAIN: Final = SEGMENT - TAG
"""Plaintext of a full segment after the first."""
FIRST_PLAIN: Final = PLAIN - HEADER
"""Plaintext of a full first segment."""
_MAX_SEGMENTS: Final = 1 << 32


class SegmentCipher:
    """Seals and opens the segments of one object, by their number."""

    def __init__(self, key: bytes, associated_data: bytes, header: bytes) -> None:
        if len(key) != 32:
            raise ValueError("an object's key has 32 bytes")
        if len(header) != HEADER or header[0] != HEADER:
            raise IntegrityError("not a sealed object, or its header was changed")
        self.header = header
        self._prefix = header[1 + SALT :]
        kdf = HKDF(algorithm=SHA256(), length=32, salt=header[1 : 1 + SALT], info=associated_data)
        self._cipher = AESGCM(kdf.derive(key))

    @classmethod
    def fresh(cls, key: bytes, associated_data: bytes, entropy: Entropy) -> Self:
        """The cipher of a new object, with a random salt and nonce prefix."""
        return cls(key, associated_data, bytes([HEADER]) + entropy.token_bytes(SALT + PREFIX))

    def seal(self, index: int, plain: Readable, *, last: bool) -> bytes:
        """The ciphertext of segment `index`, 16 bytes longer than `plain`."""
        return self._cipher.encrypt(self._nonce(index, last=last), plain, None)

    def open(self, index: int, sealed: Readable, *, last: bool) -> bytes:
        """The plaintext of segment `index`.

        Raises:
            IntegrityError: it was changed, moved, or is (or is not) the last one.
        """
        try:
            return self._cipher.decrypt(self._nonce(index, last=last), sealed, None)
        except InvalidTag:
            raise IntegrityError(
                f"segment {index} of a sealed object does not open: the object was changed or cut "
                "short, or was sealed with another key or name"
            ) from None

    def _nonce(self, index: int, *, last: bool) -> bytes:
        if index >= _MAX_SEGMENTS:
            raise ValueError("a sealed object holds at most 2**32 segments (4 PiB)")
        return self._prefix + index.to_bytes(4, "big") + bytes([last])


def sealed_size(plain: int) -> int:
    """Bytes of the object that `plain` bytes become."""
    later = max(plain - FIRST_PLAIN, 0)
    segments = 1 + -(-later // PLAIN)
    return HEADER + plain + TAG * segments


def segment_count(sealed: int) -> int:
    """Number of segments in an object of `sealed` bytes.

    Raises:
        IntegrityError: no object has that size.
    """
    segments = -(-sealed // SEGMENT)
    shortest_last = TAG if segments > 1 else HEADER + TAG
    if sealed - (segments - 1) * SEGMENT < shortest_last:
        raise IntegrityError("a sealed object was cut short")
    return segments


def plain_size(sealed: int) -> int:
    """Bytes of plaintext in an object of `sealed` bytes.

    Raises:
        IntegrityError: no object has that size.
    """
    return sealed - HEADER - TAG * segment_count(sealed)


def locate(position: int) -> tuple[int, int]:
    """The segment that holds the plaintext byte at `position`, and the byte's place in it."""
    if position < FIRST_PLAIN:
        return 0, position
    index, offset = divmod(position - FIRST_PLAIN, PLAIN)
    return index + 1, offset


def extent(index: int) -> int:
    """Where the ciphertext of segment `index` starts in the object."""
    return index * SEGMENT if index else HEADER
