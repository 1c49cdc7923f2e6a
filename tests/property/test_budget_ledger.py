"""The ledger against a simple model: whatever is asked in whatever order, no limit is passed."""

from __future__ import annotations

import shutil
import tempfile
from fractions import Fraction
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from privet.accounting.filters import Filter
from privet.accounting.renyi import NOTHING, Cost, cost
from privet.ledger.budgets import Account, Asked, Budgets, Limit
from privet.ledger.budgets.replay import budget_entries, verify
from privet.model.errors import Refused
from privet.model.privacy_loss import (
    Additional,
    Claim,
    Delta,
    Epsilon,
    Event,
    Gaussian,
    Pure,
    Repeated,
    Unit,
)
from tests.unit.vault.vaults import house

TOTAL = Limit(Account("visits", "customer"), Epsilon.of(2), Delta.of("1e-6"))
LAB = Limit(Account("visits", "customer", "", "recipient", "lab"), Epsilon.of(1), Delta.of("1e-6"))
EVENTS: list[Event] = [
    Pure(Fraction(1, 4)),
    Gaussian(Fraction(8), discrete=True),
    Additional(Fraction(1, 10**8), Gaussian(Fraction(20), discrete=True)),
    Repeated(3, Gaussian(Fraction(30))),
]


class Ledger(RuleBasedStateMachine):
    """Grants that reserve, charge and settle, some for the lab."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.house = house(self.folder)
        self.budgets = Budgets(self.house.log)
        self.grants = 0
        self.open: dict[str, tuple[Event, bool, bool]] = {}
        self.spent = {TOTAL.account: NOTHING, LAB.account: NOTHING}

    def teardown(self) -> None:
        self.house.catalog.close()
        shutil.rmtree(self.folder)

    def held(self, account: Account) -> Cost:
        total = NOTHING
        for event, lab, drawn in self.open.values():
            if not drawn and (lab or account == TOTAL.account):
                total = total.plus(cost(event))
        return total

    @rule(event=st.sampled_from(EVENTS), lab=st.booleans())
    def reserve(self, event: Event, lab: bool) -> None:
        self.grants += 1
        grant = f"g{self.grants}"
        limits = (TOTAL, LAB) if lab else (TOTAL,)
        fits = all(
            Filter(each.epsilon, each.delta).admits(
                self.spent[each.account].plus(self.held(each.account)), cost(event)
            )
            for each in limits
        )
        try:
            with self.house.catalog.write() as connection:
                claim = Claim(event, "add-or-remove", Unit("customer"))
                self.budgets.reserve(connection, Asked(grant, claim, limits))
        except Refused:
            assert not fits
        else:
            assert fits
            self.open[grant] = (event, lab, False)

    @rule(data=st.data())
    def charge(self, data: st.DataObject) -> None:
        if not self.open:
            return
        grant = data.draw(st.sampled_from(sorted(self.open)))
        event, lab, drawn = self.open[grant]
        with self.house.catalog.write() as connection:
            self.budgets.charge(connection, grant, "answer", event)
        if not drawn:
            self.open[grant] = (event, lab, True)
            for account in (TOTAL.account, LAB.account) if lab else (TOTAL.account,):
                self.spent[account] = self.spent[account].plus(cost(event))

    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        if self.open:
            grant = data.draw(st.sampled_from(sorted(self.open)))
            with self.house.catalog.write() as connection:
                self.budgets.settle(connection, grant)
            del self.open[grant]

    @invariant()
    def the_tables_are_the_model_and_the_log(self) -> None:
        entries = list(budget_entries(self.house.log.entries()))
        with self.house.catalog.write() as connection:
            verify(connection, entries)
            for limit in (TOTAL, LAB):
                found = self.budgets.standing(connection, limit.account)
                assert found.spent == self.spent[limit.account]
                assert found.reserved.delta == self.held(limit.account).delta
                assert Filter(limit.epsilon, limit.delta).admits(found.spent, NOTHING)


TestLedger = Ledger.TestCase
TestLedger.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
