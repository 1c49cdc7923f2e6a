"""Reads sqlglot's tree of a row filter into ours, and refuses whatever it does not know.

Nodes are told apart by class name, so that sqlglot is loaded only when there is a filter to read.
Every part of a node must be one that is known here: a flag that a later version of sqlglot adds is
refused, not overlooked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from privet.model.errors import ConfigError
from privet.model.paths import ColumnPath
from privet.policy.filter_tree import (
    Attribute,
    Both,
    ColumnRef,
    Compare,
    IsNull,
    Like,
    Not,
    OneOf,
    Operand,
    Operator,
    Predicate,
)
from privet.policy.filter_types import ColumnType, Misfit, Value
from privet.policy.problem import nearest

if TYPE_CHECKING:
    from sqlglot import exp

ALLOWED = (
    "Allowed: columns, literals, principal.<attribute>, =, <>, <, <=, >, >=, IN, BETWEEN, LIKE, "
    "IS NULL, AND, OR, NOT."
)
_OPERATORS: dict[str, tuple[Operator, Operator]] = {
    "EQ": ("=", "="),
    "NEQ": ("<>", "<>"),
    "LT": ("<", ">"),
    "LTE": ("<=", ">="),
    "GT": (">", "<"),
    "GTE": (">=", "<="),
}
"""Each comparison, and the one that says the same with its sides swapped."""


def parse_condition(expression: str) -> exp.Expr:
    """Parse one SQL condition, in sqlglot's own dialect.

    Raises:
        ConfigError: the text is not one condition.
    """
    # Loaded here: most commands never read a filter.
    from sqlglot import Dialect, exp  # noqa: PLC0415
    from sqlglot.errors import SqlglotError  # noqa: PLC0415

    try:
        found = Dialect.get_or_raise(None).parse_into(exp.Condition, expression)
    except SqlglotError:
        # sqlglot's own message quotes the text, coloured for a terminal.
        raise wrong("it cannot be read as an SQL condition", ALLOWED) from None
    if len(found) != 1 or found[0] is None:
        raise wrong("it is not one SQL condition", ALLOWED)
    return found[0]


class Reader:
    """Turns sqlglot's tree into ours, and refuses whatever it does not know."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        paths = [(ColumnPath.parse(path), type_) for path, type_ in columns.items()]
        self._columns = {
            tuple(step.name for step in path.steps): ColumnRef(path, ColumnType.of(type_))
            for path, type_ in paths
        }
        self._spelled = [str(path) for path, _ in paths]

    def predicate(self, node: exp.Expr, levels: int) -> Predicate:
        """A part that is true, false or unknown for a row.

        Raises:
            ConfigError: it uses something that is not allowed.
            RecursionError: it is nested deeper than `levels`.
        """
        if levels == 0:
            raise RecursionError
        match type(node).__name__:
            case "Paren":
                found = self.predicate(_part(node), levels - 1)
            case "Not":
                found = Not(self.predicate(_part(node), levels - 1))
            case "And" | "Or" as name:
                parts = tuple(self.predicate(part, levels - 1) for part in _chain(node))
                found = Both("AND" if name == "And" else "OR", parts)
            case _:
                found = self._leaf(node)
        return found

    def _leaf(self, node: exp.Expr) -> Predicate:
        match type(node).__name__:
            case "Between":
                found = self._between(node)
            case "In":
                found = self._one_of(node)
            case "Like":
                found = self._like(node)
            case "Is":
                found = self._is_null(node)
            case "Column" | "Dot":
                found = self._bare(self._operand(node))
            case name if name in _OPERATORS:
                found = self._compare(node, *_OPERATORS[name])
            case _:
                raise _refuse(node)
        return found

    def _bare(self, operand: Operand | Value) -> Predicate:
        if isinstance(operand, ColumnRef) and operand.type.kind == "truth value":
            return Compare("=", operand, right=True)
        raise wrong("a column or attribute stands alone", "Compare it with something.")

    def _compare(self, node: exp.Expr, operator: Operator, swapped: Operator) -> Compare:
        left, right = self._operand(_part(node)), self._operand(_part(node, "expression"))
        _only(node, "this", "expression")
        if not isinstance(left, ColumnRef | Attribute):
            left, right, operator = right, left, swapped
        return _comparison(operator, left, right)

    def _between(self, node: exp.Expr) -> Predicate:
        _only(node, "this", "low", "high")
        middle = self._operand(_part(node))
        low, high = self._operand(_part(node, "low")), self._operand(_part(node, "high"))
        return Both("AND", (_comparison(">=", middle, low), _comparison("<=", middle, high)))

    def _one_of(self, node: exp.Expr) -> Predicate:
        _only(node, "this", "expressions")
        operand = self._named(_part(node))
        found = [self._operand(item) for item in node.args.get("expressions") or ()]
        if not found:
            raise wrong("IN has no list of literals", ALLOWED)
        values = []
        for item in found:
            if isinstance(item, ColumnRef | Attribute):
                raise wrong("IN takes literals only", "Write `=` and OR for anything else.")
            values.append(_fitting(operand, item))
        return OneOf(operand, tuple(values))

    def _like(self, node: exp.Expr) -> Predicate:
        _only(node, "this", "expression", "negate")
        operand = self._named(_part(node))
        pattern = self._operand(_part(node, "expression"))
        if operand.type.kind != "text" or not isinstance(pattern, str):
            raise wrong("LIKE compares a text column with a literal pattern", ALLOWED)
        like = Like(operand, pattern)
        # sqlglot wrote NOT LIKE as Not(Like) up to version 29 and as a flag from 30 on.
        return Not(like) if node.args.get("negate") else like

    def _is_null(self, node: exp.Expr) -> Predicate:
        _only(node, "this", "expression")
        if type(_part(node, "expression")).__name__ != "Null":
            raise wrong("IS takes NULL only", "Write `= TRUE` or `= FALSE` for truth values.")
        operand = self._named(_part(node))
        if not isinstance(operand, ColumnRef):
            raise wrong(
                "an attribute is tested with IS NULL",
                "A request without the attribute is refused as it is.",
            )
        return IsNull(operand)

    def _named(self, node: exp.Expr) -> Operand:
        operand = self._operand(node)
        if not isinstance(operand, ColumnRef | Attribute):
            raise wrong("a literal stands where a column belongs", ALLOWED)
        return operand

    def _operand(self, node: exp.Expr) -> Operand | Value:
        name = type(node).__name__
        if name == "Paren":
            return self._operand(_part(node))
        if name in ("Column", "Dot"):
            return self._reference(node)
        if name == "Null":
            raise wrong("a comparison with NULL is never true", "Write IS NULL or IS NOT NULL.")
        return _literal(node)

    def _reference(self, node: exp.Expr) -> Operand:
        identifiers = _identifiers(node)
        path = tuple(str(identifier.this) for identifier in identifiers)
        first = identifiers[0]
        if len(path) > 1 and not first.args.get("quoted") and path[0].lower() == "principal":
            if len(path) > 2:
                raise wrong("an attribute has one name", "Write `principal.country`.")
            return Attribute(path[1])
        found = self._columns.get(path)
        if found is None:
            spelled = ".".join(path)
            raise wrong(f"there is no column `{spelled}`", nearest(spelled, self._spelled))
        if found.path.repeated:
            message = f"a row may hold several values of `{found.path}`"
            raise wrong(message, "Filter by a column that holds one value per row.")
        return found


