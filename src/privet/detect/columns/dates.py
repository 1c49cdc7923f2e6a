"""Dates as people write them, as far as a scan needs them: the day, and nothing of zones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.detect.columns.checks import LETTER, Mask, holds, mask, matches
from privet.transforms.arrow import Values, pc

Days = npt.NDArray[np.datetime64]
"""Days; NaT where a text is no date."""

_TIME = (
    r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp][Mm])?"
    r"(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?)?"
)
_YEAR_FIRST = r"\A(?P<y>\d{4})(?P<s>[-/.]?)(?P<m>\d{2})(?P<t>[-/.]?)(?P<d>\d{2})" + _TIME + r"\z"
_YEAR_LAST = (
    r"\A(?P<d>\d{1,2})(?P<s>[-/. ])(?P<m>\d{1,2})(?P<t>[-/. ])(?P<y>\d{4}|\d{2})" + _TIME + r"\z"
)
_LETTERS = rf"\A[^@]*{LETTER}{{3}}[^@]*\d\z"
_NAMED = re.compile(
    r"(?:[^\W\d]{2,9},? )?(?:(\d{1,2})\.?[ /-]([^\W\d]{3,10})\.?,?[ /-](\d{4})"
    r"|([^\W\d]{3,10})\.? (\d{1,2}),? (\d{4}))(?::\d{2}:\d{2}:\d{2}(?: [+-]\d{4})?|" + _TIME + ")"
)
_MONTHS = {
    start: month
    for month, starts in enumerate(
        (
            "jan gen ene sty", "feb fév fev lut", "mar mär mrt mär", "apr avr abr kwi",
            "may mai mei mag maj", "jun juin giu cze", "jul juil lug lip", "aug aoû ago sie",
            "sep set wrz", "oct okt ott out paź", "nov lis", "dec dez déc dic gru",
        ),
        start=1,
    )
    for start in starts.split()
}  # fmt: skip


def days_of(texts: Values) -> Days:
    """The day that each text names; of `03/04/1990` the day comes first, if that is one.

    A year of two digits is taken for one of the last century where it is above 30.
    """
    days = np.full(len(texts), np.datetime64("NaT", "D"))
    for pattern, swapped in ((_YEAR_FIRST, False), (_YEAR_LAST, True)):
        parts = pc.extract_regex(texts, pattern)
        there = np.flatnonzero(mask(pc.is_valid(parts)))
        if len(there):
            days[there] = _read(parts.take(pa.array(there)), swapped=swapped)
    for place in np.flatnonzero(np.isnat(days) & holds(texts, _LETTERS)):
        days[place : place + 1] = _named(texts[int(place)].as_py())
    return days


def parse_date(value: str) -> date | None:
    """The day that one text names, or None."""
    (day,) = days_of(pa.array([value]))
    found = day.item()
    return found if isinstance(found, date) else None


def are_birth_dates(texts: Values, today: date = date.max) -> Mask:
    """Which texts are a date, a month of a year or a bare year, from 1900 to `today`."""
    days = days_of(texts)
    with np.errstate(invalid="ignore"):
        found: Mask = (days >= np.datetime64("1900-01-01")) & (days <= np.datetime64(today, "D"))
    bare = np.flatnonzero(matches(texts, r"\d{4}(?:\.0)?|\d{4}-\d{2}"))
    if len(bare):
        years = _numbers(pc.utf8_slice_codeunits(texts.take(pa.array(bare)), 0, 4))
        found[bare] = (years >= 1900) & (years <= today.year)
    return found


def _read(parts: Values, *, swapped: bool) -> Days:
    year, month, day = (_numbers(pc.struct_field(parts, name)) for name in "ymd")
    whole = pc.equal(pc.utf8_length(pc.struct_field(parts, "y")), 4).to_numpy(zero_copy_only=False)
    same = pc.equal(pc.struct_field(parts, "s"), pc.struct_field(parts, "t"))
    year = np.where(whole, year, np.where(year > 30, 1900, 2000) + year)
    days = _days(year, month, day)
    if swapped:
        days = np.where(np.isnat(days), _days(year, day, month), days)
    days[~same.to_numpy(zero_copy_only=False)] = np.datetime64("NaT")
    return days


def _days(
    year: npt.NDArray[np.int64], month: npt.NDArray[np.int64], day: npt.NDArray[np.int64]
) -> Days:
    right = (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31) & (year >= 1)
    first = np.where(right, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days: Days = first.astype("datetime64[D]") + (day - 1).astype("timedelta64[D]")
    days[~right | (days.astype("datetime64[M]") != first)] = np.datetime64("NaT")
    return days


def _numbers(texts: Values) -> npt.NDArray[np.int64]:
    found: npt.NDArray[np.int64] = pc.cast(texts, pa.int64()).to_numpy()
    return found


def _named(value: str) -> Days:
    """The one day that a text with the name of a month tells."""
    match = _NAMED.fullmatch(value)
    if match is None:
        return np.full(1, np.datetime64("NaT", "D"))
    found: Sequence[str] = match.group(1, 2, 3) if match[1] else match.group(5, 4, 6)
    name = found[1].lower()
    month = _MONTHS.get(name[:4]) or _MONTHS.get(name[:3]) or 0
    one = (np.array([part], np.int64) for part in (int(found[2]), month, int(found[0])))
    return _days(*one)
