"""The tables that the search for secrets reads: arrays, built once from lists of words."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Bytes: TypeAlias = npt.NDArray[np.uint8]
Numbers: TypeAlias = npt.NDArray[np.int64]
Found: TypeAlias = tuple[int, int, int, int, int]


class WordTables(NamedTuple):
    """Words as a trie that is walked from a word's last byte to its first.

    Attributes:
        symbol: what each byte is in the trie, 0 for one that no word has; capitals are as small
            letters; shape (256,).
        child: where a symbol leads from a node, 0 for nowhere; shape (nodes, symbols).
        told: what the word that ends at a node says (bits of `key_words`); shape (nodes,).
    """

    symbol: Bytes
    child: npt.NDArray[np.int16]
    told: Numbers


class SecretTables(NamedTuple):
    """What begins a key, and which words stand before a secret.

    Attributes:
        prefixes: the prefixes one after the other, sorted by their first byte.
        place: where each begins; shape (prefixes + 1,).
        first: the first prefix that begins with a byte; shape (257,).
        least: the least bytes that follow it.
        most: the most bytes that follow it.
        alphabet: the bit of the alphabet that they are of.
        kind: the kind's code.
        score: how sure it is, 0 to 100.
        hosts: hosts and paths below which a person's own page stands, one after the other.
        host: where each begins; shape (hosts + 1,).
        words: the words before secrets, in queries and in paths.
    """

    prefixes: Bytes
    place: Numbers
    first: Numbers
    least: Numbers
    most: Numbers
    alphabet: Numbers
    kind: Numbers
    score: Numbers
    hosts: Bytes
    host: Numbers
    words: WordTables
