"""The tables of the search for secrets, from the lists of prefixes, words and hosts beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

import numpy as np

from privet.detect.kinds.registry import KINDS
from privet.kernels.scan.key_words import TOPICS
from privet.kernels.scan.secret_tables import SecretTables, WordTables
from privet.kernels.scan.secrets import ALPHABETS

_BETWEEN = "_-. "


@cache
def secret_tables() -> SecretTables:
    """The tables that `privet.kernels.scan.secrets` asks for."""
    rows = sorted((_cells(line) for line in _lines("secret_prefixes.txt")), key=_by_prefix)
    prefixes = [row[0].encode() for row in rows]
    spans = [[int(part) for part in row[2].split()] for row in rows]
    first = np.searchsorted([prefix[0] for prefix in prefixes], np.arange(257)).astype(np.int64)
    text, place = _joined(prefixes)
    hosts, host = _joined([line.encode() for line in _lines("secret_hosts.txt")])
    return SecretTables(
        prefixes=text,
        place=place,
        first=first,
        least=np.array([span[0] for span in spans], np.int64),
        most=np.array([span[1] for span in spans], np.int64),
        alphabet=np.array([1 << ALPHABETS.index(row[1]) for row in rows], np.int64),
        kind=np.array([KINDS[row[3]].code for row in rows], np.int64),
        score=np.array([int(row[4]) for row in rows], np.int64),
        hosts=hosts,
        host=host,
        words=word_tables(listed_words()),
    )


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


def word_tables(told: dict[bytes, int]) -> WordTables:
    """The words as a trie, from their last byte to their first."""
    letters = sorted({byte for word in told for byte in word})
    symbol = np.zeros(256, np.uint8)
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
    child = np.zeros((len(nodes), len(letters) + 1), np.int16)
    for node, ways in enumerate(nodes):
        for byte, goal in ways.items():
            child[node, symbol[byte]] = goal
    return WordTables(symbol, child, np.array(tells, np.int64))


def _spellings(word: str) -> Iterator[bytes]:
    plain = "".join(letter for letter in word if letter not in _BETWEEN)
    if plain.isascii():
        yield plain.lower().encode()
        return
    for spelling in {plain, plain.lower(), plain[0].upper() + plain[1:], plain.upper()}:
        yield "".join(each.lower() if each.isascii() else each for each in spelling).encode()


def _joined(parts: Sequence[bytes]) -> tuple[np.ndarray, np.ndarray]:
    text = np.frombuffer(b"".join(parts), np.uint8).copy()
    return text, np.cumsum([0, *map(len, parts)]).astype(np.int64)


def _lines(name: str) -> Iterator[str]:
    text = files("privet.detect.kinds").joinpath(name).read_text(encoding="utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("# "))


def _cells(line: str) -> list[str]:
    return [part.strip() for part in line.split("|")]


def _by_prefix(row: Sequence[str]) -> tuple[int, int]:
    return row[0].encode()[0], -len(row[0])
