"""The one rewrite: each subject's contribution to all groups, bounded where it is grouped.

rows    subject, keys, values          what the query reads; nothing is bounded yet
steps   the same                       values clipped to their bounds, as whole numbers of steps
cells   per subject and group          row count, exact sums of steps; a public
                                       key is its place in the list, and what is not listed is gone
norms   per subject over its groups    sum of squared counts (or of counts, for L1), exact
view    the cells, scaled into the norm and cut toward zero
sums    per group                      sums of whole numbers

The bound is computed from the very keys that the last step groups by, in one tree: there is no
statement about a bound that could outlive a change of the grouping. All sums are of whole numbers,
so that neither the order of rows nor the number of threads shows in them: those within a subject
are in doubles, which are exact below 2^53 (`_EXACT`), and faster than integers of 128 bits.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from privet.query.parsing import BINS, GroupKey, Part, Plan
from privet.query.relations import SUBJECT
from privet.query.scalars import TYPES

if TYPE_CHECKING:
    from sqlglot import exp

Clip: TypeAlias = Literal["l1", "l2"]

STEPS: Final = 2**16
"""Lattice steps in one row, one subject, or one value at its bound."""

_SLACK: Final = 1 - Fraction(1, 2**40)
"""Above what the roundings of a root, a quotient and two products may add to what is weighed."""

_EXACT: Final = {"l2": 2**53, "l1": 2**36}
"""Below this norm (squared, for L2) all sums of a subject are exact; above, it counts as nothing.

