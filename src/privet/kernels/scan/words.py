"""Words as numbers: letters folded, words hashed, looked up in a table that lies in arrays.

The hash of a word is the polynomial `sum(letter[i] * BASE**i)` modulo 2**64 over its folded
letters. It can be made from either end, and the hash of two words written as one follows from their
hashes: `hash(ab) = hash(a) + BASE**len(a) * hash(b)`. So `date of birth`, `date_of_birth` and
`dateOfBirth` are one key. Scripts that do not part words are looked up by runs of characters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import lean

MARK = 1
"""What an accent of its own is folded to: it is passed over."""
BASE = 0x9E3779B97F4A7C15
MEMO = 12
"""Numbers of a memo."""
LONGEST_RUN = 6
"""The longest word, in characters, of a script that does not part words."""
_BASE = np.uint64(BASE)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_SHIFT = np.uint64(20)
_SIEVE_BITS = 16
_SIEVE = np.uint64(64 - _SIEVE_BITS)
_SIX, _BIT = np.uint64(6), np.uint64(63)
_ONE, _ZERO = np.uint64(1), np.uint64(0)
_MASK = (1 << 64) - 1
_FOLDED = 0x2000
_STROKES = {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "ħ": "h", "ŧ": "t", "ς": "σ"}  # noqa: RUF001
_ACCENTS = ((0x300, 0x370), (0x483, 0x488), (0x591, 0x5C8), (0x610, 0x61B), (0x640, 0x641),
            (0x64B, 0x660), (0x670, 0x671), (0x6D6, 0x6EE))  # fmt: skip


def _fold(code: int) -> int:
    if any(first <= code < after for first, after in _ACCENTS):
        return MARK
    char = chr(code)
    if unicodedata.category(char)[0] not in "LM":
        return 0
    if 0x900 <= code < 0x1E00:
        return code
    lower = unicodedata.normalize("NFD", char.lower())[0]
    return ord(_STROKES.get(lower, lower))


FOLD: npt.NDArray[np.uint16] = np.array([_fold(code) for code in range(_FOLDED)], np.uint16)
"""The folded letter of each code point below 2000 hex: lower case, no accent; 0 for no letter."""


class Words(NamedTuple):
    """A hash table with open addressing, its size a power of two, at most half full.

    `sieve` has a bit for each key, so that most words that are not in the table cost one look; in
    scripts that part no words also for the first two characters of each longer one.
    """

    sieve: npt.NDArray[np.uint64]
    keys: npt.NDArray[np.uint64]
    topics: npt.NDArray[np.uint64]
    countries: npt.NDArray[np.uint64]
    last: int
    """The last slot: the size of the table, less one."""
    memo: npt.NDArray[np.uint64]
    """The last answers of `context`, for a candidate and for what stands before one, or those of
    `word_right` and `word_left` (place, key, end or start). MEMO numbers; none is kept while the
    last of them is 0."""


def folded(code: int) -> int:
    """The folded letter of a code point: 0 for no letter, `MARK` for an accent of its own."""
    if code < _FOLDED:
        return int(FOLD[code])
    if 0xFF21 <= code <= 0xFF3A:
        return code - 0xFF21 + 97
    if 0xFF41 <= code <= 0xFF5A:
        return code - 0xFF41 + 97
    if (0x3040 <= code <= 0x9FFF and code != 0x30FB) or 0xAC00 <= code <= 0xD7A3:
        return code
    return 0


def key_of(text: str) -> int:
    """The key of a word or phrase: of its letters, written as one word."""
    key = 0
    for char in reversed(text):
        code = folded(ord(char))
        if code > MARK:
            key = (key * BASE + code) & _MASK
    return key


def table_of(entries: Iterable[tuple[str, int, int]]) -> Words:
    """The table of (word, topic bits, country bits); bits of one word in two entries are joined."""
    told: dict[int, tuple[int, int]] = {}
    beginnings = set()
    for word, topics, countries in entries:
        key = key_of(word)
        if not key:
            continue
        if unparted_text(word):
            beginnings.add(key_of(word[:2]))
        had = told.get(key, (0, 0))
        told[key] = (had[0] | topics, had[1] | countries)
    size = 64
    while size < 2 * len(told):
        size *= 2
    words = Words(
        np.zeros((1 << _SIEVE_BITS) // 64, np.uint64),
        np.zeros(size, np.uint64),
        np.zeros(size, np.uint64),
        np.zeros(size, np.uint64),
        size - 1,
        np.zeros(MEMO, np.uint64),
    )
    for key, (topics, countries) in told.items():
        slot = ((key * int(_MIX) & _MASK) >> 20) & (size - 1)
        while words.keys[slot] != 0:
            slot = (slot + 1) & (size - 1)
        words.keys[slot] = key
        words.topics[slot] = topics
        words.countries[slot] = countries
    for key in beginnings.union(told):
        bit = (key * int(_MIX) & _MASK) >> 64 - _SIEVE_BITS
        words.sieve[bit >> 6] |= np.uint64(1 << (bit & 63))
    return words


def unparted_text(text: str) -> bool:
    """Whether `text` begins in a script that does not part words."""
    code = ord(text[0])
    return code >= 0x3040 or 0x0E00 <= code < 0x0F00


@lean
def may_be(key: np.uint64, sieve: npt.NDArray[np.uint64]) -> bool:
    """Whether `key` may be in the table; most that are not are told apart here."""
    bit = (key * _MIX) >> _SIEVE
    return (sieve[np.int64(bit >> _SIX)] >> (bit & _BIT)) & _ONE != _ZERO


@lean
def slot_of(key: np.uint64, words: Words) -> int:
    """Where `key` stands in the table; -1 if it does not."""
    if not may_be(key, words.sieve):
        return -1
    last = np.int64(words.last)
    slot = np.int64((key * _MIX) >> _SHIFT) & last
    while words.keys[slot] != _ZERO:
        if words.keys[slot] == key:
            return slot
        slot = (slot + 1) & last
    return -1


@lean
def letter_at(data: npt.NDArray[np.uint8], at: int, high: int) -> tuple[int, int]:
    """The folded letter of the UTF-8 character at `at`, and where the next one begins.

    0 for what is no letter, `MARK` for an accent of its own. Broken UTF-8 is no letter.
    """
    first = np.int64(data[at])
    if first < 0x80:
        return np.int64(FOLD[first]), at + 1
    if first < 0xC0 or first >= 0xF0:
        after = at + 1
        while after < high and (data[after] & 0xC0) == 0x80:
            after += 1
        return 0, after
    length = 2 if first < 0xE0 else 3
    if at + length > high:
        return 0, high
    code = first & 0x1F if length == 2 else first & 0x0F
    for place in range(at + 1, at + length):
        code = code << 6 | (np.int64(data[place]) & 0x3F)
    if code < _FOLDED:
        return np.int64(FOLD[code]), at + length
    if 0xFF21 <= code <= 0xFF3A:
        return code - 0xFF21 + 97, at + length
    if 0xFF41 <= code <= 0xFF5A:
        return code - 0xFF41 + 97, at + length
    if (0x3040 <= code <= 0x9FFF and code != 0x30FB) or 0xAC00 <= code <= 0xD7A3:
        return code, at + length
    return 0, at + length


@lean
def character_before(data: npt.NDArray[np.uint8], low: int, at: int) -> int:
    """Where the UTF-8 character that ends at `at` (> `low`) begins; never below `low`."""
    start = at - 1
    while start > low and start > at - 4 and (data[start] & 0xC0) == 0x80:
        start -= 1
    return start


@lean
def two_bytes_end(data: npt.NDArray[np.uint8], low: int, at: int) -> bool:
    """Whether a character of two bytes (Latin, Greek, Cyrillic, Arabic …) ends at `at`."""
    return at - 2 >= low and (data[at - 1] & 0xC0) == 0x80 and 0xC0 <= data[at - 2] < 0xE0


@lean
def unparted(code: int) -> bool:
    """Whether the letter is of a script that does not part words: Han, kana, Hangul, Thai."""
    return code >= 0x3040 or 0x0E00 <= code < 0x0F00


@lean
def word_at(data: npt.NDArray[np.uint8], at: int, high: int) -> tuple[np.uint64, int]:
    """The key of the word that begins at `at`, and its end; one character where none parts words.

    (0, at) where no letter stands. At most 32 letters are read.
    """
    key, power, letters = _ZERO, _ONE, 0
    while at < high and letters < 32:
        first = data[at]
        if first < 0x80 or (0xC0 <= first < 0xE0 and at + 2 <= high):
            letter, size = FOLD[first & 0x7F], 1
            if first >= 0x80:
                letter, size = (
                    FOLD[(np.int64(first) & 0x1F) << 6 | np.int64(data[at + 1] & 0x3F)],
                    2,
                )
            if letter == 0:
                break
            at += size
            if letter != MARK:
                key += power * np.uint64(letter)
                power *= _BASE
                letters += 1
            continue
        code, after = letter_at(data, at, high)
        if code == 0 or (letters and unparted(code)):
            break
        at = after
        if code == MARK:
            continue
        key += power * np.uint64(code)
        power *= _BASE
        letters += 1
        if unparted(code):
            break
    return key, at


@lean
def word_before(data: npt.NDArray[np.uint8], low: int, at: int) -> tuple[np.uint64, int]:
    """The key of the word that ends at `at`, and where it begins: (0, at) where there is none."""
    key, letters = _ZERO, 0
    while at > low and letters < 32:
        last = data[at - 1]
        if last < 0x80 or two_bytes_end(data, low, at):
            letter, size = FOLD[last & 0x7F], 1
            if last >= 0x80:
                letter, size = FOLD[(np.int64(data[at - 2]) & 0x1F) << 6 | np.int64(last & 0x3F)], 2
            if letter == 0:
                break
            at -= size
            if letter != MARK:
                key = key * _BASE + np.uint64(letter)
                letters += 1
            continue
        start = character_before(data, low, at)
        code, _ = letter_at(data, start, at)
        if code == 0 or (letters and unparted(code)):
            break
        at = start
        if code == MARK:
            continue
        key = key * _BASE + np.uint64(code)
        letters += 1
        if unparted(code):
            break
    return key, at


@lean
def word_right(
    data: npt.NDArray[np.uint8], at: int, high: int, words: Words
) -> tuple[np.uint64, int]:
    """`word_at`, with the last answer at hand: several ask for the word that follows a number."""
    memo = words.memo
    if memo[MEMO - 1] == _ZERO:
        return word_at(data, at, high)
    if memo[0] != np.uint64(at):
        key, end = word_at(data, at, high)
        memo[0], memo[1], memo[2] = np.uint64(at), key, np.uint64(end)
    return memo[1], np.int64(memo[2])


@lean
def word_left(
    data: npt.NDArray[np.uint8], low: int, at: int, words: Words
) -> tuple[np.uint64, int]:
    """`word_before`, with the last answer at hand."""
    memo = words.memo
    if memo[MEMO - 1] == _ZERO:
        return word_before(data, low, at)
    if memo[3] != np.uint64(at):
        key, start = word_before(data, low, at)
        memo[3], memo[4], memo[5] = np.uint64(at), key, np.uint64(start)
    return memo[4], np.int64(memo[5])


@lean
def topics_of(key: np.uint64, words: Words) -> np.uint64:
    """The topic bits of a word; 0 for one that is not in the table."""
    slot = slot_of(key, words)
    return words.topics[slot] if slot >= 0 else _ZERO
