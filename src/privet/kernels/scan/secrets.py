"""Secrets in text: keys and tokens by how they begin, what stands after a word for password.

Every entry point looks at one place and a bounded stretch around it, takes no memory, and returns
`(start, end, kind, score, evidence)`, where `end` 0 means that nothing is there. `data` are the
bytes of a column (shape (bytes,), uint8), `low` and `high` bound the row. The words and prefixes
come as tables (`privet.detect.kinds.secrets` reads them).

How keys begin is what their issuers publish; JSON web tokens are RFC 7519, PEM blocks RFC 7468,
credentials of HTTP RFC 6750 and RFC 7617, user information in a URL RFC 3986, section 3.2.1.
"""

from __future__ import annotations

import numpy as np

from privet.kernels.compiled import lean
from privet.kernels.scan import codes
from privet.kernels.scan.classes import ALNUM, CLASS, WORD
from privet.kernels.scan.key_values import (
    base64_digit,
    entropy,
    is_placeholder,
    password_score,
    secret_score,
    value_bounds,
)
from privet.kernels.scan.key_words import (
    AUTHORIZATION,
    KEY,
    PASSWORD,
    SECRET,
    STORAGE,
    WEAK,
    word_before,
)
from privet.kernels.scan.secret_tables import (
    FIRST,
    LETTERS,
    PREFIX,
    PREFIX_SIZE,
    Bytes,
    Found,
    SecretTables,
)
from privet.kernels.scan.secret_urls import url

__all__ = ["ALPHABETS", "assignment", "beginning", "key_block", "token", "url"]

ALPHABETS = ("digits", "hex", "upper", "alnum", "word", "url", "dotted", "base64")
"""The alphabets of keys, in the order of their bits."""
_LOOK_BACK = 64
_SURE = 90
_SHORTEST = 16
_MOST_KEY_BLOCK = 16 * 1024
_MOST_PART = 8192
_MOST_HEADER = 1024


def _alphabets() -> Bytes:
    digits = b"0123456789"
    upper = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    alnum = digits + upper + upper.lower()
    table = np.zeros(256, np.uint8)
    for bit, members in enumerate(
        (
            digits,
            digits + b"abcdef",
            digits + upper,
            alnum,
            alnum + b"_",
            alnum + b"_-",
            alnum + b"_-.",
            alnum + b"+/=",
        )
    ):
        table[list(members)] |= 1 << bit
    return table


_ALPHABET = _alphabets()
_URL_ALPHABET = 32
_BEGIN = np.frombuffer(b"-----BEGIN ", np.uint8).copy()
_END = np.frombuffer(b"-----END ", np.uint8).copy()
_PRIVATE_KEY = np.frombuffer(b"PRIVATE KEY", np.uint8).copy()
_ALG = np.frombuffer(b'"alg"', np.uint8).copy()
_WIDE = np.frombuffer("\uff1a".encode(), np.uint8).copy()
_TYP = np.frombuffer(b'"typ"', np.uint8).copy()


@lean
def token(data: Bytes, low: int, high: int, start: int, end: int, tables: SecretTables) -> Found:
    """The key or token that the word [start, end) of letters, digits and `_` is a part of."""
    size, before = end - start, start
    while before > low and data[before - 1] == 32 and start - before < 2:
        before -= 1
    if before > low + 2 and data[before - 1] == 0x9A and _same(data, high, before - 3, _WIDE):
        found = _after_key(data, low, high, before - 3, start - 1, tables)
        if found[1]:
            return found
    if 8 <= size <= 10 and end < high and data[end] == 58:
        return _bot_token(data, high, start, end)
    left = np.int64(data[start - 1]) if start > low else 0
    right = np.int64(data[end]) if end < high else 0
    joined = left in (45, 46) or right in (45, 46)
    if size < _SHORTEST and not joined:
        return 0, 0, 0, 0, 0
    if left not in (45, 46):
        return beginning(data, low, high, start, tables)
    found = beginning(data, low, high, start, tables)
    if found[1]:
        return found
    at, dots, floor = start, 0, max(low, start - _LOOK_BACK)
    while True:
        while at > floor and _ALPHABET[data[at - 1]] & _URL_ALPHABET:
            at -= 1
        if at == floor and floor > low:
            return 0, 0, 0, 0, 0
        found = beginning(data, low, high, at, tables)
        if found[1] >= end or dots == 2 or at == low or data[at - 1] != 46:
            return found if found[1] >= end else (0, 0, 0, 0, 0)
        at, dots = at - 1, dots + 1


