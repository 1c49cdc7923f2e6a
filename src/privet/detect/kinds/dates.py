"""What compiled code knows of days and ages: `date_words.txt` as a table."""

from __future__ import annotations

from functools import cache

from privet.detect.words import read_words
from privet.kernels.scan.dates import AGED, FILLER, FULL, OLD, YEARS, Calendar
from privet.kernels.scan.words import Words, table_of

_BITS = {"filler": FILLER, "old": OLD, "years": YEARS, "aged": AGED, "full": FULL}


def calendar(latest: int) -> Calendar:
    """The calendar of a text written on `latest` or before, as yyyymmdd: today, as a rule."""
    return Calendar(words=_words(), latest=latest)


@cache
def _words() -> Words:
    return table_of(
        (word, int(topic.split()[1]) if topic.startswith("month ") else _BITS[topic], 0)
        for topic, word in read_words("kinds/date_words.txt")
    )
