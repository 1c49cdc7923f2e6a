"""Surrogates of dates of birth, in the same year and the same form, and of ages.

A date keeps its year and every word and separator; day and month are drawn: a day up to the 28th,
and where nobody can tell day from month both up to 12. Two ways of writing a date are two values.
An age becomes another one at most three years away, of as many digits.
"""

from __future__ import annotations

import numpy as np

from privet.transforms.arrow import Values
from privet.transforms.text.drawing import Bytes, Flags, Places, number
from privet.transforms.text.runs import DIGITS, Runs
from privet.transforms.text_bytes import TextBytes

_ZERO = np.uint8(ord("0"))
_DAYS, _MONTHS = 28, 12


def birth_dates(values: Values, draws: Bytes) -> Values:
    """Dates of birth, by their runs of digits."""
    text = TextBytes.of(values)
    runs = Runs.of(text, DIGITS[text.data])
    data = text.data.copy()
    amount = _amounts(text, runs)
    year = _years(runs)
    most = _bounds(text, runs, year, amount)
    mine = draws[runs.row]
    drawn = np.where(runs.rank % 2 == 0, number(mine, 0, 2**30), number(mine, 8, 2**30))
    short = ~year & (runs.size <= 2)
    most = np.where(runs.size == 1, np.minimum(most, 9), most)
    _write(data, runs, 1 + drawn % np.maximum(most, 1), short)
    compact = runs.size == 8
    if compact.any():
        _write_compact(data, runs, compact, amount, draws)
    return TextBytes(data, text.offsets).array(values)


def _amounts(text: TextBytes, runs: Runs) -> Places:
    """The numbers that runs of up to eight digits are."""
    amount = np.zeros(len(runs.row), np.int64)
    for place in range(8):
        there = runs.size > place
        digit = text.data[runs.start[there] + place].astype(np.int64) - 48
        amount[there] = amount[there] * 10 + digit
    return amount


def _years(runs: Runs) -> Flags:
    """Which runs are years: of four digits; where a value has none, the last of three."""
    four = runs.size == 4
    has = np.bincount(runs.row[four], minlength=len(runs.counts)) > 0
    last = (runs.rank == 2) & (runs.counts[runs.row] == 3)
    found: Flags = four | (last & ~has[runs.row])
    return found


def _bounds(text: TextBytes, runs: Runs, year: Flags, amount: Places) -> Places:
    """How high each run that is no year may be drawn."""
    first = np.zeros(len(runs.counts), np.bool_)
    first[runs.row[year & (runs.rank == 0)]] = True
    leads = first[runs.row]
    dotted = np.append(text.data, np.uint8(0))[runs.start + runs.size] == ord(".")
    alone = runs.counts[runs.row] == 2
    day = amount > _MONTHS
    day |= leads & (runs.rank == 2)
    day |= ~leads & (runs.rank == 0) & (dotted | alone)
    return np.where(day, _DAYS, _MONTHS)


def _write(data: Bytes, runs: Runs, amount: Places, chosen: Flags) -> None:
    """Numbers of one or two digits over runs of as many."""
    one, two = chosen & (runs.size == 1), chosen & (runs.size == 2)
    data[runs.start[one]] = _ZERO + amount[one].astype(np.uint8)
    data[runs.start[two]] = _ZERO + (amount[two] // 10).astype(np.uint8)
    data[runs.start[two] + 1] = _ZERO + (amount[two] % 10).astype(np.uint8)


def _write_compact(data: Bytes, runs: Runs, which: Flags, amount: Places, draws: Bytes) -> None:
    """`19800512`, or `12051980` where what leads is no year of late."""
    mine, start = draws[runs.row[which]], runs.start[which]
    century = amount[which] // 10**6
    leads = (century >= 18) & (century <= 20)
    month, day = 1 + number(mine, 0, _MONTHS), 1 + number(mine, 8, _DAYS)
    for at, drawn in (
        (np.where(leads, start + 4, start + 2), month),
        (np.where(leads, start + 6, start), day),
    ):
        data[at] = _ZERO + (drawn // 10).astype(np.uint8)
        data[at + 1] = _ZERO + (drawn % 10).astype(np.uint8)


def ages(values: Values, draws: Bytes) -> Values:
    """Ages in digits; one in words stays, and is not taken for a surrogate."""
    text = TextBytes.of(values)
    runs = Runs.of(text, DIGITS[text.data])
    data = text.data.copy()
    amount = _amounts(text, runs)
    mine = draws[runs.row]
    step = 1 + number(mine, 0, 3)
    step = np.where(number(mine, 8, 2) == 1, step, -step)
    least = np.where(runs.size == 1, 0, 10 ** np.minimum(runs.size - 1, 8))
    most = 10 ** np.minimum(runs.size, 8) - 1
    moved = amount + step
    moved = np.where((moved < least) | (moved > most), amount - step, moved)
    for place in range(3):
        there = (runs.size > place) & (runs.size <= 3)
        digit = moved[there] // 10 ** (runs.size[there] - 1 - place) % 10
        data[runs.start[there] + place] = _ZERO + digit.astype(np.uint8)
    return TextBytes(data, text.offsets).array(values)
