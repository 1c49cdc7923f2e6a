"""What the search for secrets reads, in one array of small numbers.

One array and not many: compiled code counts the references to each array that it hands on, and
threads that share the counters wait for one another.

The first `HEADER` numbers say where the parts begin, in the order of the constants below:

- SYMBOL: what each byte is in the trie of words, 0 for one that no word has (256 numbers).
- FIRST: the first prefix that begins with a byte (257 numbers).
- PREFIX: for each prefix `PREFIX_SIZE` numbers: where its bytes begin, how many they are, the least
  and most bytes that follow, the bit of their alphabet, the kind's code, the score.
- LETTERS: the bytes of prefixes and hosts.
- HOST: how many hosts there are, then for each where its bytes begin and how many they are.
- TOLD: what the word that ends at a node of the trie tells (bits of `key_words`).
- WAYS: for each node and symbol the node that it leads to, 0 for none.
- SYMBOLS: not a place: how many symbols there are.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Bytes: TypeAlias = npt.NDArray[np.uint8]
Numbers: TypeAlias = npt.NDArray[np.int64]
Found: TypeAlias = tuple[int, int, int, int, int]
SecretTables: TypeAlias = npt.NDArray[np.int16]

SYMBOL, FIRST, PREFIX, LETTERS, HOST, TOLD, WAYS, SYMBOLS = range(8)
HEADER = 8
PREFIX_SIZE = 7
