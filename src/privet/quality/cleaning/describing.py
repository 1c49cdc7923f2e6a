"""A cleaning step in words, for `plan` and the report; it shows what is declared, and no data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from privet.model.quality import CleanStep
from privet.quality.cleaning.fitting import FITTED, is_percentile
from privet.quality.cleaning.preparing import pairs, texts


def describe(step: CleanStep) -> str:
    """What a checked step does, and to which columns."""
    words = _WORDS[step.name](step)
    if step.name == "deduplicate":
        return words
    columns = ", ".join(str(path) for path in step.columns)
    return f"{words} ({columns or 'every column that it fits'})"


def _trim(step: CleanStep) -> str:
    del step
    return "trim white space; blank text is null"


def _missing(step: CleanStep) -> str:
    return f"null for {', '.join(f'`{marker}`' for marker in texts(step, 'markers'))}"


def _normalise(step: CleanStep) -> str:
    told = [
        f"Unicode {step.param('unicode')}" if step.param("unicode") else "",
        f"{step.param('case')} case" if step.param("case") else "",
        "single spaces" if step.param("spaces") else "",
    ]
    return ", ".join(part for part in told if part)


def _replace(step: CleanStep) -> str:
    count = len(pairs(step, "values"))
    return f"replace {count:,} value{'' if count == 1 else 's'} exactly"


def _date(step: CleanStep) -> str:
    window = step.param("two_digit", "refuse")
    years = (
        f"two-digit years from {window} to {window + 99}"
        if isinstance(window, int)
        else "no two-digit years"
    )
    return f"read dates as {', '.join(texts(step, 'formats'))}; {years}"


def _number(step: CleanStep) -> str:
    told = [f"decimal `{step.param('decimal', '.')}`"]
    if thousands := step.param("thousands"):
        told.append(f"thousands `{thousands}`")
    if units := pairs(step, "units"):
        told.append("units " + ", ".join(f"{unit or 'none'} = {by}" for unit, by in units))
    return f"read numbers: {', '.join(told)}"


def _impute(step: CleanStep) -> str:
    told = step.param("with")
    value = f"the column's {told}" if told in FITTED else "a constant"
    flag = step.param("flag")
    return f"{value} for null" + (f", said in {flag}" if flag else "")


def _clip(step: CleanStep) -> str:
    low, high = (_limit(step.param(name)) for name in ("low", "high"))
    if low and high:
        return f"clip to {low} … {high}"
    return f"clip to at least {low}" if low else f"clip to at most {high}"


def _limit(told: object) -> str:
    if told is None:
        return ""
    return f"the {told} percentile" if is_percentile(told) else f"{told}"


def _deduplicate(step: CleanStep) -> str:
    by = ", ".join(str(path) for path in step.columns)
    alike = f"rows nearly alike in {by}" if step.param("kind") == "near" else f"rows alike in {by}"
    kept = step.param("keep", "first")
    latest = f" by {step.param('latest')}" if step.param("latest") else ""
    return f"keep the {kept}{latest} of {alike if by else 'equal rows'}"


_WORDS: Final[Mapping[str, Callable[[CleanStep], str]]] = MappingProxyType(
    {
        "trim": _trim,
        "missing": _missing,
        "normalise": _normalise,
        "replace": _replace,
        "date": _date,
        "number": _number,
        "impute": _impute,
        "clip": _clip,
        "deduplicate": _deduplicate,
    }
)
