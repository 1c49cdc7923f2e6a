"""The table of context words: what topics and countries the words of many languages speak of.

It is made once from `context_words.txt` and from `number_words.txt`, whose lines read
`topic country | word, word`; the country may be left out, and `-` stands for no topic. Names of
countries and what people are called after them give a country alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from privet.detect.words import read_words
from privet.kernels.scan.context import TOPICS
from privet.kernels.scan.words import Words, table_of

COUNTRIES = (
    "US", "CA", "GB", "IE", "AU", "NZ", "ZA", "IN", "SG", "MY", "PH", "HK", "PK", "NG", "KE", "IL",
    "DE", "AT", "CH", "FR", "BE", "NL", "LU", "ES", "PT", "IT", "SE", "NO", "DK", "FI", "IS", "EE",
    "LV", "LT", "PL", "CZ", "SK", "HU", "SI", "HR", "RS", "BG", "RO", "GR", "CY", "MT", "MK", "UA",
    "RU", "TR", "SA", "CN", "TW", "JP", "KR", "TH", "VN", "ID", "BR", "MX", "AR", "CL", "CO", "PE",
)  # fmt: skip
"""Countries by ISO 3166-1 code, each a bit at its place in this list."""


def country_bit(code: str) -> int:
    """The bit of a country, 0 for one that has none; `code` in either case."""
    code = code.upper()
    return 1 << COUNTRIES.index(code) if code in COUNTRIES else 0


def topic_bit(topic: str) -> int:
    """The bit of a topic, 0 for `-`.

    Raises:
        ValueError: There is no such topic.
    """
    return 0 if topic == "-" else 1 << TOPICS.index(topic.lower())


@cache
def context_words() -> Words:
    """The table that `kernels.scan.context.context` asks."""
    return table_of(_entries())


def _entries() -> Iterator[tuple[str, int, int]]:
    for name in ("kinds/context_words.txt", "kinds/number_words.txt"):
        if not files("privet.detect").joinpath(name).is_file():
            continue
        for told, word in read_words(name):
            topic, _, country = told.partition(" ")
            yield word, topic_bit(topic), country_bit(country.strip())