def _comparison(operator: Operator, left: Operand | Value, right: Operand | Value) -> Compare:
    if not isinstance(left, ColumnRef | Attribute):
        raise wrong("a literal is compared with a literal", "Compare a column with something.")
    if operator not in ("=", "<>") and not left.type.ordered:
        raise wrong(f"`{left}` has no order", "Compare it with = or <>.")
    if not isinstance(right, ColumnRef | Attribute):
        return Compare(operator, left, _fitting(left, right))
    if left.type != right.type or left.type.kind == "other":
        message = f"`{left}` is `{left.type.name}` and `{right}` is `{right.type.name}`"
        raise wrong(message, "Compare columns of one type; an attribute is text.")
    return Compare(operator, left, right)


def _fitting(operand: Operand, value: Value) -> Value:
    try:
        return operand.type.literal(value)
    except Misfit as misfit:
        raise wrong(f"`{operand}`: {misfit}", "Change the literal.") from None


def _literal(node: exp.Expr) -> Value:
    """A text, a number (as a `Decimal`), a truth value, a date or a time."""
    name = type(node).__name__
    if name == "Literal":
        _only(node, "this", "is_string")
        return str(node.this) if node.args["is_string"] else _number(str(node.this))
    if name == "Boolean":
        return bool(node.this)
    if name == "Neg":
        inner = _literal(_part(node))
        if isinstance(inner, Decimal) and type(_part(node)).__name__ == "Literal":
            return inner.copy_negate()  # a minus sign would round to 28 digits
    if name == "Cast":
        return _dated(node)
    raise _refuse(node)


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError:
        raise wrong("a number cannot be read", "Write it as 12, 1.5 or 1e6.") from None


