"""Alphabets of format-preserving encryption: which characters are digits of a value, and which."""

from __future__ import annotations

import string
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from privet.crypto.ff1 import LARGEST_RADIX

ALPHABETS: Mapping[str, str] = MappingProxyType(
    {
        "digits": string.digits,
        "hex": string.digits + "abcdef",
        "lower": string.ascii_lowercase,
        "upper": string.ascii_uppercase,
        "letters": string.ascii_letters,
        "alphanumeric": string.digits + string.ascii_letters,
    }
)
"""By the names that the policy has for them; any other text is an alphabet itself."""


def alphabet_of(named: str | None, radix: int | None) -> str:
    """The characters that the policy names: by a name, by a radix of 0-9a-z, or one by one.

    Raises:
        ValueError: both are given, or a character stands in it twice, or there are too many.
    """
    if radix is not None:
        if named is not None:
            raise ValueError("`format` takes `alphabet` or `radix`, not both")
        return (string.digits + string.ascii_lowercase)[:radix]
    characters = ALPHABETS.get(named or "digits") or named or ""
    if len(set(characters)) < len(characters):
        names = ", ".join(ALPHABETS)
        raise ValueError(
            f"an alphabet has each character once; write its characters, or one of {names}"
        )
    if len(characters) > LARGEST_RADIX:
        raise ValueError(f"an alphabet has at most {LARGEST_RADIX:,} characters")
    return characters


class Codes:
    """Which digit a character is.

    Args:
        characters: the alphabet, in the order of its digits.
        folded: whether capital letters are the same digits as small ones.
    """

    __slots__ = ("_table", "points")

    def __init__(self, characters: str, *, folded: bool = False) -> None:
        self.points = np.array([ord(each) for each in characters], np.uint32)
        self._table = np.full(int(self.points.max()) + 2, -1, np.int64)
        self._table[self.points] = np.arange(len(characters))
        if folded:
            for place, each in enumerate(characters):
                self._table[ord(each.upper())] = place

    def of(self, points: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
        """The digit that each code point is, or -1."""
        return self._table[np.minimum(points, len(self._table) - 1)]
