"""The measure as one aggregate that an engine answers: distinct combinations, rows and subjects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp

ROWS = "row_count"
SUBJECTS = "subject_count"


def measure_query(table: str, columns: Sequence[str], subject: str | None = None) -> exp.Select:
    """`SELECT columns, count(*), count(DISTINCT subject) FROM table GROUP BY columns`, in order.

    A subject with several combinations is counted at each, where `Combinations.subjects` counts it
    at one: so the query's count is that of the exact check, and the sum of it an upper bound.

    Args:
        table: a table of codes, a column for each quasi-identifier.
        columns: their names; quoted, whatever is in them.
        subject: the column that says whose row it is; null counts for nobody, as SQL has it. None:
            each row is its own.

    Returns:
        A tree; `.sql(dialect=...)` writes it. Its columns are the given ones, `row_count` and
        `subject_count`.
    """
    from sqlglot import exp  # noqa: PLC0415  # only where an engine measures

    names = [exp.column(column, quoted=True) for column in columns]
    rows = exp.Count(this=exp.Star())
    subjects = rows.copy()
    if subject is not None:
        whose = exp.Distinct(expressions=[exp.column(subject, quoted=True)])
        subjects = exp.Count(this=whose)
    query = exp.select(
        *(name.copy() for name in names),
        exp.alias_(rows, ROWS, quoted=True),
        exp.alias_(subjects, SUBJECTS, quoted=True),
    ).from_(exp.to_table(exp.to_identifier(table, quoted=True).sql()))
    if not names:
        return query
    return query.group_by(*(name.copy() for name in names)).order_by(*names)
