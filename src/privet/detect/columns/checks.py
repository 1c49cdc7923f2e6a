"""How a test of values is made: regular expressions of RE2 over a whole column, in linear time.

Every call compiles its expression, and Unicode classes make that the dearest part by far (2 ms for
all letters): so tests that every column goes through name letters by ranges (`LETTER`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.transforms.arrow import Values, pc

Mask = npt.NDArray[np.bool_]
BEYOND = (
    r"\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{1FFF}\x{2C00}-\x{2FFF}\x{3005}-\x{FEFF}"
    r"\x{10000}-\x{10FFFF}"
)
"""Inside a class: letters beyond ASCII, and some marks among them."""
LETTER = rf"[A-Za-z{BEYOND}]"
Check: TypeAlias = Callable[[Values], Mask]
"""A test of every value of a string array without nulls."""


def mask(flags: Values) -> Mask:
    """An Arrow array of truth values as NumPy has it; null is false."""
    found: Mask = pc.fill_null(flags, pa.scalar(value=False)).to_numpy(zero_copy_only=False)
    return found


def matches(texts: Values, pattern: str) -> Mask:
    """Whether the whole of each text is of a form."""
    return mask(pc.match_substring_regex(texts, rf"\A(?:{pattern})\z"))


def holds(texts: Values, pattern: str) -> Mask:
    """Whether a form stands somewhere in each text."""
    return mask(pc.match_substring_regex(texts, pattern))


def without(texts: Values, pattern: str) -> Values:
    """Each text with all that is of a form taken out."""
    return pc.replace_substring_regex(texts, pattern, "")


def chosen(texts: Values, which: Mask, check: Check) -> Mask:
    """`which`, but false where `check` fails; only those that `which` marks are tried."""
    if not which.any():
        return which
    found = which.copy()
    found[which] = check(texts.filter(pa.array(which)))
    return found


def letters(texts: Values) -> npt.NDArray[np.int64]:
    """Code points of each text."""
    counted: npt.NDArray[np.int64] = pc.utf8_length(texts).to_numpy().astype(np.int64)
    return counted


def count(texts: Values, pattern: str) -> npt.NDArray[np.int64]:
    """How often a form stands in each text."""
    counted = pc.count_substring_regex(texts, pattern).to_numpy()
    found: npt.NDArray[np.int64] = counted.astype(np.int64)
    return found
