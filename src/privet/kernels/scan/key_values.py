"""The value beside a key: where it ends, whether it is a mere placeholder, how secret it looks."""

from __future__ import annotations

import numpy as np

from privet.kernels.compiled import lean
from privet.kernels.scan.classes import ALNUM, BEYOND, CLASS, DIGIT, HEX, LETTER, LOWER, UPPER
from privet.kernels.scan.key_words import KEY, PASSWORD, SECRET, STORAGE
from privet.kernels.scan.secret_tables import Bytes, Numbers

_MOST_VALUE = 512
_SAMPLE = 64


def _base64() -> Numbers:
    table = np.full(256, -1, np.int64)
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    table[list(letters + letters.lower() + b"0123456789+/")] = range(64)
    table[list(b"-_")] = 62, 63
    return table


def _halting() -> Bytes:
    """Bytes at which a value without quotes ends: white space, marks, three-byte characters."""
    table = np.zeros(256, np.uint8)
    table[list(b"\0\t\n\v\f\r ,;\"'`&<>()[]{}|\\")] = 1
    table[0xE2:] = 1
    return table


_BASE64 = _base64()
_HALTS = _halting()
_LOG2 = np.concatenate([np.zeros(1), np.log2(np.arange(1, _SAMPLE + 1))])


@lean
def base64_digit(byte: int) -> int:
    """The value of a letter of base64, either alphabet (RFC 4648, 4 and 5); -1 for others."""
    return _BASE64[byte]


@lean
def entropy(data: Bytes, start: int, end: int) -> float:
    """Shannon's entropy of the first 64 bytes of [start, end), in bits a byte."""
    end = min(end, start + _SAMPLE)
    size = end - start
    if size <= 0:
        return 0.0
    total = 0.0
    for at in range(start, end):
        count = 0
        for other in range(start, end):
            count += data[other] == data[at]
        total += _LOG2[count]
    return _LOG2[size] - total / size


@lean
def value_bounds(data: Bytes, high: int, at: int) -> tuple[int, int, int]:
    """Start and end of the value after the `=` or `:` at `at`, and its quote (0 for none).

    `:=` and `=>` are assignments too, `==` and `::` are not. A value is on one line and has at most
    512 bytes; `end` is 0 where there is none.
    """
    start = at + 1
    if start < high and data[start] in (58, 61, 62):
        if data[start] == data[at] or (data[at] == 58 and data[start] == 62):
            return 0, 0, 0
        start += 1
    stop = min(high, start + 8)
    while start < stop and (data[start] == 32 or data[start] == 9):
        start += 1
    if start < high - 1 and data[start] == 92 and data[start + 1] in (34, 39):
        start += 1
    quote = np.int64(data[start]) if start < high else 0
    if quote not in (34, 39, 96):
        end, stop = start, min(high, start + _MOST_VALUE)
        while end < stop and not _HALTS[data[end]]:
            end += 1
        if end == start or end - start == _MOST_VALUE:
            return 0, 0, 0
        if end - start > 1 and data[end - 1] in (46, 58):
            end -= 1
        return start, end, 0
    start += 1
    end, stop = start, min(high, start + _MOST_VALUE)
    while end < stop and data[end] != quote and data[end] != 10:
        end += 1
    if end >= high or end == start or data[end] != quote:
        return 0, 0, 0
    if data[end - 1] == 92 and end - 1 > start:
        end -= 1
    return start, end, quote


