"""Which words stand around a candidate: `context` looks a few words back and fewer ahead.

    topics, countries = context(data, low, high, start, end, words)

`data[low:high]` is one row of UTF-8, `[start, end)` the candidate in it, `words` the table that
`privet.detect.kinds.context.context_words()` gives. The answer is two uint64: bits `TOPIC_*` of
what is spoken of, and bits of countries in the order of `privet.detect.kinds.context.COUNTRIES`. In
compiled code ask `spoken(topics, TOPIC_PHONE)`.

Looked at are at most 64 bytes and eight words before, and 24 bytes and three words after. A line's
end is crossed backward only where no word stands between it and the candidate. What follows the
candidate and belongs to what comes next (`Phone:` before another number) is left alone. NEGATIVE is
given only when such a word is nearer than any that speaks for something. `before` looks back alone.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import inlined, lean
from privet.kernels.scan.words import (
    BASE,
    FOLD,
    LONGEST_RUN,
    MARK,
    MEMO,
    Words,
    character_before,
    letter_at,
    may_be,
    slot_of,
    topics_of,
    two_bytes_end,
    unparted,
    word_at,
)

TOPICS = (
    "phone", "email", "card", "bank", "national", "tax", "health", "passport", "licence", "birth",
    "address", "postcode", "account", "network", "secret", "age", "location", "vehicle", "crypto",
    "negative", "contact",
)  # fmt: skip
"""The topics, each a bit at its place in this list."""
TOPIC_PHONE, TOPIC_EMAIL, TOPIC_CARD, TOPIC_BANK = 1 << 0, 1 << 1, 1 << 2, 1 << 3
TOPIC_NATIONAL, TOPIC_TAX, TOPIC_HEALTH, TOPIC_PASSPORT = 1 << 4, 1 << 5, 1 << 6, 1 << 7
TOPIC_LICENCE, TOPIC_BIRTH, TOPIC_ADDRESS, TOPIC_POSTCODE = 1 << 8, 1 << 9, 1 << 10, 1 << 11
TOPIC_ACCOUNT, TOPIC_NETWORK, TOPIC_SECRET, TOPIC_AGE = 1 << 12, 1 << 13, 1 << 14, 1 << 15
TOPIC_LOCATION, TOPIC_VEHICLE, TOPIC_CRYPTO = 1 << 16, 1 << 17, 1 << 18
TOPIC_NEGATIVE = 1 << 19
"""Words of numbers that are nobody's: order, invoice, version, amount."""
TOPIC_CONTACT = 1 << 20
"""Words like call, reach, write to: weak support for what reaches a person."""

BACK, AHEAD = 64, 24
_NEAR, _FEW = 32, 5
WORDS_BACK, WORDS_AHEAD = 8, 3
NOWHERE = 1 << 20
_BASE = np.uint64(BASE)
_ONE = np.uint64(1)
_ZERO = np.uint64(0)
_NEGATIVE = np.uint64(TOPIC_NEGATIVE)
_LETTER, _STOP, _NEXT = 1, 2, 3


def _ahead() -> npt.NDArray[np.uint8]:
    table = np.zeros(256, np.uint8)
    table[128:] = _LETTER
    for byte in range(128):
        table[byte] = _LETTER if chr(byte).isalpha() else 0
    table[list(b"\n\r\t\"'<>{}|;&")] = _STOP
    table[list(b":=@0123456789")] = _NEXT
    return table


_AHEAD = _ahead()


def _small() -> npt.NDArray[np.uint64]:
    table = np.zeros(128, np.uint64)
    table[97:123] = range(97, 123)
    return table


_SMALL = _small()
_POWERS = np.array([pow(BASE, power, 1 << 64) for power in range(BACK + 1)], np.uint64)
"""By how many letters the word has to which the key of another is added."""

Seen = tuple[np.uint64, np.uint64, int, int]
"""Topics, countries, place of the nearest word that speaks for something, of a NEGATIVE one."""


@lean
def spoken(topics: np.uint64, wanted: int) -> bool:
    """Whether one of the topics in `wanted` (bits) is among `topics`."""
    return (topics & np.uint64(wanted)) != np.uint64(0)


@lean
def _look(key: np.uint64, place: int, seen: Seen, words: Words) -> Seen:
    slot = slot_of(key, words)
    if slot < 0:
        return seen
    topics, countries, positive, negative = seen
    found = words.topics[slot]
    if found & _NEGATIVE != _ZERO:
        negative = min(negative, place)
    elif found != _ZERO:
        positive = min(positive, place)
    return topics | found, countries | words.countries[slot], positive, negative


