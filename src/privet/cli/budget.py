"""`privet budget`: what was spent of each data set's budget, and what is left."""

from __future__ import annotations

from typing import Any

from privet.cli import output, table
from privet.project.budgeting import Position, positions, tight
from privet.project.project import Project

VERB = "budget"
_COLUMNS = ("budget", "limit", "spent", "reserved", "left", "charges")


def show(project: Project, data: str | None, *, exact: bool, json: bool) -> None:
    """Print every budget, or one."""
    with project.held() as memory:
        found = positions(memory, data)
        tights = {each: tight(each) for each in found if exact and not each.who}
    if json:
        fields = [
            {**_fields(each), "tight": str(tights[each]) if each in tights else None}
            for each in found
        ]
        output.emit(VERB, budgets=fields)
        return
    table.show("", _COLUMNS, [_row(each) for each in found])
    for each in found:
        if each.who:
            continue
        if each in tights:
            output.say(
                f"`{each.data}`, had all of it been planned before anything was seen: "
                f"epsilon {tights[each]} (privacy loss distributions)."
            )
        for recipient in each.standing.void_for:
            output.say(
                f"`{each.data}`: void for `{recipient}`, who has releases that bound nobody's loss."
            )
    output.say("Spent is what the filter counts (Renyi): it holds however questions were chosen.")


def _row(position: Position) -> tuple[str, ...]:
    name = f"{position.data} ({position.who})" if position.who else position.data
    limit = f"{position.limit.epsilon}, delta {position.limit.delta}"
    return (
        name,
        limit,
        str(position.spent),
        str(position.reserved),
        position.left,
        str(len(position.standing.events)),
    )


def _fields(position: Position) -> dict[str, Any]:
    return {
        "data": position.data,
        "who": position.who,
        "unit": position.limit.account.subject,
        "limit": {"epsilon": str(position.limit.epsilon), "delta": str(position.limit.delta)},
        "spent": str(position.spent),
        "reserved": str(position.reserved),
        "left": position.left,
        "charges": len(position.standing.events),
        "void_for": list(position.standing.void_for),
    }
