"""`privet query`: an answer under differential privacy, as a table."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from privet.cli import output, table
from privet.model.errors import UsageError
from privet.project.project import Project
from privet.project.querying import Answered, Asking, explain, query

VERB = "query"


def ask(project: Project, asking: Asking, *, explained: bool, json: bool) -> None:
    """Print the answer; or, asked to explain, what it would take."""
    with project.held() as memory:
        if explained:
            text = explain(memory, asking)
            output.done(VERB, text, json=json, explained=text)
            return
        answered = query(memory, asking)
    if json:
        output.emit(VERB, **_fields(answered))
    else:
        _show(answered)


def amount(text: str | None, option: str) -> Decimal | None:
    """A number as written; None where the option was not given.

    Raises:
        UsageError: it is no number of 0 or more.
    """
    if text is None:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal(-1)
    if not found.is_finite() or found < 0:
        raise UsageError(f"`--{option}` is a number of 0 or more", hint=f"such as --{option} 0.5")
    return found


def _fields(answered: Answered) -> dict[str, Any]:
    rows = answered.table.to_pylist()
    return {
        "columns": answered.table.schema.names,
        "rows": [[_plain(row[name]) for name in answered.table.schema.names] for row in rows],
        "notes": list(answered.notes),
        "release": answered.release,
        "cost": dict(answered.cost),
        "left": [dict(left) for left in answered.left],
    }


def _show(answered: Answered) -> None:
    names = answered.table.schema.names
    rows = [[_text(row[name]) for name in names] for row in answered.table.to_pylist()]
    table.show("", names, rows)
    output.say()
    for note in answered.notes:
        output.say(note)
    cost = answered.cost
    paid = f"epsilon {cost['epsilon']}, delta {cost['delta']}"
    output.say(f"It cost {paid}, for each {cost['unit']}.")
    for left in answered.left:
        output.say(f"Left of `{left['data']}`: {left['left']} of epsilon {left['limit']}.")


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return str(value)
