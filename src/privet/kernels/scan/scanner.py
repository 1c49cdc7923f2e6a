"""The loop: through the bytes of all rows once, from one trigger to the next."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from privet.kernels.compiled import compiled
from privet.kernels.scan import codes, network
from privet.kernels.scan.chains import LONGEST_GROUP, MOST_GROUPS
from privet.kernels.scan.classes import CLASS, DIGIT, HEX, TRIGGER
from privet.kernels.scan.context import TOPIC_ACCOUNT, context, spoken
from privet.kernels.scan.emission import Found, emit
from privet.kernels.scan.numbers import on_colons, on_digit
from privet.kernels.scan.tables import Scratch, Tables
from privet.kernels.scan.triggers import BLOCK, holds_trigger

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]


@compiled
def scan(
    data: Bytes, offsets: Places, row: int, at: int, stop: int, found: Found, tables: Tables
) -> tuple[int, int]:
    """Find spans in the rows from `row` to `stop`, from byte `at` on.

    Args:
        data: the bytes of all rows.
        offsets: where each row begins; one more for the end.
        row: the first row.
        at: the first byte to look at: `offsets[row]`, or where the last call stopped.
        stop: the row after the last.
        found: where spans go.
        tables: what to look for.

    Returns:
        The row and byte to go on from: `(stop, offsets[stop])`, or earlier where `found` is full.
    """
    scratch = Scratch(
        np.zeros((MOST_GROUPS, 3), np.int64), np.zeros(MOST_GROUPS * LONGEST_GROUP, np.uint8)
    )
    last = offsets[stop]
    limit = len(data) - BLOCK
    full = len(found.start) - 8
    resume = at
    place = at
    while place < last:
        if place < limit and not holds_trigger(data, place):
            place += BLOCK
            continue
        border = min(last, place + BLOCK)
        while place < border:
            if place < resume or not CLASS[data[place]] & TRIGGER:
                place += 1
                continue
            while offsets[row + 1] <= place:
                row += 1
            if found.state[0] >= full:
                return row, place
            found.state[2] = row
            resume = _look(data, offsets[row], offsets[row + 1], place, found, scratch, tables)
            place = max(place + 1, resume)
    return stop, last


@compiled
def _look(
    data: Bytes, low: int, high: int, at: int, found: Found, scratch: Scratch, tables: Tables
) -> int:
    """Look at the trigger at `at` in the row [low, high); the byte to go on from."""
    byte = data[at]
    if CLASS[byte] & DIGIT:
        if at > low and CLASS[data[at - 1]] & DIGIT:
            return at + 1
        return on_digit(data, low, high, at, found, scratch, tables)
    if byte == 64:
        return _on_at(data, low, high, at, found, tables)
    if byte == 58:
        return _on_colon(data, low, high, at, found, tables)
    return at + 1


@compiled
def _on_at(data: Bytes, low: int, high: int, at: int, found: Found, tables: Tables) -> int:
    start, end = network.email(data, low, high, at)
    if end > start:
        emit(found, start, end, codes.EMAIL, 95, codes.FORMAT)
        return end
    end = network.handle_end(data, low, high, at)
    if end > at:
        topics, _ = context(data, low, high, at, end, tables.words)
        if spoken(topics, TOPIC_ACCOUNT):
            emit(found, at, end, codes.USERNAME, 60, codes.CONTEXT)
            return end
    return at + 1


@compiled
def _on_colon(data: Bytes, low: int, high: int, at: int, found: Found, tables: Tables) -> int:
    if at + 1 < high and (data[at + 1] == 58 or CLASS[data[at + 1]] & HEX):
        end = on_colons(data, low, high, at, found, tables)
        if end:
            return end
    return at + 1
