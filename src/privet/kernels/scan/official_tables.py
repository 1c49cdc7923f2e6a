"""The official numbers as one array of integers: what `privet.kernels.scan.official` walks.

One array and not many: a tuple of arrays is copied at each call, which costs more than the checks.
The array holds, at the places named here:

    0         bits of the topics of identity, of other numbers, of NEGATIVE; the least score
    BUCKETS   for each length where its lists are: for digits alone, and for what has letters
    a list    how many variants, where each begins; how many written forms, each with bits of the
              variants that are written so; for each position and symbol bits of the variants that
              have it there: 10 symbols of digits alone, else 36
    a variant what the V_ constants name; then its written forms, as pairs of form and level
    rules     each the place of the next rule, its kind, and its parameters
    values    36 integers: what each symbol adds to a sum where it stands

A written form is one number: for each separator a byte, eight times its place plus its sign.
Symbols are 0 to 35: the digits, then the letters.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

LONGEST = 18
"""Letters and digits of the longest number."""
MOST_PARTS = 8
"""Groups that a number may be written in."""
IDENTITY, OTHERS, NEGATIVE, LEAST, BUCKETS = range(5)
V_CODE, V_CHECKED, V_TOPICS, V_COUNTRIES, V_ANYWHERE, V_RULES, V_RULES_END = range(7)
V_FORMS, V_SCORES = 7, 8
"""How many written forms; and where the scores begin, by level and situation."""
WITHIN, DAY, SUM, HYBRID, VERHOEFF, REPEATS = range(6)
"""Kinds of rules."""
ALONE, TOPIC, COUNTRY, CROSS, FULL, COMPETING, AGAINST = range(7)
"""What context says."""
SITUATIONS = 7
NEUTRAL, USUAL, DISTINCTIVE, WEAK = range(4)
"""What a written form says."""
LEVELS = 4
V_WRITTEN = V_SCORES + LEVELS * SITUATIONS
"""Where the written forms begin."""


class OfficialTables(NamedTuple):
    """Declarations of `privet.detect.kinds.numbers`, made ready for compiled code."""

    program: npt.NDArray[np.int64]
