"""The accounts anew from the log, which is signed: a catalog that says otherwise was changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from privet.accounting.renyi import NOTHING, Cost, cost
from privet.ledger.budgets.budgets import Account
from privet.ledger.budgets.tables import ACCOUNT, CHARGE, RESERVED, UNBOUNDED, create
from privet.ledger.log import Entry
from privet.model import canonical
from privet.model.errors import IntegrityError
from privet.model.privacy_loss import parse_event

_KINDS = frozenset({"reserve", "spend", "settle", "unbounded"})


@dataclass
class _Ledger:
    """What the log says, entry by entry."""

    spent: dict[Account, Cost] = field(default_factory=dict)
    neighbours: dict[Account, str] = field(default_factory=dict)
    left: dict[tuple[str, Account], Cost] = field(default_factory=dict)
    charges: dict[tuple[str, str, Account], str] = field(default_factory=dict)
    unbounded: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def take(self, kind: str, body: Mapping[str, Any]) -> None:
        {
            "reserve": self._reserve,
            "spend": self._spend,
            "settle": self._settle,
            "unbounded": self._unbounded,
        }[kind](body)

    def _reserve(self, body: Mapping[str, Any]) -> None:
        asks = cost(parse_event(body["event"]))
        for named in body["accounts"]:
            account = Account(**named)
            self.neighbours.setdefault(account, body["neighbours"])
            self.spent.setdefault(account, NOTHING)
            self.left[body["grant"], account] = asks

    def _spend(self, body: Mapping[str, Any]) -> None:
        asks = cost(parse_event(body["event"]))
        drawn = [key for key in self.left if key[0] == body["grant"]]
        if not drawn:
            raise ValueError("nothing was reserved")
        for key in drawn:
            self.left[key] = self.left[key].minus(asks)
            self.spent[key[1]] = self.spent[key[1]].plus(asks)
            self.charges[body["grant"], body["part"], key[1]] = canonical.encode(
                body["event"]
            ).decode()

    def _settle(self, body: Mapping[str, Any]) -> None:
        for key in [key for key in self.left if key[0] == body["grant"]]:
            del self.left[key]

    def _unbounded(self, body: Mapping[str, Any]) -> None:
        for named in body["accounts"]:
            self.unbounded[body["grant"], named["data"], named["subject"]] = body["recipient"]


def budget_entries(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries that speak of budgets."""
    return (entry for entry in entries if entry.kind in _KINDS)


def verify(connection: Connection, entries: Iterable[Entry]) -> None:
    """Insist that accounts, reservations and charges are what the log's entries come to.

    Args:
        connection: to the catalog; tables that it lacks are made.
        entries: those of `budget_entries`, in order, of a log that was compared with its
            checkpoint before.

    Raises:
        IntegrityError: something was changed, added or removed by hand.
    """
    create(connection)
    ledger = _Ledger()
    try:
        for entry in entries:
            ledger.take(entry.kind, entry.body)
        same = _tables(connection) == (
            ledger.spent,
            ledger.neighbours,
            ledger.left,
            ledger.charges,
            ledger.unbounded,
        )
    except (KeyError, TypeError, ValueError):
        same = False
    if not same:
        raise IntegrityError(
            "the privacy ledger is not what its log says",
            hint="the catalog was changed by hand: put it back, whole, from its newest backup",
        )


def _tables(connection: Connection) -> tuple[dict[Any, Any], ...]:
    """The same from the tables."""
    rows = {row.id: row for row in connection.execute(select(ACCOUNT))}
    named = {
        key: Account(row.data, row.subject, row.period, row.dimension, row.name)
        for key, row in rows.items()
    }
    return (
        {named[key]: Cost.from_json(json.loads(row.spent)) for key, row in rows.items()},
        {named[key]: row.neighbours for key, row in rows.items()},
        {
            (row.grant, named[row.account]): Cost.from_json(json.loads(row.left))
            for row in connection.execute(select(RESERVED))
        },
        {
            (row.grant, row.part, named[row.account]): row.event
            for row in connection.execute(select(CHARGE))
        },
        {
            (row.grant, row.data, row.subject): row.recipient
            for row in connection.execute(select(UNBOUNDED))
        },
    )