@lean
def beginning(data: Bytes, low: int, high: int, at: int, tables: SecretTables) -> Found:
    """The key or token that begins at `at`, where no letter or digit stands before it."""
    if at >= high:
        return 0, 0, 0, 0, 0
    byte = np.int64(data[at])
    if byte == 101 and at + 30 < high and data[at + 1] == 121 and data[at + 2] == 74:
        return _web_token(data, high, at)
    if 77 <= byte <= 79 and at + 58 < high:
        found = _chat_token(data, high, at)
        if found[1]:
            return found
    first = np.int64(tables[FIRST]) + byte
    for number in range(tables[first], tables[first + 1]):
        entry = tables[PREFIX] + number * PREFIX_SIZE
        if at + 1 < high and data[at + 1] != tables[tables[LETTERS] + tables[entry] + 1]:
            continue
        found = _keyed(data, low, high, at, entry, tables)
        if found[1]:
            return found
    return 0, 0, 0, 0, 0


@lean
def _keyed(data: Bytes, low: int, high: int, at: int, entry: int, tables: SecretTables) -> Found:
    """The key at `at`, if it begins with the prefix that is told of at `entry`."""
    begin, size = int(tables[LETTERS]) + int(tables[entry]), int(tables[entry + 1])
    if at + size >= high:
        return 0, 0, 0, 0, 0
    for place in range(1, size):
        if data[at + place] != tables[begin + place]:
            return 0, 0, 0, 0, 0
    least, most = int(tables[entry + 2]), int(tables[entry + 3])
    body, bit, score = at + size, int(tables[entry + 4]), int(tables[entry + 6])
    end, stop = body, min(high, body + most + 1)
    while end < stop and _ALPHABET[data[end]] & bit:
        end += 1
    if least != most:
        while end > body and (data[end - 1] == 45 or data[end - 1] == 46):
            end -= 1
    if not least <= end - body <= most or (end < high and CLASS[data[end]] & WORD):
        return 0, 0, 0, 0, 0
    if score < _SURE and (
        (at > low and data[at - 1] in (43, 47)) or (end < high and data[end] in (43, 47, 61))
    ):
        return 0, 0, 0, 0, 0
    if entropy(data, body, end) < (3.0 if score < _SURE else 2.0):
        return 0, 0, 0, 0, 0
    return at, end, np.int64(tables[entry + 5]), score, codes.PREFIX


@lean
def _bot_token(data: Bytes, high: int, start: int, end: int) -> Found:
    """A Telegram bot's token: its number, `:`, 35 letters of the URL alphabet."""
    stop = end + 36
    if stop > high or (stop < high and _ALPHABET[data[stop]] & _URL_ALPHABET):
        return 0, 0, 0, 0, 0
    for at in range(start, end):
        if not 48 <= data[at] <= 57:
            return 0, 0, 0, 0, 0
    for at in range(end + 1, stop):
        if not _ALPHABET[data[at]] & _URL_ALPHABET:
            return 0, 0, 0, 0, 0
    if entropy(data, end + 1, stop) < 3.5:
        return 0, 0, 0, 0, 0
    return start, stop, codes.API_KEY, 85, codes.FORMAT


@lean
def _run(data: Bytes, high: int, at: int, most: int) -> int:
    """The end of the base64url text at `at`; `at` itself where it is longer than `most`."""
    end, stop = at, min(high, at + most)
    while end < stop and _ALPHABET[data[end]] & _URL_ALPHABET:
        end += 1
    return at if end < high and _ALPHABET[data[end]] & _URL_ALPHABET else end


