"""Expressions over one row, from an allow-list, written so that no value makes the engine stop.

Arithmetic is on DOUBLE, every cast is TRY_CAST, and each whole expression stands in TRY: where the
engine would raise, the value is NULL. An error that depended on the data would tell of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from privet.query.world import Bounds, Key, Kind, refused

if TYPE_CHECKING:
    from sqlglot import exp


@dataclass(frozen=True, slots=True)
class Scalar:
    """An expression, its kind, and what is known of its values: bounds, and public keys."""

    sql: exp.Expression
    kind: Kind | None
    bounds: Bounds | None = None
    keys: tuple[Key, ...] | None = None


TYPES: dict[Kind, str] = {
    "integer": "BIGINT",
    "number": "DOUBLE",
    "text": "VARCHAR",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
_CASTS: dict[str, Kind] = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INT", "BIGINT"), "integer"),
    **dict.fromkeys(("DOUBLE", "FLOAT", "DECIMAL"), "number"),
    **dict.fromkeys(("TEXT", "VARCHAR"), "text"),
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
}
_NUMBERS = ("integer", "number")
_TIMES = ("date", "timestamp")
_ARITHMETIC = ("Add", "Sub", "Mul", "Div", "Mod")
_COMPARISONS = ("EQ", "NEQ", "GT", "GTE", "LT", "LTE", "NullSafeEQ", "NullSafeNEQ")
_ALONE = (
    *("Column", "Paren", "Literal", "Boolean", "Null", "Neg", "Is", "In", "Between", "Like"),
    *("ILike", "Round", "Length", "Substring", "Coalesce", "Nullif", "Greatest", "Least", "Case"),
    *("Cast", "TryCast"),
)
_OF_NUMBERS = ("Abs", "Floor", "Ceil", "Sqrt", "Ln", "Exp", "Sign")
_OF_TEXT = ("Lower", "Upper", "Trim")
_OF_TIMES = ("Year", "Month", "Day", "Quarter", "Week", "DayOfWeek", "Hour", "Minute", "Second")


def written(scalar: Scalar) -> exp.Expression:
    """The expression as the engine may run it: NULL where it would raise."""
    from sqlglot import exp  # noqa: PLC0415

    if isinstance(scalar.sql, exp.Column | exp.Literal):
        return scalar.sql
    return exp.Anonymous(this="TRY", expressions=[scalar.sql])


def one_zero(node: exp.Expression) -> exp.Expression:
    """A DOUBLE of which equal values are also the same: one zero, and one NaN.

    -0.0 equals 0.0, and to the engine NaN equals -NaN (0.0 / 0.0); it keeps whichever it met first,
    whose text differs, and so would tell of another's row.
    """
    from sqlglot import exp  # noqa: PLC0415

    zero, nan = (exp.cast(exp.Literal.string(text), "DOUBLE") for text in ("0.0", "nan"))
    ifs = [
        exp.If(this=exp.EQ(this=_paren(node.copy()), expression=value), true=value.copy())
        for value in (zero, nan)
    ]
    return exp.Case(ifs=ifs, default=node.copy())


def as_number(scalar: Scalar) -> exp.Expression:
    """The expression as a DOUBLE.

    Raises:
        ConfigError: it is no number.
    """
    if scalar.kind not in (*_NUMBERS, "boolean", None):
        raise refused("it computes with what is no number")
    return scalar.sql if scalar.kind == "number" else _try_cast(scalar.sql, "number")


def compiled(node: exp.Expression, column: Callable[[exp.Column], Scalar]) -> Scalar:
    """One expression of the query, rewritten.

    Args:
        node: as it was parsed.
        column: resolves a column by scope.

    Raises:
        ConfigError: something stands in it that is not on the list; the message names it.
    """
    return _Compiler(column).of(node)


@dataclass(frozen=True, slots=True)
class _Compiler:
    column: Callable[[exp.Column], Scalar]

    def of(self, node: exp.Expression) -> Scalar:
        name = type(node).__name__
        for names, handler in (
            (_ARITHMETIC, self._arithmetic),
            (_COMPARISONS, self._comparison),
            (("And", "Or", "Not"), self._logic),
            (_OF_NUMBERS, self._of_number),
            (_OF_TEXT, self._of_text),
            (_OF_TIMES, self._of_time),
        ):
            if name in names:
                return handler(node)
        alone: Callable[[Any], Scalar] | None = getattr(self, f"_{name.lower()}", None)
        if alone is None or name not in _ALONE:
            raise refused(f"{node.key.upper()} is not among the expressions that it may hold")
        return alone(node)

    def _column(self, node: exp.Column) -> Scalar:
        return self.column(node)

    def _paren(self, node: exp.Paren) -> Scalar:
        inner = self.of(node.this)
        return Scalar(_paren(inner.sql), inner.kind, inner.bounds)

    def _literal(self, node: exp.Literal) -> Scalar:
        if node.is_string:
            return Scalar(node.copy(), "text")
        text = str(node.this)
        if not math.isfinite(float(text)) or len(text) > 40:
            raise refused("a number is too long or too large")
        kind: Kind = "integer" if text.isdigit() and int(text) < 2**63 else "number"
        value = Fraction(int(text)) if kind == "integer" else Fraction(float(text))
        sql = node.copy() if kind == "integer" else _try_cast(node.copy(), "number")
        return Scalar(sql, kind, (value, value))

    def _boolean(self, node: exp.Boolean) -> Scalar:
        return Scalar(node.copy(), "boolean")

    def _null(self, node: exp.Null) -> Scalar:
        return Scalar(node.copy(), None)

    def _neg(self, node: exp.Neg) -> Scalar:
        inner = self.of(node.this)
        bounds = None if inner.bounds is None else (-inner.bounds[1], -inner.bounds[0])
        return Scalar(type(node)(this=_paren(as_number(inner))), "number", bounds)

    def _arithmetic(self, node: exp.Expression) -> Scalar:
        left, right = self.of(node.this), self.of(node.expression)
        sql = type(node)(this=as_number(left), expression=as_number(right))
        return Scalar(_paren(sql), "number", _interval(type(node).__name__, left, right))

    def _comparison(self, node: exp.Expression) -> Scalar:
        left, right = _alike([self.of(node.this), self.of(node.expression)])
        return Scalar(_paren(type(node)(this=left.sql, expression=right.sql)), "boolean")

    def _logic(self, node: exp.Expression) -> Scalar:
        parts = {k: self._truth(v) for k, v in node.args.items() if v is not None}
        return Scalar(_paren(type(node)(**parts)), "boolean")

    def _truth(self, node: exp.Expression) -> exp.Expression:
        inner = self.of(node)
        if inner.kind not in ("boolean", None):
            raise refused("a condition is no truth value")
        return inner.sql

    def _is(self, node: exp.Is) -> Scalar:
        from sqlglot import exp  # noqa: PLC0415

        if not isinstance(node.expression, exp.Null | exp.Boolean):
            raise refused("IS takes NULL, TRUE or FALSE")
        inner = self.of(node.this)
        if isinstance(node.expression, exp.Boolean) and inner.kind != "boolean":
            raise refused("a condition is no truth value")
        return Scalar(_paren(exp.Is(this=inner.sql, expression=node.expression.copy())), "boolean")

    def _in(self, node: exp.In) -> Scalar:
        if {k for k, v in node.args.items() if v} - {"this", "expressions"}:
            raise refused("IN with a subquery is not supported", "Write a list of values, or JOIN.")
        first, *rest = _alike([self.of(node.this), *map(self.of, node.expressions)])
        return Scalar(
            _paren(type(node)(this=first.sql, expressions=[r.sql for r in rest])), "boolean"
        )

    def _between(self, node: exp.Between) -> Scalar:
        this, low, high = _alike([self.of(node.args[k]) for k in ("this", "low", "high")])
        return Scalar(_paren(type(node)(this=this.sql, low=low.sql, high=high.sql)), "boolean")

    def _like(self, node: exp.Like) -> Scalar:
        parts = [self.of(node.this), self.of(node.expression)]
        if any(part.kind != "text" for part in parts):
            raise refused("LIKE compares text with text")
        return Scalar(_paren(type(node)(this=parts[0].sql, expression=parts[1].sql)), "boolean")

    _ilike = _like

    def _of_number(self, node: exp.Expression) -> Scalar:
        _only(node, "this")
        inner = self.of(node.this)
        bounds = inner.bounds if type(node).__name__ == "Abs" else None
        if bounds is not None:
            bounds = (Fraction(0), max(map(abs, bounds)))
        return Scalar(type(node)(this=as_number(inner)), "number", bounds)

    def _round(self, node: exp.Round) -> Scalar:
        _only(node, "this")
        inner = self.of(node.this)
        return Scalar(type(node)(this=as_number(inner)), "number", inner.bounds)

    def _of_text(self, node: exp.Expression) -> Scalar:
        _only(node, "this")
        return Scalar(type(node)(this=self._text(node.this)), "text")

    def _length(self, node: exp.Length) -> Scalar:
        from sqlglot import exp  # noqa: PLC0415

        return Scalar(exp.Length(this=self._text(node.this)), "integer")

    def _substring(self, node: exp.Substring) -> Scalar:
        from sqlglot import exp  # noqa: PLC0415

        places = {k: node.args[k] for k in ("start", "length") if node.args.get(k) is not None}
        if not all(isinstance(v, exp.Literal) and v.is_int for v in places.values()):
            raise refused("SUBSTR takes whole numbers as they stand")
        return Scalar(exp.Substring(this=self._text(node.this), **places), "text")

    def _text(self, node: exp.Expression) -> exp.Expression:
        inner = self.of(node)
        if inner.kind != "text":
            raise refused("a function of text is given something else")
        return inner.sql

    def _of_time(self, node: exp.Expression) -> Scalar:
        _only(node, "this")
        inner = self.of(_unwrapped(node.this))
        if inner.kind not in _TIMES:
            raise refused("a part of a date is asked of something else")
        return Scalar(type(node)(this=_try_cast(inner.sql, "timestamp")), "integer")

    def _coalesce(self, node: exp.Coalesce) -> Scalar:
        parts = _alike([self.of(e) for e in (node.this, *node.expressions)])
        sql = type(node)(this=parts[0].sql, expressions=[p.sql for p in parts[1:]])
        return Scalar(sql, parts[0].kind, _hull(parts))

    def _nullif(self, node: exp.Nullif) -> Scalar:
        left, right = _alike([self.of(node.this), self.of(node.expression)])
        return Scalar(type(node)(this=left.sql, expression=right.sql), left.kind, left.bounds)

    def _greatest(self, node: exp.Greatest) -> Scalar:
        parts = [self.of(e) for e in (node.this, *node.expressions)]
        bounds = _clipped(type(node).__name__, parts)
        numbers = [as_number(part) for part in parts]
        return Scalar(
            type(node)(this=numbers[0], expressions=numbers[1:], ignore_nulls=True),
            "number",
            bounds,
        )

    _least = _greatest

    def _case(self, node: exp.Case) -> Scalar:
        from sqlglot import exp  # noqa: PLC0415

        if node.this is not None:
            raise refused("CASE with a value is not supported", "Write CASE WHEN x = 1 THEN ...")
        whens = [self._truth(branch.this) for branch in node.args["ifs"]]
        default = node.args.get("default")
        thens = [self.of(branch.args["true"]) for branch in node.args["ifs"]]
        thens = _alike(thens + ([] if default is None else [self.of(default)]))
        ifs = [exp.If(this=w, true=t.sql) for w, t in zip(whens, thens, strict=False)]
        last = None if default is None else thens[-1].sql
        return Scalar(exp.Case(ifs=ifs, default=last), thens[0].kind, _hull(thens))

    def _cast(self, node: exp.Expression) -> Scalar:
        target = node.args["to"].this.value
        kind = _CASTS.get(target)
        if kind is None:
            raise refused(f"a cast to {target} is not supported")
        inner = self.of(node.this)
        bounds = inner.bounds if kind in _NUMBERS else None
        return Scalar(_try_cast(inner.sql, kind), kind, bounds)

    _trycast = _cast


def _only(node: exp.Expression, *names: str) -> None:
    if any(v for k, v in node.args.items() if k not in names):
        raise refused(f"{node.key.upper()} takes one value here")


def _unwrapped(node: exp.Expression) -> exp.Expression:
    """Without the casts that the parser adds by itself around dates."""
    from sqlglot import exp  # noqa: PLC0415

    while isinstance(node, exp.TsOrDsToDate | exp.TsOrDsToTimestamp):
        node = node.this
    return node


def _paren(node: exp.Expression) -> exp.Expression:
    from sqlglot import exp  # noqa: PLC0415

    return exp.Paren(this=node)


def _try_cast(node: exp.Expression, kind: Kind) -> exp.Expression:
    from sqlglot import exp  # noqa: PLC0415

    return exp.TryCast(this=node, to=exp.DataType.build(TYPES[kind], dialect="duckdb"))


def _alike(parts: list[Scalar]) -> list[Scalar]:
    """The parts as one kind: whole numbers stay whole, text beside dates is read as a date."""
    kinds = {part.kind for part in parts} - {None}
    if len(kinds) <= 1:
        kind = next(iter(kinds), None)
        return [Scalar(p.sql, kind, p.bounds) for p in parts]
    if kinds <= {"integer", "number"}:
        return [Scalar(as_number(p), "number", p.bounds) for p in parts]
    times: tuple[Kind, ...] = ("timestamp", "date")
    for time in times:
        if time in kinds and kinds <= {"date", "timestamp", "text"}:
            return [Scalar(_try_cast(p.sql, time), time) for p in parts]
    raise refused("it compares or mixes values of different kinds", "Use CAST on one side.")


def _interval(name: str, left: Scalar, right: Scalar) -> Bounds | None:
    if left.bounds is None or right.bounds is None:
        return None
    (a, b), (c, d) = left.bounds, right.bounds
    if name == "Add":
        return a + c, b + d
    if name == "Sub":
        return a - d, b - c
    ends: list[Any] = []
    if name == "Mul":
        ends = [a * c, a * d, b * c, b * d]
    elif name == "Div" and not c <= 0 <= d:
        ends = [a / c, a / d, b / c, b / d]
    return (min(ends), max(ends)) if ends else None


def _hull(parts: list[Scalar]) -> Bounds | None:
    known = [p.bounds for p in parts if p.kind is not None and p.bounds is not None]
    if len(known) < len(parts):
        return None
    return min(b[0] for b in known), max(b[1] for b in known)


def _clipped(name: str, parts: list[Scalar]) -> Bounds | None:
    """Bounds of GREATEST or LEAST; half known bounds become whole by the two together."""
    known = [p.bounds for p in parts if p.bounds is not None]
    if len(known) == len(parts):
        pick = max if name == "Greatest" else min
        return pick(b[0] for b in known), pick(b[1] for b in known)
    return None
