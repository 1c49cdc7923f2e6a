"""Draw on the privacy ledger: reserved when a grant opens, charged before anything is computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from sqlalchemy import Connection

from privet.crypto.mac import hmac_sha256
from privet.gate.means import Means
from privet.gate.terms import Terms
from privet.ledger.budgets import Account, Asked, Budgets, Limit
from privet.model.contract import Contract
from privet.model.errors import ConfigError
from privet.model.lineage import roots
from privet.model.policy import Budget
from privet.model.privacy_loss import Claim, Delta, Epsilon
from privet.model.release import Decision
from privet.policy.budgets import budgets_of
from privet.policy.questions import is_private

_TAGS = "principals"
"""The name of the key (kind `evidence`) under which accounts of principals are named."""


def reserve(means: Means, connection: Connection, grant: str, terms: Terms, claim: Claim) -> None:
    """Set aside what the answer to the terms' question may cost, by the policy in force.

    Raises:
        Refused: too little is left.
        ConfigError: a data set that it goes back to has no budget.
    """
    policy, contracts = means.policy(), means.contracts()
    limits: dict[Account, Limit] = {}
    for data, decision in terms.decisions.items():
        for budget in budgets_of(data, policy, contracts):
            for limit in _limits(means, connection, budget, decision):
                limits[limit.account] = limit
    asked = Asked(grant, claim, tuple(limits[account] for account in sorted(limits)))
    Budgets(means.log).reserve(connection, asked)


def charge(means: Means, connection: Connection, grant: str, part: str, claim: Claim) -> None:
    """Charge what was set aside, before it is computed.

    Raises:
        Refused: it is more than that.
    """
    Budgets(means.log).charge(connection, grant, part, claim.event)


def end(means: Means, connection: Connection, grant: str, terms: Terms) -> None:
    """A release was made: give back what was not drawn, and enter it if it bounds nobody's loss."""
    Budgets(means.log).settle(connection, grant)
    if is_private(terms.decision.guarantee):
        return
    contracts = {**means.contracts(), **terms.contracts}
    about = {
        (name, subject.type)
        for data, contract in terms.contracts.items()
        for subject in contract.subjects
        for name in (data, *_roots(data, contracts))
    }
    Budgets(means.log).unbounded(connection, grant, terms.decision.recipient.name, about)


def principal_tag(means: Means, connection: Connection, principal: str) -> str:
    """The name of a principal's accounts (hex), keyed: the log names nobody."""
    key = means.keys.ensure(connection, "evidence", _TAGS, means.log)
    return hmac_sha256(key.secret, principal.encode()).hex()


def _limits(
    means: Means, connection: Connection, budget: Budget, decision: Decision
) -> Iterator[Limit]:
    """What the budget lets everybody spend together, and each of whom it names."""
    epsilon, delta = Fraction(budget.epsilon), Delta(Fraction(budget.delta))
    yield Limit(Account(budget.data, budget.unit), Epsilon(epsilon), delta)
    request = decision.request
    for dimension, most in budget.per.items():
        named = {
            "recipient": request.recipient,
            "role": request.role,
            "purpose": request.purpose,
        }
        name = named.get(dimension)
        if name is None:
            name = principal_tag(means, connection, request.principal.name)
        account = Account(budget.data, budget.unit, "", dimension, name)  # type: ignore[arg-type]
        yield Limit(account, Epsilon(Fraction(most)), delta)


def _roots(data: str, contracts: Mapping[str, Contract]) -> tuple[str, ...]:
    try:
        return roots(data, contracts)
    except ConfigError:  # what is not described has no budget; `check` tells
        return ()
