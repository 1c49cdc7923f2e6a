"""The official numbers as arrays: what `privet.kernels.scan.official` walks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint64]
Bytes = npt.NDArray[np.uint8]

LONGEST = 18
"""Letters and digits of the longest number."""
WITHIN, DAY, SUM, HYBRID, VERHOEFF, REPEATS = range(6)
"""Rules: the first column of `rules`."""
ALONE, TOPIC, COUNTRY, CROSS, FULL, COMPETING, AGAINST = range(7)
"""What context says: the last axis of `scores`."""
NEUTRAL, USUAL, DISTINCTIVE, WEAK = range(4)
"""What a written form says: the middle axis of `scores`."""


class OfficialTables(NamedTuple):
    """Declarations of `privet.detect.kinds.numbers`, made ready for compiled code.

    Symbols are 0 to 35: the digits, then the letters.

    Attributes:
        buckets: (2 * (LONGEST + 1) + 1,): where the variants of a length begin in `order`; a length
            has a bucket for digits alone, then one for what has letters too.
        order: variants by bucket, the strongest check first.
        starts: by bucket, the bits of the symbols that one may begin with.
        masks: (variants, LONGEST): bits of the symbols that may stand there.
        forms: (variants, forms): a written form as a number, -1 for none: for each
            separator a byte, eight times its place plus its sign.
        levels: (variants, forms): what that form says.
        codes: the kind of each variant.
        checked: 1 for a variant with check characters.
        topics: bits of the topics that speak of it.
        countries: bits of its countries; all bits where it belongs to none.
        anywhere: 1 for a variant of no country.
        topic_sets: (3,): bits of all topics of identity; of what other numbers are; of NEGATIVE.
        scores: (variants, levels, situations).
        first_rule: (variants + 1,): where its rules begin.
        rules: (rules, 9): the rule and its parameters.
        columns: (sums, LONGEST): for each position of a weighted sum a row of `values`.
        values: (distinct, 36): what each symbol contributes.
        targets: what the check field must hold, by remainder; -1 for invalid.
        ranges: (ranges, 2): first and last of a range, as numbers to base 36.
        folds: (folds, 100): a month or day as written, to 1 to 12 or 1 to 31; 0 for invalid.
    """

    buckets: Integers
    order: Integers
    starts: Bits
    masks: Bits
    forms: Integers
    levels: Bytes
    codes: Integers
    checked: Bytes
    topics: Bits
    countries: Bits
    anywhere: Bytes
    topic_sets: Bits
    scores: Bytes
    first_rule: Integers
    rules: Integers
    columns: Integers
    values: Integers
    targets: Integers
    ranges: Integers
    folds: Bytes
