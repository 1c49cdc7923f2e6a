"""Hard negatives: made-up texts that look like personal data and hold none.

The forms stand in `negatives.txt`, a section for each generator, a form on each line, with the
places to fill between angle brackets: `d9` digits, `x32` and `X32` hexadecimal, `U2` capitals, `A6`
capitals and digits, `b48` so many bytes in base64, `n1-90` a number, `t%Y` a moment, and the words
in `_MAKERS`. Whatever a detector finds in them at its default threshold is a false alarm: no line
has an address of the internet in it, nor words that speak of a person's data beside a number,
since such a finding would be right.
"""

from __future__ import annotations

import base64
import datetime as dt
import re
import string
import uuid
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from random import Random

Maker = Callable[[Random], str]
_PLACE = re.compile("\u27e8([^\u27e9]+)\u27e9")
_LETTERS = {
    "d": string.digits,
    "x": "0123456789abcdef",
    "X": "0123456789ABCDEF",
    "U": string.ascii_uppercase,
    "A": string.ascii_uppercase + string.digits,
}
_WORDS = (
    *("table", "widget", "queue", "batch", "parser", "buffer", "order", "config", "render"),
    *("cache", "index", "stream", "report", "panel", "worker", "metric", "session", "loader"),
)
_ITEMS = ("bolt M6", "oak shelf", "desk lamp", "blue ink", "paper A4", "USB cable", "tea", "filter")
_TEAMS = ("Rovers", "United", "Wanderers", "Dynamo", "Athletic", "City", "Rangers", "Albion")
_FIRST_SECOND, _LAST_SECOND = 946_684_800, 1_798_000_000  # the years 2000 to 2026


def _letters(random: Random, letters: str, count: int) -> str:
    return "".join(random.choices(letters, k=count))


def _unix(random: Random) -> str:
    return str(random.randint(_FIRST_SECOND, _LAST_SECOND))


def _moment(random: Random, form: str) -> str:
    return dt.datetime.fromtimestamp(int(_unix(random)), dt.UTC).strftime(form)


def _guid(random: Random) -> str:
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


def _version(random: Random) -> str:
    return ".".join(str(random.randint(0, 30)) for _ in range(3))


def _article(random: Random, start: str, length: int) -> str:
    """A GS1 number of that length, with its check digit."""
    body = start + _letters(random, string.digits, length - 1 - len(start))
    total = sum(int(c) * (3 if at % 2 == 0 else 1) for at, c in enumerate(reversed(body)))
    return body + str(-total % 10)


def _isbn13(random: Random) -> str:
    return _article(random, random.choice(("978", "979")), 13)


def _isbn13_dashed(random: Random) -> str:
    whole = _isbn13(random)
    return f"{whole[:3]}-{whole[3]}-{whole[4:8]}-{whole[8:12]}-{whole[12]}"


def _isbn10(random: Random) -> str:
    body = _letters(random, string.digits, 9)
    total = sum((10 - at) * int(digit) for at, digit in enumerate(body))
    return body + "0123456789X"[-total % 11]


def _isbn10_dashed(random: Random) -> str:
    whole = _isbn10(random)
    return f"{whole[0]}-{whole[1:5]}-{whole[5:9]}-{whole[9]}"


_MAKERS: Mapping[str, Maker] = {
    "w": lambda random: random.choice(_WORDS),
    "W": lambda random: random.choice(_WORDS).title(),
    "i": lambda random: random.choice(_ITEMS),
    "T": lambda random: random.choice(_TEAMS),
    "v": _version,
    "guid": _guid,
    "GUID": lambda random: _guid(random).upper(),
    "unix": _unix,
    "isbn13": _isbn13,
    "isbn13dashed": _isbn13_dashed,
    "isbn10": _isbn10,
    "isbn10dashed": _isbn10_dashed,
    "ean": lambda random: _article(random, random.choice(("40", "50", "76", "30")), 13),
    "ean8": lambda random: _article(random, "", 8),
    "upc": lambda random: _article(random, "0", 12),
}


def _maker(place: str) -> Maker:
    """What fills a place of this name."""
    if place in _MAKERS:
        return _MAKERS[place]
    sign, rest = place[0], place[1:]
    if sign == "t":
        return lambda random: _moment(random, rest)
    if sign == "n":
        low, high = (int(number) for number in rest.split("-"))
        return lambda random: str(random.randint(low, high))
    if sign == "b":
        return lambda random: base64.b64encode(random.randbytes(int(rest))).decode()
    return lambda random: _letters(random, _LETTERS[sign], int(rest))


@cache
def generators() -> Mapping[str, tuple[tuple[str | Maker, ...], ...]]:
    """Of each generator its forms: what stands there, and what fills the places between."""
    made: dict[str, list[tuple[str | Maker, ...]]] = {}
    here: list[tuple[str | Maker, ...]] = []
    for line in Path(__file__).with_suffix(".txt").read_text("utf-8").splitlines():
        if re.fullmatch(r"\[[a-z_0-9]+\]", line):
            here = made.setdefault(line[1:-1], [])
            continue
        parts = _PLACE.split(line.replace("\\n", "\n").replace("\\t", "\t"))
        here.append(
            tuple(_maker(part) if at % 2 else part for at, part in enumerate(parts) if part)
        )
    return {name: tuple(forms) for name, forms in made.items()}


def _record(random: Random, form: tuple[str | Maker, ...]) -> str:
    return "".join(part if isinstance(part, str) else part(random) for part in form)


def rows(size: int, *, seed: int = 11) -> Iterator[tuple[str, str]]:
    """Rows of one to forty records of one generator, at least `size` bytes: (generator, text).

    Every generator gives the same number of bytes. The same for the same arguments.
    """
    random = Random(seed)
    share = size // len(generators()) + 1
    for name, forms in generators().items():
        written = 0
        while written < share:
            count = random.choice((1, 1, 3, 10, 40))
            between = random.choice(("\n", "\n", " ", ", ")) if count < 40 else "\n"
            text = between.join(_record(random, random.choice(forms)) for _ in range(count))
            written += len(text.encode())
            yield name, text