@lean
def is_placeholder(data: Bytes, start: int, end: int, quoted: int) -> bool:
    """Whether a value stands for one: `<password>`, `${VAR}`, `%s`, `{{ x }}`, `xxxx`, `****`."""
    first = data[start]
    if first in (60, 123, 91) or (not quoted and first in (33, 35, 38, 42, 58, 63, 64)):
        return True
    second = np.int64(data[start + 1]) if start + 1 < end else 0
    if first == 37 and (second in (40, 123) or (CLASS[second] & LETTER and end - start <= 3)):
        return True
    if first == 0xE2 and second == 0x80:
        return True
    masked, name = True, first == 36
    for at in range(start, end):
        byte = data[at]
        if byte in (36, 37, 123):
            after = np.int64(data[at + 1]) if at + 1 < end else 0
            if (
                (after == 123 and byte != 37)
                or (byte == 36 and after == 40)
                or (byte == 37 and after in (100, 115))
            ):
                return True
        if byte not in (120, 88, 42, 46, 45, 95, 35, 63, 48):
            masked = False
        if at > start and not (CLASS[byte] & ALNUM or byte == 95):
            name = False
    return masked or name


@lean
def password_score(
    data: Bytes,
    low: int,
    high: int,
    start: int,
    end: int,
    quoted: int,
    told: int,
    key_start: int,
    at: int,
) -> int:
    """How sure it is that [start, end) is a password, given the word before it; 0 for no."""
    if not 4 <= end - start <= 128:
        return 0
    letters = digits = marks = spaces = dots = colons = 0
    for place in range(start, end):
        colons += data[place] == 58 and data[place - 1] == 58
        kind = CLASS[data[place]]
        letters += (kind & (LETTER | BEYOND)) != 0
        digits += (kind & DIGIT) != 0
        spaces += data[place] == 32
        dots += data[place] == 46
        marks += (kind & (ALNUM | BEYOND)) == 0 and data[place] not in (32, 45, 46, 95)
    strong = told & PASSWORD
    mixed = digits > 0 or marks > 0
    if quoted:
        if spaces > 1 or (spaces and not mixed) or (not strong and not letters):
            return 0
        return 85 if strong and mixed else 65
    after = np.int64(data[end]) if end < high else 10
    if after in (34, 39, 96, 40, 91, 123, 62, 92) or colons or data[start] == 47:
        return 0
    if mixed and (letters or strong):
        return 75 if strong and letters else 65
    if not strong or dots or letters < end - start or after not in (10, 13, 59, 38):
        return 0
    if data[at] == 58:
        return 55
    bare = data[start - 1] == data[at] and data[at - 1] != 32
    before = key_start
    while before > max(low, at - 64) and (
        CLASS[data[before - 1]] & ALNUM or data[before - 1] == 95
    ):
        before -= 1
    led = before == low or data[before - 1] in (10, 38, 59, 63, 32, 34)
    return 55 if bare and led else 0


@lean
def secret_score(data: Bytes, high: int, start: int, end: int, told: int) -> int:
    """How sure it is that [start, end) is a secret that a machine made; 0 for no.

    Its entropy must be 3 bits a byte where it is hexadecimal, else 4 (3.5 below 24 bytes).
    """
    size = end - start
    if size < 16 or (end < high and data[end] in (34, 40, 91) and data[start - 1] != data[end]):
        return 0
    digits = lower = upper = dashes = dots = slashes = hexes = 0
    for at in range(start, end):
        byte, kind = data[at], CLASS[data[at]]
        if not (kind & ALNUM or byte in (43, 45, 46, 47, 61, 95, 126)):
            return 0
        digits += (kind & DIGIT) != 0
        lower += (kind & LOWER) != 0
        upper += (kind & UPPER) != 0
        hexes += (kind & HEX) != 0
        dashes += byte == 45
        dots += byte == 46
        slashes += byte == 47
    if digits < 2 or lower + upper == 0 or (dots and slashes) or data[start] == 47:
        return 0
    hexadecimal = hexes + dashes == size
    amount = entropy(data, start, end)
    if told & STORAGE:
        return 95 if size >= 40 and amount >= 4.0 else 0
    if amount < (3.0 if hexadecimal else 4.0 if size >= 24 else 3.5):
        return 0
    if told & KEY and not told & SECRET:
        return 0 if hexadecimal or size < 24 or not (lower and upper) else 55
    return 75
