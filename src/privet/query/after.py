"""What follows the noise: arithmetic, HAVING and ORDER BY over numbers that are out already."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from privet.query.world import refused

if TYPE_CHECKING:
    from sqlglot import exp

_TWO: Mapping[str, Callable[[Any, Any], Any]] = {
    "Add": operator.add,
    "Sub": operator.sub,
    "Mul": operator.mul,
    "EQ": operator.eq,
    "NEQ": operator.ne,
    "GT": operator.gt,
    "GTE": operator.ge,
    "LT": operator.lt,
    "LTE": operator.le,
    "Div": lambda a, b: a / b if b else None,
}
_ONE: Mapping[str, Callable[[Any], Any]] = {
    "Neg": operator.neg,
    "Not": operator.not_,
    "Abs": abs,
    "Paren": lambda a: a,
    "Sqrt": lambda a: math.sqrt(a) if a >= 0 else None,
}
_MANY: Mapping[str, Callable[[Any], Any]] = {"Greatest": max, "Least": min, "And": all, "Or": any}
_LEAVES = ("Placeholder", "Literal", "Boolean", "Null")
_MORE = ("And", "Or", "Round", "Coalesce", "Greatest", "Least")


def vetted(tree: exp.Expression) -> None:
    """Insist that all of an expression can be computed after the noise.

    Raises:
        ConfigError: something cannot; the message names it.
    """
    for node in tree.walk():
        name = type(node).__name__
        if name not in (*_TWO, *_ONE, *_LEAVES, *_MORE):
            raise refused(f"{node.key.upper()} is not supported around aggregates and keys")
        known = {"this", "expression", "expressions", "decimals", "is_string", "typed", "safe"}
        if name not in _LEAVES and {k for k, v in node.args.items() if v} - known - {
            "ignore_nulls"
        }:
            raise refused(f"{node.key.upper()} takes plain values here")


def value(tree: exp.Expression, known: Mapping[str, Any]) -> Any:
    """An expression's value; None where SQL gives NULL, or where it cannot be computed.

    Args:
        tree: vetted.
        known: what each placeholder stands for.
    """
    try:
        return _value(tree, known)
    except (TypeError, OverflowError):
        return None


def _value(tree: exp.Expression, known: Mapping[str, Any]) -> Any:
    name = type(tree).__name__
    if name in _LEAVES:
        return _leaf(tree, known)
    parts = [_value(child, known) for child in tree.iter_expressions()]
    if name == "Coalesce":
        return next((part for part in parts if part is not None), None)
    if any(part is None for part in parts):
        return None
    if name == "Round":
        return round(parts[0], int(parts[1]) if len(parts) > 1 else 0)
    if name in _MANY:
        return _MANY[name](parts)
    return _ONE[name](parts[0]) if name in _ONE else _TWO[name](parts[0], parts[1])


def _leaf(tree: exp.Expression, known: Mapping[str, Any]) -> Any:
    from sqlglot import exp  # noqa: PLC0415

    if isinstance(tree, exp.Placeholder):
        return known[tree.this]
    if isinstance(tree, exp.Literal):
        return tree.this if tree.is_string else float(tree.this)
    return tree.this if isinstance(tree, exp.Boolean) else None
