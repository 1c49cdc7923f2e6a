"""Whether the answer of a query rule is made of counts alone, or could be somebody's value."""

from __future__ import annotations

_COUNTS = frozenset({"Count", "CountIf"})
_SUMS = frozenset(
    {
        "Add",
        "Sub",
        "Mul",
        "Div",
        "IntDiv",
        "Neg",
        "Paren",
        "Alias",
        "Filter",
        "Cast",
        "Round",
        "Nullif",
    }
    | {"Coalesce", "Literal", "Null", "Boolean", "EQ", "NEQ", "LT", "LTE", "GT", "GTE"}
)


def counts_only(sql: str) -> bool:
    """Whether a query answers with counts, and with arithmetic on counts, and nothing else.

    `SELECT count(*) ...` does; `SELECT max(salary) ...` does not, and neither does what this cannot
    read. What is counted is the query's business.
    """
    from sqlglot import exp, parse  # noqa: PLC0415  # only where a rule is a query
    from sqlglot.errors import SqlglotError  # noqa: PLC0415

    try:
        found = parse(sql.replace("${table}", "t").replace("${object}", "t"), dialect="duckdb")
    except (SqlglotError, RecursionError):
        return False
    select = found[0] if len(found) == 1 else None
    if not isinstance(select, exp.Select) or len(select.expressions) != 1:
        return False
    parts = [select.expressions[0]]
    while parts:
        part = parts.pop()
        name = type(part).__name__
        if name in _COUNTS:
            continue
        if name not in _SUMS:
            return False
        # A cast's type, an alias's name and what is counted are no figures.
        below = [part.this] if name in {"Cast", "Alias", "Filter"} else part.iter_expressions()
        parts.extend(below)
    return True
