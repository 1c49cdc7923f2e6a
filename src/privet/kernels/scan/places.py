"""Where people live: street addresses, postcodes and coordinates.

    start, end, kind, score, evidence = found(data, low, high, at, words, streets)

`at` is the first digit of a token in the row `data[low:high]`, `words` the table of
`privet.detect.kinds.context.context_words()`, `streets` that of
`privet.detect.kinds.places.street_words()`. `end` is 0 for none. `start` may lie before `at`, also
before spans that were found earlier (`Hauptstraße 5`, `SW1A 1AA`); `end` may lie beyond the number.
Ask dates first: `12 March 1990` is no street, but nothing here looks for months.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import lean
from privet.kernels.scan import codes
from privet.kernels.scan.classes import BEYOND, CLASS, DIGIT
from privet.kernels.scan.context import TOPIC_ADDRESS, before, spoken
from privet.kernels.scan.coordinates import coordinates
from privet.kernels.scan.postcodes import postcode
from privet.kernels.scan.streets import street
from privet.kernels.scan.words import Words, character_before, letter_at

Bytes = npt.NDArray[np.uint8]

_ROAD = (0x8DEF, 0x8857, 0x9053, 0x5DF7, 0x5F04, 0x6BB5)
"""路 街 道 巷 弄 段: before the number in a Chinese address; 号 or 號 follows it."""
_TOWN = (0x753A, 0x533A, 0x5E02, 0x6751)
"""町 区 市 村: what the name before a Japanese block number may end with."""
_REGION = (0x90FD, 0x9053, 0x5E9C, 0x770C, 0x5E02, 0x533A, 0x90E1, 0x7701, 0x53BF, 0x7E23, 0x5340)
"""都 道 府 県 市 区 郡 省 县 縣 區: one of these stands within an address of China or Japan."""
_BEFORE = (0x5728, 0x4E8E, 0x662F, 0x5230, 0x5740, 0x65BC, 0x70BA, 0x4E3A, 0x6240)
"""在 于 是 到 址 於 為 为 所: words that stand right before an address."""


@lean
def found(
    data: Bytes, low: int, high: int, at: int, words: Words, streets: Words
) -> tuple[int, int, int, int, int]:
    """The place whose number is at `at`: start, end, kind, score, evidence; end 0 for none."""
    end = at
    while end < high and end < at + 8 and CLASS[data[end]] & DIGIT:
        end += 1
    digits = end - at
    if digits > 7:
        return 0, 0, codes.NONE, 0, 0
    if digits <= 3:
        start, end, score = coordinates(data, low, high, at, words)
        if end:
            return start, end, codes.COORDINATES, score, codes.FORMAT
    if digits <= 5:
        start, end = 0, 0
        if at > low and CLASS[data[at - 1]] & BEYOND:
            start, end = _eastern(data, low, high, at)
        if end == 0:
            start, end = street(data, low, high, at, streets)
        if end:
            topics, _ = before(data, low, start, words)
            score = 75 + 10 * spoken(topics, TOPIC_ADDRESS)
            return start, end, codes.STREET, score, codes.FORMAT
    start, end, score = postcode(data, low, high, at, words, streets)
    if end:
        return start, end, codes.POSTCODE, score, codes.FORMAT
    return 0, 0, codes.NONE, 0, 0


@lean
def _eastern(data: Bytes, low: int, high: int, at: int) -> tuple[int, int]:
    """An address of China or Japan whose number is at `at`: start and end, (0, 0) for none."""
    place = character_before(data, low, at)
    last, _ = letter_at(data, place, at)
    end = at
    while end < high and end < at + 12 and (CLASS[data[end]] & DIGIT or data[end] == 45):
        end += 1
    follows, after = (0, end) if end >= high else letter_at(data, end, high)
    road = last in _ROAD and follows in (0x53F7, 0x865F)
    if road:
        end = after
    elif follows in (0x4E01, 0x756A):
        end = _block(data, end, high)
    elif last not in _TOWN and end - at < 4:
        return 0, 0
    start, region = at, False
    while start > low and at - start < 60:
        begin = character_before(data, low, start)
        code, _ = letter_at(data, begin, start)
        if not (0x4E00 <= code <= 0x9FFF or code in (0x30F6, 0x30CE, 0x306E)) or code in _BEFORE:
            break
        region = region or code in _REGION
        start = begin
    enough = (region and at - start >= 12) or (road and 9 <= at - start <= 15)
    return (start, end) if enough else (0, 0)


@lean
def _block(data: Bytes, at: int, high: int) -> int:
    """The end of 丁目, 番地, 番, 号 and numbers among them, after a number that ends at `at`."""
    while at < high:
        code, after = letter_at(data, at, high)
        digit = CLASS[data[at]] & DIGIT
        if not (
            digit or data[at] == 45 or code in (0x4E01, 0x76EE, 0x756A, 0x5730, 0x53F7, 0x306E)
        ):
            break
        at = at + 1 if digit or data[at] == 45 else after
    return at
