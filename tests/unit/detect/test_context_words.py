"""The word list of contexts: every line is read, and says what it can."""

from __future__ import annotations

from importlib.resources import files

import pytest

from privet.detect.kinds.context import COUNTRIES, context_words, country_bit, topic_bit
from privet.detect.words import read_words
from privet.kernels.scan.context import TOPICS
from privet.kernels.scan.words import key_of

LISTS = [
    name
    for name in ("kinds/context_words.txt", "kinds/number_words.txt")
    if files("privet.detect").joinpath(name).is_file()
]


@pytest.mark.parametrize("name", LISTS)
def test_each_line_tells_a_topic_and_words_of_at_most_three_parts(name: str) -> None:
    for told, word in read_words(name):
        topic, _, country = told.partition(" ")
        assert topic == "-" or topic.lower() in TOPICS, told
        assert key_of(word), f"{told}: a word without a letter"
        assert country.strip() in ("", "-") or len(country.strip()) == 2, told


def test_every_country_of_the_context_list_has_a_bit() -> None:
    for told, _ in read_words("kinds/context_words.txt"):
        country = told.partition(" ")[2]
        assert not country or country_bit(country), told


def test_topics_and_countries_are_bits() -> None:
    assert len(set(COUNTRIES)) == len(COUNTRIES) <= 64
    assert len(set(TOPICS)) == len(TOPICS)
    assert topic_bit("phone") == 1
    assert topic_bit("-") == 0
    assert country_bit("us") == 1
    assert country_bit("XX") == 0


def test_no_word_speaks_for_and_against_in_the_same_language() -> None:
    table = context_words()
    assert int((table.keys != 0).sum()) > 3000
