"""The text of rules in a contract file: `quality` and `relationships` of a column or a data set."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from privet.config.field import number_text
from privet.config.quality_terms import default_action, lets_none_fail
from privet.config.yaml_text import indent, scalar
from privet.model.quality import (
    External,
    Fresh,
    Length,
    Matches,
    NotMissing,
    NotNull,
    OneOf,
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

_NUMBER = re.compile(r"-?(0|[1-9]\d{0,30})(\.\d{1,9})?")
_ANY_NUMBER = Threshold("mustBeGreaterOrEqualTo", (0.0,))
_NONE = Threshold("mustBe", (0.0,))


def rules_text(rules: Sequence[QualityRule], data: str | None = None) -> str:
    """Return the lines of `quality:` and `relationships:`; none where there are no rules.

    Args:
        rules: all on one column, or all on the data set.
        data: the data set's name, for its own rules; None for those of a column.
    """
    checks = "".join(_item(_quality(rule, data)) for rule in rules if not _refers(rule))
    relations = "".join(_item(_relation(rule, data)) for rule in rules if _refers(rule))
    text = f"quality:\n{indent(checks, 1)}" if checks else ""
    return text + (f"relationships:\n{indent(relations, 1)}" if relations else "")


def _refers(rule: QualityRule) -> bool:
    return isinstance(rule.check, Refers)


def _item(lines: Iterable[str]) -> str:
    return "- " + indent("".join(f"{line}\n" for line in lines), 1).removeprefix("  ")


def _quality(rule: QualityRule, data: str | None) -> list[str]:
    lines = [f"name: {scalar(rule.name)}", *_check(rule, data)]
    own = _action(rule)
    limits = _limits(rule)
    if _has_operator(rule):
        lines += [f"{key}: {value}" for key, value in limits]
    else:
        own += limits
    if rule.severity != "error":
        lines.append(f"severity: {rule.severity}")
    if rule.dimension is not None:
        lines.append(f"dimension: {rule.dimension}")
    return lines + _custom(own)


def _relation(rule: QualityRule, data: str | None) -> list[str]:
    check = rule.check
    if not isinstance(check, Refers):
        raise TypeError("not a reference")
    lines = ["type: foreignKey"]
    if data is not None:
        lines.append(f"from: {_list(f'{data}.{path}' for path in rule.columns)}")
    targets = [f"{check.data}.{path}" for path in check.columns]
    lines.append(f"to: {_list(targets) if data is not None else scalar(targets[0])}")
    own = [("name", scalar(rule.name))]
    if rule.severity != "error":
        own.append(("severity", rule.severity))
    if rule.dimension is not None:
        own.append(("dimension", rule.dimension))
    return lines + _custom([*own, *_action(rule), *_limits(rule)])


def _check(rule: QualityRule, data: str | None) -> list[str]:
    check = rule.check
    if data is not None and isinstance(check, RowCheck | Fresh | Steady):
        raise ValueError("a rule on values names one column")
    arguments: list[str] = []
    match check:
        case NotNull():
            metric = "nullValues"
        case RowCount():
            metric = "rowCount"
        case NotMissing(markers):
            metric, arguments = "missingValues", [f"missingValues: {_list(markers)}"]
        case Unique():
            metric = "duplicateValues"
            if data is not None:
                arguments = [f"properties: {_list(str(path) for path in rule.columns)}"]
        case OneOf() | Matches() | Length() | Range():
            metric, arguments = "invalidValues", _valid(check)
        case _:
            return _beyond(rule)
    inside = f"arguments: {{{', '.join(arguments)}}}"
    return [f"metric: {metric}", *([inside] if arguments else [])]


def _valid(check: OneOf | Matches | Length | Range) -> list[str]:
    match check:
        case OneOf(values):
            return [f"validValues: {_list(values)}"]
        case Matches(pattern):
            return [f"pattern: {scalar(pattern)}"]
        case Length(low, high):
            pairs = [("minLength", low), ("maxLength", high)]
            return [f"{key}: {value}" for key, value in pairs if value is not None]
        case Range(minimum, maximum, above, below):
            ends = [
                ("exclusiveMinimum" if above else "minimum", minimum),
                ("exclusiveMaximum" if below else "maximum", maximum),
            ]
            return [f"{key}: {_bound(value)}" for key, value in ends if value is not None]


def _beyond(rule: QualityRule) -> list[str]:
    match rule.check:
        case Query(sql):
            return ["type: sql", f"query: {scalar(sql)}"]
        case External(engine, reference):
            return [
                "type: custom",
                f"engine: {scalar(engine)}",
                f"implementation: {scalar(reference)}",
            ]
        case Fresh(seconds):
            return [
                "type: custom",
                "engine: privet",
                f"implementation: {{fresh: {{seconds: {seconds}}}}}",
            ]
        case Steady(distance):
            inside = f"{{steady: {{distance: {_figure(distance)}}}}}"
            return ["type: custom", "engine: privet", f"implementation: {inside}"]
    raise TypeError(f"{type(rule.check).__name__} has no text in a contract")


def _has_operator(rule: QualityRule) -> bool:
    return not isinstance(rule.check, External | Fresh | Steady)


def _action(rule: QualityRule) -> list[tuple[str, str]]:
    """The action, where what stands there would be read as another."""
    default = default_action(rule.severity, rule.check)
    held = rule.action == "quarantine" and rule.threshold is not None
    if rule.action == default and not (held and lets_none_fail(rule.threshold or _NONE)):
        return []
    return [("action", rule.action)]


def _limits(rule: QualityRule) -> list[tuple[str, str]]:
    """The operator with its numbers, and the unit; the standard wants one in every metric."""
    threshold = rule.threshold
    if threshold is None:
        if isinstance(rule.check, SetCheck | External | Refers):
            return []
        held = rule.action != "report" and not (
            rule.action == "quarantine" and rule.severity != "error"
        )
        threshold = _NONE if held else _ANY_NUMBER
    numbers = [_figure(value) for value in threshold.values]
    text = numbers[0] if len(numbers) == 1 else f"[{', '.join(numbers)}]"
    unit = [("unit", "percent")] if threshold.unit == "percent" else []
    return [(threshold.operator, text), *unit]


def _custom(own: Sequence[tuple[str, str]]) -> list[str]:
    lines = [f"  - {{property: {name}, value: {value}}}" for name, value in own]
    return ["customProperties:", *lines] if lines else []


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(scalar(value) for value in values)}]"


def _bound(text: str) -> str:
    return text if _NUMBER.fullmatch(text) else scalar(text)


def _figure(value: float) -> str:
    return number_text(Decimal(repr(value)))
