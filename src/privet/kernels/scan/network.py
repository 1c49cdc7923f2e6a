"""Addresses of mailboxes, machines and accounts: e-mail, IPv4, IPv6, hardware, @handles.

E-mail is the practical part of RFC 5321 and RFC 6531, IPv6 the text forms of RFC 4291, hardware
addresses EUI-48.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import lean
from privet.kernels.scan.chains import DOT
from privet.kernels.scan.classes import ALNUM, BEYOND, CLASS, DIGIT, HEX, LETTER, WORD

Bytes = npt.NDArray[np.uint8]
Chain = npt.NDArray[np.int64]

_LOCAL, _LABEL, _DOMAIN = 64, 63, 253
_IPV6_TEXT = 45
_FILES = np.array(
    [
        int.from_bytes(ending, "big")
        for ending in (
            b"png jpg jpeg gif svg bmp ico webp avif css scss less js mjs cjs jsx tsx json html "
            b"htm xml yaml yml toml csv txt log lock tgz tar gz bz xz zst rar whl jar deb rpm exe "
            b"dll bin pdf doc docx xls xlsx ppt pptx php java cpp hpp sql bak tmp ini cfg conf "
            b"woff ttf mkv"
        ).split()
    ],
    np.int64,
)
"""Endings of files that are no top-level domains, as numbers of their bytes."""
_SMALL = 32
"""Four numbers below this are more often a version or a section than a machine."""


@lean
def _local_start(data: Bytes, low: int, at: int) -> int:
    """Where the local part of an address before the `@` at `at` begins; `at` for nowhere."""
    floor = max(low, at - _LOCAL)
    start = at
    while start > floor:
        byte = data[start - 1]
        if CLASS[byte] & WORD or byte in (43, 45, 46):
            start -= 1
        elif CLASS[byte] & BEYOND:
            # Letters of two bytes (Latin, Greek, Cyrillic); Chinese and the like part no words.
            if byte >= 0xC0 or start - 2 < floor or not 0xC3 <= data[start - 2] <= 0xD7:
                break
            start -= 2
        elif byte in (33, 37, 38, 39, 42, 61, 94, 96, 123, 125, 126):  # other atext, inside only
            if start - 2 < floor or not CLASS[data[start - 2]] & ALNUM or byte in (61, 96, 42):
                break
            start -= 1
        else:
            break
    if start < at and data[at - 1] == 46:
        return at
    for place in range(start + 1, at):
        if data[place] == 46 and data[place - 1] == 46:
            start = place + 1
    while start < at and not CLASS[data[start]] & (ALNUM | BEYOND) and data[start] != 95:
        start += 1
    return start


@lean
def _domain_end(data: Bytes, at: int, high: int) -> int:
    """The end of the domain that begins at `at`; `at` where none does."""
    ceiling = min(high, at + _DOMAIN)
    label = at
    end = at
    place = at
    while place < ceiling:
        byte = data[place]
        if CLASS[byte] & ALNUM or (byte == 45 and place > label):
            place += 1
        elif 0xC3 <= byte <= 0xD7 and place + 1 < high and data[place + 1] & 0xC0 == 0x80:
            place += 2
        elif byte == 46 and label < place <= label + _LABEL and data[place - 1] != 45:
            label = place + 1
            place += 1
        else:
            break
        if byte == 45:
            continue  # no label ends so: what stands before it ended, or goes on
        if place > label and place - label >= 2 and label > at and _ends_here(data, place, high):
            end = place if _is_top(data, label, place) else at
    return end


@lean
def _ends_here(data: Bytes, end: int, high: int) -> bool:
    """Whether no letter or digit follows that would belong to the label."""
    if end >= high:
        return True
    byte = data[end]
    if CLASS[byte] & WORD:
        return False
    if byte == 45:
        ceiling = min(high, end + _LABEL)
        while end < ceiling and data[end] == 45:
            end += 1
        return end >= high or not (CLASS[data[end]] & ALNUM or 0xC3 <= data[end] <= 0xD7)
    return not (0xC3 <= byte <= 0xD7)


@lean
def _is_top(data: Bytes, start: int, end: int) -> bool:
    """Whether a label may be a top-level domain: letters only, or punycode; no file ending."""
    if end - start > 24 or end - start < 2:
        return False
    xn = end - start > 4 and data[start] | 32 == 120 and data[start + 1] | 32 == 110
    if xn and data[start + 2] == 45 and data[start + 3] == 45:
        return True
    for place in range(start, end):
        if not CLASS[data[place]] & LETTER and data[place] < 128:
            return False
    return not _is_file_ending(data, start, end)


@lean
def _is_file_ending(data: Bytes, start: int, end: int) -> bool:
    """Images, scripts, archives: `icon@2x.png` and `tool@3.1.tgz` are no mailboxes."""
    if end - start > 4:
        return False
    word = 0
    for place in range(start, end):
        word = word << 8 | (np.int64(data[place]) | 32)
    for ending in _FILES:  # noqa: SIM110  # `any` of a generator does not compile
        if word == ending:
            return True
    return False


@lean
def _numbered(data: Bytes, start: int, end: int) -> bool:
    """Whether two labels of a domain are numbers alone, as in a version: `3.10.example`."""
    label, numbers, digits = start, 0, True
    for place in range(start, end):
        if data[place] == 46:
            numbers += digits and place > label
            label, digits = place + 1, True
        elif not CLASS[data[place]] & DIGIT:
            digits = False
    return numbers > 1


@lean
def email(data: Bytes, low: int, high: int, at: int) -> tuple[int, int]:
    """The address around the `@` at `at`: start and end; (at, at) for none."""
    start = _local_start(data, low, at)
    if start == at:
        return at, at
    end = _domain_end(data, at + 1, high)
    if end <= at + 1 or _numbered(data, at + 1, end):
        return at, at
    if at - start == 3 and data[start] == 103 and data[start + 1] == 105 and data[at - 1] == 116:
        return at, at  # git@host:repository
    return start, end


@lean
def handle_end(data: Bytes, low: int, high: int, at: int) -> int:
    """The end of the `@handle` that begins at `at`; `at` for none."""
    if at > low and (CLASS[data[at - 1]] & (WORD | BEYOND) or data[at - 1] in (46, 47, 64, 45)):
        return at
    place = at + 1
    if place >= high or not CLASS[data[place]] & (LETTER | 64):
        return at
    while place < high and place - at <= 31 and CLASS[data[place]] & WORD:
        place += 1
    if place - at < 4 or place - at > 31:
        return at
    return place


@lean
def ipv4(data: Bytes, chain: Chain, first: int, count: int) -> int:
    """2 for an IPv4 address of four groups from `first` on, 1 for a doubtful one, 0 for none."""
    if first + 4 > count or (first + 4 < count and chain[first + 4, 2] == DOT):
        return 0
    largest = 0
    for group in range(first, first + 4):
        start, end = chain[group, 0], chain[group, 1]
        if end - start > 3 or (end - start > 1 and data[start] == 48):
            return 0
        if group > first and (chain[group, 2] != DOT):
            return 0
        value = 0
        for place in range(start, end):
            value = value * 10 + data[place] - 48
        if value > 255:
            return 0
        largest = max(largest, value)
    return 2 if largest >= _SMALL else 1


@lean
def colon_form(data: Bytes, low: int, high: int, at: int) -> tuple[int, int, int]:
    """An IPv6 or hardware address around a `:` or hex digit at `at`: (start, end, what).

    What: 0 none, 1 IPv6, 2 hardware, 3 a doubtful IPv6 (`::1`, `a::b`).
    """
    start, end = at, at
    floor, ceiling = max(low, at - _IPV6_TEXT), min(high, at + _IPV6_TEXT)
    while start > floor and (CLASS[data[start - 1]] & HEX or data[start - 1] == 58):
        start -= 1
    while end < ceiling and (CLASS[data[end]] & HEX or data[end] == 58):
        end += 1
    if _after_letter(data, low, start):  # `mac:00:1a`: what is before the colon is a word's end
        while start < end and data[start] != 58:
            start += 1
        if end - start < 2 or data[start + 1] == 58:
            return at, at, 0
    if end - start > 1 and data[start] == 58 and data[start + 1] != 58:
        start += 1
    if end > start and data[end - 1] == 58 and not (end - start > 2 and data[end - 2] == 58):
        end -= 1
    return _colon_groups(data, high, start, end)


@lean
def _after_letter(data: Bytes, low: int, start: int) -> bool:
    """Whether a letter, digit or `_` stands before `start`; Chinese and the like part no words."""
    if start <= low:
        return False
    byte = CLASS[data[start - 1]]
    if byte & BEYOND:
        return start - 2 >= low and 0xC3 <= data[start - 2] <= 0xD7
    return byte & WORD != 0


@lean
def _colon_groups(data: Bytes, high: int, start: int, end: int) -> tuple[int, int, int]:
    if end < high and CLASS[data[end]] & WORD:
        return start, start, 0
    groups = colons = gaps = digits = size = pairs = 0
    for place in range(start, end):
        if data[place] == 58:
            colons += 1
            if place + 1 < end and data[place + 1] == 58:
                gaps += 1
                if place + 2 < end and data[place + 2] == 58:
                    return start, start, 0
            size = 0
            continue
        size += 1
        if size == 1:
            groups += 1
        if size == 2:
            pairs += 1
        if size > 4:
            return start, start, 0
        if CLASS[data[place]] & DIGIT:
            digits += 1
    if groups == 6 and pairs == 6 and colons == 5 and end - start == 17:
        return start, end, 2
    if gaps > 1 or colons < 2 or (gaps == 0 and groups != 8) or groups + gaps > 8:
        return start, start, 0
    if gaps == 0:
        if data[start] == 58:
            return start, start, 0
        return start, end, 1
    if digits == 0 or groups == 0:
        return start, start, 0
    return start, end, 1 if groups >= 3 and end - start >= 7 else 3


@lean
def hyphen_hardware(data: Bytes, low: int, high: int, at: int) -> tuple[int, int, int]:
    """The hardware address `00-1A-2B-3C-4D-5E` around the hex digit at `at`, and its letters.

    (at, at, 0) for none.
    """
    start = at
    while start - 3 >= low and start > at - 15 and data[start - 1] == 45:
        if not (CLASS[data[start - 2]] & HEX and CLASS[data[start - 3]] & HEX):
            break
        start -= 3
    letters = 0
    if start + 17 > high:
        return at, at, 0
    for place in range(17):
        byte = data[start + place]
        if (byte != 45) if place % 3 == 2 else not CLASS[byte] & HEX:
            return at, at, 0
        letters += (CLASS[byte] & LETTER) != 0
    before = CLASS[data[start - 1]] & WORD or data[start - 1] == 45 if start > low else False
    after = CLASS[data[start + 17]] & WORD or data[start + 17] == 45 if start + 17 < high else False
    if before or after:
        return at, at, 0
    return start, start + 17, letters


@lean
def uuid_end(data: Bytes, start: int, high: int) -> int:
    """The end of the UUID that begins at `start`; `start` for none."""
    if start + 36 > high or data[start + 8] != 45 or data[start + 13] != 45:
        return start
    for place in range(36):
        byte = data[start + place]
        if (byte != 45) if place in (8, 13, 18, 23) else not CLASS[byte] & HEX:
            return start
    return start + 36
