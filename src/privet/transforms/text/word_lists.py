"""The tables of this room: text files, so that a person can read and extend them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def table(name: str) -> dict[str, tuple[str, ...]]:
    """The words of each topic in a table of `topic | word, word` lines."""
    text = files("privet.transforms").joinpath(f"text/tables/{name}.txt").read_text("utf-8")
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            topic, words = (part.strip() for part in line.split("|"))
            more = tuple(word.strip() for word in words.split(","))
            found[topic] = found.get(topic, ()) + more
    return found