L2: a cell then has fewer than 2^27 rows, so that values of at most STEPS sum up below 2^53. A sum
of squares that is at least 2^53 never appears to be less, since rounding is monotonic.
"""

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
        for i, value in enumerate(self.plan.values):
            select = select.select(_named(value.copy(), f"x{i}"))
        return select

    def steps(self) -> exp.Select:
        """The rows, with each value that is summed up as whole steps: computed once for all."""
        from sqlglot import exp  # noqa: PLC0415

        plan, names = self.plan, [SUBJECT, *self.keys]
        names += [f"x{part.value}" for part in plan.parts if part.measure == "present"]
        select = exp.select(*map(_column, dict.fromkeys(names))).from_(_table("rows"))
        for name, part in zip(self.names, plan.parts, strict=True):
            if part.measure in ("sum", "squares"):
                select = select.select(_named(self.fixed(part), f"s{name}"))
        for part, number in zip(plan.parts, plan.mechanisms, strict=True):
            if part.measure == "bin" and not part.bin:
                select = select.select(_named(self.bin_of(part), f"b{number}"))
        return select

    def bin_of(self, part: Part) -> exp.Expression:
        """The number of the bin that a value lies in; NULL and NaN lie in none."""
        from sqlglot import exp  # noqa: PLC0415

        value, (low, high) = _column(f"x{part.value}"), part.bounds
        above = _paren(exp.Sub(this=value, expression=_double(low)))
        place = exp.Floor(this=exp.Mul(this=above, expression=_double(BINS / (2 * part.half))))
        last = _double(Fraction(BINS - 1))
        within = _least(_greatest(place, _double(Fraction(0))), last)
        finite = exp.cast(exp.Literal.string("inf"), "DOUBLE")
        return exp.Case(
            ifs=[
                exp.If(
                    this=exp.LTE(this=value.copy(), expression=_double(low)),
                    true=_double(Fraction(0)),
                ),
                exp.If(this=exp.LT(this=value.copy(), expression=_double(high)), true=within),
                exp.If(this=exp.LTE(this=value.copy(), expression=finite), true=last.copy()),
            ]
        )

    def fixed(self, part: Part) -> exp.Expression:
        """The value clipped to its bounds: a DOUBLE, whole, between -STEPS and STEPS.

        NULL and NaN, which is above infinity to the engine, are NULL.
        """
        from sqlglot import exp  # noqa: PLC0415

        value, (low, high) = _column(f"x{part.value}"), part.bounds
        steps: exp.Expression = _paren(exp.Sub(this=value, expression=_double(part.centre)))
        if part.measure == "squares":
            unit = exp.Mul(this=steps, expression=_double(1 / part.half))
            twice = exp.Mul(this=_double(Fraction(2)), expression=unit)
            square = exp.Mul(this=twice, expression=unit.copy())
            steps = _paren(exp.Sub(this=square, expression=_double(Fraction(1))))
        half = part.half if part.measure == "sum" else 1
        whole: exp.Expression = exp.Round(
            this=exp.Mul(this=steps, expression=_double(Fraction(STEPS) / half))
        )
        if max(abs(low), abs(high)) > 2**20 * part.half:  # where the shift loses digits
            whole = _least(_greatest(whole, _double(Fraction(-STEPS))), _double(Fraction(STEPS)))
        ends = [_double(Fraction(_steps(part, end))) for end in (low, high)]
        finite = exp.cast(exp.Literal.string("inf"), "DOUBLE")
        return exp.Case(
            ifs=[
                exp.If(this=exp.LTE(this=value.copy(), expression=_double(low)), true=ends[0]),
                exp.If(this=exp.LT(this=value.copy(), expression=_double(high)), true=whole),
                exp.If(this=exp.LTE(this=value.copy(), expression=finite), true=ends[1]),
            ]
        )

    def cells(self) -> exp.Select:
        """One row per subject and group."""
        from sqlglot import exp  # noqa: PLC0415

        select = exp.select(_column(SUBJECT)).from_(_table("steps"))
        places: list[exp.Expression] = []
        for name, key in zip(self.keys, self.plan.keys, strict=True):
            place = _column(name)
            if key.public is not None:
                place = _column("place", f"of {name}")
                listed, on = _listed(name, key)
                select = select.join(listed, on=on)
            select, places = select.select(_named(place, name)), [*places, place.copy()]
        select = select.select(_named(exp.Count(this=exp.Star()), "n"))
        numbers = self.plan.mechanisms
        for name, part, number in zip(self.names, self.plan.parts, numbers, strict=True):
            inner = self.cell(name, part, number)
            if inner is not None:
                select = select.select(_named(inner, name))
        return select.group_by(_column(SUBJECT), *places)

    def cell(self, name: str, part: Part, number: int) -> exp.Expression | None:
        """What a cell holds of a part (NULL: no value); None for what the count of rows says."""
        from sqlglot import exp  # noqa: PLC0415

        if part.measure == "bin":
            here = exp.EQ(this=_column(f"b{number}"), expression=_double(Fraction(part.bin)))
            return exp.Count(this=exp.Case(ifs=[exp.If(this=here, true=_whole(1))]))
        if part.measure == "present":
            return exp.Count(this=self.present(part))
        if part.measure in ("sum", "squares"):
            return exp.Sum(this=_column(f"s{name}"))
        return None

    def present(self, part: Part) -> exp.Expression:
        """What is NULL where a value is absent; a number that is none is."""
        from sqlglot import exp  # noqa: PLC0415

        value = _column(f"x{part.value}")
        if not part.number:
            return value
        for name, other in zip(self.names, self.plan.parts, strict=True):
            if other.value == part.value and other.measure == "sum":
                return _column(f"s{name}")
        return exp.Nullif(this=value, expression=exp.cast(exp.Literal.string("nan"), "DOUBLE"))

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
        """Per subject: the weight `w` that holds its rows to the norm, and `v` for its count."""
        from sqlglot import exp  # noqa: PLC0415

        n: exp.Expression = exp.cast(_column("n"), "DOUBLE")
        if self.clip == "l2":
            n = exp.Mul(this=n, expression=_column("n"))
        sizes: dict[str, exp.Func] = {
            "w": exp.Sum(this=n),
            "v": exp.cast(exp.Count(this=exp.Star()), "DOUBLE"),
        }
        select = exp.select(_column(SUBJECT)).from_(_table("kept"))
        for name, limit in dict(map(self.limit, self.plan.parts)).items():
            select = select.select(_named(self.weight(sizes[name], limit), name))
        return select.group_by(_column(SUBJECT))

    def weight(self, size: exp.Func, limit: Fraction) -> exp.Expression:
        """1 for a subject within the limit, and what brings it there for any other."""
        from sqlglot import exp  # noqa: PLC0415

        root = limit if self.clip == "l1" else _root_below(limit)
        norm = exp.Sqrt(this=size) if self.clip == "l2" else size
        return exp.Case(
            ifs=[
                exp.If(
                    this=exp.LTE(this=size, expression=_whole(math.floor(limit))),
                    true=_double(Fraction(1)),
                ),
                exp.If(
                    this=exp.LT(this=size, expression=_whole(_EXACT[self.clip])),
                    true=_div(_double(root * self.slack()), norm),
                ),
            ],
            default=_double(Fraction(0)),
        )

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
            "steps": self.steps(),
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
        """The cell's number, scaled by its subject's weight, and cut toward zero."""
        from sqlglot import exp  # noqa: PLC0415

        size, limit = self.limit(part)
        share: exp.Expression = _column(size, "norms")
        if part.measure in ("rows", "subjects", "present", "bin"):
            share = exp.Mul(this=share, expression=_double(Fraction(STEPS)))
        if part.measure != "subjects":
            number = _column("n" if part.measure == "rows" else name, "kept")
            share = exp.Mul(this=exp.cast(number, "DOUBLE"), expression=_paren(share))
        most = (limit if self.clip == "l1" else _root_above(limit, 1)) * STEPS
        kind = exp.DataType.build("INT" if most < 2**31 else "BIGINT")
        return exp.TryCast(this=exp.Trunc(this=share), to=kind)

    def slack(self) -> Fraction:
        """What the limit is multiplied by where weights are computed in floats."""
        return _SLACK

    def limit(self, part: Part) -> tuple[str, Fraction]:
        """The weight that a part is held by, and the limit behind it (squared, for L2)."""
        if part.measure == "subjects":
            return "v", subject_limit(self.plan)
        return "w", row_limit(self.plan, self.clip)

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


def _listed(name: str, key: GroupKey) -> tuple[exp.Expression, exp.Expression]:
    """A table of a key's public values and their places, and how rows find theirs."""
    from sqlglot import exp  # noqa: PLC0415

    public, kind = key.public or (), exp.DataType.build(TYPES[key.kind or "text"])
    alias = exp.TableAlias(
        this=exp.to_identifier(f"of {name}", quoted=True),
        columns=[exp.to_identifier(column, quoted=True) for column in ("key", "place")],
    )
    rows = [
        exp.Tuple(expressions=[exp.cast(exp.convert(value), kind), _whole(place)])
        for place, value in enumerate(public)
    ]
    same = exp.NullSafeEQ if None in public else exp.EQ
    on = same(this=_column(name, "steps"), expression=_column("key", f"of {name}"))
    return exp.Values(expressions=rows, alias=alias), on


def _steps(part: Part, value: Fraction) -> int:
    """Where an end of the bounds comes to lie."""
    unit = (value - part.centre) / part.half
    if part.measure == "squares":
        unit = 2 * unit * unit - 1
    unit = max(Fraction(-1), min(Fraction(1), unit))
    return round(unit * STEPS)


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


def _div(left: exp.Expression, right: Any) -> exp.Expression:
    from sqlglot import exp  # noqa: PLC0415

    return exp.Div(this=left, expression=right, typed=False, safe=False)


def _least(left: exp.Expression, right: exp.Expression) -> exp.Expression:
    from sqlglot import exp  # noqa: PLC0415

    return exp.Least(this=left, expressions=[right], ignore_nulls=True)


def _greatest(left: exp.Expression, right: exp.Expression) -> exp.Expression:
    from sqlglot import exp  # noqa: PLC0415

    return exp.Greatest(this=left, expressions=[right], ignore_nulls=True)
