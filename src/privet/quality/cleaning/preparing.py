"""From a declared step to its work on one column: every parameter read, or refused in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, TypeAlias

import pyarrow as pa

from privet.model.paths import ColumnPath
from privet.model.quality import CleanStep
from privet.ports.arrow_types import parse_type
from privet.quality.cleaning import dates, imputing, markers, numbers, replacing, spelling
from privet.quality.cleaning.change import Decide, Work
from privet.quality.cleaning.clipping import clip
from privet.quality.cleaning.date_forms import ORDERS, DateForms, Kind, pattern_fault
from privet.quality.cleaning.fitting import FITTED, Fitted, is_percentile, share_of
from privet.quality.cleaning.number_forms import NumberForms
from privet.quality.cleaning.whitespace import SPACES, trim
from privet.transforms.column_types import Family, family_of


@dataclass(frozen=True, slots=True)
class Target:
    """A column that a step works on.

    Attributes:
        fitted: what was measured; None while a step is only checked.
        readers: how texts of one form are read, with what is remembered of them: columns whose
            texts are of one form share it, so that memory does not grow with their number.
    """

    path: ColumnPath
    kind: pa.DataType
    family: Family
    fitted: Fitted | None = field(default=None, repr=False)
    readers: dict[DateForms | NumberForms, Decide] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, path: ColumnPath, spelled: str) -> Target:
        """The column at a path, of a type as the contract spells it."""
        kind = parse_type(spelled)
        return cls(path, kind, family_of(kind))

    def reader(self, forms: DateForms | NumberForms) -> Decide:
        """What reads texts of these forms."""
        if forms not in self.readers:
            self.readers[forms] = lru_cache(_REMEMBERED)(forms.read)
        return self.readers[forms]


@dataclass(frozen=True, slots=True)
class Kernel:
    """What a step does to the values of one column.

    Attributes:
        text: to text as read; None: nothing.
        typed: to values of other types; None: nothing.
    """

    text: Work | None = None
    typed: Work | None = None


Prepare: TypeAlias = Callable[[CleanStep, Target], Kernel]

_REMEMBERED = 1 << 16
"""Texts whose reading is remembered from batch to batch: about 15 MB."""
_NUMERIC: frozenset[Family] = frozenset({"integer", "double", "decimal"})
_ORDERED: frozenset[Family] = _NUMERIC | {"date", "timestamp"}
_FITS: Mapping[str, frozenset[Family]] = {"mean": _NUMERIC, "median": _ORDERED}


def prepare_trim(step: CleanStep, target: Target) -> Kernel:
    """White space off both ends."""
    del step, target
    return Kernel(text=trim)


def prepare_missing(step: CleanStep, target: Target) -> Kernel:
    """Markers become null."""
    del target
    told = texts(step, "markers")
    if not told:
        raise ValueError("`missing` needs `markers`: the texts that stand for no value")
    return Kernel(markers.in_text(told), markers.in_values(told))


def prepare_normalise(step: CleanStep, target: Target) -> Kernel:
    """One Unicode form, one case, single spaces."""
    del target
    form = _choice(step, "unicode", spelling.FORMS)
    case = _choice(step, "case", tuple(spelling.CASES))
    spaces = _choice(step, "spaces", ("collapse",))
    if not (form or case or spaces):
        raise ValueError("`normalise` needs `unicode`, `case` or `spaces`: what to make alike")
    return Kernel(text=spelling.normalise(form, case, collapse=spaces is not None))


def prepare_replace(step: CleanStep, target: Target) -> Kernel:
    """Exact values become others."""
    del target
    told = dict(pairs(step, "values"))
    if not told:
        raise ValueError("`replace` needs `values`: what becomes what")
    return Kernel(replacing.in_text(told), replacing.in_values(told))


def prepare_date(step: CleanStep, target: Target) -> Kernel:
    """Dates in several spellings become ISO 8601."""
    told = texts(step, "formats")
    if not told:
        raise ValueError(
            f"`date` needs `formats`: {', '.join(ORDERS)}, or patterns such as `%d.%m.%Y`"
        )
    orders = tuple(name for name in told if name in ORDERS)
    patterns = tuple(name for name in told if name not in ORDERS)
    for pattern in patterns:
        if fault := pattern_fault(pattern):
            raise ValueError(f"`formats` has a pattern that names no day: {fault}")
    forms = DateForms(orders, patterns, _window(step), _date_kind(target))
    return Kernel(text=dates.in_text(forms, target.reader(forms)))


def prepare_number(step: CleanStep, target: Target) -> Kernel:
    """Numbers in several spellings become plain."""
    decimals = str(step.param("decimal", "."))
    thousands = str(step.param("thousands", ""))
    forbidden = set(decimals + thousands) & set("0123456789+-eE")
    if not decimals or forbidden:
        raise ValueError("`decimal` and `thousands` are signs such as `,` and `.`, and no digits")
    if set(decimals) & set(SPACES):
        raise ValueError("`decimal` is no space; `thousands` may be one")
    if len(decimals) == 1 and decimals == thousands:
        raise ValueError("`decimal` and `thousands` are the same sign")
    units = tuple((unit, _factor(text)) for unit, text in pairs(step, "units"))
    forms = NumberForms(decimals, thousands, units, floating=target.family == "double")
    return Kernel(text=numbers.in_text(forms, target.reader(forms)))


def prepare_impute(step: CleanStep, target: Target) -> Kernel:
    """Null becomes a value."""
    told = step.param("with")
    if told is None:
        raise ValueError("`impute` needs `with`: median, mean, mode or a value")
    if target.path.nested:
        raise ValueError("`impute` works on columns at the top, not inside objects and lists")
    if told not in FITTED:
        return Kernel(typed=imputing.impute(imputing.constant(told, target.kind)))
    if target.family not in _FITS.get(str(told), {target.family}):
        instead = "median or mode" if target.family in _ORDERED else "mode"
        raise ValueError(f"a {target.kind} column has no {told}; use {instead}, or a value")
    if target.fitted is None:
        return Kernel()
    return Kernel(typed=imputing.impute(target.fitted.value(target.path, str(told), target.kind)))


def prepare_clip(step: CleanStep, target: Target) -> Kernel:
    """Numbers beyond a bound become the bound."""
    low, high = step.param("low"), step.param("high")
    if low is None and high is None:
        raise ValueError("`clip` needs `low`, `high` or both")
    shares = [share_of(str(limit)) if is_percentile(limit) else None for limit in (low, high)]
    if shares[0] is not None and shares[1] is not None and shares[0] > shares[1]:
        raise ValueError("`low` is a higher percentile than `high`")
    least, most = _limit(low, target), _limit(high, target)
    return Kernel(typed=clip(least, most, target.kind))


def texts(step: CleanStep, name: str) -> tuple[str, ...]:
    """A parameter that is a list of texts; empty where it is not given."""
    value = step.param(name, ())
    return tuple(str(item) for item in value) if isinstance(value, tuple) else (str(value),)


def pairs(step: CleanStep, name: str) -> tuple[tuple[str, str], ...]:
    """A parameter that is a mapping of texts; empty where it is not given."""
    value = step.param(name, ())
    if not isinstance(value, tuple) or not all(isinstance(item, tuple) for item in value):
        raise ValueError(f"`{name}` of `{step.name}` is a mapping")
    return tuple((str(item[0]), str(item[1])) for item in value)


def _choice(step: CleanStep, name: str, words: tuple[str, ...]) -> str | None:
    value = step.param(name)
    if value is None or value in words:
        return None if value is None else str(value)
    raise ValueError(f"`{name}` of `{step.name}` is {' or '.join(words)}")


def _window(step: CleanStep) -> int | None:
    told = step.param("two_digit", "refuse")
    if told == "refuse":
        return None
    if isinstance(told, int) and not isinstance(told, bool) and 1 <= told <= 9900:
        return told
    raise ValueError("`two_digit` is `refuse`, or the first of a hundred years, such as 1930")


def _date_kind(target: Target) -> Kind:
    if isinstance(target.kind, pa.TimestampType):
        return "time" if target.kind.tz is None else "zoned"
    return "date" if target.family == "date" else "text"


def _factor(text: str) -> Decimal:
    try:
        factor = Decimal(text)
    except InvalidOperation:
        factor = Decimal(0)
    if not factor.is_finite() or not factor or abs(factor.adjusted()) > 50 or len(text) > 60:
        raise ValueError("a unit's factor is a number such as 0.001")
    return factor


def _limit(told: object, target: Target) -> Any:
    """A bound as a number: stated, or measured; None: no bound, or not measured yet."""
    if told is None or not is_percentile(told):
        if told is not None and (isinstance(told, bool) or not isinstance(told, int | float)):
            raise ValueError("a bound of `clip` is a number, or a percentile such as `1%`")
        return told
    if target.fitted is None:
        return None
    value = target.fitted.value(target.path, str(told), target.kind)
    return None if value is None else value.as_py()