@lean
def _three_parts(data: Bytes, high: int, at: int, most: int) -> tuple[int, int, int]:
    """The ends of three base64url texts with dots between them; zeros where there are not."""
    first = _run(data, high, at, most)
    if first == at or first + 1 >= high or data[first] != 46:
        return 0, 0, 0
    second = _run(data, high, first + 1, _MOST_PART)
    if second == first + 1 or second + 1 >= high or data[second] != 46:
        return 0, 0, 0
    third = _run(data, high, second + 1, _MOST_PART)
    return (0, 0, 0) if third == second + 1 else (first, second, third)


@lean
def _web_token(data: Bytes, high: int, at: int) -> Found:
    """A JSON web token: three parts, the first of which says `"alg"` or `"typ"`."""
    first, second, third = _three_parts(data, high, at, _MOST_HEADER)
    if third == 0 or second - first < 3 or third - second < 11:
        return 0, 0, 0, 0, 0
    seen_alg = seen_typ = bits = held = 0
    for place in range(at, first):
        held = ((held << 6) | base64_digit(data[place])) & 0xFFFFFF
        bits += 6
        if bits >= 8:
            bits -= 8
            byte = (held >> bits) & 0xFF
            seen_alg = seen_alg + 1 if byte == _ALG[seen_alg] else np.int64(byte == 34)
            seen_typ = seen_typ + 1 if byte == _TYP[seen_typ] else np.int64(byte == 34)
            if seen_alg == 5 or seen_typ == 5:
                return at, third, codes.JWT, 95, codes.FORMAT
    return 0, 0, 0, 0, 0


@lean
def _chat_token(data: Bytes, high: int, at: int) -> Found:
    """A Discord bot's token: its number in base64, six letters, 27 to 38 letters."""
    first, second, third = _three_parts(data, high, at, 29)
    if third == 0 or first - at < 23 or second - first != 7 or not 28 <= third - second <= 39:
        return 0, 0, 0, 0, 0
    bits = held = 0
    for place in range(at, first):
        held = ((held << 6) | base64_digit(data[place])) & 0xFFFFFF
        bits += 6
        if bits >= 8:
            bits -= 8
            if not 48 <= (held >> bits) & 0xFF <= 57:
                return 0, 0, 0, 0, 0
    return at, third, codes.API_KEY, 95, codes.FORMAT


@lean
def assignment(data: Bytes, low: int, high: int, at: int, tables: SecretTables) -> Found:
    """The secret that stands after the `=` or `:` at `at`, if a word for one stands before it."""
    return _after_key(data, low, high, at, at, tables)


@lean
def _after_key(
    data: Bytes, low: int, high: int, key_end: int, at: int, tables: SecretTables
) -> Found:
    """The secret after the sign from `key_end` to `at`: `=`, `:`, or a wide colon."""
    floor = max(low, key_end - 4)
    while key_end > floor and data[key_end - 1] == 32:
        key_end -= 1
    if key_end > low and data[key_end - 1] in (34, 39, 96):
        key_end -= 1
        if key_end > low and data[key_end - 1] == 92:
            key_end -= 1
    told, key_start = word_before(data, low, key_end, tables)
    if key_start > low and data[key_start - 1] == 36 and data[at] == 58:
        return 0, 0, 0, 0, 0
    if told & (PASSWORD | WEAK | SECRET | KEY | STORAGE | AUTHORIZATION) == 0:
        return 0, 0, 0, 0, 0
    start, end, quoted = value_bounds(data, high, at)
    if end == 0:
        return 0, 0, 0, 0, 0
    found = beginning(data, low, high, start, tables)
    if found[1]:
        return found
    if told & AUTHORIZATION:
        return _credentials(data, low, high, start, tables)
    if is_placeholder(data, start, end, quoted):
        return 0, 0, 0, 0, 0
    named = end
    while named > start and data[named - 1] == 61:
        named -= 1
    value, value_start = word_before(data, start, named, tables)
    if value and value_start == start and not told & (SECRET | KEY | STORAGE):
        return 0, 0, 0, 0, 0
    if told & (PASSWORD | WEAK):
        score = password_score(data, low, high, start, end, quoted, told, key_start, at)
        return (start, end, codes.PASSWORD, score, codes.CONTEXT) if score else (0, 0, 0, 0, 0)
    score = secret_score(data, high, start, end, told)
    return (start, end, codes.API_KEY, score, codes.ENTROPY) if score else (0, 0, 0, 0, 0)


