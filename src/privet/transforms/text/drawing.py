"""What a surrogate is drawn from: bytes that depend on the value, its kind and the key alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from privet.crypto.mac import derive_key
from privet.kernels.hmac_column import hmac_rows
from privet.transforms.arrow import Values, pc
from privet.transforms.linkage import LinkageKey

Bytes: TypeAlias = npt.NDArray[np.uint8]
Places: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]

WIDTH: Final = 64
"""Bytes drawn for a value."""
_STEP: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, slots=True)
class Draws:
    """Draws for the values of one kind.

    HMAC-SHA256 of kind, attempt and value, under a key that is derived from the domain's for this
    use, so that a surrogate says nothing about a token; stretched to 64 bytes by SplitMix64
    (Steele, Lea and Flood, 2014), which needs no secrecy of its own: it sees the HMAC alone.
    """

    secret: bytes = field(repr=False)
    kind: str

    @classmethod
    def under(cls, key: LinkageKey, kind: str) -> Draws:
        """The draws of a kind in a linkage domain."""
        return cls(derive_key(key.secret, "transforms/text/surrogate"), kind)

    def of(self, spelled: Values, attempt: int) -> Bytes:
        """Bytes for each value: shape (values, 64)."""
        prefix = f"{self.kind}\x1f{attempt}"
        digests = hmac_rows(self.secret, pc.binary_join_element_wise(prefix, spelled, "\x1f"))
        words = np.ascontiguousarray(digests).view("<u8")
        counted = words[:, :1] + np.arange(1, WIDTH // 8 + 1, dtype=np.uint64) * _STEP
        mixed = (counted ^ (counted >> np.uint64(30))) * _FIRST
        mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
        mixed ^= mixed >> np.uint64(31)
        mixed ^= np.tile(words, (1, WIDTH // 32))
        return np.ascontiguousarray(mixed).view(np.uint8)


def number(draws: Bytes, at: int, bound: int) -> Places:
    """A number below `bound` (at most 2**31) for each value, from four bytes on `at`."""
    place = at % (WIDTH - 4)
    four = np.ascontiguousarray(draws[:, place : place + 4]).view("<u4")[:, 0]
    return four.astype(np.int64) % bound