@lean
def _run(
    data: npt.NDArray[np.uint8], at: int, right: int, place: int, seen: Seen, words: Words
) -> Seen:
    """The words of up to six characters that begin at `at`, in a script that parts none."""
    key, power = _ZERO, _ONE
    for length in range(LONGEST_RUN):
        if at >= right:
            break
        code, at = letter_at(data, at, right)
        if not unparted(code):
            break
        key += power * np.uint64(code)
        power *= _BASE
        if may_be(key, words.sieve):
            seen = _look(key, place - length, seen, words)
        elif length == 1:
            break
    return seen


@lean
def _camel(data: npt.NDArray[np.uint8], limit: int, at: int, right: int) -> bool:
    """Whether `fooBar` is parted before `at`, or `IDNumber` is: the letter at `at` is a capital."""
    if at - 1 < limit or not 65 <= data[at] <= 90:
        return False
    left = data[at - 1]
    if 65 <= left <= 90:
        return at + 1 < right and 97 <= data[at + 1] <= 122
    return 97 <= left <= 122 and at - 2 >= limit and _AHEAD[data[at - 2]] == _LETTER


@inlined
def _short_way(
    data: npt.NDArray[np.uint8], limit: int, at: int, key: np.uint64, letters: int
) -> tuple[int, np.uint64, int]:
    """Go back over small letters and characters of two bytes, since most are."""
    while at > limit:
        byte = data[at - 1]
        if byte < 128:
            letter = _SMALL[byte]
            if letter == _ZERO:
                break
            at -= 1
        else:
            if not two_bytes_end(data, limit, at):
                break
            folded = FOLD[(np.int64(data[at - 2]) & 0x1F) << 6 | np.int64(byte & 0x3F)]
            if folded <= MARK:
                break
            letter = np.uint64(folded)
            at -= 2
        key = key * _BASE + letter
        letters += 1
    return at, key, letters


@inlined
def _long_letter(data: npt.NDArray[np.uint8], limit: int, at: int) -> tuple[int, int]:
    """The letter of several bytes that ends at `at`, and where it begins."""
    if at - 3 >= limit and (data[at - 3] & 0xF0) == 0xE0 and (data[at - 2] & 0xC0) == 0x80:
        code = (np.int64(data[at - 3]) & 0x0F) << 12 | (np.int64(data[at - 2]) & 0x3F) << 6
        code |= np.int64(data[at - 1]) & 0x3F
        if data[at - 1] < 0xC0 and 0x3040 <= code <= 0x9FFF and code != 0x30FB:
            return code, at - 3
    start = character_before(data, limit, at)
    code, _ = letter_at(data, start, at)
    return code, start


@lean
def _gather(
    data: npt.NDArray[np.uint8], low: int, limit: int, right: int, most: int, words: Words
) -> Seen:
    """What the last `most` words of `data[limit:right]` speak of; nearest is what is rightmost."""
    seen = (_ZERO, _ZERO, NOWHERE, NOWHERE)
    key, one, two = _ZERO, _ZERO, _ZERO
    letters, place, count, at = 0, 0, 0, right
    crossed = False
    while low < limit < right and (data[limit] & 0xC0) == 0x80:
        limit += 1
    sieve, beside = words.sieve, _ZERO
    while True:
        at, key, letters = _short_way(data, limit, at, key, letters)
        code, start = 0, limit
        capital = False
        if at > limit:
            start = at - 1
            byte = data[start]
            if byte < 128:
                code = np.int64(FOLD[byte])
                capital = byte <= 90
            else:
                code, start = _long_letter(data, limit, at)
        elif letters and limit > low and _AHEAD[data[limit - 1]] == _LETTER:
            break
        runs = False
        if code != 0:
            runs = unparted(code)
            if not runs:
                at = start
                if code == MARK:
                    continue
                key = key * _BASE + np.uint64(code)
                letters += 1
                if not (capital and _camel(data, limit, at, right)):
                    continue
        if letters:
            power = _POWERS[letters]
            place += 1
            count += 1
            part = code == 0 and at > limit and 48 <= data[start] <= 57  # `136R` holds no word
            if not part and may_be(key, sieve):
                seen = _look(key, place, seen, words)
            if not part and one != _ZERO:
                joined = key + power * one
                if may_be(joined, sieve):
                    seen = _look(joined, place - 1, seen, words)
                if two != _ZERO and may_be(key + power * two, sieve):
                    seen = _look(key + power * two, place - 2, seen, words)
                two = joined
            one, key, letters = key, _ZERO, 0
            if count == most:
                break
        if at <= limit:
            break
        if runs:
            place += 1
            one = two = _ZERO
            first = np.uint64(code)
            if may_be(first, sieve) or may_be(first + _BASE * beside, sieve):
                seen = _run(data, start, right, place, seen, words)
        elif code == 0:
            if 48 <= data[start] <= 57:
                one = two = _ZERO
            if data[start] == 10:
                if place > 0:
                    break
                crossed = True
            elif crossed and place == 0 and 48 <= data[start] <= 57:
                break
        else:
            continue
        beside = np.uint64(code)
        at = start
    return seen