@lean
def _credentials(data: Bytes, low: int, high: int, start: int, tables: SecretTables) -> Found:
    """What stands after `Authorization:` (RFC 7617 Basic, RFC 6750 Bearer and its like)."""
    at = start
    while at < high and at - start < 12 and CLASS[data[at]] & ALNUM:
        at += 1
    if at == start or at >= high or data[at] != 32:
        return 0, 0, 0, 0, 0
    basic = at - start == 5 and data[start] | 32 == 98
    at += 1
    found = beginning(data, low, high, at, tables)
    if found[1]:
        return found
    end, stop, digits = at, min(high, at + 1024), 0
    while end < stop and (_ALPHABET[data[end]] & (64 | 128) or data[end] == 126):
        digits += 48 <= data[end] <= 57
        end += 1
    if basic:
        return _basic(data, at, end)
    if end - at < _SHORTEST or digits == 0 or entropy(data, at, end) < 3.0:
        return 0, 0, 0, 0, 0
    return at, end, codes.API_KEY, 85, codes.CONTEXT


@lean
def _basic(data: Bytes, start: int, end: int) -> Found:
    """User and password in base64: it must read as text with a colon in it."""
    if end - start < 8:
        return 0, 0, 0, 0, 0
    bits = held = colons = 0
    for place in range(start, end):
        if data[place] == 61:
            break
        digit = base64_digit(data[place])
        if digit < 0:
            return 0, 0, 0, 0, 0
        held = ((held << 6) | digit) & 0xFFFFFF
        bits += 6
        if bits >= 8:
            bits -= 8
            byte = (held >> bits) & 0xFF
            if byte < 32 or byte == 127:
                return 0, 0, 0, 0, 0
            colons += byte == 58
    return (start, end, codes.PASSWORD, 95, codes.FORMAT) if colons else (0, 0, 0, 0, 0)


@lean
def _same(data: Bytes, high: int, at: int, text: Bytes) -> bool:
    if at + len(text) > high:
        return False
    for place in range(len(text)):  # noqa: SIM110  # `all` of a generator does not compile
        if data[at + place] != text[place]:
            return False
    return True


@lean
def _label(data: Bytes, high: int, at: int) -> tuple[bool, int]:
    """Whether the label of a PEM line at `at` speaks of a private key, and where the line ends."""
    end, stop, private = at, min(high, at + 48), False
    while end < stop and data[end] != 45:
        if data[end] == 80 and _same(data, high, end, _PRIVATE_KEY):
            private = True
        end += 1
    for place in range(end, end + 5):
        if place >= high or data[place] != 45:
            return False, 0
    return private, end + 5


@lean
def key_block(data: Bytes, low: int, high: int, at: int) -> Found:  # noqa: ARG001
    """The private key whose `-----BEGIN` stands at `at`: up to its `END` line, at most 16 KiB.

    Without that line it goes as far as base64 does. Fewer than 16 letters in it are an example.
    """
    if not _same(data, high, at, _BEGIN):
        return 0, 0, 0, 0, 0
    private, body = _label(data, high, at + len(_BEGIN))
    if not private:
        return 0, 0, 0, 0, 0
    end, stop, letters, solid = body, min(high, body + _MOST_KEY_BLOCK), 0, body
    plain = True
    while end < stop and not (data[end] == 45 and end + 1 < high and data[end + 1] == 45):
        byte = data[end]
        if base64_digit(byte) >= 0 or byte == 61:
            letters += 1
            if plain:
                solid = end + 1
        elif not (byte in (32, 92) or 9 <= byte <= 13):
            plain = False
        end += 1
    if letters < 16:
        return 0, 0, 0, 0, 0
    if end < stop and _same(data, high, end, _END):
        private, close = _label(data, high, end + len(_END))
        if private:
            return at, close, codes.PRIVATE_KEY, 95, codes.FORMAT
    if solid - body < 32:
        return 0, 0, 0, 0, 0
    return at, solid, codes.PRIVATE_KEY, 85, codes.FORMAT
