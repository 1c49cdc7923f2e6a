"""What a byte is, in one look-up: bits of a table of 256.

Bytes from 128 on are parts of UTF-8 characters. They count as letters where a word is cut; numbers
may stand right beside them, since Chinese and Japanese part no words.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

DIGIT, UPPER, LOWER, HEX, SPACE, BEYOND = 1, 2, 4, 8, 16, 32
UNDERSCORE = 64
TRIGGER = 128
LETTER = UPPER | LOWER
ALNUM = DIGIT | LETTER
WORD = ALNUM | UNDERSCORE


def _classes() -> npt.NDArray[np.uint8]:
    table = np.zeros(256, np.uint8)
    for bit, members in (
        (DIGIT, b"0123456789"),
        (UPPER, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        (LOWER, b"abcdefghijklmnopqrstuvwxyz"),
        (HEX, b"0123456789abcdefABCDEF"),
        (SPACE, b" \t\r\n\v\f"),
        (BEYOND, bytes(range(128, 256))),
        (UNDERSCORE, b"_"),
        (TRIGGER, b"0123456789@:=-"),
    ):
        table[list(members)] |= bit
    return table


CLASS = _classes()
"""Bits of every byte; a global of compiled code, which takes it for a constant."""
