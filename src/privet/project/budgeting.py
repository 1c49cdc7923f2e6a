"""`privet budget`: what was spent of each budget, by whom, and what is left of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import Connection

from privet.accounting.filters import Filter
from privet.accounting.loss_distribution import tight_epsilon
from privet.accounting.renyi import epsilon
from privet.config.project_file import load_policy
from privet.gate.spending import principal_tag
from privet.ledger.budgets import Account, Budgets, Limit, Standing
from privet.model.errors import UsageError
from privet.model.policy import Budget, Policy
from privet.model.privacy_loss import Delta, Epsilon
from privet.policy.problem import nearest
from privet.project.memory import Memory


@dataclass(frozen=True, slots=True)
class Position:
    """How one account of a budget stands.

    Attributes:
        limit: what it may come to.
        who: whom the account is of, in words; empty for the total.
        standing: what was spent and reserved.
    """

    limit: Limit
    who: str
    standing: Standing

    @property
    def data(self) -> str:
        """The data set."""
        return self.limit.account.data

    @property
    def reserved(self) -> Epsilon:
        """The same of what open grants may still draw."""
        return epsilon(self.standing.reserved, self.limit.delta)

    @property
    def spent(self) -> Epsilon:
        """Epsilon of what was spent, at the budget's delta, by the filter's accounting."""
        return epsilon(self.standing.spent, self.limit.delta)

    @property
    def left(self) -> str:
        """The share that may still be spent, in percent, rounded down."""
        taken = self.standing.spent.plus(self.standing.reserved)
        share = Filter(self.limit.epsilon, self.limit.delta).left(taken)
        return f"{int(share * 1000) / 10:g} %"


def positions(memory: Memory, data: str | None = None) -> tuple[Position, ...]:
    """How every budget of the policy stands, or that of one data set.

    Raises:
        UsageError: the policy has no such budget, or none at all.
    """
    policy = load_policy(memory.config.root)
    if not policy.budgets:
        raise UsageError(
            "the policy has no budgets",
            hint="add one: `budgets: {visits: {unit: customer, epsilon: 4, delta: 1e-6}}`",
        )
    wanted = sorted(policy.budgets) if data is None else [data]
    return tuple(each for name in wanted for each in budget_of(memory, policy, name))


def tight(position: Position) -> Epsilon:
    """The tight figure of what was charged, had all of it been fixed before anything was seen.

    Raises:
        Missing: the extra `dp` is not installed.
    """
    planned = tight_epsilon(position.standing.events, position.limit.delta)
    return min(planned, position.spent)  # both hold of what was planned


def budget_of(memory: Memory, policy: Policy, data: str) -> tuple[Position, ...]:
    """The total of a data set's budget, then every account within it that was drawn on.

    Raises:
        UsageError: the policy has no budget of that data set.
    """
    budget = policy.budgets.get(data)
    if budget is None:
        raise UsageError(f"there is no budget for `{data}`", hint=nearest(data, policy.budgets))
    return tuple(_positions(memory, policy, budget))


def _positions(memory: Memory, policy: Policy, budget: Budget) -> Iterator[Position]:
    budgets, delta = Budgets(memory.log), Delta(Fraction(budget.delta))
    total = Account(budget.data, budget.unit)
    with memory.catalog.write() as connection:
        known = _principals(memory, policy, connection)
        yield Position(
            Limit(total, Epsilon(Fraction(budget.epsilon)), delta),
            "",
            budgets.standing(connection, total),
        )
        for account in budgets.accounts(connection):
            most = budget.per.get(account.dimension)
            if account.data != budget.data or most is None or account.subject != budget.unit:
                continue
            name = known.get(account.name, "somebody") if account.dimension == "principal" else ""
            yield Position(
                Limit(account, Epsilon(Fraction(most)), delta),
                f"{account.dimension} {name or account.name}",
                budgets.standing(connection, account),
            )


def _principals(memory: Memory, policy: Policy, connection: Connection) -> dict[str, str]:
    """The members of roles by the tags that their accounts have."""
    members = {member for role in policy.roles.values() for member in role.members}
    means = memory.gate.means
    return {principal_tag(means, connection, member): member for member in members}
