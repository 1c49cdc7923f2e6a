"""FROM, JOIN, WHERE and row-level subqueries: rows that each keep their subject.

Whatever stands here gives, per row, one subject that the row depends on and no other: a private
table's own rows; those beside public ones; those of private tables joined on the subject; and
sub-selects of the same kinds, which carry the subject in a column of their own even where the query
does not name it. What follows bounds each subject over these rows, so that nothing above needs to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from privet.query.scalars import Scalar, compiled, one_zero, written
from privet.query.world import Private, Public, World, refused, unusable

if TYPE_CHECKING:
    from sqlglot import exp

SUBJECT = "privet subject"
"""The column that carries the subject; no name that a query could write."""

_ROW_PARTS = frozenset({"with_", "expressions", "from_", "joins", "where", "group"})
_JOIN_PARTS = frozenset({"this", "on", "using", "side", "kind"})


@dataclass(frozen=True, slots=True)
class Relation:
    """What stands behind FROM or JOIN: its columns, and its subject and limits if private."""

    source: exp.Expression
    alias: str
    columns: Mapping[str, Scalar]
    subject: exp.Expression | None
    subject_name: str | None
    limits: tuple[Fraction, int | None] | None


@dataclass(frozen=True, slots=True)
class Rows:
    """Relations joined and filtered; `select` has no columns yet."""

    select: exp.Select
    relations: tuple[Relation, ...]

    @property
    def subject(self) -> exp.Expression | None:
        """The subject of each row; None where all tables are public."""
        return next((r.subject.copy() for r in self.relations if r.subject is not None), None)

    @property
    def limits(self) -> tuple[Fraction, int | None] | None:
        """The tightest norm and number of groups of the private tables."""
        known = [r.limits for r in self.relations if r.limits is not None]
        groups = [g for _, g in known if g is not None]
        return (min(n for n, _ in known), min(groups, default=None)) if known else None

    def column(self, node: exp.Column) -> Scalar:
        """A column by scope.

        Raises:
            ConfigError: it is not there, not usable or not clear; one message for the first two.
        """
        found = [
            r.columns[node.name.casefold()]
            for r in self._of(node)
            if node.name.casefold() in r.columns
        ]
        if len(found) > 1:
            raise refused("a column's name stands for several", "Write table.column.")
        if not found:
            raise unusable()
        return found[0]

    def is_subject(self, node: exp.Expression) -> bool:
        """Whether this is a column that holds the subject."""
        return bool(self.subject_of(node))

    def subject_of(self, node: exp.Expression) -> list[str]:
        """Aliases of the private relations whose subject this column is."""
        from sqlglot import exp  # noqa: PLC0415

        if not isinstance(node, exp.Column):
            return []
        return [r.alias for r in self._of(node) if r.subject_name == node.name.casefold()]

    def scalar(self, node: exp.Expression) -> Scalar:
        """An expression over a row."""
        return compiled(node, self.column)

    def condition(self, node: exp.Expression) -> exp.Expression:
        """A condition over a row; NULL where it would raise."""
        found = self.scalar(node)
        if found.kind not in ("boolean", None):
            raise refused("a condition is no truth value")
        return written(found)

    def _of(self, node: exp.Column) -> list[Relation]:
        if node.args.get("db") or node.args.get("catalog"):
            raise unusable()
        wanted = node.table.casefold()
        return [r for r in self.relations if not wanted or r.alias.casefold() == wanted]


Scope: TypeAlias = Mapping[str, tuple["exp.Expression", Mapping[str, Any]]]
"""Common table expressions by name, each with those that it may itself read."""


def rows_of(select: exp.Select, world: World, scope: Scope, allowed: frozenset[str]) -> Rows:
    """The rows of one SELECT: its FROM, its joins and its WHERE.

    Args:
        select: as parsed.
        world: tables and limits.
        scope: common table expressions seen from outside.
        allowed: the parts that this SELECT may have.

    Raises:
        ConfigError: a construct is not supported; the message names it.
    """
    from sqlglot import exp  # noqa: PLC0415

    for name, value in select.args.items():
        if value and name not in allowed:
            raise refused(f"{name.strip('_').upper()} is not supported here")
    inner = dict(scope)
    ctes = select.args.get("with_")
    if ctes is not None:
        if ctes.args.get("recursive"):
            raise refused("WITH RECURSIVE is not supported")
        for cte in ctes.expressions:
            if cte.args["alias"].args.get("columns"):
                raise refused("a list of columns beside a table's name is not supported")
            inner[cte.alias.casefold()] = (cte.this, dict(inner))
    start = select.args.get("from_")
    if start is None:
        raise refused("it reads no table")
    rows = Rows(exp.Select(), (_relation(start.this, world, inner),))
    built = exp.Select().from_(rows.relations[0].source)
    for join in select.args.get("joins") or ():
        rows, built = _joined(rows, built, join, world, inner)
    where = select.args.get("where")
    if where is not None:
        built = built.where(rows.condition(where.this), copy=False)
    return Rows(built, rows.relations)


def _joined(
    rows: Rows, built: exp.Select, join: exp.Join, world: World, scope: Scope
) -> tuple[Rows, exp.Select]:
    from sqlglot import exp  # noqa: PLC0415

    if {k for k, v in join.args.items() if v} - _JOIN_PARTS:
        raise refused("this kind of JOIN is not supported")
    side, kind = join.side.upper(), join.kind.upper()
    if side not in ("", "LEFT") or kind not in ("", "INNER", "OUTER", "CROSS"):
        raise refused(f"{side or kind} JOIN is not supported", "Use JOIN or LEFT JOIN.")
    if join.args.get("using"):
        raise refused("USING is not supported", "Write ON a.x = b.x.")
    added = _relation(join.this, world, scope)
    if any(r.alias.casefold() == added.alias.casefold() for r in rows.relations):
        raise refused("two tables have one name", "Give each table an alias.")
    if side and rows.subject is None and added.subject is not None:
        raise refused(
            "a public table is LEFT JOINed to a private one", "Name the private one first."
        )
    both = Rows(rows.select, (*rows.relations, added))
    conditions = _conjuncts(join.args.get("on"))
    kept: list[exp.Expression] = []
    if added.subject is not None and rows.subject is not None:
        on_subject = [c for c in conditions if _joins_subjects(c, both, added.alias)]
        if not on_subject:
            raise refused(
                "private tables are joined on something else than the subject",
                "Write ON a.subject = b.subject, with the subject's column of each.",
            )
        conditions = [c for c in conditions if c not in on_subject]
        kept.append(exp.EQ(this=rows.subject, expression=added.subject.copy()))
    kept += [both.condition(c) for c in conditions]
    on = exp.and_(*kept) if kept else exp.true()
    return both, built.join(added.source, on=on, join_type=side or "INNER", copy=False)


def _conjuncts(on: exp.Expression | None) -> list[exp.Expression]:
    from sqlglot import exp  # noqa: PLC0415

    if on is None:
        return []
    return cast("list[exp.Expression]", list(on.flatten())) if isinstance(on, exp.And) else [on]


def _joins_subjects(condition: exp.Expression, rows: Rows, added: str) -> bool:
    from sqlglot import exp  # noqa: PLC0415

    if not isinstance(condition, exp.EQ):
        return False
    sides = [rows.subject_of(condition.this), rows.subject_of(condition.expression)]
    return all(len(s) == 1 for s in sides) and (sides[0] == [added]) != (sides[1] == [added])


def _relation(node: exp.Expression, world: World, scope: Scope) -> Relation:
    from sqlglot import exp  # noqa: PLC0415

    if isinstance(node, exp.Table):
        if {k for k, v in node.args.items() if v} - {"this", "alias"}:
            raise unusable()
        if not isinstance(node.this, exp.Identifier):
            raise refused("a function stands in place of a table")
        named = scope.get(node.name.casefold())
        if named is not None:
            query, outer = named
            return _subselect(query, node.alias_or_name, world, outer)
        tables: tuple[Private | Public, ...] = (*world.private, *world.public)
        for table in tables:
            if table.name.casefold() == node.name.casefold():
                return _table(table, node.alias_or_name)
        raise unusable()
    if isinstance(node, exp.Subquery):
        if {k for k, v in node.args.items() if v} - {"this", "alias"}:
            raise refused("something stands beside a subquery that is not supported")
        return _subselect(node.this, node.alias_or_name or "privet inner", world, scope)
    raise refused(f"{node.key.upper()} in FROM is not supported")


def _table(table: Private | Public, alias: str) -> Relation:
    from sqlglot import exp  # noqa: PLC0415

    columns = {
        name.casefold(): Scalar(
            exp.column(name, table=alias, quoted=True),
            kind,
            table.bounds.get(name),
            table.keys.get(name),
        )
        for name, kind in table.columns.items()
    }
    source: Any = exp.alias_(exp.table_(table.name, quoted=True), alias, table=True, quoted=True)
    if isinstance(table, Public):
        return Relation(source, alias, columns, None, None, None)
    subject = exp.column(table.subject, table=alias, quoted=True)
    limits = (table.max_norm, table.max_groups)
    return Relation(source, alias, columns, subject, table.subject.casefold(), limits)


def _subselect(query: exp.Expression, alias: str, world: World, scope: Scope) -> Relation:
    from sqlglot import exp  # noqa: PLC0415

    if not isinstance(query, exp.Select):
        raise refused(f"{query.key.upper()} is not supported", "Write a plain SELECT.")
    rows = rows_of(query, world, scope, _ROW_PARTS)
    group = query.args.get("group")
    columns: dict[str, Scalar] = {}
    select = rows.select
    subject_name = None
    if group is not None:
        select = _grouped(select, group, rows)
    for item in query.expressions:
        name, inner = item.alias_or_name, item.unalias()
        if not name or name.casefold() in columns or name.casefold() == subject_name:
            raise refused("a column of a subquery has no name, or one that another has")
        if rows.subject is not None and rows.is_subject(inner):
            subject_name = name.casefold()
            if not _usable(rows, inner):
                continue
        if group is None:
            found = rows.scalar(inner)
            shown = written(found)
        else:
            found, shown = _pre_aggregated(inner, rows, group.expressions)
        select = select.select(exp.alias_(shown, name, quoted=True), copy=False)
        column = exp.column(name, table=alias, quoted=True)
        columns[name.casefold()] = Scalar(column, found.kind, found.bounds, found.keys)
    subject = None
    if rows.subject is not None:
        select = select.select(exp.alias_(rows.subject, SUBJECT, quoted=True), copy=False)
        subject = exp.column(SUBJECT, table=alias, quoted=True)
    source = select.subquery(exp.to_identifier(alias, quoted=True), copy=False)
    return Relation(source, alias, columns, subject, subject_name, rows.limits)


def _usable(rows: Rows, node: exp.Expression) -> bool:
    name = node.name.casefold()
    return any(name in r.columns for r in rows.relations if r.subject_name == name)


def _grouped(select: exp.Select, group: exp.Group, rows: Rows) -> exp.Select:
    if {k for k, v in group.args.items() if v} - {"expressions"}:
        raise refused("only plain expressions may stand in GROUP BY")
    if not any(rows.is_subject(key) for key in group.expressions) or rows.subject is None:
        raise refused(
            "a subquery is grouped by something else than the subject",
            "Group by the subject's column, with COUNT, MIN or MAX; or aggregate outside.",
        )
    select = select.group_by(rows.subject, copy=False)
    for key in group.expressions:
        if not rows.is_subject(key):
            select = select.group_by(written(rows.scalar(key)), copy=False)
    return select


def _pre_aggregated(
    node: exp.Expression, rows: Rows, keys: list[exp.Expression]
) -> tuple[Scalar, exp.Expression]:
    """COUNT, MIN and MAX per subject: exact, so that the order of rows cannot show.

    A SUM of floats is left out: its last digits depend on which rows the engine's threads were
    given, and so on other subjects.
    """
    from sqlglot import exp  # noqa: PLC0415

    if isinstance(node, exp.Count) and not isinstance(node.this, exp.Distinct):
        inner = node.this if isinstance(node.this, exp.Star) else written(rows.scalar(node.this))
        norm, _ = rows.limits or (Fraction(1), None)
        counted = exp.Count(this=inner.copy())
        return Scalar(counted, "integer", (Fraction(0), norm)), counted
    if isinstance(node, exp.Min | exp.Max) and not node.expressions:
        found = rows.scalar(node.this)
        end: exp.Expression = type(node)(this=written(found))
        end = one_zero(end) if found.kind == "number" else end
        return Scalar(end, found.kind, found.bounds), end
    if node not in keys:
        raise refused(
            "a grouped subquery holds something else than its keys, COUNT, MIN and MAX",
            "Aggregate outside of the subquery.",
        )
    key = rows.scalar(node)
    return key, written(key)
