"""From a chain of digit groups to a phone number: where it starts and ends, and how sure it is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import lean
from privet.kernels.scan.chains import BLANK, FIRST, PARENTHESIS, Chain, closed_right
from privet.kernels.scan.classes import ALNUM, CLASS, DIGIT, HEX
from privet.kernels.scan.context import TOPIC_PHONE, context, spoken
from privet.kernels.scan.phone_shape import (
    DISTINCTIVE,
    NO,
    OPENED,
    PLAIN,
    PLUS,
    USUAL,
    one_separator,
    shape,
    signature,
)
from privet.kernels.scan.phones import PhoneTables, judge
from privet.kernels.scan.words import Words

MOST_DIGITS = 24
"""Digits that the room for them must hold."""
_LIKELY, _SURE = 50, 85
_MARGIN = 15
"""By how much a part must be likelier than a likely whole."""
_WORDS = np.frombuffer(
    b"durchwahl nebenstelle interno extension poste anexo ramal toestel doorkies "
    b"extn ext int wew dw x #",
    np.uint8,
)
_INITIAL = np.zeros(256, np.bool_)
_INITIAL[[*b"adeinprtwx#", *b"ADEINPRTWX"]] = True


@lean
def is_worth_it(
    data: npt.NDArray[np.uint8], low: int, chain: Chain, group: int, count: int
) -> bool:
    """Whether `phone` may find something at `group`: most has no form."""
    _, lead = _lead(data, low, chain, group, count)
    for last in range(count, group, -1):
        if shape(data, chain, group, last, lead) != NO:
            return True
        if chain[last - 1, 1] - chain[group, 0] < 7:
            break
    return False


@lean
def phone(
    data: npt.NDArray[np.uint8],
    low: int,
    high: int,
    chain: Chain,
    group: int,
    count: int,
    words: Words,
    tables: PhoneTables,
    room: npt.NDArray[np.uint8],
) -> tuple[int, int, int, int, int]:
    """The phone number that begins at `group` of a chain of `count`.

    Returns how many groups it takes (0 for none), its first byte (of a `+` or `(`, where one stands
    before), the byte after it (or its extension), the score 0..100 and the evidence. The groups up
    to the chain's end are tried, then fewer, where a blank or a parenthesis parts them; what is
    likely wins, else the longest. The caller has seen that what stands before `group` parts it from
    that. `room` is uint8 of at least `MOST_DIGITS`, and is overwritten.
    """
    start, lead = _lead(data, low, chain, group, count)
    taken, found_end, best, evidence = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
    seen, topics = False, np.uint64(0)
    for last in range(count, group, -1):
        end = chain[last - 1, 1]
        if last < count and not _parted(data, chain, last):
            continue
        kind = shape(data, chain, group, last, lead)
        if kind == NO or (kind == PLAIN and (taken or (group and chain[group, 2] == BLANK))):
            continue
        past = extension(data, end, high)
        if past == end and not closed_right(data, high, end):
            continue
        if not seen:
            topics, _ = context(data, low, high, start, past, words)
            seen = True
        if not spoken(topics, TOPIC_PHONE) and (
            _torn(chain, group, last, count, lead) or _in_dump(data, low, high, start, end)
        ):
            continue
        score, why = _judged(data, chain, group, last, lead, kind, topics, tables, room)
        if past > end and score >= 35:
            score = min(score + 15, 95)
        needed = best + _MARGIN if best >= _LIKELY else _LIKELY
        if score > 0 and (not taken or score >= needed):
            taken, found_end, best, evidence = last - group, past, score, why
        if best >= (_SURE if lead & PLUS else _LIKELY + 10):
            break
    return taken, start, found_end, best, evidence


@lean
def _lead(
    data: npt.NDArray[np.uint8], low: int, chain: Chain, group: int, count: int
) -> tuple[int, int]:
    """The first byte of what begins at `group`, and the bits of what stands before it."""
    start = chain[group, 0]
    lead = np.int64(0)
    closed = group + 1 < count and chain[group + 1, 2] == PARENTHESIS
    if closed and start > low and data[start - 1] == 40:
        start -= 1
        lead |= OPENED
    if start > low and data[start - 1] == 43:
        start -= 1
        lead |= PLUS
        if closed and not lead & OPENED and start > low and data[start - 1] == 40:
            start -= 1
    return start, lead


@lean
def _parted(data: npt.NDArray[np.uint8], chain: Chain, group: int) -> bool:
    """Whether a number may end before `group`: a blank or a parenthesis follows it."""
    return chain[group, 2] == PARENTHESIS or data[chain[group - 1, 1]] in (32, 0xC2, 0xE2)


@lean
def _torn(chain: Chain, group: int, last: int, count: int, lead: int) -> bool:
    """Whether a blank parts the groups from further ones and nothing binds them closer together."""
    if lead:
        return False
    for at in range(group + 1, last):
        if chain[at, 2] == BLANK:
            break
    else:
        if last - group > 1:
            return False
    if group > 0 and chain[group, 2] == BLANK:
        before = chain[group - 1, 2]
        if before in (FIRST, BLANK):
            return True
    return last < count and chain[last, 2] == BLANK


@lean
def _in_dump(data: npt.NDArray[np.uint8], low: int, high: int, start: int, end: int) -> bool:
    """Whether a blank parts the groups from one of small hexadecimal letters and digits."""
    letters = digits = 0
    if start > low and data[start - 1] == 32:
        at = start - 2
        while at >= low and start - at < 10 and CLASS[data[at]] & ALNUM:
            letters += (CLASS[data[at]] & HEX) != 0 and data[at] >= 97
            digits += (CLASS[data[at]] & DIGIT) != 0
            at -= 1
        if letters and digits and letters + digits == start - 2 - at:
            return True
    letters = digits = 0
    if end < high and data[end] == 32:
        at = end + 1
        while at < high and at - end < 9 and CLASS[data[at]] & ALNUM:
            letters += (CLASS[data[at]] & HEX) != 0 and data[at] >= 97
            digits += (CLASS[data[at]] & DIGIT) != 0
            at += 1
        return letters > 0 and digits > 0 and letters + digits == at - end - 1
    return False


@lean
def _judged(
    data: npt.NDArray[np.uint8],
    chain: Chain,
    first: int,
    last: int,
    lead: int,
    kind: int,
    topics: np.uint64,
    tables: PhoneTables,
    room: npt.NDArray[np.uint8],
) -> tuple[int, int]:
    """Score and evidence of the groups `first` to `last`; a leading 00 or 011 counts as a `+`."""
    n = np.int64(0)
    for group in range(first, last):
        for at in range(chain[group, 0], chain[group, 1]):
            if n < MOST_DIGITS:
                room[n] = data[at] - 48
                n += 1
    plus = lead & PLUS != 0
    skip = np.int64(0)
    if not plus and n >= 10 and room[0] == 0:
        if room[1] == 0 and room[2] != 0:
            skip = 2
        elif n >= 13 and kind == DISTINCTIVE and room[1] == 1 and room[2] == 1:
            skip = 3
    form = np.int64(0)
    if kind == USUAL and room[0] != 0 and one_separator(chain, first, last) == BLANK:
        trunk = chain[first, 1] - chain[first, 0] == 1 and (room[0] == 1 or room[0] == 8)
        form = signature(chain, first + np.int64(trunk), last)
    n -= skip
    for at in range(n if skip else 0):
        room[at] = room[at + skip]
    return judge(room, n, plus or skip > 0, kind, form, topics, tables)


@lean
def extension(data: npt.NDArray[np.uint8], end: int, high: int) -> int:
    """Where the number that ends at `end` ends with its extension, `end` itself if it has none.

    Known are `x123`, ` ext. 12`, ` #12`, `;ext=7`, `, Durchwahl 12` and such words of some
    languages, with one to six digits.
    """
    at = np.int64(end)
    if at >= high or data[at] not in (32, 35, 44, 59, 88, 120):
        return at
    while at < high and at - end < 2 and data[at] in (32, 44, 59):
        at += 1
    if at >= high or not _INITIAL[data[at]]:
        return np.int64(end)
    word = np.int64(0)
    while word < len(_WORDS):
        length = np.int64(0)
        while word + length < len(_WORDS) and _WORDS[word + length] != 32:
            length += 1
        if _stands(data, at, high, word, length):
            found = _digits_end(data, at + length, high)
            if found > 0:
                return found
        word += length + 1
    return np.int64(end)


@lean
def _stands(data: npt.NDArray[np.uint8], at: int, high: int, word: int, length: int) -> bool:
    if at + length > high:
        return False
    for index in range(length):
        letter = data[at + index]
        if 65 <= letter <= 90:
            letter += 32
        if letter != _WORDS[word + index]:
            return False
    return True


@lean
def _digits_end(data: npt.NDArray[np.uint8], at: int, high: int) -> int:
    """The end of one to six digits after a dot, colon, `=` or spaces; 0 where none stand there."""
    begun = at
    while at < high and at - begun < 3 and data[at] in (32, 46, 58, 61):
        at += 1
    start = at
    while at < high and CLASS[data[at]] & DIGIT:
        at += 1
    if at == start or at - start > 6 or (at < high and CLASS[data[at]] & ALNUM):
        return np.int64(0)
    return np.int64(at)
