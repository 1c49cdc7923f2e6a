"""Reserve, charge, give back: never more than a limit, and never an answer without its entry."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sqlalchemy import Connection, delete, insert, select, update

from privet.accounting.filters import Filter
from privet.accounting.renyi import NOTHING, Cost, cost
from privet.ledger.budgets.tables import ACCOUNT, CHARGE, RESERVED, UNBOUNDED, create
from privet.ledger.log import Log
from privet.model import canonical
from privet.model.canonical import Json
from privet.model.errors import Refused
from privet.model.privacy_loss import (
    Claim,
    Delta,
    Epsilon,
    Event,
    Neighbours,
    event_json,
    parse_event,
)

Dimension: TypeAlias = Literal["total", "recipient", "role", "purpose", "principal"]


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """Whose losses are counted, and over which releases.

    Attributes:
        data: the data set.
        subject: the subject type.
        period: of a unit per period, which one; empty where the unit is the subject.
        dimension: `total` is all releases; else those to one recipient, role, purpose, principal.
        name: of that recipient, role or purpose; a principal's is a keyed tag.
    """

    data: str
    subject: str
    period: str = ""
    dimension: Dimension = "total"
    name: str = ""

    def __str__(self) -> str:
        if self.dimension == "total":
            return f"`{self.data}`"
        who = "you" if self.dimension == "principal" else f"{self.dimension} `{self.name}`"
        return f"`{self.data}` for {who}"

    def to_json(self) -> dict[str, Json]:
        """As log entries have it."""
        return {
            "data": self.data,
            "subject": self.subject,
            "period": self.period,
            "dimension": self.dimension,
            "name": self.name,
        }


@dataclass(frozen=True, slots=True)
class Limit:
    """What an account may come to."""

    account: Account
    epsilon: Epsilon
    delta: Delta


@dataclass(frozen=True, slots=True)
class Asked:
    """What a grant wants to be able to draw.

    Attributes:
        claim: all that it may do.
        limits: of every account that it draws on.
    """

    grant: str
    claim: Claim
    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account stands.

    Attributes:
        spent: what was charged.
        reserved: what open grants may still draw.
        events: that were charged, in order of their grants' ids.
        void_for: recipients of releases of the same people that have no bound.
    """

    account: Account
    spent: Cost
    reserved: Cost
    events: tuple[Event, ...]
    void_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Budgets:
    """The accounts. Every act takes the connection of the transaction that it belongs to."""

    log: Log

    def reserve(self, connection: Connection, asked: Asked) -> None:
        """Set aside what a grant may cost, on each of its accounts.

        Raises:
            Refused: a limit would be passed, or an account is of another unit or relation: convert
                the claim first, by `privet.accounting.groups`.
        """
        create(connection)
        asks = cost(asked.claim.event)
        for limit in asked.limits:
            row = self._account(connection, limit.account, asked.claim.neighbours)
            _require_same(limit.account, row.neighbours, asked.claim)
            taken = _read(row.spent).plus(_open(connection, row.id))
            if not Filter(limit.epsilon, limit.delta).admits(taken, asks):
                raise _spent(limit, taken)
            connection.execute(
                insert(RESERVED).values(grant=asked.grant, account=row.id, left=_text(asks))
            )
        self.log.append(
            connection,
            "reserve",
            {
                "grant": asked.grant,
                "event": event_json(asked.claim.event),
                "neighbours": asked.claim.neighbours,
                "unit": str(asked.claim.unit),
                "accounts": [limit.account.to_json() for limit in asked.limits],
            },
        )

    def charge(self, connection: Connection, grant: str, part: str, event: Event) -> None:
        """Charge a part of a grant, before it is computed; a second time, nothing.

        Raises:
            Refused: it is more than what is still reserved, or nothing is.
        """
        done = select(CHARGE.c.event).where(CHARGE.c.grant == grant, CHARGE.c.part == part)
        said = _canonical(event)
        if (earlier := connection.execute(done).first()) is not None:
            if earlier.event != said:
                raise Refused("this part was charged as something else", hint="open a new grant")
            return
        reserved = connection.execute(select(RESERVED).where(RESERVED.c.grant == grant)).all()
        if not reserved:
            raise Refused("nothing is reserved for this grant", hint="open a new one")
        asks = cost(event)
        for row in reserved:
            left = _within(_read(row.left), asks)
            account = connection.execute(select(ACCOUNT).where(ACCOUNT.c.id == row.account)).one()
            connection.execute(
                update(RESERVED)
                .where(RESERVED.c.grant == grant, RESERVED.c.account == row.account)
                .values(left=_text(left))
            )
            connection.execute(
                update(ACCOUNT)
                .where(ACCOUNT.c.id == row.account)
                .values(spent=_text(_read(account.spent).plus(asks)))
            )
            connection.execute(
                insert(CHARGE).values(grant=grant, part=part, account=row.account, event=said)
            )
        self.log.append(
            connection, "spend", {"grant": grant, "part": part, "event": event_json(event)}
        )

    def settle(self, connection: Connection, grant: str) -> None:
        """Give back what a grant never drew; a second time, nothing."""
        create(connection)
        ended = connection.execute(delete(RESERVED).where(RESERVED.c.grant == grant))
        if ended.rowcount:
            self.log.append(connection, "settle", {"grant": grant})

    def unbounded(
        self, connection: Connection, grant: str, recipient: str, of: Iterable[tuple[str, str]]
    ) -> None:
        """Enter a release that bounds nobody's loss: for its recipient every total is void.

        Args:
            connection: of the transaction that makes the release.
            grant: its grant.
            recipient: who has it.
            of: data sets and subject types whose people are in it.
        """
        about = sorted(set(of))
        if not about:
            return
        create(connection)
        for data, subject in about:
            connection.execute(
                insert(UNBOUNDED).values(
                    grant=grant, data=data, subject=subject, recipient=recipient
                )
            )
        accounts: list[Json] = [{"data": data, "subject": subject} for data, subject in about]
        self.log.append(
            connection,
            "unbounded",
            {"grant": grant, "recipient": recipient, "accounts": accounts},
        )

    def standing(self, connection: Connection, account: Account) -> Standing:
        """How an account stands; one that nobody used has spent nothing."""
        create(connection)
        row = connection.execute(select(ACCOUNT).where(*_is(account))).first()
        void = select(UNBOUNDED.c.recipient).where(
            UNBOUNDED.c.data == account.data, UNBOUNDED.c.subject == account.subject
        )
        void_for = tuple(sorted(set(connection.execute(void).scalars())))
        if row is None:
            return Standing(account, NOTHING, NOTHING, (), void_for)
        charges = select(CHARGE.c.event).where(CHARGE.c.account == row.id).order_by(CHARGE.c.grant)
        events = connection.execute(charges).scalars()
        return Standing(
            account,
            _read(row.spent),
            _open(connection, row.id),
            tuple(parse_event(json.loads(event)) for event in events),
            void_for,
        )

    def accounts(self, connection: Connection) -> tuple[Account, ...]:
        """Every account that was ever drawn on."""
        create(connection)
        return tuple(sorted(_named(row) for row in connection.execute(select(ACCOUNT))))

    def _account(self, connection: Connection, account: Account, first: Neighbours) -> Any:
        """Its row, made at its first use; the relation of its first claim is its own for good."""
        found = select(ACCOUNT).where(*_is(account))
        row = connection.execute(found).first()
        if row is None:
            connection.execute(
                insert(ACCOUNT).values(**account.to_json(), neighbours=first, spent=_text(NOTHING))
            )
            row = connection.execute(found).one()
        return row


