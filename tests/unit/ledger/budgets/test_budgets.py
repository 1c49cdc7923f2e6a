"""Accounts: what is reserved, charged and given back, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from privet.accounting.renyi import NOTHING, cost
from privet.ledger.budgets import Account, Asked, Budgets, Limit, Standing
from privet.ledger.budgets.replay import budget_entries, verify
from privet.ledger.budgets.tables import ACCOUNT, CHARGE, RESERVED, UNBOUNDED
from privet.model.errors import IntegrityError, Refused
from privet.model.privacy_loss import (
    Claim,
    Delta,
    Epsilon,
    Event,
    Gaussian,
    Neighbours,
    Pure,
    Together,
    Unit,
)
from tests.unit.vault.vaults import House, house

VISITS = Account("visits", "customer")
LAB = Account("visits", "customer", "", "recipient", "lab")
HALF = Pure(Fraction(1, 2))


@pytest.fixture
def made(tmp_path: Path) -> Iterator[House]:
    found = house(tmp_path)
    yield found
    found.catalog.close()


def limit(account: Account = VISITS, epsilon: object = 2, delta: object = 0) -> Limit:
    return Limit(account, Epsilon.of(Fraction(str(epsilon))), Delta.of(Fraction(str(delta))))


def claim(event: Event, neighbours: Neighbours = "add-or-remove", unit: str = "customer") -> Claim:
    return Claim(event, neighbours, Unit(unit))


def reserve(made: House, grant: str, event: Event, *limits: Limit, **words: str) -> None:
    asked = Asked(grant, claim(event, **words), limits or (limit(),))  # type: ignore[arg-type]
    with made.catalog.write() as connection:
        Budgets(made.log).reserve(connection, asked)


def charge(made: House, grant: str, event: Event, part: str = "answer") -> None:
    with made.catalog.write() as connection:
        Budgets(made.log).charge(connection, grant, part, event)


def settle(made: House, grant: str) -> None:
    with made.catalog.write() as connection:
        Budgets(made.log).settle(connection, grant)


def standing(made: House, account: Account = VISITS) -> Standing:
    with made.catalog.write() as connection:
        return Budgets(made.log).standing(connection, account)


def replay(made: House) -> None:
    entries = list(budget_entries(made.log.entries()))
    with made.catalog.write() as connection:
        verify(connection, entries)


def kinds(made: House) -> list[str]:
    return [entry.kind for entry in budget_entries(made.log.entries())]


def test_what_is_reserved_is_charged_and_the_rest_given_back(made: House) -> None:
    reserve(made, "g1", Together((HALF, HALF)))
    assert standing(made).reserved == cost(Together((HALF, HALF)))
    charge(made, "g1", HALF)
    now = standing(made)
    assert (now.spent, now.reserved, now.events) == (cost(HALF), cost(HALF), (HALF,))
    settle(made, "g1")
    assert standing(made).reserved == NOTHING
    assert kinds(made) == ["reserve", "spend", "settle"]
    replay(made)


def test_charging_a_part_again_is_nothing_and_settling_again_too(made: House) -> None:
    reserve(made, "g1", HALF)
    charge(made, "g1", HALF)
    charge(made, "g1", HALF)
    settle(made, "g1")
    settle(made, "g1")
    assert standing(made).spent == cost(HALF)
    assert kinds(made) == ["reserve", "spend", "settle"]
    with pytest.raises(Refused, match="as something else"):
        charge(made, "g1", Pure(Fraction(1)))


def test_a_limit_holds_over_what_is_reserved_and_what_is_spent(made: House) -> None:
    for grant in ("g1", "g2"):
        reserve(made, grant, HALF)
    charge(made, "g1", HALF)
    settle(made, "g1")
    reserve(made, "g3", Pure(Fraction(1)))
    with pytest.raises(Refused, match=r"budget of `visits`: 0\.0%"):
        reserve(made, "g4", Pure(Fraction(1, 1000)))
    settle(made, "g3")
    reserve(made, "g5", Pure(Fraction(1)))


def test_the_smallest_limit_counts_and_all_or_nothing_is_reserved(made: House) -> None:
    both = (limit(), limit(LAB, "0.4"))
    with pytest.raises(Refused, match="recipient `lab`"):
        reserve(made, "g1", HALF, *both)
    assert standing(made).reserved == NOTHING
    assert kinds(made) == []
    reserve(made, "g2", Pure(Fraction(2, 5)), *both)
    assert standing(made, LAB).reserved == standing(made).reserved != NOTHING


def test_more_than_is_reserved_is_not_charged(made: House) -> None:
    reserve(made, "g1", HALF)
    with pytest.raises(Refused, match="more than was reserved"):
        charge(made, "g1", Pure(Fraction(3, 4)))
    with pytest.raises(Refused, match="more than was reserved"):
        charge(made, "g1", Gaussian(Fraction(1)))
    with pytest.raises(Refused, match="nothing is reserved"):
        charge(made, "g2", HALF)
    settle(made, "g1")
    with pytest.raises(Refused, match="nothing is reserved"):
        charge(made, "g1", HALF)


def test_another_unit_or_relation_is_never_added(made: House) -> None:
    reserve(made, "g1", HALF)
    with pytest.raises(Refused, match="each household"):
        reserve(made, "g2", HALF, unit="household")
    with pytest.raises(Refused, match="`replace`"):
        reserve(made, "g2", HALF, neighbours="replace")


def test_noise_without_a_pure_bound_needs_a_delta(made: House) -> None:
    with pytest.raises(Refused, match="too little"):
        reserve(made, "g1", Gaussian(Fraction(1000)))
    reserve(made, "g1", Gaussian(Fraction(1000)), limit(delta="1e-6"))


def test_releases_without_a_bound_are_told_by_recipient(made: House) -> None:
    with made.catalog.write() as connection:
        budgets = Budgets(made.log)
        budgets.unbounded(connection, "g1", "lab", [("visits", "customer")])
        budgets.unbounded(connection, "g2", "local", [])
    assert standing(made).void_for == ("lab",)
    assert standing(made, Account("orders", "customer")).void_for == ()
    assert kinds(made) == ["unbounded"]
    replay(made)


CHANGES = {
    "spent less": update(ACCOUNT).values(spent=ACCOUNT.c.spent),
    "a charge gone": delete(CHARGE),
    "a charge smaller": update(CHARGE).values(event="{}"),
    "a reservation gone": delete(RESERVED),
    "an account gone": delete(ACCOUNT),
    "another's account": update(ACCOUNT).values(name="x"),
    "a void total made good": delete(UNBOUNDED),
    "void for another": update(UNBOUNDED).values(recipient="nobody"),
}


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_a_catalog_that_was_changed_is_refused(made: House, change: str) -> None:
    reserve(made, "g1", HALF)
    charge(made, "g1", HALF)
    reserve(made, "g2", HALF)
    with made.catalog.write() as connection:
        Budgets(made.log).unbounded(connection, "g0", "lab", [("visits", "customer")])
    replay(made)
    with made.catalog.write() as connection:
        made_up = CHANGES[change]
        if change == "spent less":
            connection.exec_driver_sql("UPDATE budget_account SET spent = '{}'")
        else:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            if change == "an account gone":
                connection.exec_driver_sql("DELETE FROM budget_charge")
                connection.exec_driver_sql("DELETE FROM budget_reserved")
            connection.execute(made_up)
    with pytest.raises(IntegrityError, match=r"privacy ledger"):
        replay(made)
