"""Surrogates made of words: names, e-mail addresses, user names, streets.

Every run of letters becomes a word of the same script and case (`tables/name_words.txt`), drawn for
the whole value, so that `Anna Schmidt` and `Schmidt` have nothing to do with each other, nor a name
and the e-mail address of the person who bears it: what part of a value recurs does not show.
Titles, particles and words such as `Road` stay (`tables/kept_words.txt`). A value in a script that
has no table has no surrogate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from privet.transforms.arrow import Values, from_numpy, pc
from privet.transforms.text.drawing import Bytes, Flags, Places, number
from privet.transforms.text.name_lists import (
    FAMILY,
    GIVEN,
    HEAD,
    INITIAL,
    JOINED,
    SCRIPTS,
    TWO,
    name_lists,
)
from privet.transforms.text.runs import BEYOND, DIGITS, LETTERS, LOWER, UPPER, Runs, reshaped
from privet.transforms.text.word_lists import table
from privet.transforms.text_bytes import TextBytes

_NONE: Final = -1
_DENSE: Final = SCRIPTS.index("han")
"""From here on scripts that put no blanks between words."""
_APOSTROPHE: Final = ord("'")
_ENDINGS: Final = ("@example.org", "@example.com", "@example.net")
_CONSONANTS: Final = np.frombuffer(b"bdfgklmnprstvz", np.uint8)
_VOWELS: Final = np.frombuffer(b"aeiou", np.uint8)
_LONG: Final = 8
"""Letters of a user name that may be a given and a family name in one."""


def names(values: Values, draws: Bytes) -> Values:
    """Names of persons: the last word becomes a family name, those before it given names."""
    return _replaced(values, draws, "name")


def organisations(values: Values, draws: Bytes) -> Values:
    """Organisations and places: every word becomes a family name; `GmbH` and the like stay."""
    return _replaced(values, draws, "organisation")


def streets(values: Values, draws: Bytes) -> Values:
    """Street addresses: other names, other numbers, the same words for what a street is."""
    text = TextBytes.of(values)
    data = reshaped(values, draws, ~DIGITS[text.data]).data
    digits = Runs.of(text, DIGITS[text.data])
    zero = data[digits.start] == ord("0")
    data[digits.start[zero]] = ord("1") + draws[digits.row[zero], 63] % 9
    return _replaced(TextBytes(data, text.offsets).array(values), draws, "street")


def user_names(values: Values, draws: Bytes) -> Values:
    """User names: words and digits of the same pattern."""
    return _patterned(values, draws)


def emails(values: Values, draws: Bytes) -> Values:
    """E-mail addresses: a local part of the same pattern at a name reserved by RFC 2606."""
    local = _before_last(values, ord("@"))
    ending = pa.array(_ENDINGS).take(from_numpy(number(draws, 40, len(_ENDINGS))))
    return pc.binary_join_element_wise(_patterned(local, draws), ending, "")


def _before_last(values: Values, sign: int) -> Values:
    """What stands before the last `sign` of each value; all of it where there is none."""
    text = TextBytes.of(values)
    at = np.flatnonzero(text.data == sign)
    rows = text.rows_of(at)
    end = text.offsets[1:].copy()
    end[rows] = at  # the last of a row is written last
    place = np.arange(len(text.data))
    return text.keep(place < np.repeat(end, np.diff(text.offsets))).array(values)


def _patterned(values: Values, draws: Bytes) -> Values:
    """`anna.schmidt85` to `robin.ashford31`, `jdoe` to `kelo`."""
    text = TextBytes.of(values)
    letters = LETTERS[text.data] | BEYOND[text.data]
    runs = Runs.of(text, letters)
    plain = _spoken(text, reshaped(values, draws).data, runs, draws)
    long = runs.size >= 3
    words = np.bincount(runs.row[long], minlength=len(runs.counts))[runs.row]
    beyond = np.zeros(len(runs.row), np.bool_)
    beyond[np.searchsorted(runs.start, np.flatnonzero(BEYOND[text.data]), "right") - 1] = True
    worded = (long & ((words > 1) | (runs.size >= _LONG))) | beyond
    part = np.where(words == 1, JOINED, np.where(runs.rank == 0, GIVEN, FAMILY))
    chosen = _Chosen(runs, np.where(worded, 0, _NONE), part, runs.start + runs.size)
    spoken = TextBytes(plain, text.offsets).array(values)
    return _put(spoken, values, chosen, draws)


def _spoken(text: TextBytes, data: Bytes, runs: Runs, draws: Bytes) -> Bytes:
    """Consonants and vowels in turn where runs of three and more small letters or capitals are."""
    inner = np.repeat(runs.start, runs.size)
    at = np.arange(len(inner)) - np.repeat(np.cumsum(runs.size) - runs.size, runs.size)
    place = inner + at
    mine = np.repeat(runs.size >= 3, runs.size) & LETTERS[text.data[place]]
    place, at = place[mine], at[mine]
    row = np.repeat(runs.row, runs.size)[mine]
    drawn = draws[row, (at + 13 * np.repeat(runs.rank, runs.size)[mine]) % draws.shape[1]]
    sound = np.where(
        at % 2 == 0, _CONSONANTS[drawn % len(_CONSONANTS)], _VOWELS[drawn % len(_VOWELS)]
    )
    data[place] = np.where(UPPER[text.data[place]], sound - np.uint8(32), sound)
    return data


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Runs of letters that become words.

    Attributes:
        runs: all runs.
        script: of each run, an index of `SCRIPTS`; `_NONE` where it stays.
        part: of a name.
        end: the byte after the last one that is replaced.
    """

    runs: Runs
    script: Places
    part: Places
    end: Places


