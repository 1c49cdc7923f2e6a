"""What begins at a digit: chains of digit groups, and tokens of letters and digits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import compiled
from privet.kernels.scan import codes, network, payment
from privet.kernels.scan.chains import (
    BLANK,
    CLEAN,
    HARD,
    PARENTHESIS,
    closed_right,
    digits_end,
    joined_left,
    read_chain,
    token_bounds,
)
from privet.kernels.scan.classes import CLASS, HEX, LETTER, WORD
from privet.kernels.scan.context import (
    TOPIC_BANK,
    TOPIC_CARD,
    TOPIC_NEGATIVE,
    TOPIC_NETWORK,
    context,
    spoken,
)
from privet.kernels.scan.emission import Found, emit
from privet.kernels.scan.tables import Scratch, Tables

Bytes = npt.NDArray[np.uint8]

_TOKEN = 64
_DIGITS_OF_IDS = 6
"""A number of fewer digits is no id; it may be an age or a house."""


@compiled
def on_digit(
    data: Bytes, low: int, high: int, at: int, found: Found, scratch: Scratch, tables: Tables
) -> int:
    """Look at the digit at `at`, the first of its run; where to go on."""
    start, end = token_bounds(data, low, high, at, _TOKEN)
    if end < high and data[end] == 64:
        return end  # the local part of an address; `@` will look
    if start < at or digits_end(data, at, high) < end:
        return _token(data, low, high, start, end, at, found, tables)
    past = _colons(data, low, high, at, end, found, tables)
    if past:
        return past
    if end - at == 8:
        past = network.uuid_end(data, at, high)
        if past > at:
            return past
    return _chain(data, low, high, at, found, scratch, tables)


@compiled
def _colons(
    data: Bytes, low: int, high: int, at: int, end: int, found: Found, tables: Tables
) -> int:
    """IPv6 and hardware addresses around a token of hex digits; 0 for none."""
    if (end < high and data[end] == 58) or (at > low and data[at - 1] == 58):
        return on_colons(data, low, high, at, found, tables)
    if end - at == 2 and end < high and (data[end] == 45 or (at > low and data[at - 1] == 45)):
        first, last = network.hyphen_hardware(data, low, high, at)
        if last > first:
            emit(found, first, last, codes.MAC, 85, codes.FORMAT)
            return last
    return 0


@compiled
def on_colons(data: Bytes, low: int, high: int, at: int, found: Found, tables: Tables) -> int:
    """An IPv6 or hardware address around `at`; where it ends, 0 for none."""
    first, last, what = network.colon_form(data, low, high, at)
    if what == 0:
        return 0
    if what == 2:
        emit(found, first, last, codes.MAC, 85, codes.FORMAT)
        return last
    score = 85
    if what == 3:
        topics, _ = context(data, low, high, first, last, tables.words)
        score = 65 if spoken(topics, TOPIC_NETWORK) else 40
    emit(found, first, last, codes.IP, score, codes.FORMAT)
    return last


@compiled
def _token(
    data: Bytes,
    low: int,
    high: int,
    start: int,
    end: int,
    at: int,
    found: Found,
    tables: Tables,
) -> int:
    """Letters and digits together: IBAN, hex forms, secrets, official numbers."""
    if at == start + 2 and CLASS[data[start]] & LETTER and CLASS[data[start + 1]] & LETTER:
        last = _iban(data, low, high, start, found, tables)
        if last:
            return last
    if CLASS[data[start]] & HEX:
        last = _colons(data, low, high, at, end, found, tables)
        if last:
            return last
    if end - start == 8:
        past = network.uuid_end(data, start, high)
        if past > start:
            return past
    if end - start == 2:
        first, last = network.hyphen_hardware(data, low, high, start)
        if last > first:
            emit(found, first, last, codes.MAC, 85, codes.FORMAT)
            return last
    return end


@compiled
def _iban(data: Bytes, low: int, high: int, start: int, found: Found, tables: Tables) -> int:
    last, sure = payment.iban(data, high, start, tables.iban_lengths)
    if sure == 2:
        emit(found, start, last, codes.IBAN, 95, codes.CHECKSUM)
        return last
    if sure == 1:
        topics, _ = context(data, low, high, start, last, tables.words)
        if spoken(topics, TOPIC_BANK):
            emit(found, start, last, codes.IBAN, 60, codes.CONTEXT)
            return last
    return 0


@compiled
def _chain(
    data: Bytes, low: int, high: int, at: int, found: Found, scratch: Scratch, tables: Tables
) -> int:
    """All that a chain of digit groups may hold; where to go on."""
    chain = scratch.chain
    count = read_chain(data, at, high, chain)
    past = chain[count - 1, 1]
    if past < high and CLASS[data[past]] & WORD and count > 1:
        count -= 1  # the last group is part of a word; it is looked at by itself
        past = chain[count, 0]
    group = 0
    while group < count:
        if group == 0:
            left = joined_left(data, low, at)
        else:
            left = CLEAN if chain[group, 2] in (BLANK, PARENTHESIS) else HARD
        if left < HARD:
            taken = _from_group(data, low, high, group, count, found, scratch, tables)
            if taken:
                group += taken
                continue
        group += 1
    if found.state[0] > 0:
        return max(past, found.end[found.state[0] - 1])
    return past


@compiled
def _from_group(
    data: Bytes,
    low: int,
    high: int,
    group: int,
    count: int,
    found: Found,
    scratch: Scratch,
    tables: Tables,
) -> int:
    """What begins at `group`; how many groups it takes, 0 for nothing."""
    chain = scratch.chain
    start = chain[group, 0]
    how = network.ipv4(data, chain, group, count)
    if how:
        last = chain[group + 3, 1]
        if closed_right(data, high, last) or data[last] in (58, 47):
            _ipv4(data, low, high, start, last, how, found, tables)
            return 4
    groups, sure = payment.card(data, chain, group, count, scratch.digits)
    if sure and closed_right(data, high, chain[group + groups - 1, 1]):
        last = chain[group + groups - 1, 1]
        topics, _ = context(data, low, high, start, last, tables.words)
        if _card(start, last, sure, topics, found):
            return groups
    return 0


@compiled
def _ipv4(
    data: Bytes, low: int, high: int, start: int, last: int, how: int, found: Found, tables: Tables
) -> None:
    score = 85
    if how == 1:
        topics, _ = context(data, low, high, start, last, tables.words)
        score = 65 if spoken(topics, TOPIC_NETWORK) else 40
    emit(found, start, last, codes.IP, score, codes.FORMAT)


@compiled
def _card(start: int, last: int, sure: int, topics: np.uint64, found: Found) -> bool:
    if spoken(topics, TOPIC_CARD):
        return emit(found, start, last, codes.CARD, 95, codes.CHECKSUM_AND_CONTEXT)
    score = 90 if sure == 3 else 75 if sure == 2 else 40
    if spoken(topics, TOPIC_NEGATIVE):
        score -= 35
    return emit(found, start, last, codes.CARD, score, codes.CHECKSUM)
