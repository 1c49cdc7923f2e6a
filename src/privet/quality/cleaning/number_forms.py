"""One text read as a number: pure, exact, by declared signs and units.

A value is read in every way that the declared signs allow. One number, and that is it; two that
differ (`1.234` where both `.` and `,` may be the decimal sign) and it is ambiguous; none (`1.23.4`,
groups that are not of three digits) and it is no number. Digits are ASCII digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from functools import cached_property
from typing import Final

from privet.quality.cleaning.whitespace import BLANK, SPACES

LONGEST: Final = 128
"""Characters that a number may have."""

_EXACT: Final = Context(prec=4 * LONGEST + 2000, traps=[Inexact])
"""Wide enough for every product of a text and a factor: nothing is ever rounded."""

_ALIKE: Final = str.maketrans({**dict.fromkeys(SPACES, " "), "’": "'", "−": "-"})  # noqa: RUF001
_NO_NUMBER: Final = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)


@dataclass(frozen=True)
class NumberForms:
    """How the numbers of a column are written.

    Attributes:
        decimals: each sign that may stand before the fraction.
        thousands: each sign that may stand between groups of three digits; a space stands for
            every kind of space, `'` for the typographic apostrophe too.
        units: what may stand beside the number, and what it is multiplied by; an empty unit is a
            number alone. Empty: numbers stand alone.
        floating: whether the column takes NaN and infinity, which then stay as they are.
    """

    decimals: str = "."
    thousands: str = ""
    units: tuple[tuple[str, Decimal], ...] = ()
    floating: bool = False

    def read(self, text: str) -> str | None:
        """The plain spelling (`-1234.5`) of the number that a text means; None: none, or two."""
        bare = text.strip(BLANK)
        if not bare or len(bare) > LONGEST:
            return None
        if _NO_NUMBER.fullmatch(bare):
            return bare if self.floating else None
        readings = dict(self._readings(bare.translate(_ALIKE)))
        return next(iter(readings.values())) if len(readings) == 1 else None

    def _readings(self, text: str) -> Iterator[tuple[Decimal, str]]:
        """Each number that a text can mean, and its plain spelling."""
        for number, factor in self._without_unit(text):
            for pattern in self._patterns:
                match = pattern.fullmatch(number)
                if match and (match[2] or match[3]):
                    yield _times(match, factor)

    def _without_unit(self, text: str) -> Iterator[tuple[str, Decimal]]:
        if not self.units:
            yield text, Decimal(1)
            return
        for unit, factor in self.units:
            alike = unit.translate(_ALIKE)
            if not alike:
                yield text, factor
            elif text.endswith(alike):
                yield text[: -len(alike)].rstrip(" "), factor
            elif text.lstrip("+-").startswith(alike):
                sign = text[: len(text) - len(text.lstrip("+-"))]
                yield sign + text.lstrip("+-")[len(alike) :].lstrip(" "), factor

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        """One for each pair of a decimal sign and a thousands sign, or none of these."""
        groups = ["", *dict.fromkeys(self.thousands.translate(_ALIKE))]
        return tuple(
            re.compile(pattern_text(point, group))
            for point in self.decimals
            for group in groups
            if group != point
        )


def pattern_text(point: str, group: str) -> str:
    """A pattern (RE2 and Python) of numbers: sign, whole part, fraction, exponent.

    Args:
        point: the decimal sign.
        group: the thousands sign; a number without it does not match. Empty: without groups.
    """
    whole = rf"[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}})+" if group else "[0-9]*"
    return rf"([+-]?)({whole})(?:{re.escape(point)}([0-9]+))?(?:[eE]([+-]?[0-9]{{1,3}}))?"


def _times(match: re.Match[str], factor: Decimal) -> tuple[Decimal, str]:
    """The number of a match of `pattern_text`, times `factor`, and its plain spelling."""
    sign, whole, fraction, exponent = match.groups()
    digits = re.sub("[^0-9]", "", whole) + (f".{fraction}" if fraction else "")
    plain = f"{'-' if sign == '-' else ''}{digits}" + (f"e{exponent}" if exponent else "")
    number = Decimal(plain)
    if factor == 1:
        return number, plain
    product = _EXACT.multiply(number, factor)
    spelled = f"{product:f}"
    return product, spelled.rstrip("0").rstrip(".") if "." in spelled else spelled