def _replaced(values: Values, draws: Bytes, of: str) -> Values:
    text = TextBytes.of(values)
    letters = LETTERS[text.data] | _beyond(text) | (text.data == _APOSTROPHE)
    runs = Runs.of(text, letters)
    found = _cut(values, text, runs.row, runs.start, runs.start + runs.size)
    small = pc.utf8_lower(found)
    stay = _flags(pc.is_in(small, value_set=pa.array(table("kept_words")[of])))
    script = _scripts(text, runs)
    # Streets and towns in scripts that part no words are more than their names.
    known = script < (len(SCRIPTS) if of == "name" else _DENSE)
    unknown = np.zeros(len(runs.counts), np.bool_)
    unknown[runs.row[((script == _NONE) | ~known) & ~stay]] = True
    part = _parts(text, runs, stay, script, of)
    end = runs.start + runs.size
    if of == "street":
        stay |= (script == 0) & (runs.size < 3)
        part, end = _street_ends(small, runs, part, end)
    chosen = _Chosen(runs, np.where(stay, _NONE, script), part, end)
    out = _put(values, values, chosen, draws)
    if not unknown.any():
        return out
    return pc.if_else(from_numpy(~unknown), out, pa.scalar(None, pa.string()))


def _parts(text: TextBytes, runs: Runs, stay: Flags, script: Places, of: str) -> Places:
    """Which part of a name each run is."""
    characters = _characters(text, runs)
    if of != "name":
        return np.where(characters == 1, INITIAL, FAMILY)
    free = np.flatnonzero(~stay)
    count = np.bincount(runs.row[free], minlength=len(runs.counts))[runs.row]
    behind = np.append(runs.row[free][1:], _NONE)
    last = np.zeros(len(runs.row), np.bool_)
    last[free[runs.row[free] != behind]] = True
    part = np.where(last, FAMILY, GIVEN)
    part = np.where(characters == 1, INITIAL, part)
    # Chinese, Japanese and Korean put the family first, and mostly no blank behind it.
    dense = script >= _DENSE
    part = np.where(dense & (characters > 1), np.where(last, GIVEN, FAMILY), part)
    return np.where(dense & (count == 1), _by_size(characters), part)


def _by_size(characters: Places) -> Places:
    """Of `han`: one character is a family name, two to four or more are whole names."""
    return np.where(characters == 1, INITIAL, np.minimum(characters, 4) - 2 + TWO)


def _street_ends(small: Values, runs: Runs, part: Places, end: Places) -> tuple[Places, Places]:
    """`Lindenstraße`: only `Linden` becomes another word."""
    for ending in sorted(table("kept_words")["street.end"], key=len):
        size = len(ending.encode())
        found = _flags(pc.ends_with(small, ending)) & (runs.size > size + 1)
        end = np.where(found, runs.start + runs.size - size, end)
        part = np.where(found, HEAD, part)
    return part, end