@lean
def _reach(data: npt.NDArray[np.uint8], end: int, high: int) -> int:
    """How far the words after a candidate go; `end` where they belong to what comes next."""
    limit = min(high, end + AHEAD)
    at, words, inside = end, 0, False
    while at < limit:
        group = _AHEAD[data[at]]
        if group == _NEXT:
            return end
        if group == _STOP:
            return at
        if data[at] == 0xEF and at + 2 < high and data[at + 1] == 0xBC and data[at + 2] == 0x9A:
            return end
        if inside and group != _LETTER:
            words += 1
        inside = group == _LETTER
        if words == WORDS_AHEAD:
            return at
        at += 1
    while at > end and at < high and ((data[at] & 0xC0) == 0x80 or _split(data, at)):
        at -= 1
    return at


@lean
def _split(data: npt.NDArray[np.uint8], at: int) -> bool:
    """Whether an ASCII word would be cut before `at`."""
    return (
        data[at] < 128
        and data[at - 1] < 128
        and _AHEAD[data[at]] == _LETTER
        and _AHEAD[data[at - 1]] == _LETTER
    )


@lean
def _back(data: npt.NDArray[np.uint8], low: int, start: int, words: Words) -> Seen:
    """What the words before `start` speak of; the last answer is kept, for other ends."""
    memo = words.memo
    kept = memo[MEMO - 1] != _ZERO
    if kept and memo[5] == np.uint64(low) and memo[6] == np.uint64(start):
        return memo[7], memo[8], np.int64(memo[9]), np.int64(memo[10])
    seen = _gather(data, low, max(low, start - BACK), start, WORDS_BACK, words)
    if kept:
        topics, countries, positive, negative = seen
        memo[5], memo[6], memo[7], memo[8] = np.uint64(low), np.uint64(start), topics, countries
        memo[9], memo[10] = np.uint64(positive), np.uint64(negative)
    return seen


@lean
def before(
    data: npt.NDArray[np.uint8], low: int, start: int, words: Words
) -> tuple[np.uint64, np.uint64]:
    """Topics and countries spoken of before `start` alone."""
    topics, countries, positive, negative = _back(data, low, start, words)
    if negative >= positive:
        topics &= ~_NEGATIVE
    return topics, countries


@lean
def named_otherwise(data: npt.NDArray[np.uint8], low: int, start: int, words: Words) -> bool:
    """Whether one of the two words right before `start` names what is nobody's: `version 1.2`."""
    seen = _gather(data, low, max(low, start - _NEAR), start, 2, words)
    _, _, positive, negative = seen
    return negative < positive


@lean
def beside(
    data: npt.NDArray[np.uint8],
    low: int,
    high: int,
    start: int,
    end: int,
    wanted: int,
    words: Words,
) -> bool:
    """Whether one of five words right before `[start, end)`, or the next, speaks of `wanted`.

    A shorter look than `context`, for candidates that are many and seldom anything.
    """
    topics, _, _, _ = _gather(data, low, max(low, start - BACK), start, _FEW, words)
    if spoken(topics, wanted):
        return True
    place = end
    while place < high and place < end + 2 and data[place] in (32, 40, 41, 44):
        place += 1
    key, _ = word_at(data, place, high)
    return spoken(topics_of(key, words), wanted)


@lean
def context(
    data: npt.NDArray[np.uint8], low: int, high: int, start: int, end: int, words: Words
) -> tuple[np.uint64, np.uint64]:
    """Topics and countries spoken of around `[start, end)`: see the module."""
    memo = words.memo
    kept = memo[MEMO - 1] != _ZERO
    if kept and memo[0] == low and memo[1] == start and memo[2] == end:
        return memo[3], memo[4]
    topics, countries, positive, negative = _back(data, low, start, words)
    reach = _reach(data, end, high)
    if reach > end:
        more, there, ahead, _ = _gather(data, end, end, reach, WORDS_AHEAD, words)
        if ahead != NOWHERE or positive != NOWHERE:
            more &= ~_NEGATIVE
        else:
            negative = 1
        if ahead != NOWHERE:
            positive = min(positive, 2)
        topics |= more
        countries |= there
    if negative >= positive:
        topics &= ~_NEGATIVE
    if kept:
        memo[0], memo[1], memo[2] = np.uint64(low), np.uint64(start), np.uint64(end)
        memo[3], memo[4] = topics, countries
    return topics, countries
