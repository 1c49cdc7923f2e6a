"""The one rewrite: each subject's contribution to all groups, bounded where it is grouped.

rows    subject, keys, values          what the query reads; nothing is bounded yet
cells   per subject and group          row count, exact sums of clipped fixed-point values
norms   per subject over its groups    sum of squared counts (or of counts, for L1), exact
view    the cells, scaled into the norm and cut toward zero
sums    per group                      sums of whole numbers

The bound is computed from the very keys that the last step groups by, in one tree: there is no
statement about a bound that could outlive a change of the grouping. All sums are of integers, so
that neither the order of rows nor the number of threads shows in them.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from privet.query.parsing import Part, Plan
from privet.query.relations import SUBJECT

if TYPE_CHECKING:
    from sqlglot import exp

Clip: TypeAlias = Literal["l1", "l2"]

STEPS: Final = 2**16
"""Lattice steps in one row, one subject, or one value at its bound."""

_SLACK: Final = 1 - Fraction(1, 2**40)
"""Above what the two roundings of a square root and a quotient may add to a weight."""

VIEW: Final = "privet view"
"""The name of the kept view in `Rewrite.over_view`."""


class Rewrite:
    """Trees of the rewritten query. Methods are the steps; each reads the one before by name."""

    def __init__(self, plan: Plan, clip: Clip, salt: str = "") -> None:
        self.plan, self.clip, self.salt = plan, clip, salt
        self.keys = [f"k{i}" for i in range(len(plan.keys))]
        self.names = [f"p{i}" for i in range(len(plan.parts))]

    def rows(self) -> exp.Select:
        """What the query reads, without rows of no subject and without keys not listed."""
        from sqlglot import exp  # noqa: PLC0415

        subject = self.plan.rows.subject
        if subject is None:
            raise AssertionError("a plan has a subject")
        select = self.plan.rows.select.copy().select(_named(subject, SUBJECT))
        select = select.where(exp.Not(this=exp.Is(this=subject.copy(), expression=exp.null())))
        for name, key in zip(self.keys, self.plan.keys, strict=True):
            select = select.select(_named(key.sql.copy(), name))
            if key.public is not None:
                select = select.where(_listed(key.sql.copy(), key.public))
        for i, value in enumerate(self.plan.values):
            select = select.select(_named(value.copy(), f"x{i}"))
        return select

    def cells(self) -> exp.Select:
        """One row per subject and group."""
        from sqlglot import exp  # noqa: PLC0415

        select = exp.select(_column(SUBJECT), *map(_column, self.keys)).from_(_table("rows"))
        select = select.select(_named(exp.Count(this=exp.Star()), "n"))
        for name, part in zip(self.names, self.plan.parts, strict=True):
            inner = self.cell(part)
            if inner is not None:
                select = select.select(_named(inner, name))
        return select.group_by(_column(SUBJECT), *map(_column, self.keys))

    def cell(self, part: Part) -> exp.Expression | None:
        """What a cell holds of a part; None for what the count of rows says."""
        from sqlglot import exp  # noqa: PLC0415

        if part.measure == "present":
            return exp.Count(this=_column(f"x{part.value}"))
        if part.measure in ("sum", "squares"):
            total = exp.Sum(this=self.fixed(part))
            return exp.Coalesce(this=total, expressions=[exp.Literal.number(0)])
        return None

    def fixed(self, part: Part) -> exp.Expression:
        """The value clipped to its bounds, as a whole number between -STEPS and STEPS."""
        from sqlglot import exp  # noqa: PLC0415

        value = _column(f"x{part.value}")
        low, high = _double(part.bounds[0]), _double(part.bounds[1])
        clipped = _least(_greatest(value, low), high)
        shifted = _paren(exp.Sub(this=clipped, expression=_double(part.centre)))
        unit: exp.Expression = exp.Mul(this=shifted, expression=_double(1 / part.half))
        if part.measure == "squares":
            twice = exp.Mul(this=_double(Fraction(2)), expression=_paren(unit))
            square = exp.Mul(this=twice, expression=_paren(unit.copy()))
            unit = _paren(exp.Sub(this=square, expression=_double(Fraction(1))))
        steps = exp.Round(this=exp.Mul(this=unit, expression=_double(Fraction(STEPS))))
        bounded = _least(_greatest(steps, _double(Fraction(-STEPS))), _double(Fraction(STEPS)))
        whole = exp.TryCast(this=bounded, to=exp.DataType.build("INT"))
        absent = exp.Is(this=value.copy(), expression=exp.null())
        return exp.Case(ifs=[exp.If(this=absent, true=exp.null())], default=whole)

    def kept(self) -> exp.Select:
        """At most `max_groups` cells per subject, in a salted order that is its own."""
        from sqlglot import exp  # noqa: PLC0415

        select = exp.select("*").from_(_table("cells"))
        if not self.plan.private_keys:
            return select
        text: exp.Expression = exp.Literal.string(self.salt)
        for name in self.keys:
            key = exp.TryCast(this=_column(name), to=exp.DataType.build("TEXT"))
            shown = exp.Coalesce(this=key, expressions=[exp.Literal.string("")])
            text = exp.DPipe(
                this=exp.DPipe(this=text, expression=exp.Literal.string("|")), expression=shown
            )
        order = [
            exp.Ordered(this=exp.MD5(this=text)),
            *(exp.Ordered(this=_column(k)) for k in self.keys),
        ]
        rank = exp.Window(
            this=exp.RowNumber(),
            partition_by=[_column(SUBJECT)],
            order=exp.Order(expressions=order),
        )
        select.set(
            "qualify",
            exp.Qualify(this=exp.LTE(this=rank, expression=_whole(cells_at_most(self.plan)))),
        )
        return select

    def norms(self) -> exp.Select:
        """Per subject: the exact norm of its counts (squared, for L2), and its number of cells."""
        from sqlglot import exp  # noqa: PLC0415

        n: exp.Expression = _column("n")
        if self.clip == "l2":
            n = exp.Mul(this=exp.cast(n, "INT128"), expression=_column("n"))
        select = exp.select(_named(_column(SUBJECT), SUBJECT), _named(exp.Sum(this=n), "q"))
        select = select.select(_named(exp.Count(this=exp.Star()), "m")).from_(_table("kept"))
        return select.group_by(_column(SUBJECT))

    def view(self) -> exp.Select:
        """One row per subject and group: whole numbers within the declared norms."""
        from sqlglot import exp  # noqa: PLC0415

        select = exp.Select()
        for key in self.keys:
            select = select.select(_named(_column(key, "kept"), key))
        for name, part in zip(self.names, self.plan.parts, strict=True):
            select = select.select(_named(self.weighted(name, part), name))
        on = exp.EQ(this=_column(SUBJECT, "kept"), expression=_column(SUBJECT, "norms"))
        select = select.from_(_table("kept")).join(_table("norms"), on=on)
        steps = {
            "rows": self.rows(),
            "cells": self.cells(),
            "kept": self.kept(),
            "norms": self.norms(),
        }
        for name, step in steps.items():
            select = select.with_(
                exp.to_identifier(name, quoted=True), as_=step, materialized=name == "cells" or None
            )
        return select

    def weighted(self, name: str, part: Part) -> exp.Expression:
        """The cell's number, scaled if its subject is above the norm, and cut toward zero."""
        from sqlglot import exp  # noqa: PLC0415

        size, limit = self.limit(part)
        number: exp.Expression = _column(name, "kept")
        unit = STEPS
        if part.measure == "rows":
            number = _column("n", "kept")
        elif part.measure == "subjects":
            number = _whole(1)
        elif part.measure != "present":
            unit = 1
        exact = exp.Mul(this=_paren(number), expression=_whole(unit))
        root = limit if self.clip == "l1" else _root_below(limit)
        norm: exp.Expression = exp.cast(_column(size, "norms"), "DOUBLE")
        if self.clip == "l2":
            norm = exp.Sqrt(this=norm)
        scaled = _div(
            exp.Mul(
                this=exp.cast(number.copy(), "DOUBLE"),
                expression=_double(root * unit * self.slack()),
            ),
            norm,
        )
        cut = exp.TryCast(this=exp.Trunc(this=scaled), to=exp.DataType.build("BIGINT"))
        within = exp.LTE(this=_column(size, "norms"), expression=_whole(math.floor(limit)))
        return exp.Case(
            ifs=[
                exp.If(this=within, true=exp.TryCast(this=exact, to=exp.DataType.build("BIGINT")))
            ],
            default=exp.Coalesce(this=cut, expressions=[_whole(0)]),
        )

    def slack(self) -> Fraction:
        """What the limit is multiplied by where weights are computed in floats."""
        return _SLACK

    def limit(self, part: Part) -> tuple[str, Fraction]:
        """The column of `norms` that a part is held to, and its limit there (squared, for L2)."""
        if part.measure == "subjects":
            return "m", subject_limit(self.plan)
        return "q", row_limit(self.plan, self.clip)

    def over_view(self) -> exp.Select:
        """Sums per group, of a view that is kept under the name `VIEW`."""
        from sqlglot import exp  # noqa: PLC0415

        select = exp.select(*map(_column, self.keys)).from_(_table(VIEW))
        for name in self.names:
            select = select.select(_named(exp.Sum(this=_column(name)), name))
        return select.group_by(*map(_column, self.keys)) if self.keys else select

    def whole(self) -> exp.Select:
        """View and sums in one."""
        from sqlglot import exp  # noqa: PLC0415

        return self.over_view().with_(exp.to_identifier(VIEW, quoted=True), as_=self.view())


