"""Words of special categories of personal data (GDPR Art. 9 and 10), as flags on a text.

    row, at = flags(data, offsets, row, at, stop, found, works, words)

A pass of its own over the rows [row, stop), since it looks at every word; `words` is the table that
`privet.detect.kinds.flags.flag_words()` gives, `found` and `work` the room for spans. It begins at
byte `at` (`offsets[row]` at first) and gives the row and byte to go on from, `(stop,
offsets[stop])`, or earlier where `found` is full. Phrases have at most three words, of which the
longest counts; words of scripts that part none have at most six characters. Every span has the
score 50.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import compiled, lean, sources_version
from privet.kernels.scan import codes
from privet.kernels.scan.emission import Found, emit
from privet.kernels.scan.tables import Records, Work
from privet.kernels.scan.words import (
    BASE,
    FOLD,
    LONGEST_RUN,
    MARK,
    Words,
    letter_at,
    may_be,
    topics_of,
    unparted,
)

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
Pass: TypeAlias = Callable[[Bytes, Places, int, int, int, Found, Records, Words], tuple[int, int]]

CATEGORIES = (
    codes.HEALTH, codes.RELIGION, codes.ETHNICITY, codes.POLITICS,
    codes.ORIENTATION, codes.UNION, codes.CRIMINAL, codes.GENETIC,
)  # fmt: skip
"""The kinds of flags, each the bit at its place in the topics of a word."""
SCORE = 50
SPARE = 8
"""Room that is left when the pass stops."""
_BASE = np.uint64(BASE)
_ZERO, _ONE = np.uint64(0), np.uint64(1)


@lean
def _kind(key: np.uint64, words: Words) -> int:
    """The kind that a word flags, 0 for none."""
    topics = np.int64(topics_of(key, words))
    if topics == 0:
        return 0
    place = 0
    while not topics >> place & 1:
        place += 1
    return codes.HEALTH + place


@lean
def _flag(key: np.uint64, start: int, end: int, found: Found, work: Work, words: Words) -> bool:
    if not may_be(key, words.sieve):
        return False
    kind = _kind(key, words)
    if kind == 0:
        return False
    emit(found, work, start, end, kind, SCORE, codes.FORMAT)
    return True


@lean
def _run(data: Bytes, at: int, high: int, found: Found, work: Work, words: Words) -> int:
    """Past the longest word that begins at `at` in a script that parts none, or one character."""
    key, power = _ZERO, _ONE
    place, first, best, kind = at, at, at, 0
    for length in range(LONGEST_RUN):
        if place >= high:
            break
        code, place = letter_at(data, place, high)
        if not unparted(code):
            break
        key += power * np.uint64(code)
        power *= _BASE
        if length == 0:
            first = place
        if may_be(key, words.sieve):
            told = _kind(key, words)
            if told:
                kind, best = told, place
        elif length == 1:
            break
    if kind:
        emit(found, work, at, best, kind, SCORE, codes.FORMAT)
        return best
    return first


@lean
def _row(data: Bytes, at: int, high: int, found: Found, work: Work, words: Words) -> int:
    """Flag the words of one row from `at` on; where it stopped."""
    full = len(found) - SPARE
    one, one_power, one_start = _ZERO, _ONE, at
    two, two_power, two_start = _ZERO, _ONE, at
    while at < high:
        start, after, code = at, at, 0
        key, power = _ZERO, _ONE
        while at < high:
            byte = data[at]
            if byte < 128:
                code, after = np.int64(FOLD[byte]), at + 1
            else:
                code, after = letter_at(data, at, high)
            if code == 0 or unparted(code):
                break
            at = after
            if code != MARK:
                key += power * np.uint64(code)
                power *= _BASE
        if at == start:
            if unparted(code):
                if work.count >= full:
                    return at
                at = _run(data, at, high, found, work, words)
                one = two = _ZERO
                continue
            if data[at] not in (32, 45, 39):
                one = two = _ZERO
            at = after
            continue
        joined = one + one_power * key
        if work.count >= full:
            return start
        flagged = two != _ZERO and _flag(
            two + two_power * joined, two_start, at, found, work, words
        )
        if not flagged and one != _ZERO:
            flagged = _flag(joined, one_start, at, found, work, words)
        if not flagged:
            _flag(key, start, at, found, work, words)
        two, two_power, two_start = one, one_power, one_start
        one, one_power, one_start = key, power, start
    return high


@lean
def _flags(
    data: Bytes,
    offsets: Places,
    row: int,
    at: int,
    stop: int,
    found: Found,
    work: Work,
    words: Words,
) -> tuple[int, int]:
    while row < stop:
        high = offsets[row + 1]
        work.row = row
        at = _row(data, max(at, offsets[row]), high, found, work, words)
        if at < high:
            return row, at
        row += 1
    return stop, offsets[stop]


def flags(
    data: Bytes,
    offsets: Places,
    row: int,
    at: int,
    stop: int,
    found: Found,
    work: Records,
    words: Words,
) -> tuple[int, int]:
    """Flag the words of the rows [row, stop): see the module."""
    return _compiled()(data, offsets, row, at, stop, found, work, words)


@cache
def _compiled() -> Pass:
    version = sources_version(__package__)

    @compiled
    def flags(
        data: Bytes,
        offsets: Places,
        row: int,
        at: int,
        stop: int,
        found: Found,
        work: Records,
        words: Words,
    ) -> tuple[int, int]:
        if version == 0:
            return row, at
        return _flags(data, offsets, row, at, stop, found, work[0], words)

    return flags
