"""What compiled code knows of places: `street_words.txt` as a table."""

from __future__ import annotations

from functools import cache

from privet.detect.words import read_words
from privet.kernels.scan import streets
from privet.kernels.scan.words import Words, table_of

_BITS = {
    "last": streets.LAST,
    "first": streets.FIRST,
    "lower": streets.LOWER_FIRST,
    "number": streets.NUMBER_FIRST,
    "tail": streets.TAIL,
    "ending": streets.ENDING,
    "particle": streets.PARTICLE,
    "count": streets.COUNT,
    "unit": streets.UNIT,
    "state": streets.STATE,
    "direction": streets.DIRECTION,
    "slashed": streets.SLASHED,
}


@cache
def street_words() -> Words:
    """The table that `kernels.scan.places.found` asks for words of addresses."""
    return table_of((word, _BITS[kind], 0) for kind, word in read_words("kinds/street_words.txt"))
