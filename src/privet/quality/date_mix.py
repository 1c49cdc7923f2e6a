"""How the dates of a text column are written, where they are: which orders occur, and how often."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from privet.transforms.arrow import Values, pc

_ISO: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T]|$)"
_YEAR_FIRST: Final = r"^[0-9]{4}[./][0-9]{1,2}[./][0-9]{1,2}$"
_YEAR_LAST: Final = (
    r"^(?P<one>[0-9]{1,2})(?P<sign>[./-])(?P<two>[0-9]{1,2})[./-](?P<year>[0-9]{4}|[0-9]{2})$"
)
_ENOUGH: Final = 0.95
_HOPELESS: Final = 0.5


@dataclass(frozen=True, slots=True)
class DateOrders:
    """The dates of a column.

    Attributes:
        orders: those that have to be declared, of `ymd`, `dmy` and `mdy`.
        iso: dates such as `1990-04-03`.
        other: dates written otherwise.
        ambiguous: of those, how many could be either day or month first.
        two_digit: how many have years of two digits.
        strays: texts that are no such date.
    """

    orders: tuple[str, ...]
    iso: int
    other: int
    ambiguous: int
    two_digit: int
    strays: int


class DateMix:
    """Takes texts in and counts how dates are written; gives up on a column of something else."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()
        self._texts = 0
        self._hopeless = False

    def add(self, texts: Values) -> None:
        """Take texts in, without white space around them and without nulls."""
        if self._hopeless or not len(texts):
            return
        self._texts += len(texts)
        self._seen["iso"] += pc.match_substring_regex(texts, _ISO).true_count
        self._seen["ymd"] += pc.match_substring_regex(texts, _YEAR_FIRST).true_count
        self._add_year_last(pc.extract_regex(texts, _YEAR_LAST).drop_null())
        self._hopeless = self._dates < _HOPELESS * self._texts

    def orders(self) -> DateOrders | None:
        """How the dates are written; None where the texts are no dates, or all are ISO 8601."""
        seen = self._seen
        other = self._dates - seen["iso"]
        if self._hopeless or not other or self._dates < _ENOUGH * self._texts:
            return None
        return DateOrders(
            orders=self._orders(),
            iso=seen["iso"],
            other=other,
            ambiguous=seen["either"],
            two_digit=seen["two digits"],
            strays=self._texts - self._dates,
        )

    @property
    def _dates(self) -> int:
        return sum(self._seen[name] for name in ("iso", "ymd", "year last"))

    def _orders(self) -> tuple[str, ...]:
        seen = self._seen
        found = ["ymd"] if seen["ymd"] else []
        if seen["day first"]:
            found.append("dmy")
        if seen["month first"]:
            found.append("mdy")
        if seen["year last"] and not (seen["day first"] or seen["month first"]):
            # Nobody writes the month first with points; else nobody can tell.
            found += ["dmy"] if seen["points"] == seen["year last"] else ["dmy", "mdy"]
        return tuple(found)

    def _add_year_last(self, parts: Values) -> None:
        if not len(parts):
            return
        one, two = (pc.struct_field(parts, name).cast("int32") for name in ("one", "two"))
        self._seen["year last"] += len(parts)
        self._seen["day first"] += pc.and_(pc.greater(one, 12), pc.less_equal(two, 12)).true_count
        self._seen["month first"] += pc.and_(pc.greater(two, 12), pc.less_equal(one, 12)).true_count
        low = pc.and_(pc.less_equal(one, 12), pc.less_equal(two, 12))
        self._seen["either"] += pc.and_(low, pc.not_equal(one, two)).true_count
        self._seen["points"] += pc.equal(pc.struct_field(parts, "sign"), ".").true_count
        years = pc.utf8_length(pc.struct_field(parts, "year"))
        self._seen["two digits"] += pc.equal(years, 2).true_count