def _dated(node: exp.Expr) -> date | datetime:
    """`DATE '...'` and `TIMESTAMP '...'`, which sqlglot reads as casts of a text."""
    _only(node, "this", "to")
    text, to = _part(node), str(_part(node, "to"))
    if type(text).__name__ != "Literal" or not text.args["is_string"]:
        raise _refuse(node)
    try:
        if to == "DATE":
            return date.fromisoformat(str(text.this))
        if to in ("TIMESTAMP", "TIMESTAMPTZ"):
            return datetime.fromisoformat(str(text.this))
    except ValueError:
        message = f"the text after {to} is not one"
        raise wrong(message, "Write DATE '2024-12-31'.") from None
    raise _refuse(node)


def _identifiers(node: exp.Expr) -> list[exp.Expr]:
    """The names of `a.b.c`, outermost first; anything else than plain names is refused."""
    if type(node).__name__ == "Dot":
        _only(node, "this", "expression")
        return [*_identifiers(_part(node)), *_identifiers(_part(node, "expression"))]
    if type(node).__name__ == "Identifier":
        _only(node, "this", "quoted")
        return [node]
    if type(node).__name__ != "Column":
        raise _refuse(node)
    _only(node, "catalog", "db", "table", "this")
    parts = [node.args.get(key) for key in ("catalog", "db", "table", "this")]
    return [name for part in parts if part is not None for name in _identifiers(part)]


def _chain(node: exp.Expr) -> list[exp.Expr]:
    """The parts of `a AND b AND c`, which is nested to the left however long it is."""
    parts: list[exp.Expr] = []
    kind = type(node)
    while type(node) is kind:
        _only(node, "this", "expression")
        parts.append(_part(node, "expression"))
        node = _part(node)
    return [node, *reversed(parts)]


def _part(node: exp.Expr, key: str = "this") -> exp.Expr:
    """A part of a node that must be a node itself; a literal's own text is read elsewhere."""
    part = node.args.get(key)
    if part is None or isinstance(part, str | bool | list):
        raise _refuse(node)
    result: exp.Expr = part
    return result


def _only(node: exp.Expr, *known: str) -> None:
    """Refuse a node with a part that is not understood here (`BETWEEN SYMMETRIC`, `IN (SELECT`)."""
    for key, value in node.args.items():
        if key not in known and value not in (None, False, []):
            raise wrong(f"`{_construct(node)}` with `{key}` is not allowed", ALLOWED)


def _refuse(node: exp.Expr) -> ConfigError:
    return wrong(f"`{_construct(node)}` is not allowed", ALLOWED)


def _construct(node: exp.Expr) -> str:
    name = type(node).__name__
    if name == "Anonymous":
        return f"{node.this}()"
    return name.upper()


def wrong(message: str, hint: str) -> ConfigError:
    """The error that every fault of a filter is."""
    return ConfigError(f"the row filter cannot be used: {message}", hint=hint)
