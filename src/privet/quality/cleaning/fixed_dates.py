"""Dates whose parts stand at fixed places (`03.04.1990 10:05:00`), respelled all at once.

It does what `DateForms.read` does where one order alone can read them, without Python a value.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from privet.quality.cleaning.change import Change, Mask, Work, then, whole, within
from privet.quality.cleaning.date_forms import YEAR, DateForms, Kind
from privet.transforms.arrow import Values, pc
from privet.transforms.text_bytes import TextBytes

_TWO: Final = "[0-9]{2}"
_PARTS: Final = {"y": YEAR, "m": _TWO, "d": _TWO}
_TIME: Final = " [0-9]{2}:[0-9]{2}:[0-9]{2}"
_DAY_WIDTH: Final = 10
_TIME_PLACES: Final = (11, 14, 17)
_PLACES: Final = {
    "dmy": {"d": 0, "m": 3, "y": 6},
    "mdy": {"m": 0, "d": 3, "y": 6},
    "ymd": {"y": 0, "m": 5, "d": 8},
}
"""Where each part begins."""
_DAYS: Final = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int16)

_Letters = npt.NDArray[np.uint8]


def fixed_order(forms: DateForms) -> str | None:
    """The order that `fixed` can go by; None where the forms leave none.

    A year of four digits at the end is for `dmy` or `mdy` alone to read, whatever else there is.
    """
    year_last = [order for order in forms.orders if order != "ymd"]
    if forms.patterns or forms.kind == "zoned" or len(year_last) > 1:
        return None
    return next(iter(year_last or forms.orders), None)


def fixed_pattern(order: str, kind: Kind) -> str:
    """A pattern (RE2) of the texts that `fixed` reads."""
    parts = [_PARTS[part] for part in order]
    days = "|".join(sign.join(parts) for sign in (r"\.", "/", "-"))
    return f"^(?:{days})$" if kind == "date" else f"^(?:{days})(?:{_TIME})?$"


def fixed(order: str) -> Work:
    """Respell texts that `fixed_pattern` matches; days and times that do not exist are unread."""

    def work(values: Values) -> Change:
        timed = pc.greater(pc.binary_length(values), _DAY_WIDTH)
        days = within(values, pc.invert(timed), of_one_length)
        return then(days, lambda now: within(now, timed, of_one_length))

    def of_one_length(values: Values) -> Change:
        text = TextBytes.of(values)
        if not len(values):
            return Change(values)
        letters = text.data.reshape(len(values), -1)
        places = _PLACES[order]
        bad = ~_exists(letters, places)
        made = _respelled(letters, places).array(values)
        if not bad.any():
            return whole(values, made)
        done = whole(values, pc.if_else(pa.array(bad), values, made))
        return Change(done.values, done.changed, bad)

    return work


def _exists(letters: _Letters, places: dict[str, int]) -> Mask:
    year = 100 * _two(letters, places["y"]) + _two(letters, places["y"] + 2)
    month, day = _two(letters, places["m"]), _two(letters, places["d"])
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    longest = _DAYS[np.minimum(month, 12)] - ((month == 2) & ~leap)
    found: Mask = (month >= 1) & (month <= 12) & (day >= 1) & (day <= longest)
    if letters.shape[1] > _DAY_WIDTH:
        hour, minute, second = (_two(letters, place) for place in _TIME_PLACES)
        found &= (hour < 24) & (minute < 60) & (second < 60)
    return found


def _two(letters: _Letters, place: int) -> npt.NDArray[np.int16]:
    """The number that two digits at a place spell."""
    digits = letters[:, place : place + 2].astype(np.int16) - ord("0")
    return 10 * digits[:, 0] + digits[:, 1]


def _respelled(letters: _Letters, places: dict[str, int]) -> TextBytes:
    made = letters.copy()
    for part, start, width in (("y", 0, 4), ("m", 5, 2), ("d", 8, 2)):
        made[:, start : start + width] = letters[:, places[part] : places[part] + width]
    made[:, [4, 7]] = ord("-")
    count, width = made.shape
    return TextBytes(made.reshape(-1), np.arange(count + 1, dtype=np.int64) * width)
