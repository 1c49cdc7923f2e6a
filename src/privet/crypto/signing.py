"""Ed25519 signatures (RFC 8032)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from privet.model.errors import IntegrityError
from privet.ports.world import Entropy

_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class VerifyKey:
    """A public key: `raw` holds its 32 bytes."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != _KEY_BYTES:
            raise ValueError("an Ed25519 public key has 32 bytes")

    def verify(self, signature: bytes, data: bytes) -> None:
        """Return in silence when `signature` was made over `data` by the matching private key.

        Raises:
            IntegrityError: it was not.
        """
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, data)
        except InvalidSignature:
            raise IntegrityError("a signature does not match its text and key") from None


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key: `seed` holds its 32 secret bytes and stays out of every `repr`."""

    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != _KEY_BYTES:
            raise ValueError("an Ed25519 seed has 32 bytes")

    @classmethod
    def generate(cls, entropy: Entropy) -> Self:
        """A fresh key."""
        return cls(entropy.token_bytes(_KEY_BYTES))

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """The key of a seed kept earlier.

        Raises:
            ValueError: the seed does not have 32 bytes.
        """
        return cls(seed)

    @property
    def public(self) -> VerifyKey:
        """The matching public key."""
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        return VerifyKey(private.public_key().public_bytes_raw())

    def sign(self, data: bytes) -> bytes:
        """The 64-byte signature over `data`."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(data)
