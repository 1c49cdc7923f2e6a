"""SQL to a typed plan: one SELECT, its keys, the parts that carry noise, and what follows them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from privet.query.after import vetted
from privet.query.relations import Rows, rows_of
from privet.query.scalars import Scalar, as_number, one_zero, written
from privet.query.world import Key, Kind, World, refused

if TYPE_CHECKING:
    from sqlglot import exp

Measure: TypeAlias = Literal["rows", "subjects", "present", "sum", "squares", "bin"]

BINS: Final = 64
"""Into how many equal bins the bounds of a value are divided where its quantiles are asked."""

_AVERAGES = frozenset({"avg", "variance", "stddev"})
_LONGEST = 20_000  # characters
_KEYS = {"text": str, "integer": int, "boolean": bool}
_TOP = frozenset(
    {"with_", "expressions", "from_", "joins", "where", "group", "having", "order", "limit"}
)


@dataclass(frozen=True, slots=True)
class Part:
    """One number per group that gets noise of its own.

    `rows`, `subjects`, rows where value `value` is `present`, or the `sum` of (value - centre) /
    half, which lies in [-1, 1]; `squares` sums 2 y^2 - 1 of that y; `bin` counts rows whose value
    lies in bin number `bin` of `BINS`. `number`: not a number is absent, as NULL is.
    """

    measure: Measure
    value: int = -1
    centre: Fraction = Fraction(0)
    half: Fraction = Fraction(1)
    bounds: tuple[Fraction, Fraction] = (Fraction(-1), Fraction(1))
    number: bool = False
    bin: int = 0


@dataclass(frozen=True, slots=True)
class Aggregate:
    """An aggregate of the query: its name and the parts it is computed from; a quantile's share."""

    name: Literal["count", "sum", "avg", "variance", "stddev", "quantile"]
    parts: tuple[int, ...]
    share: Fraction = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class GroupKey:
    """A column that groups: its kind, and its public keys; None where keys are private."""

    sql: exp.Expression
    kind: Kind | None
    public: tuple[Key, ...] | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a query asks; keys and aggregates stand in `outputs` as placeholders k0, a0, ..."""

    rows: Rows
    keys: tuple[GroupKey, ...]
    values: tuple[exp.Expression, ...]
    parts: tuple[Part, ...]
    aggregates: tuple[Aggregate, ...]
    outputs: tuple[tuple[str, exp.Expression], ...]
    having: exp.Expression | None
    order: tuple[tuple[exp.Expression, bool], ...]
    limit: int | None
    norm: Fraction
    groups: int | None

    @property
    def private_keys(self) -> bool:
        """Whether keys must pass a threshold."""
        return any(key.public is None for key in self.keys)

    @property
    def mechanisms(self) -> tuple[int, ...]:
        """The number of the mechanism that each part belongs to: all bins of a value are one.

        A subject's rows of a group are in one bin each, so that the norm over groups and bins of
        its counts is at most that over groups of its rows: the bins together move no more than one
        count of rows.
        """
        numbers: dict[Part, int] = {}
        return tuple(numbers.setdefault(replace(p, bin=0), len(numbers)) for p in self.parts)


def parsed(sql: str, world: World) -> Plan:
    """The plan of a query in DuckDB's dialect.

    Raises:
        ConfigError: it is not read, or holds what is not supported; the construct is named.
    """
    from sqlglot import exp, parse  # noqa: PLC0415
    from sqlglot.errors import SqlglotError  # noqa: PLC0415

    if len(sql) > _LONGEST:
        raise refused(f"it is longer than {_LONGEST} characters")
    try:
        found = parse(sql, dialect="duckdb")
    except (SqlglotError, RecursionError):
        found = []
    if len(found) != 1 or found[0] is None:
        raise refused("it cannot be read as one statement of SQL")
    if not isinstance(found[0], exp.Select):
        raise refused(f"{found[0].key.upper()} is not supported")
    try:
        return _Reader(world, found[0]).plan()
    except RecursionError:
        raise refused("it is nested too deeply") from None


class _Reader:
    """Collects keys, values and parts while the outputs are read."""

    def __init__(self, world: World, select: exp.Select) -> None:
        self._select = select
        self._rows = rows_of(select, world, {}, _TOP)
        if self._rows.limits is None or self._rows.subject is None:
            raise refused("it reads public tables alone", "Such tables need no noise: read them.")
        self._keys: list[tuple[exp.Expression, GroupKey]] = []
        self._values: list[exp.Expression] = []
        self._parts: list[Part] = []
        self._aggregates: list[Aggregate] = []

    def plan(self) -> Plan:
        select = self._select
        group = select.args.get("group")
        if group is not None:
            if {k for k, v in group.args.items() if v} - {"expressions"}:
                raise refused("only plain expressions may stand in GROUP BY")
            for node in group.expressions:
                self._add_key(self._meant(node))
        outputs = tuple(
            (item.alias_or_name or f"column{i + 1}", self._after(item.unalias()))
            for i, item in enumerate(select.expressions)
        )
        if len({name.casefold() for name, _ in outputs}) < len(outputs):
            raise refused("two columns of the answer have one name", "Name them with AS.")
        having, order, limit = (select.args.get(name) for name in ("having", "order", "limit"))
        after = None if having is None else self._after(having.this)
        ordered = [] if order is None else order.expressions
        orders = tuple(
            (self._after(self._meant(o.this)), bool(o.args.get("desc"))) for o in ordered
        )
        if not self._parts:
            raise refused("it computes no aggregate", "Add COUNT(*), or another aggregate.")
        for tree in (
            *(t for _, t in outputs),
            *([] if after is None else [after]),
            *(o for o, _ in orders),
        ):
            vetted(tree)
        self._share()
        norm, groups = self._rows.limits or (Fraction(1), None)
        plan = Plan(
            self._rows, tuple(k for _, k in self._keys), tuple(self._values), tuple(self._parts),
            tuple(self._aggregates), outputs, after, orders, _limit(limit), norm, groups,
        )  # fmt: skip
        if plan.private_keys:
            return self._thresholded(plan)
        return plan

    def _thresholded(self, plan: Plan) -> Plan:
        if plan.groups is None:
            raise refused(
                "it groups by a column whose keys are private, without `max_groups`",
                "List the column's `keys` in the policy, or set `max_groups` there.",
            )
        self._part(Part("subjects"))
        return replace(plan, parts=tuple(self._parts))

    def _meant(self, node: exp.Expression) -> exp.Expression:
        """What a position or the name of an output stands for."""
        from sqlglot import exp  # noqa: PLC0415

        items = self._select.expressions
        if isinstance(node, exp.Literal) and node.is_int and 1 <= int(node.this) <= len(items):
            chosen: exp.Expression = items[int(node.this) - 1].unalias()
            return chosen
        if isinstance(node, exp.Column) and not node.table:
            for item in items:
                if isinstance(item, exp.Alias) and item.alias.casefold() == node.name.casefold():
                    aliased: exp.Expression = item.this
                    return aliased
        return node

    def _add_key(self, node: exp.Expression) -> None:
        found = self._rows.scalar(node)
        public = found.keys
        if public is not None and found.kind not in ("text", "integer", "boolean"):
            raise refused("public keys are text, whole numbers or truth values")
        if public is not None:
            if not all(k is None or type(k) is _KEYS[str(found.kind)] for k in public):
                raise refused("a column's public keys are not of the column's kind")
            public = tuple(dict.fromkeys(public))  # one draw of noise for each
        sql = written(found)
        key = one_zero(sql) if found.kind == "number" else sql
        self._keys.append((node, GroupKey(key, found.kind, public)))

    def _after(self, node: exp.Expression) -> exp.Expression:
        """The expression with keys and aggregates replaced by placeholders."""
        from sqlglot import exp  # noqa: PLC0415

        meant = node
        for i, (key, _) in enumerate(self._keys):
            if key == meant:
                return exp.Placeholder(this=f"k{i}")
        if isinstance(meant, exp.WithinGroup):
            return self._after(_plain_quantile(meant))
        if isinstance(meant, exp.AggFunc):
            self._aggregates.append(self._aggregate(meant))
            return exp.Placeholder(this=f"a{len(self._aggregates) - 1}")
        if isinstance(meant, exp.Column):
            named = self._meant(meant)
            if named is not meant and named != meant:
                return self._after(named)
            self._rows.column(meant)
            raise refused("a column stands outside of an aggregate and of GROUP BY")
        copy = meant.copy()
        for child in list(copy.iter_expressions()):
            child.replace(self._after(child))
        return copy

    def _aggregate(self, node: exp.AggFunc) -> Aggregate:
        from sqlglot import exp  # noqa: PLC0415

        quantile = isinstance(node, exp.Median | exp.Quantile | exp.PercentileCont)
        known = {"this", "quantile", "expression"} if quantile else {"this", "big_int"}
        extra = {k for k, v in node.args.items() if v} - known
        if extra:
            raise refused(f"{node.key.upper()} takes one value here")
        if quantile:
            return self._quantile(node)
        if isinstance(node, exp.Count):
            return Aggregate("count", (self._counted(node.this),))
        names = {exp.Sum: "sum", exp.Avg: "avg"} | dict.fromkeys((exp.Variance,), "variance")
        names |= dict.fromkeys((exp.Stddev, exp.StddevSamp), "stddev")
        name = names.get(type(node))
        if name is None:
            raise refused(
                f"{node.key.upper()} is not among the aggregates that it may ask for",
                "There are COUNT, SUM, AVG, VARIANCE, STDDEV, MEDIAN and QUANTILE.",
            )
        return self._of_values(name, node.this)

    def _counted(self, inner: exp.Expression) -> int:
        from sqlglot import exp  # noqa: PLC0415

        if isinstance(inner, exp.Star):
            return self._part(Part("rows"))
        if isinstance(inner, exp.Distinct):
            if len(inner.expressions) == 1 and self._rows.is_subject(inner.expressions[0]):
                return self._part(Part("subjects"))
            raise refused("COUNT(DISTINCT) of something else than the subject is not supported")
        found = self._rows.scalar(inner)
        number = found.kind == "number"
        return self._part(Part("present", self._value(written(found)), number=number))

    def _quantile(self, node: exp.AggFunc) -> Aggregate:
        """From a histogram between the bounds: its bins are parts."""
        given = node.args.get("quantile") or node.args.get("expression")
        share = Fraction(1, 2) if given is None else _share_of(given)
        value, low, high = self._bounded(node.key, node.this)
        centre, half = (low + high) / 2, (high - low) / 2 or Fraction(1)
        whole = Part("bin", value, centre, half, (low, high), number=True)
        bins = tuple(self._part(replace(whole, bin=each)) for each in range(BINS))
        return Aggregate("quantile", bins, share)

    def _bounded(self, name: str, inner: exp.Expression) -> tuple[int, Fraction, Fraction]:
        """The number of a value, and its bounds."""
        found = self._rows.scalar(inner)
        if found.bounds is None:
            raise refused(
                f"{name.upper()} of a value without bounds",
                "Set the column's `bounds` in the policy.",
            )
        low, high = found.bounds
        if max(abs(low), abs(high)) > 10**100 or 0 < high - low < Fraction(1, 10**100):
            raise refused("the bounds of a value are too large, or too close to each other")
        return self._value(written(Scalar(as_number(found), "number"))), low, high

    def _of_values(self, name: str, inner: exp.Expression) -> Aggregate:
        value, low, high = self._bounded(name, inner)
        if name == "sum":
            half = max(abs(low), abs(high)) or Fraction(1)
            return Aggregate(
                "sum", (self._part(Part("sum", value, Fraction(0), half, (low, high))),)
            )
        centre, half = (low + high) / 2, (high - low) / 2 or Fraction(1)
        measures: tuple[Measure, ...] = ("sum",) if name == "avg" else ("sum", "squares")
        parts = [self._part(Part("present", value, number=True))]
        parts += [self._part(Part(m, value, centre, half, (low, high))) for m in measures]
        return Aggregate(name, tuple(parts))  # type: ignore[arg-type]

    def _share(self) -> None:
        """A SUM beside an average of the same value is computed from the average's parts.

        Its noise is less than that of a part of its own: with bounds [a, b] the two parts give
        (a^2 + b^2) / 2 where it had max(a^2, b^2), and there is one part fewer to pay for.
        """
        averages = [a.parts[:2] for a in self._aggregates if a.name in _AVERAGES]
        of = {(self._parts[p[1]].value, self._parts[p[1]].bounds): p for p in averages}
        for i, aggregate in enumerate(self._aggregates):
            part = self._parts[aggregate.parts[0]]
            if aggregate.name == "sum" and (part.value, part.bounds) in of:
                self._aggregates[i] = Aggregate("sum", of[part.value, part.bounds])
        used = sorted({p for a in self._aggregates for p in a.parts})
        self._parts = [self._parts[p] for p in used]
        self._aggregates = [
            replace(a, parts=tuple(used.index(p) for p in a.parts)) for a in self._aggregates
        ]

    def _value(self, sql: exp.Expression) -> int:
        if sql not in self._values:
            self._values.append(sql)
        return self._values.index(sql)

    def _part(self, part: Part) -> int:
        if part not in self._parts:
            self._parts.append(part)
        return self._parts.index(part)


def _plain_quantile(node: exp.WithinGroup) -> exp.PercentileCont:
    """PERCENTILE_CONT(share) WITHIN GROUP (ORDER BY value) as PERCENTILE_CONT(value, share)."""
    from sqlglot import exp  # noqa: PLC0415

    ordered = node.expression.expressions if isinstance(node.expression, exp.Order) else []
    if (
        not isinstance(node.this, exp.PercentileCont)
        or len(ordered) != 1
        or ordered[0].args.get("desc")
    ):
        raise refused(
            "WITHIN GROUP is supported for PERCENTILE_CONT over one value that rises alone",
            "Write QUANTILE(value, share).",
        )
    return exp.PercentileCont(this=ordered[0].this, expression=node.this.this)


def _share_of(node: exp.Expression) -> Fraction:
    from sqlglot import exp  # noqa: PLC0415

    if (
        not isinstance(node, exp.Literal)
        or node.is_string
        or not 0 < float(node.this) < 1  # as a float first: 1e999999999 would be a long number
    ):
        raise refused("the share of a quantile is a number between 0 and 1, as it stands")
    return Fraction(str(node.this))


def _limit(node: exp.Limit | None) -> int | None:
    from sqlglot import exp  # noqa: PLC0415

    if node is None:
        return None
    if not isinstance(node.expression, exp.Literal) or not node.expression.is_int:
        raise refused("LIMIT takes a whole number as it stands")
    return int(node.expression.this)
