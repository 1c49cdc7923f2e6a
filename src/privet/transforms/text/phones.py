"""Surrogates of phone numbers: the same country, grouping and length.

Where the country's regulator keeps numbers free for films and books
(`tables/phone_ranges.txt`), one of these; a mobile number becomes a mobile number where a thousand
are free. Where fewer than a thousand of any sort have its length, or none, the country and the
first two or three national digits stay and the rest is drawn: such a number may be somebody's.

A number without an international prefix shows its country by its grouping alone: (212) 555-0123 as
in North America, 01632 960123 as in Britain, 01 99 00 12 34 as in France. One that shows none keeps
its first digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from privet.transforms.arrow import Values, pc
from privet.transforms.text.drawing import Bytes, Places, number
from privet.transforms.text.runs import DIGITS, LETTERS, Ranked, overlaid
from privet.transforms.text.word_lists import table
from privet.transforms.text_bytes import TextBytes

_WIDTH: Final = 20
_ZERO = np.uint8(ord("0"))
_ANY, _NOT_ZERO = 10, 11
"""In templates, beside the digits 0 to 9."""

_MOBILE: Final = {33: (6, 7), 44: (7,), 49: (1,), 61: (4,)}
"""First national digits of mobile numbers."""
_ENOUGH: Final = 1000
"""Of fewer free numbers many persons would share one."""

_TWO_DIGIT_CODES: Final = (
    20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56,
    57, 58, 60, 61, 62, 63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98,
)  # fmt: skip
"""ITU-T E.164: calling codes of two digits; those that begin with 1 or 7 have one, others three."""
_ITALY: Final = 39
"""Where the national number keeps its 0."""

_NATIONAL: Final = (
    (1, r"^(\+?1[ .-]?)?\(?[2-9]\d{2}\)?[ ./-]?\d{3}[.-]\d{4}($|\D)"),
    (33, r"^0[1-9]([ .-]\d{2}){4}$"),
    (44, r"^\(?0[127](\d{3}\)? \d{3} ?\d{3}|\d{2}\)? \d{3} \d{4}|\d\)? \d{4} \d{4})$"),
)  # fmt: skip
"""How numbers without an international prefix are written where."""


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The parts of n phone numbers: which country, where the national number begins and ends."""

    country: Places
    first: Places
    end: Places


def phones(values: Values, draws: Bytes) -> Values:
    """Phone numbers, extensions included."""
    text = TextBytes.of(values)
    digits = Ranked.of(text, DIGITS[text.data])
    given = np.minimum(digits.matrix(text, _WIDTH) - _ZERO, 9)
    parts = _parts(values, text, digits, given)
    fresh = _kept_free(given, parts, draws)
    return overlaid(values, draws, digits, fresh + _ZERO, digits.counts <= _WIDTH)


def _parts(values: Values, text: TextBytes, digits: Ranked, given: Bytes) -> _Numbers:
    end = np.minimum(_before_extension(text, digits), _WIDTH)
    plus = np.array(pc.match_substring_regex(values, r"^[^\d]*\+").to_numpy(zero_copy_only=False))
    zeros = ~plus & (given[:, 0] == 0) & (given[:, 1] == 0)
    abroad = (plus | zeros) & (end >= 7)
    first = np.where(zeros & abroad, 2, 0)
    two = _digits_at(given, first) * 10 + _digits_at(given, first + 1)
    size = _code_sizes()[two]
    three = two * 10 + _digits_at(given, first + 2)
    code = np.where(size == 1, two // 10, np.where(size == 2, two, three))
    country = np.where(abroad, code, 0)
    first = np.where(abroad, first + size, first)
    for national, shape in _NATIONAL:
        found = np.array(pc.match_substring_regex(values, shape).to_numpy(zero_copy_only=False))
        country = np.where(found & ~abroad, national, country)
    one = (country == 1) & ~abroad & (given[:, 0] == 1)
    trunk = (country != 1) & (country != _ITALY) & (_digits_at(given, first) == 0)
    return _Numbers(country, first + (one | trunk), end)


def _digits_at(given: Bytes, places: Places) -> Places:
    return given[np.arange(len(given)), np.minimum(places, _WIDTH - 1)].astype(np.int64)


def _before_extension(text: TextBytes, digits: Ranked) -> Places:
    """How many digits each value has before its first letter."""
    letters = Ranked.of(text, LETTERS[text.data])
    limit = text.offsets[1:].copy()
    leads = letters.rank == 0
    limit[letters.row[leads]] = letters.at[leads]
    near = digits.at < limit[digits.row]
    return np.bincount(digits.row[near], minlength=len(digits.counts)).astype(np.int64)


def _kept_free(given: Bytes, parts: _Numbers, draws: Bytes) -> Bytes:
    """Digits anew: by the templates of the country, or from the third national digit on."""
    place = np.arange(_WIDTH)[None, :]
    size = parts.end - parts.first
    stay = parts.first + np.where(size >= 10, 3, np.where(size >= 7, 2, 1))
    fresh = np.where(place < stay[:, None], given, draws[:, :_WIDTH] % np.uint8(10))
    lead = _digits_at(given, parts.first)
    for (country, length), templates in _templates().items():
        rows = np.flatnonzero((parts.country == country) & (size == length))
        mobile = np.isin(lead[rows], _MOBILE.get(country, ()))
        of_mobiles = np.isin(templates[:, 0], _MOBILE.get(country, ()))
        for mine, alike in (
            (rows[mobile], templates[of_mobiles]),
            (rows[~mobile], templates[~of_mobiles]),
        ):
            some = alike if _room(alike) >= _ENOUGH else templates
            if len(mine) and _room(some) >= _ENOUGH:
                _fill(fresh, mine, parts.first[mine], some, draws[mine])
    return fresh.astype(np.uint8)


def _room(templates: Bytes) -> int:
    """How many numbers there are of some templates."""
    ways = np.where(templates == _ANY, 10, np.where(templates == _NOT_ZERO, 9, 1))
    return int(ways.prod(axis=1, dtype=np.int64).sum())


def _fill(fresh: Bytes, rows: Places, first: Places, templates: Bytes, draws: Bytes) -> None:
    chosen = templates[number(draws, 32, len(templates))]
    drawn = draws[:, 36 : 36 + chosen.shape[1]]
    filled = np.where(chosen == _ANY, drawn % np.uint8(10), chosen)
    filled = np.where(chosen == _NOT_ZERO, 1 + drawn % np.uint8(9), filled)
    fresh[rows[:, None], first[:, None] + np.arange(chosen.shape[1])] = filled


@cache
def _templates() -> dict[tuple[int, int], Bytes]:
    """By country and length: rows of digits, `_ANY` or `_NOT_ZERO`."""
    found: dict[tuple[int, int], list[list[int]]] = {}
    for country, patterns in table("phone_ranges").items():
        for pattern in patterns:
            row = [{"x": _ANY, "n": _NOT_ZERO}.get(sign) or int(sign, 36) for sign in pattern]
            found.setdefault((int(country), len(pattern)), []).append(row)
    return {key: np.array(rows, np.uint8) for key, rows in found.items()}


@cache
def _code_sizes() -> Places:
    """How many digits a calling code has, by its first two."""
    sizes = np.full(100, 3, np.int64)
    sizes[list(_TWO_DIGIT_CODES)] = 2
    sizes[10:20] = sizes[70:80] = 1
    return sizes
