"""Linkage keys: whoever holds one key makes the same token, or date shift, of the same subject."""

from __future__ import annotations

from dataclasses import dataclass, field

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class LinkageKey:
    """The random, versioned key of one linkage domain.

    Attributes:
        key_id: what names this version of the key in metadata and receipts.
        domain: the linkage domain; the same value has unrelated tokens in two domains.
        secret: 32 random bytes, never derived from a passphrase or a salt.
    """

    key_id: str
    domain: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET_BYTES:
            raise ValueError(f"a linkage key has {SECRET_BYTES} bytes, not {len(self.secret)}")
