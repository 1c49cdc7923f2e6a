"""The table of the search for secrets, from the lists of prefixes, words and hosts beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import accumulate, chain

import numpy as np

from privet.detect.kinds.registry import KINDS
from privet.kernels.scan.key_words import TOPICS
from privet.kernels.scan.secret_tables import HEADER, SecretTables
from privet.kernels.scan.secrets import ALPHABETS

_BETWEEN = "_-. "


@cache
def secret_tables() -> SecretTables:
    """The table that `privet.kernels.scan.secrets` asks for."""
    rows = sorted((_cells(line) for line in _lines("secret_prefixes.txt")), key=_by_prefix)
    hosts = list(_lines("secret_hosts.txt"))
    letters = "".join([*(row[0] for row in rows), *hosts]).encode()
    places = [0, *accumulate(len(text) for text in [*(row[0] for row in rows), *hosts])]
    symbol, told, ways, symbols = _trie(listed_words())
    parts = (
        symbol,
        [sum(row[0].encode()[0] < byte for row in rows) for byte in range(257)],
        [each for row, place in zip(rows, places, strict=False) for each in _entry(row, place)],
        list(letters),
        [len(hosts), *chain(*zip(places[len(rows) :], map(len, hosts), strict=False))],
        told,
        ways,
    )
    starts = accumulate((len(part) for part in parts[:-1]), initial=HEADER)
    return np.array([*starts, symbols, *chain(*parts)], np.int16)


def _entry(row: Sequence[str], place: int) -> tuple[int, ...]:
    prefix, alphabet, sizes, kind, score, _ = row
    least, most = sizes.split()
    bit = 1 << ALPHABETS.index(alphabet)
    return place, len(prefix), int(least), int(most), bit, KINDS[kind].code, int(score)


def listed_words() -> dict[bytes, int]:
    """Every word of `secret_words.txt` in each of its spellings (UTF-8), with what it tells."""
    told: dict[bytes, int] = {}
    for line in _lines("secret_words.txt"):
        topics, words = _cells(line)
        bits = sum(1 << TOPICS.index(topic) for topic in topics.split())
        for word in words.split(","):
            for spelling in _spellings(word.strip()):
                told[spelling] = told.get(spelling, 0) | bits
    return told


def _trie(told: dict[bytes, int]) -> tuple[list[int], list[int], list[int], int]:
    """The words as a trie, from their last byte to their first: SYMBOL, TOLD, WAYS, SYMBOLS."""
    letters = sorted({byte for word in told for byte in word})
    symbol = [0] * 256
    for number, byte in enumerate(letters, 1):
        symbol[byte] = number
        if 97 <= byte <= 122:
            symbol[byte - 32] = number
    nodes: list[dict[int, int]] = [{}]
    tells = [0]
    for word, bits in told.items():
        node = 0
        for byte in reversed(word):
            if byte not in nodes[node]:
                nodes[node][byte] = len(nodes)
                nodes.append({})
                tells.append(0)
            node = nodes[node][byte]
        tells[node] |= bits
    wide = len(letters) + 1
    ways = [0] * (len(nodes) * wide)
    for node, goals in enumerate(nodes):
        for byte, goal in goals.items():
            ways[node * wide + symbol[byte]] = goal
    return symbol, tells, ways, wide


def _spellings(word: str) -> Iterator[bytes]:
    plain = "".join(letter for letter in word if letter not in _BETWEEN)
    if plain.isascii():
        yield plain.lower().encode()
        return
    for spelling in {plain, plain.lower(), plain[0].upper() + plain[1:], plain.upper()}:
        yield "".join(each.lower() if each.isascii() else each for each in spelling).encode()


def _lines(name: str) -> Iterator[str]:
    text = files("privet.detect.kinds").joinpath(name).read_text(encoding="utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("# "))


def _cells(line: str) -> list[str]:
    return [part.strip() for part in line.split("|")]


def _by_prefix(row: Sequence[str]) -> tuple[int, int]:
    return row[0].encode()[0], -len(row[0])