def row_limit(plan: Plan, clip: Clip) -> Fraction:
    """L2: the squared norm. L1: what no subject within the L2 norm goes above, at most."""
    if clip == "l2":
        return plan.norm**2
    return plan.norm * Fraction(_root_above(cells_at_most(plan), 2**20), 2**20)


def subject_limit(plan: Plan) -> Fraction:
    """In how many groups one subject is counted; also its squared L2 norm."""
    return Fraction(cells_at_most(plan))


def cells_at_most(plan: Plan) -> int:
    """How many groups one subject can be in: `max_groups`, or all public keys together."""
    most = math.prod(len(key.public or ()) for key in plan.keys) if not plan.private_keys else None
    limits = [limit for limit in (most, plan.groups) if limit is not None]
    return max(1, min(limits))


def sensitivity(plan: Plan, part: Part, clip: Clip) -> int:
    """The most that one subject changes a part by, in steps and in the norm of the clip."""
    limit = subject_limit(plan) if part.measure == "subjects" else row_limit(plan, clip)
    if clip == "l1":
        return math.ceil(limit * STEPS)
    return _root_above(limit * STEPS**2, 1)


def written_sql(tree: exp.Expression) -> str:
    """The text that the engine runs: every name quoted."""
    from sqlglot.errors import ErrorLevel  # noqa: PLC0415

    return tree.sql(dialect="duckdb", identify=True, unsupported_level=ErrorLevel.RAISE)


