"""URLs with a password in them, and URLs whose path or query identifies somebody."""

from __future__ import annotations

import numpy as np

from privet.kernels.compiled import lean
from privet.kernels.scan import codes
from privet.kernels.scan.classes import ALNUM, CLASS, DIGIT, LETTER, WORD
from privet.kernels.scan.key_values import is_placeholder
from privet.kernels.scan.key_words import FOLDER, NOTHING, PASSWORD, QUERY, WEAK, word_before
from privet.kernels.scan.secret_tables import HOST, LETTERS, Bytes, Found, SecretTables

_MOST_URL = 2048
_MOST_SCHEME = 24
_MOST_URLS_INSIDE = 2
"""In a redirect stands a URL; in a long chain of them nobody is found, and each would be read."""


def _ending() -> Bytes:
    """Bytes at which a URL in text ends: white space, quotes, brackets, three-byte characters."""
    table = np.zeros(256, np.uint8)
    table[list(range(33))] = 1
    table[list(b"\"'`<>()[]|\\^")] = 1
    table[0xE2:] = 1
    return table


_ENDS = _ending()


@lean
def url(data: Bytes, low: int, high: int, at: int, tables: SecretTables) -> Found:
    """What the URL tells whose `://` begins at `at`.

    The user and password before its `@` are a password; else the whole of it is a URL that
    identifies somebody, if a key of its query or its path says so.
    """
    start, floor = at, max(low, at - _MOST_SCHEME)
    while start > floor and (CLASS[data[start - 1]] & ALNUM or data[start - 1] in (43, 45, 46)):
        start -= 1
    while start < at and not CLASS[data[start]] & LETTER:
        start += 1
    host = at + 3
    if start == at or host >= high:
        return 0, 0, 0, 0, 0
    end, stop, mark = host, min(high, host + _MOST_URL), 0
    while end < stop and not _ENDS[data[end]] and data[end] not in (47, 63, 35):
        if data[end] == 64:
            mark = end
        end += 1
    if mark:
        found = _user(data, host, mark, tables)
        if found[1]:
            return found
        host = mark + 1
    path, others = end, 0
    while end < stop and not _ENDS[data[end]] and others < _MOST_URLS_INSIDE:
        others += data[end] == 47 and data[end - 1] == 47 and data[end - 2] == 58
        end += 1
    while end == stop < high and end > path and data[end - 1] >= 128:
        stop, end = stop - 1, end - 1
    while end > path and data[end - 1] in (33, 44, 46, 58, 59, 63):
        end -= 1
    if end > path and (
        _own_page(data, host, end, tables)
        or _in_path(data, path, end, tables)
        or _in_query(data, path, end, tables)
    ):
        return start, end, codes.URL, 65, codes.FORMAT
    return 0, 0, 0, 0, 0


@lean
def _user(data: Bytes, start: int, end: int, tables: SecretTables) -> Found:
    colon = start
    while colon < end and data[colon] != 58:
        colon += 1
    if end - colon < 2 or is_placeholder(data, colon + 1, end, 1):
        return 0, 0, 0, 0, 0
    told, begin = word_before(data, colon + 1, end, tables)
    if begin == colon + 1 and told & (PASSWORD | WEAK | NOTHING):
        return 0, 0, 0, 0, 0
    return start, end, codes.PASSWORD, 90, codes.FORMAT


@lean
def _own_page(data: Bytes, host: int, end: int, tables: SecretTables) -> bool:
    """Whether it is the page of one account: a listed host, then one name and no more."""
    while host < end and data[host] | 32 == 119 and host + 1 < end and data[host + 1] | 32 == 119:
        host += 1
    if host + 1 < end and data[host] | 32 == 119 and data[host + 1] == 46:
        host += 2
    entry, letters = np.int64(tables[HOST]), np.int64(tables[LETTERS])
    for _ in range(tables[entry]):
        begin, size = letters + np.int64(tables[entry + 1]), np.int64(tables[entry + 2])
        entry += 2
        same = host + size + 1 < end
        place = 0
        while same and place < size:
            byte = data[host + place]
            byte = byte | 32 if 65 <= byte <= 90 else byte
            same = byte == tables[begin + place]
            place += 1
        if same:
            return _one_name(data, host + size, end, tables)
    return False


@lean
def _one_name(data: Bytes, start: int, end: int, tables: SecretTables) -> bool:
    if data[end - 1] == 47:
        end -= 1
    stop = start
    while stop < end and data[stop] != 63 and data[stop] != 35:
        if data[stop] == 47 or data[stop] in (123, 36, 60):
            return False
        stop += 1
    if stop - start < 2:
        return False
    told, begin = word_before(data, start, stop, tables)
    return not (told and begin == start)


@lean
def _handle(data: Bytes, start: int, end: int) -> bool:
    """Whether it is a name of letters, `.`, `_`, `-`, and what follows it begins with a digit."""
    at = start
    while at < end and at - start < 64 and (CLASS[data[at]] & WORD or data[at] in (45, 46)):
        at += 1
    if at < end and data[at] == 47:
        at += 1
        return at > start + 1 and (at == end or CLASS[data[at]] & DIGIT != 0)
    return at > start and (at == end or data[at] in (63, 35))


@lean
def _in_path(data: Bytes, path: int, end: int, tables: SecretTables) -> bool:
    """Whether it has `/users/42`, `/~ana` or `/@ana`: a folder of people, and one of them."""
    at = path
    while at + 2 < end and data[at] != 63 and data[at] != 35:
        if data[at] == 47:
            if data[at + 1] == 126 and CLASS[data[at + 2]] & LETTER:
                return True
            if data[at + 1] == 64 and _handle(data, at + 2, end):
                return True
            told, begin = word_before(data, path, at, tables)
            if told & FOLDER and begin > path and data[begin - 1] == 47:
                place, digits = at + 1, 0
                while place < end and place - at < 64 and CLASS[data[place]] & ALNUM:
                    digits += (CLASS[data[place]] & DIGIT) != 0
                    place += 1
                if digits:
                    return True
        at += 1
    return False


@lean
def _in_query(data: Bytes, path: int, end: int, tables: SecretTables) -> bool:
    """Whether a key of the query is one that identifies, and has a value."""
    at = path
    while at < end and data[at] != 63:
        at += 1
    key = at + 1
    while at < end:
        if data[at] in (38, 59, 63, 35):
            key = at + 1
        elif data[at] == 61 and at > key:
            told, begin = word_before(data, key, at, tables)
            stop = at + 1
            while stop < end and data[stop] not in (35, 38, 59, 63):
                stop += 1
            if (
                told & QUERY
                and begin == key
                and stop > at + 1
                and not is_placeholder(data, at + 1, stop, 0)
            ):
                return True
            key = at = stop
            continue
        at += 1
    return False
