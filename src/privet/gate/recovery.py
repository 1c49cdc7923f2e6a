"""After a crash: every grant ends either visible and receipted, or abandoned and gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Row, select, update

from privet.gate.tables import ABANDONED, GRANT, OPEN, RELEASED, SEALED
from privet.ledger.receipts import issue
from privet.ports.release import ReleaseTarget

if TYPE_CHECKING:
    from privet.gate.door import Gate


def publish_sealed(gate: Gate) -> None:
    """Make visible each release whose receipt is already in the log.

    One that is neither staged nor visible was removed by hand; it is abandoned, and the log says so
    after its receipt.
    """
    for grant in _grants(gate, SEALED):
        target = gate.targets(grant.target)
        if target.state() == "absent":
            abandon(gate, grant.id, target)
            continue
        target.publish(issue(grant.statement, gate.signer, gate.log.proof(grant.entry)))
        mark(gate, grant.id, RELEASED)


def abandon_open(gate: Gate) -> None:
    """End each grant that a crash left open: nothing of it was visible, and nothing will be."""
    for grant in _grants(gate, OPEN):
        abandon(gate, grant.id, gate.targets(grant.target))


def abandon(gate: Gate, grant_id: str, target: ReleaseTarget) -> None:
    """End a grant without a release: discard what is staged, and say so in the log."""
    target.discard()
    with gate.catalog.write() as connection:
        connection.execute(update(GRANT).where(GRANT.c.id == grant_id).values(state=ABANDONED))
        gate.log.append(connection, "abandoned", {"grant": grant_id})
    gate.log.publish()


def mark(gate: Gate, grant_id: str, state: str) -> None:
    """Set the state of a grant."""
    with gate.catalog.write() as connection:
        connection.execute(update(GRANT).where(GRANT.c.id == grant_id).values(state=state))


def _grants(gate: Gate, state: str) -> list[Row[tuple[object, ...]]]:
    with gate.catalog.read() as connection:
        rows = connection.execute(select(GRANT).where(GRANT.c.state == state).order_by("number"))
        return list(rows)
