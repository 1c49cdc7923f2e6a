"""What a question names, before it is known whether that exists."""

from __future__ import annotations

from dataclasses import dataclass

from privet.query.world import refused


@dataclass(frozen=True, slots=True)
class Names:
    """Names in a question, in lower case.

    Attributes:
        tables: that it reads, and that are none of its own common table expressions.
        columns: that it may read; None where a star may stand for any.
    """

    tables: frozenset[str]
    columns: frozenset[str] | None


def names_of(sql: str) -> Names:
    """The names in one statement of SQL in DuckDB's dialect.

    Raises:
        ConfigError: it cannot be read.
    """
    from sqlglot import exp, parse_one  # noqa: PLC0415
    from sqlglot.errors import SqlglotError  # noqa: PLC0415

    try:
        tree = parse_one(sql, dialect="duckdb")
    except (SqlglotError, RecursionError):
        tree = None
    if tree is None:
        raise refused("it cannot be read as one statement of SQL")
    own = {cte.alias.casefold() for cte in tree.find_all(exp.CTE)}
    tables = {table.name.casefold() for table in tree.find_all(exp.Table)} - own
    stars = [star for star in tree.find_all(exp.Star) if not isinstance(star.parent, exp.Count)]
    columns = {name.this.casefold() for name in tree.find_all(exp.Identifier)}
    return Names(frozenset(tables), None if stars else frozenset(columns))
