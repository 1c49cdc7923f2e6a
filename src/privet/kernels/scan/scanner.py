"""The loop: through the bytes of all rows once, from one trigger to the next."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import bare, compiled, inlined, lean, sources_version
from privet.kernels.scan import codes, network, payment, secrets
from privet.kernels.scan.classes import CLASS, DIGIT, HEX, WORD
from privet.kernels.scan.context import TOPIC_ACCOUNT, context, spoken
from privet.kernels.scan.emission import Found, emit
from privet.kernels.scan.numbers import on_bic, on_colons, on_digit
from privet.kernels.scan.tables import Known, Records, Work, words_of
from privet.kernels.scan.triggers import BLOCK, first_bit, last_triggers, triggers

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
_ONE, _ZERO = np.uint64(1), np.uint64(0)
Scan: TypeAlias = Callable[[Bytes, Places, int, int, int, Found, Records, Records], tuple[int, int]]


@lean
def _scan(
    data: Bytes,
    size: int,
    offsets: Places,
    row: int,
    at: int,
    stop: int,
    found: Found,
    work: Work,
    known: Known,
) -> tuple[int, int]:
    last = offsets[stop]
    limit = size - BLOCK
    full = len(found) - 8
    place = resume = at
    while place < last:
        bits = triggers(data, place) if place < limit else last_triggers(data, place, last)
        if place + BLOCK > last:
            bits &= (_ONE << np.uint64(last - place)) - _ONE
        while bits != _ZERO:
            at = place + first_bit(bits)
            bits &= bits - _ONE
            if at < resume:
                continue
            while offsets[row + 1] <= at:
                row += 1
            if work.count >= full:
                return row, at
            work.row = row
            resume = _look(data, offsets[row], offsets[row + 1], at, found, work, known)
        place = max(place + BLOCK, resume)
    return stop, last


@inlined
def _look(data: Bytes, low: int, high: int, at: int, found: Found, work: Work, known: Known) -> int:
    """Look at the trigger at `at` in the row [low, high); the byte to go on from."""
    byte = data[at]
    if CLASS[byte] & DIGIT:
        if at > low and CLASS[data[at - 1]] & DIGIT:
            return at + 1
        return on_digit(data, low, high, at, found, work, known)
    if byte == 64:
        return _on_at(data, low, high, at, found, work, known)
    if byte == 58:
        return _on_colon(data, low, high, at, found, work, known)
    if byte == 61:
        return _assigned(data, low, high, at, found, work, known)
    if at + 5 < high and data[at + 1] == 45 and data[at + 2] == 45:
        first, end, kind, score, why = secrets.key_block(data, low, high, at)
        if end and emit(found, work, first, end, kind, score, why):
            return end
    return at + 1


@inlined
def _on_at(
    data: Bytes, low: int, high: int, at: int, found: Found, work: Work, known: Known
) -> int:
    start, end = network.email(data, low, high, at)
    if end > start:
        emit(found, work, start, end, codes.EMAIL, 95, codes.FORMAT)
        return end
    end = network.handle_end(data, low, high, at)
    if end > at:
        topics, _ = context(data, low, high, at, end, words_of(known, work))
        if spoken(topics, TOPIC_ACCOUNT):
            emit(found, work, at, end, codes.USERNAME, 60, codes.CONTEXT)
            return end
    return at + 1


@inlined
def _on_colon(
    data: Bytes, low: int, high: int, at: int, found: Found, work: Work, known: Known
) -> int:
    if at + 1 < high and (data[at + 1] == 58 or CLASS[data[at + 1]] & HEX):
        end = on_colons(data, low, high, at, found, work, known)
        if end:
            return end
    if at + 2 < high and data[at + 1] == 47 and data[at + 2] == 47:
        first, end, kind, score, why = secrets.url(data, low, high, at, bare(known.secrets))
        noted = end > 0 and emit(found, work, first, end, kind, score, why)
        if kind == codes.PASSWORD:
            return end + 1  # past the `@`: `password@host` is no mailbox
        return end if noted else at + 1
    return _assigned(data, low, high, at, found, work, known)


@lean
def _assigned(
    data: Bytes, low: int, high: int, at: int, found: Found, work: Work, known: Known
) -> int:
    """A secret after `=` or `:`, or a BIC after `BIC:`."""
    first, end, kind, score, why = secrets.assignment(data, low, high, at, bare(known.secrets))
    if end and emit(found, work, first, end, kind, score, why):
        return end
    start = at + 1
    while start < high and start < at + 3 and data[start] in (32, 34):
        start += 1
    end = start
    while end < high and end - start < 12 and CLASS[data[end]] & WORD:
        end += 1
    bic = payment.is_bic(data, start, end, bare(known.iban_lengths))
    if bic and on_bic(data, low, high, start, end, found, work, known):
        return end
    return at + 1


def scan(
    data: Bytes,
    offsets: Places,
    row: int,
    at: int,
    stop: int,
    found: Found,
    work: Records,
    known: Records,
) -> tuple[int, int]:
    """Find spans in the rows from `row` to `stop`, from byte `at` on.

    Args:
        data: the bytes of all rows.
        offsets: where each row begins; one more for the end.
        row: the first row.
        at: the first byte to look at: `offsets[row]`, or where the last call stopped.
        stop: the row after the last.
        found: where spans go.
        work: room to work in, of this call alone (`tables.workplace`).
        known: what to look things up in (`tables.known`).

    Returns:
        The row and byte to go on from: `(stop, offsets[stop])`, or earlier where `found` is full.
    """
    return _compiled()(data, offsets, row, at, stop, found, work, known)


@cache
def _compiled() -> Scan:
    """The loop as one function; what is kept on disk of it serves one version of the sources."""
    version = sources_version(__package__)

    @compiled
    def scan(
        data: Bytes,
        offsets: Places,
        row: int,
        at: int,
        stop: int,
        found: Found,
        work: Records,
        known: Records,
    ) -> tuple[int, int]:
        if version == 0:
            return row, at
        return _scan(bare(data), len(data), bare(offsets), row, at, stop, found, work[0], known[0])

    return scan
