"""Rules in words, for plans, reports and messages: the contract's words, and no value of the data.

Bounds are the contract's. Allowed values of a column about people are counted, not named: a list of
names or illnesses tells who is in the data.
"""

from __future__ import annotations

from collections.abc import Mapping

from privet.model.contract import Contract
from privet.model.quality import (
    External,
    Fresh,
    Length,
    Matches,
    NotMissing,
    NotNull,
    OneOf,
    Operator,
    QualityRule,
    Query,
    Range,
    Refers,
    RowCheck,
    RowCount,
    SetCheck,
    Steady,
    Threshold,
    Unique,
)

_NAMED = 5  # allowed values that are named; more are counted
_UNITS = ((86_400, "days"), (3600, "hours"), (60, "minutes"), (1, "seconds"))
_OPERATORS: Mapping[Operator, str] = {
    "mustBe": "exactly {}",
    "mustNotBe": "anything but {}",
    "mustBeGreaterThan": "more than {}",
    "mustBeGreaterOrEqualTo": "at least {}",
    "mustBeLessThan": "less than {}",
    "mustBeLessOrEqualTo": "at most {}",
    "mustBeBetween": "between {}",
    "mustNotBeBetween": "not between {}",
}


def rule_words(rule: QualityRule, contract: Contract) -> str:
    """What a rule of `contract` checks, with its threshold."""
    words = _check(rule, contract)
    if rule.threshold is None:
        return words
    rows = "" if isinstance(rule.check, SetCheck) else "; failing rows"
    return f"{words}{rows}: {threshold_words(rule.threshold)}"


def threshold_words(threshold: Threshold) -> str:
    """A threshold in words: `at most 5 %`."""
    numbers = " and ".join(f"{value:.15g}" for value in threshold.values)
    words = _OPERATORS[threshold.operator].format(numbers)
    return f"{words} %" if threshold.unit == "percent" else words


def _check(rule: QualityRule, contract: Contract) -> str:
    check = rule.check
    if isinstance(check, RowCheck):
        return _row_check(check, rule, contract)
    match check:
        case Unique():
            words = "no two rows are the same here"
        case Refers(data, columns):
            words = f"is found in `{data}` ({', '.join(str(path) for path in columns)})"
        case External(engine, reference):
            words = f"{engine} checks `{reference}`"
        case RowCount():
            words = "number of rows"
        case Fresh(seconds):
            words = f"the newest value is at most {_duration(seconds)} old"
        case Steady(distance):
            words = f"distributed as in the snapshot before, at most {distance:g} apart"
        case Query():
            words = "an SQL query gives a number"
    return words


def _row_check(check: RowCheck, rule: QualityRule, contract: Contract) -> str:
    match check:
        case NotNull():
            words = "no value is null"
        case NotMissing(markers):
            words = f"no value is null or one of {_count(len(markers), 'marker')}"
        case OneOf(values):
            words = _one_of(values, rule, contract)
        case Matches():
            words = "matches a pattern"
        case Length(minimum, maximum):
            words = _length(minimum, maximum)
        case Range():
            words = _range(check)
    return words


def _one_of(values: tuple[str, ...], rule: QualityRule, contract: Contract) -> str:
    columns = [contract.column(path) for path in rule.columns]
    personal = any(column is None or column.personal for column in columns)
    if personal or not 0 < len(values) <= _NAMED:
        return f"one of {_count(len(values), 'value')}"
    return f"one of {', '.join(f'`{value}`' for value in values)}"


def _length(minimum: int | None, maximum: int | None) -> str:
    if minimum is None or maximum is None:
        bounds = [
            f"{word} {bound}"
            for word, bound in (("at least", minimum), ("at most", maximum))
            if bound is not None
        ]
        return f"{bounds[0] if bounds else 'any number of'} characters"
    return f"{minimum} to {maximum} characters" if minimum != maximum else f"{minimum} characters"


def _range(check: Range) -> str:
    low = check.minimum and f"{'above' if check.exclusive_minimum else 'at least'} {check.minimum}"
    high = check.maximum and f"{'below' if check.exclusive_maximum else 'at most'} {check.maximum}"
    return " and ".join(part for part in (low, high) if part) or "a number"


def _duration(seconds: int) -> str:
    size, name = next(
        ((size, name) for size, name in _UNITS if seconds % size == 0 and seconds), _UNITS[-1]
    )
    count = seconds // size
    return f"{count} {name if count != 1 else name[:-1]}"


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
