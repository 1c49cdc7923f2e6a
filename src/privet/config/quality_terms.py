"""What becomes of rows that fail a rule: its name, severity, action, threshold, dimension.

Where the standard has no key for one of them, it stands in `customProperties`: the action always,
the operator of a custom rule, everything of a relationship.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, get_args

from privet.config.field import NAME, Name
from privet.config.notes import Notes
from privet.config.quality_form import (
    Dimension,
    FigureField,
    Number,
    NumberField,
    PairField,
    QualityForm,
    RelationshipForm,
)
from privet.config.yaml_document import KeyPath
from privet.model.quality import (
    Action,
    Check,
    Operator,
    QualityRule,
    Query,
    RowCount,
    SetCheck,
    Severity,
    Threshold,
    Unit,
)

OPERATORS: tuple[Operator, ...] = get_args(Operator)

_KINDS: Mapping[str, Any] = {
    "name": Name,
    "severity": Severity,
    "action": Action,
    "dimension": Dimension,
    "unit": Unit,
    **dict.fromkeys(OPERATORS, NumberField),
    "mustBe": FigureField,
    "mustNotBe": FigureField,
    "mustBeBetween": PairField,
    "mustNotBeBetween": PairField,
}
_OF_CUSTOM = ("action", "unit", *OPERATORS)
_MOST = 2**53


def read_terms(
    notes: Notes, form: QualityForm | RelationshipForm | None, path: KeyPath, check: Check | None
) -> QualityRule | None:
    """Read a rule's terms; its columns are still to come, and its name where it has none.

    Args:
        notes: where problems go.
        form: what stands at `path`; None: a rule that has no place for terms.
        path: where the rule stands.
        check: what it checks; None if that was refused, and the terms are only looked through.
    """
    before = len(notes.errors)
    terms = _stated(notes, form, path)
    if check is None:
        return None
    severity: Severity = terms.get("severity", "error")
    on_set = isinstance(check, SetCheck)
    action: Action = terms.get("action", default_action(severity, check))
    if on_set and action == "quarantine":
        hint = "write `stop` or `report`; or leave it out, and `severity` decides"
        notes.note("a rule on the whole data set cannot hold rows back", hint, path)
    threshold = _threshold(notes, terms, check, path)
    if len(notes.errors) > before:
        return None
    if not on_set:
        threshold = _of_rows(threshold, action, stated="action" in terms)
    return QualityRule(
        name=terms.get("name", ""),
        check=check,
        severity=severity,
        action=action,
        threshold=threshold,
        dimension=terms.get("dimension"),
    )


def default_action(severity: Severity, check: Check) -> Action:
    """What becomes of failing rows, or of the run, where no action is stated."""
    if severity != "error":
        return "report"
    return "stop" if isinstance(check, SetCheck) else "quarantine"


def lets_none_fail(threshold: Threshold) -> bool:
    """Whether the threshold says that no row may fail."""
    figure = (threshold.operator, threshold.values[0])
    if figure in {("mustBe", 0), ("mustBeLessOrEqualTo", 0)}:
        return True
    return figure == ("mustBeLessThan", 1) and threshold.unit == "rows"


def _of_rows(threshold: Threshold | None, action: Action, *, stated: bool) -> Threshold | None:
    """Give the threshold of a rule on rows its meaning.

    That none may fail is kept by holding rows back, unless an action is stated. Any number may fail
    where no threshold stands, but for `stop`, which without one would never stop.
    """
    if threshold is None:
        return Threshold("mustBe", (0.0,)) if action == "stop" else None
    any_number = (threshold.operator, threshold.values) == ("mustBeGreaterOrEqualTo", (0.0,))
    if any_number and action != "stop":
        return None
    if action == "quarantine" and not stated and lets_none_fail(threshold):
        return None
    return threshold


def _stated(
    notes: Notes, form: QualityForm | RelationshipForm | None, path: KeyPath
) -> dict[str, Any]:
    """The terms that stand there, by the words of the standard."""
    if form is None:
        return {}
    terms: dict[str, Any] = {}
    known: Sequence[str] = tuple(_KINDS)
    if isinstance(form, QualityForm):
        known = _OF_CUSTOM if form.kind == "custom" else ("action",)
        terms = {"severity": form.severity, "dimension": form.dimension, "unit": form.unit}
        terms["name"] = form.name or _name_of_id(form.id)
        terms |= {operator: form.operand(operator) for operator in form.stated}
    elsewhere = {name: "the rule itself, as a key of it" for name in _KINDS if name not in known}
    for name, place in notes.custom(form.custom_properties, path, known, elsewhere).items():
        terms[name] = notes.typed(_KINDS[name], place)
    return {name: value for name, value in terms.items() if value is not None}


def _name_of_id(value: object) -> str | None:
    """An id names a rule for machines: it will do where no name stands."""
    return value if isinstance(value, str) and re.fullmatch(NAME, value) else None


def _threshold(
    notes: Notes, terms: Mapping[str, Any], check: Check, path: KeyPath
) -> Threshold | None:
    stated = [operator for operator in OPERATORS if operator in terms]
    if len(stated) > 1:
        notes.note("two operators in one rule", "keep one of the `mustBe...`, or two rules", path)
        return None
    measured = isinstance(check, RowCount | Query)
    if not stated:
        if measured:
            hint = "say what the figure must be: `mustBeGreaterThan: 0`"
            notes.note("this rule needs an operator", hint, path)
        return None
    if isinstance(check, SetCheck) and not measured:
        hint = "what it allows stands in its `implementation` or its `value`"
        notes.note("this rule has no operator", hint, path)
        return None
    values = _numbers(terms[stated[0]])
    unit: Unit = terms.get("unit", "rows")
    problem = None if isinstance(check, Query) else _impossible(values, unit, check)
    if any(abs(Decimal(value)) > _MOST for value in values):
        problem = "a number that a figure can have"
    if problem is not None:
        notes.note(f"expected {problem}", "it counts rows that fail, or rows that are there", path)
    return Threshold(stated[0], tuple(float(value) for value in values), unit)


def _numbers(operand: Number | tuple[Number, Number]) -> tuple[Number, ...]:
    return operand if isinstance(operand, tuple) else (operand,)


def _impossible(values: Sequence[Number], unit: Unit, check: Check) -> str | None:
    """What should stand instead of numbers that no count of rows can have."""
    if unit == "percent":
        if isinstance(check, RowCount):
            return "`unit: rows` for a count of rows"
        return None if all(0 <= value <= 100 for value in values) else "a percentage from 0 to 100"
    whole = all(value >= 0 and value == int(value) for value in values)
    return None if whole else "a whole number of rows, 0 or more"