def _require_same(account: Account, neighbours: str, claim: Claim) -> None:
    unit, period = claim.unit, bool(account.period)
    if unit.subject != account.subject or (unit.period is not None) != period:
        raise Refused(
            f"what is claimed for each {unit} is not added to an account of each {account.subject}"
            f"{' per period' if period else ''}",
            hint="convert it by group privacy first",
        )
    if claim.neighbours != neighbours:
        raise Refused(
            f"what is claimed for `{claim.neighbours}` is not added to an account of "
            f"`{neighbours}`",
            hint="convert it by group privacy first",
        )


def _named(row: Any) -> Account:
    return Account(row.data, row.subject, row.period, row.dimension, row.name)


def _is(account: Account) -> Sequence[Any]:
    return [ACCOUNT.c[key] == value for key, value in account.to_json().items()]


def _open(connection: Connection, account: int) -> Cost:
    """What open grants may still draw on an account."""
    total = NOTHING
    lefts = select(RESERVED.c.left).where(RESERVED.c.account == account)
    for left in connection.execute(lefts).scalars():
        total = total.plus(_read(left))
    return total


def _within(left: Cost, asks: Cost) -> Cost:
    bounded = zip(left.curve, asks.curve, strict=True)
    if any(asked is None and had is not None for had, asked in bounded):
        raise Refused("it costs more than was reserved", hint="open a new grant")
    try:
        return left.minus(asks)
    except ValueError:
        raise Refused("it costs more than was reserved", hint="open a new grant") from None


def _spent(limit: Limit, taken: Cost) -> Refused:
    left = float(Filter(limit.epsilon, limit.delta).left(taken))
    return Refused(
        f"too little is left of the budget of {limit.account}: {left:.1%} of epsilon "
        f"{limit.epsilon}, delta {limit.delta}",
        hint="ask for less (`--epsilon`), or let the policy's budget be raised; what was spent "
        "stays spent",
    )


def _canonical(event: Event) -> str:
    return canonical.encode(event_json(event)).decode()


def _text(found: Cost) -> str:
    return canonical.encode(found.to_json()).decode()


def _read(text: str) -> Cost:
    return Cost.from_json(json.loads(text))
