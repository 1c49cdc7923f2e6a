"""Words of special categories of personal data: `flag_words.txt` as a table."""

from __future__ import annotations

from functools import cache

from privet.detect.words import read_words
from privet.kernels.scan.words import Words, table_of

CATEGORIES = (
    "health", "religion", "ethnicity", "politics", "orientation", "union", "criminal", "genetic",
)  # fmt: skip
"""In the order of `privet.kernels.scan.flags.CATEGORIES`."""


@cache
def flag_words() -> Words:
    """The table that `kernels.scan.flags.flags` asks."""
    return table_of(
        (word, 1 << CATEGORIES.index(category), 0)
        for category, word in read_words("kinds/flag_words.txt")
    )
