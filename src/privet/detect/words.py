"""The word lists of this room: text files, so that a person can read and extend them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files


def read_words(name: str) -> Iterator[tuple[str, str]]:
    """Every pair of `topic | word, word` lines in a word list of this room (`columns/….txt`)."""
    text = files("privet.detect").joinpath(name).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("# "):
            topic, words = (part.strip() for part in line.split("|"))
            for word in words.split(","):
                yield topic, word.strip()


@cache
def value_words(topic: str) -> frozenset[str]:
    """The words in `columns/value_words.txt` that tell `topic`, in lower case."""
    return frozenset(word for told, word in read_words("columns/value_words.txt") if told == topic)