def _root_above(square: Fraction | int, steps: int) -> int:
    """The least whole number of 1/steps whose square is at least `square`."""
    wanted = math.ceil(Fraction(square) * steps * steps)
    return math.isqrt(wanted - 1) + 1 if wanted > 0 else 0


def _root_below(square: Fraction) -> Fraction:
    return Fraction(math.isqrt(math.floor(square * 2**80)), 2**40)


def _listed(key: exp.Expression, public: tuple[object, ...]) -> exp.Expression:
    from sqlglot import exp  # noqa: PLC0415

    named = exp.In(this=key, expressions=[exp.convert(k) for k in public if k is not None])
    if None not in public:
        return named
    return exp.Or(this=named, expression=exp.Is(this=key.copy(), expression=exp.null()))


def _double(value: Fraction) -> exp.Expression:
    from sqlglot import exp  # noqa: PLC0415

    return exp.cast(exp.Literal.string(repr(float(value))), "DOUBLE")


def _whole(value: int) -> exp.Expression:
    from sqlglot import exp  # noqa: PLC0415

    return exp.Literal.number(value)


def _column(name: str, table: str | None = None) -> exp.Expression:
    from sqlglot import exp  # noqa: PLC0415

    return exp.column(name, table=table, quoted=True)


def _table(name: str) -> exp.Expression:
    from sqlglot import exp  # noqa: PLC0415

    return exp.table_(name, quoted=True)


def _named(node: exp.Expression, name: str) -> exp.Expression:
    from sqlglot import exp  # noqa: PLC0415

    named: exp.Expression = exp.Alias(this=node, alias=exp.to_identifier(name, quoted=True))
    return named


def _paren(node: exp.Expression) -> exp.Expression:
    from sqlglot import exp  # noqa: PLC0415

    return exp.Paren(this=node)


def _div(left: exp.Expression, right: exp.Expression) -> exp.Expression:
    from sqlglot import exp  # noqa: PLC0415

    return exp.Div(this=left, expression=right, typed=False, safe=False)


def _least(left: exp.Expression, right: exp.Expression) -> exp.Expression:
    from sqlglot import exp  # noqa: PLC0415

    return exp.Least(this=left, expressions=[right], ignore_nulls=True)


def _greatest(left: exp.Expression, right: exp.Expression) -> exp.Expression:
    from sqlglot import exp  # noqa: PLC0415

    return exp.Greatest(this=left, expressions=[right], ignore_nulls=True)