def _beyond(text: TextBytes) -> Flags:
    """Bytes of letters beyond ASCII: not those of signs (U+0080 to U+00BF, U+2000 to U+303F)."""
    letters = BEYOND[text.data]
    padded = np.append(text.data, np.zeros(3, np.uint8))
    for first, size in ((0xC2, 2), (0xE2, 3)):
        at = np.flatnonzero(text.data == first)
        for place in range(size):
            letters[np.minimum(at + place, len(letters) - 1)] = False
    blank = np.flatnonzero((text.data == 0xE3) & (padded[1:-2] == 0x80))
    for place in range(3):
        letters[np.minimum(blank + place, len(letters) - 1)] = False
    return letters


def _flags(mask: Values) -> Flags:
    return np.array(mask.to_numpy(zero_copy_only=False), np.bool_)


def _characters(text: TextBytes, runs: Runs) -> Places:
    lead = (text.data & np.uint8(0xC0)) != 0x80
    before = np.concatenate(([0], np.cumsum(lead)))
    size: Places = before[runs.start + runs.size] - before[runs.start]
    return size


def _scripts(text: TextBytes, runs: Runs) -> Places:
    """The script of the first letter of each run, by the first bytes of its UTF-8."""
    padded = np.append(text.data, np.zeros(2, np.uint8)).astype(np.int64)
    first, second = padded[runs.start], padded[runs.start + 1]
    script = np.full(len(first), _NONE, np.int64)
    latin = (first < 128) | ((first >= 0xC3) & (first <= 0xC9))
    latin |= (first == 0xE1) & (second >= 0xB8) & (second <= 0xBB)
    for name, flag in (
        ("latin", latin),
        ("cyrillic", (first >= 0xD0) & (first <= 0xD3)),
        ("greek", (first == 0xCE) | (first == 0xCF)),
        ("arabic", (first >= 0xD8) & (first <= 0xDB)),
        ("hebrew", (first == 0xD7)),
        ("devanagari", (first == 0xE0) & ((second == 0xA4) | (second == 0xA5))),
        ("han", (first >= 0xE4) & (first <= 0xE9)),
        ("kana", (first == 0xE3) & (second >= 0x81) & (second <= 0x83)),
        ("hangul", (first >= 0xEA) & (first <= 0xED)),
    ):
        script[flag] = SCRIPTS.index(name)
    return script


def _cut(values: Values, text: TextBytes, row: Places, start: Places, end: Places) -> Values:
    from privet.kernels.splice import cut  # noqa: PLC0415 (loads Numba)

    firsts = text.offsets[row]
    return cut(values, row, start - firsts, end - firsts)


def _put(target: Values, values: Values, chosen: _Chosen, draws: Bytes) -> Values:
    """Splice words into `target`: drawn ones, and never the one that stands there in `values`."""
    from privet.kernels.splice import splice  # noqa: PLC0415 (loads Numba)

    text = TextBytes.of(values)

    which = np.flatnonzero(chosen.script != _NONE)
    lists, runs = name_lists(), chosen.runs
    row, start, end = runs.row[which], runs.start[which], chosen.end[which]
    script, part = chosen.script[which], chosen.part[which]
    first, count = lists.first[script, part], lists.count[script, part]
    # The first, second, … word of a value has bytes of its own.
    place = (8 * (runs.rank[which] % 7))[:, None] + np.arange(4)
    drawn = np.ascontiguousarray(draws[row[:, None], place]).view("<u4")[:, 0].astype(np.int64)
    index = drawn % count
    case = _cases(text, start, end)
    small = pc.utf8_lower(_cut(values, text, row, start, end))
    same = _flags(pc.equal(small, lists.small.take(from_numpy(first + index))))
    index = np.where(same, (index + 1) % count, index)
    firsts = text.offsets[row]
    return splice(
        target, row, start - firsts, end - firsts, words=lists.words,
        choice=first + case * count + index,
    )  # fmt: skip


def _cases(text: TextBytes, start: Places, end: Places) -> Places:
    """0: as a title; 1: in capitals; 2: small. By the first two ASCII letters or the last."""
    first, last = text.data[start], text.data[end - 1]
    capitals = ~LOWER[first] & UPPER[last] & (end - start > 1)
    return np.where(capitals, 1, np.where(LOWER[first], 2, 0))
