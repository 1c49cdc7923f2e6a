"""What begins at a digit: chains of digit groups, and tokens of letters and digits.

What a candidate may be is asked in the order of how sure the answer would be; the first that counts
takes its groups, and the rest of the chain is looked at by itself.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import bare, inlined, lean
from privet.kernels.scan import (
    births,
    codes,
    dates,
    network,
    payment,
    phone_chain,
    places,
    secrets,
    wallets,
)
from privet.kernels.scan.chains import (
    BLANK,
    CLEAN,
    HARD,
    PARENTHESIS,
    SOFT,
    closed_right,
    digits_end,
    joined_left,
    read_chain,
    token_bounds,
)
from privet.kernels.scan.classes import CLASS, DIGIT, HEX, LETTER, WORD
from privet.kernels.scan.context import (
    TOPIC_BANK,
    TOPIC_CARD,
    TOPIC_CRYPTO,
    TOPIC_HEALTH,
    TOPIC_NATIONAL,
    TOPIC_NEGATIVE,
    TOPIC_NETWORK,
    TOPIC_PHONE,
    TOPIC_TAX,
    context,
    named_otherwise,
    spoken,
)
from privet.kernels.scan.emission import Found, emit
from privet.kernels.scan.officials import has_letters, official_at
from privet.kernels.scan.tables import Known, Work, calendar_of, street_words_of, words_of

Bytes = npt.NDArray[np.uint8]

_TOKEN = 64
_OFFICIAL = 7
"""Bytes of a chain of digits that may be an official number."""


@inlined
def on_digit(
    data: Bytes, low: int, high: int, at: int, found: Found, work: Work, known: Known
) -> int:
    """Look at the digit at `at`, the first of its run; where to go on."""
    start, end = token_bounds(data, low, high, at, _TOKEN)
    if end < high and data[end] == 64:
        return end  # the local part of an address; `@` will look
    if start < at or (digits_end(data, at, high) < end and not _extended(data, at, high)):
        return _token(data, low, high, start, end, at, found, work, known)
    colon = end < high and data[end] == 58
    if (colon and _further_colon(data, end + 1, high)) or (at > low and data[at - 1] == 58):
        past = on_colons(data, low, high, at, found, work, known)
        if past:
            return past
    if end - at == 2 and end < high and (data[end] == 45 or (at > low and data[at - 1] == 45)):
        past = _hyphens(data, low, high, at, found, work, known)
        if past:
            return past
    if end - at == 8:
        past = network.uuid_end(data, at, high)
        if past > at:
            return past
    left = joined_left(data, low, at)
    if (colon and end - at >= 8) or left == SOFT:
        past = _secret(data, low, high, start, end, found, work, known)
        if past:
            return past
    return _chain(data, low, high, at, left, found, work, known)


@lean
def _extended(data: Bytes, at: int, high: int) -> bool:
    """Whether a run of digits as long as a phone number begins at `at`, with an `x12` behind."""
    end = digits_end(data, at, high)
    return 7 <= end - at <= 15 and phone_chain.extension(data, end, high) > end


@lean
def _further_colon(data: Bytes, at: int, high: int) -> bool:
    """Whether a second colon follows the one before `at`, not as in `12:30`."""
    limit = min(high, at + 4)
    while at < limit and CLASS[data[at]] & HEX:
        at += 1
    return at < high and data[at] == 58


@lean
def on_colons(
    data: Bytes, low: int, high: int, at: int, found: Found, work: Work, known: Known
) -> int:
    """An IPv6 or hardware address around `at`; where it ends, 0 for none."""
    first, last, what = network.colon_form(data, low, high, at)
    if what == 0:
        return 0
    if what == 2:
        emit(found, work, first, last, codes.MAC, 85, codes.FORMAT)
        return last
    score = 85
    if what == 3:
        topics, _ = context(data, low, high, first, last, words_of(known, work))
        score = 65 if spoken(topics, TOPIC_NETWORK) else 40
    emit(found, work, first, last, codes.IP, score, codes.FORMAT)
    return last


@lean
def _hyphens(
    data: Bytes, low: int, high: int, at: int, found: Found, work: Work, known: Known
) -> int:
    first, last, letters = network.hyphen_hardware(data, low, high, at)
    if last == first:
        return 0
    score = 85
    if letters == 0:
        topics, _ = context(data, low, high, first, last, words_of(known, work))
        score = 65 if spoken(topics, TOPIC_NETWORK) else 40
    emit(found, work, first, last, codes.MAC, score, codes.FORMAT)
    return last


@lean
def _secret(
    data: Bytes, low: int, high: int, start: int, end: int, found: Found, work: Work, known: Known
) -> int:
    first, last, kind, score, why = secrets.token(data, low, high, start, end, bare(known.secrets))
    if last and emit(found, work, first, last, kind, score, why):
        return last
    return 0


@inlined
def _wallet(
    data: Bytes,
    low: int,
    high: int,
    start: int,
    end: int,
    found: Found,
    work: Work,
    known: Known,
) -> bool:
    score, told, why = wallets.wallet(data, start, end)
    if told == 0:
        return False
    if told > score:
        topics, _ = context(data, low, high, start, end, words_of(known, work))
        if spoken(topics, TOPIC_CRYPTO):
            score, why = told, codes.CONTEXT
    return emit(found, work, start, end, codes.CRYPTO, score, why)


@inlined
def _token(
    data: Bytes,
    low: int,
    high: int,
    start: int,
    end: int,
    at: int,
    found: Found,
    work: Work,
    known: Known,
) -> int:
    """Letters and digits together: IBAN, hex forms, secrets, official numbers, postcodes."""
    if at == start + 2 and CLASS[data[start]] & LETTER and CLASS[data[start + 1]] & LETTER:
        past = _iban(data, low, high, start, found, work, known)
        if past:
            return past
    if CLASS[data[start]] & HEX:
        if (end < high and data[end] == 58) or (start > low and data[start - 1] == 58):
            past = on_colons(data, low, high, at, found, work, known)
            if past:
                return past
        if end - start == 8:
            past = network.uuid_end(data, start, high)
            if past > start:
                return past
        if end - start == 2:
            past = _hyphens(data, low, high, start, found, work, known)
            if past:
                return past
    past = _secret(data, low, high, start, end, found, work, known)
    if past:
        return past
    if 14 <= end - start <= 90 and _wallet(data, low, high, start, end, found, work, known):
        return end
    last, kind, score, why = official_at(data, low, high, start, work, known)
    if kind and emit(found, work, work.opening, last, kind, score, why):
        return last
    if end - start in (8, 11) and payment.is_bic(data, start, end, bare(known.iban_lengths)):
        on_bic(data, low, high, start, end, found, work, known)
    past = _place(data, low, high, at, found, work, known)
    return max(past, end)


@lean
def on_bic(
    data: Bytes, low: int, high: int, start: int, end: int, found: Found, work: Work, known: Known
) -> bool:
    """Note the BIC [start, end) where banks are spoken of."""
    topics, _ = context(data, low, high, start, end, words_of(known, work))
    if not spoken(topics, TOPIC_BANK):
        return False
    return emit(found, work, start, end, codes.BIC, 65, codes.CONTEXT)


@lean
def _iban(
    data: Bytes, low: int, high: int, start: int, found: Found, work: Work, known: Known
) -> int:
    last, sure = payment.iban(data, high, start, bare(known.iban_lengths))
    if sure == 2:
        emit(found, work, start, last, codes.IBAN, 95, codes.CHECKSUM)
        return last
    if sure == 1:
        topics, _ = context(data, low, high, start, last, words_of(known, work))
        if spoken(topics, TOPIC_BANK):
            emit(found, work, start, last, codes.IBAN, 60, codes.CONTEXT)
            return last
    return 0


@inlined
def _chain(
    data: Bytes, low: int, high: int, at: int, left: int, found: Found, work: Work, known: Known
) -> int:
    """All that a chain of digit groups may hold, joined as `left` says; where to go on."""
    chain = work.chain
    count = read_chain(data, at, high, chain)
    past = chain[count - 1, 1]
    worded = past < high and CLASS[data[past]] & WORD and count > 1
    if worded and phone_chain.extension(data, past, high) == past:
        count -= 1  # the last group is part of a word; it is looked at by itself
        past = chain[count, 0]
    group = np.int64(0)
    while group < count:
        if group:
            left = CLEAN if chain[group, 2] in (BLANK, PARENTHESIS) else HARD
        if left < HARD:
            end = _from_group(data, low, high, group, count, found, work, known)
            if end:
                past = max(past, end)
                while group < count and chain[group, 0] < end:
                    group += 1
                continue
        group += 1
    return past


@inlined
def _from_group(
    data: Bytes,
    low: int,
    high: int,
    group: int,
    count: int,
    found: Found,
    work: Work,
    known: Known,
) -> int:
    """What begins at `group`; where it ends, 0 for nothing."""
    chain = work.chain
    start, close = chain[group, 0], chain[group, 1]
    if close - start <= 3 and group + 3 < count:
        how = network.ipv4(data, chain, group, count)
        if how:
            last = chain[group + 3, 1]
            if closed_right(data, high, last) or data[last] in (58, 47):
                _ipv4(data, low, high, start, last, how, found, work, known)
                return last
    if close - start in (1, 2, 3, 4, 8) and births.may_be(
        data, low, high, start, close, calendar_of(known, work)
    ):
        first, last, kind, score, why = births.found(
            data, low, high, start, words_of(known, work), calendar_of(known, work)
        )
        if last and emit(found, work, first, last, kind, score, why):
            return last
    whole = chain[count - 1, 1] - start
    if whole >= 12:
        groups, sure = payment.card(data, chain, group, count, bare(work.digits))
        last = chain[group + max(groups, 1) - 1, 1]
        if (
            groups
            and closed_right(data, high, last)
            and _card(data, low, high, start, last, sure, found, work, known)
        ):
            return last
    last = _identified(data, low, high, group, count, found, work, known)
    if last:
        return last
    if close - start in (1, 2, 4) and _goes_on(data, high, close):
        last = dates.is_date(data, low, high, start, calendar_of(known, work))
        if last > start:
            return last
    return _place(data, low, high, start, found, work, known)


@inlined
def _identified(
    data: Bytes,
    low: int,
    high: int,
    group: int,
    count: int,
    found: Found,
    work: Work,
    known: Known,
) -> int:
    """An official number or a phone number at `group`, whichever is surer; its end or 0."""
    chain = work.chain
    start = chain[group, 0]
    kind = last = score = why = np.int64(0)
    if chain[count - 1, 1] - start >= _OFFICIAL or has_letters(
        data, low, high, start, chain[group, 1]
    ):
        last, kind, score, why = official_at(data, low, high, start, work, known)
    opening = work.opening
    if chain[count - 1, 1] - start >= 6 and phone_chain.is_worth_it(data, low, chain, group, count):
        taken, first, past, sure, reason = phone_chain.phone(
            data,
            low,
            high,
            chain,
            group,
            count,
            words_of(known, work),
            bare(known.phones),
            bare(work.digits),
        )
        if taken and sure > score and emit(found, work, first, past, codes.PHONE, sure, reason):
            return past
    if kind and emit(found, work, opening, last, kind, score, why):
        return last
    return 0


@lean
def _place(
    data: Bytes, low: int, high: int, at: int, found: Found, work: Work, known: Known
) -> int:
    """A street, postcode or pair of coordinates at the digit `at`; its end or 0."""
    first, last, kind, score, why = places.found(
        data, low, high, at, words_of(known, work), street_words_of(known, work)
    )
    if last and emit(found, work, first, last, kind, score, why):
        return last
    return 0


@lean
def _goes_on(data: Bytes, high: int, end: int) -> bool:
    """Whether a date or time may go on after its first number: `12.05.`, `12:30`, `2020年`."""
    if end + 1 >= high:
        return False
    byte = data[end]
    if byte in (45, 46, 47, 58):
        return CLASS[data[end + 1]] & DIGIT != 0
    return byte in (0xE5, 0xEB)  # 年, 년


@lean
def _ipv4(
    data: Bytes,
    low: int,
    high: int,
    start: int,
    last: int,
    how: int,
    found: Found,
    work: Work,
    known: Known,
) -> None:
    score = 85
    if how == 1:
        topics, _ = context(data, low, high, start, last, words_of(known, work))
        score = 65 if spoken(topics, TOPIC_NETWORK) else 40
    elif named_otherwise(data, low, start, words_of(known, work)):
        score = 30
    emit(found, work, start, last, codes.IP, score, codes.FORMAT)


@lean
def _card(
    data: Bytes,
    low: int,
    high: int,
    start: int,
    last: int,
    sure: int,
    found: Found,
    work: Work,
    known: Known,
) -> bool:
    topics, _ = context(data, low, high, start, last, words_of(known, work))
    official = spoken(topics, TOPIC_NATIONAL | TOPIC_TAX | TOPIC_HEALTH)
    if spoken(topics, TOPIC_CARD) and (sure or not official):
        score = 95 if sure else 60
        return emit(found, work, start, last, codes.CARD, score, codes.CHECKSUM_AND_CONTEXT)
    if sure == 0 or (sure == 3 and payment.torn(data, low, high, start, last)):
        return False
    score = 90 if sure == 3 else 75 if sure == 2 else 40
    if sure == 3 and named_otherwise(data, low, start, words_of(known, work)):
        score = 40
    elif spoken(topics, TOPIC_NEGATIVE):
        score -= 35
    elif official or spoken(topics, TOPIC_PHONE):
        score -= 30
    return emit(found, work, start, last, codes.CARD, score, codes.CHECKSUM)
