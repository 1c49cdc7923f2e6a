"""`mask`: a star for every letter and digit, so that the shape stays and the value goes.

`4111 1111 1111 1234` becomes `**** **** **** 1234`, `ana.li@example.org` `***.**@*******.***`. What
is no letter or digit and ASCII stays; any other character becomes one star. Of a value with fewer
than twelve letters and digits none shows. Length and separators do: `redact` hides them, and so do
secrets (keys, passwords), which are masked as `****` whatever they are.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from privet.kernels.scan import codes
from privet.transforms.arrow import Values, pc
from privet.transforms.text.plan import Rule
from privet.transforms.text_bytes import TextBytes

SHOWN: Final = {codes.CARD: 4, codes.IBAN: 4, codes.BANK_ACCOUNT: 4}
SHORTEST: Final = 12
"""Letters and digits that a value has of which some may show."""

_SECRET: Final = frozenset({codes.PRIVATE_KEY, codes.JWT, codes.API_KEY, codes.PASSWORD})
_STAR = np.uint8(ord("*"))


def _tables() -> tuple[np.ndarray[tuple[int], np.dtype[np.bool_]], ...]:
    stars, follows = np.zeros(256, np.bool_), np.zeros(256, np.bool_)
    stars[[byte for byte in range(128) if chr(byte).isalnum()]] = True
    stars[0xC0:] = True
    follows[0x80:0xC0] = True
    return stars, follows


_STARS, _FOLLOWS = _tables()


def masked(values: Values, code: int, rule: Rule) -> Values:
    """Mask each value of a kind: a string array without nulls to one as long."""
    if code in _SECRET:
        return pc.if_else(pc.is_valid(values), "****", values)
    text = TextBytes.of(values)
    starred, shown = _STARS[text.data], rule.show_last
    show = SHOWN.get(code, 0) if shown is None else shown
    data = text.data.copy()
    if show:
        starred = starred & ~_last(text, starred, show)
    data[starred] = _STAR
    keep = ~_FOLLOWS[text.data]
    if show:  # a character that shows keeps its later bytes too
        lead = np.maximum.accumulate(np.where(keep, np.arange(len(data)), 0))
        keep |= ~starred[lead]
    return TextBytes(data, text.offsets).keep(keep).array(values)


def _last(
    text: TextBytes, counted: np.ndarray[tuple[int], np.dtype[np.bool_]], show: int
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which bytes begin one of the last `show` characters of a long value."""
    before = np.concatenate(([0], np.cumsum(counted)))
    sizes = np.diff(text.offsets)
    total = before[text.offsets[1:]]
    long = total - before[text.offsets[:-1]] >= max(SHORTEST, 2 * show)
    left = np.repeat(total, sizes) - before[:-1]
    return counted & np.repeat(long, sizes) & (left <= show)
