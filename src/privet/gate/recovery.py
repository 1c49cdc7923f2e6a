"""After a crash: every grant ends either visible and receipted, or abandoned and gone."""

from __future__ import annotations

from sqlalchemy import Row, select, update

from privet.gate.means import Means
from privet.gate.tables import ABANDONED, GRANT, OPEN, RELEASED, SEALED
from privet.ledger.budgets import Budgets
from privet.ledger.receipts import issue
from privet.ports.release import ReleaseTarget


def publish_sealed(means: Means) -> None:
    """Make visible each release whose receipt is already in the log.

    One that is neither staged nor visible was removed by hand; it is abandoned, and the log says so
    after its receipt.

    Raises:
        IntegrityError: something else has taken a release's place.
    """
    for grant in _grants(means, SEALED):
        target = means.targets(grant.target)
        if target.state() in ("absent", "blocked"):
            abandon(means, grant.id, target)
            continue
        target.publish(issue(grant.statement, means.signer, means.log.proof(grant.entry)))
        mark(means, grant.id, RELEASED)


def abandon_open(means: Means) -> None:
    """End each grant that a crash left open: nothing of it was visible, and nothing will be."""
    for grant in _grants(means, OPEN):
        abandon(means, grant.id, means.targets(grant.target))


def abandon(means: Means, grant_id: str, target: ReleaseTarget) -> None:
    """End a grant without a release: discard what is staged, and say so in the log."""
    target.discard()
    with means.catalog.write() as connection:
        connection.execute(update(GRANT).where(GRANT.c.id == grant_id).values(state=ABANDONED))
        means.log.append(connection, "abandoned", {"grant": grant_id})
        Budgets(means.log).settle(connection, grant_id)
    means.log.publish()


def mark(means: Means, grant_id: str, state: str) -> None:
    """Set the state of a grant."""
    with means.catalog.write() as connection:
        connection.execute(update(GRANT).where(GRANT.c.id == grant_id).values(state=state))


def _grants(means: Means, state: str) -> list[Row[tuple[object, ...]]]:
    with means.catalog.read() as connection:
        rows = connection.execute(select(GRANT).where(GRANT.c.state == state).order_by("number"))
        return list(rows)
