"""The word that ends at a place, read backwards: `db_password`, `dbPassword`, `mot de passe`."""

from __future__ import annotations

import numpy as np

from privet.kernels.compiled import lean
from privet.kernels.scan.classes import ALNUM, BEYOND, CLASS, LETTER, LOWER, UNDERSCORE, UPPER
from privet.kernels.scan.secret_tables import SYMBOL, SYMBOLS, TOLD, WAYS, Bytes, SecretTables

PASSWORD, WEAK, SECRET, KEY, STORAGE, AUTHORIZATION, NOTHING, QUERY, FOLDER, COMPOUND = (
    1 << bit for bit in range(10)
)
"""What a word tells: that a password follows; that one may; a secret; a key; the key of a store;
credentials. NOTHING: a value that says nothing. QUERY: its value in a URL's query identifies
somebody. FOLDER: below it in a path stands a person. COMPOUND: letters may stand before it."""

TOPICS = (
    "password",
    "weak",
    "secret",
    "key",
    "storage",
    "authorization",
    "nothing",
    "query",
    "folder",
    "compound",
)
"""The names of these, in the order of their bits."""
_JOINED = PASSWORD | WEAK | SECRET | STORAGE | AUTHORIZATION
_LONGEST = 48


@lean
def word_before(data: Bytes, low: int, end: int, tables: SecretTables) -> tuple[int, int]:
    """What the listed words that end at `end` tell together, and where the longest one starts.

    Between its letters one of `_ - .` or a space may stand. It begins where a word does: not after
    another letter, unless its capital does so (`dbPassword`) or it is listed as part of compounds.
    """
    told, start, node, at = np.int64(0), end, np.int64(0), end
    floor = max(low, end - _LONGEST)
    symbols, ways = np.int64(tables[SYMBOL]), np.int64(tables[WAYS])
    if at <= floor or tables[ways + tables[symbols + np.int64(data[at - 1])]] == 0:
        return told, start
    wide, tells = np.int64(tables[SYMBOLS]), np.int64(tables[TOLD])
    while at > floor:
        byte = data[at - 1]
        symbol = np.int64(tables[symbols + np.int64(byte)])
        if symbol == 0:
            between = node and byte in (32, 45, 46, 95)
            if not (between and at - 1 > floor and tables[symbols + np.int64(data[at - 2])]):
                break
            at -= 1
            continue
        node = np.int64(tables[ways + node * wide + symbol])
        if node == 0:
            break
        at -= 1
        bits = np.int64(tables[tells + node])
        if bits and _begins(data, low, at, bits):
            told, start = told | bits, at
    return told, start


@lean
def _begins(data: Bytes, low: int, at: int, told: int) -> bool:
    if at == low or told & COMPOUND:
        return True
    before, byte = CLASS[data[at - 1]], CLASS[data[at]]
    if not told & _JOINED:
        return not before & (ALNUM | UNDERSCORE | BEYOND) and data[at - 1] not in (45, 46)
    return not before & (LETTER | BEYOND) or bool(before & LOWER and byte & UPPER)
