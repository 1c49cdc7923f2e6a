"""Budgets: which of them an answer draws on, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from privet.model.contract import Contract
from privet.model.errors import ConfigError
from privet.model.lineage import roots
from privet.model.policy import Budget, Policy
from privet.policy.filter_types import ColumnType
from privet.policy.problem import Problem, nearest

_NUMBERS = frozenset({"whole number", "number", "decimal"})


def budgets_of(data: str, policy: Policy, contracts: Mapping[str, Contract]) -> tuple[Budget, ...]:
    """All budgets that an answer about a data set draws on: its own, and those of its roots.

    Raises:
        ConfigError: one is missing, they protect different units, or lineage is broken.
    """
    named = dict.fromkeys((data, *roots(data, contracts)))
    found = []
    for name in named:
        if name not in policy.budgets:
            raise ConfigError(
                f"`{data}` is made from `{name}`, which has no budget"
                if name != data
                else f"no budget is declared for `{data}`",
                hint=f"Add `budgets: {{{name}: {{unit: ..., epsilon: 4, delta: 1e-6}}}}`.",
            )
        found.append(policy.budgets[name])
    if len({budget.unit for budget in found}) > 1:
        raise ConfigError(
            f"the budgets of {', '.join(f'`{name}`' for name in named)} protect different units",
            hint="Give them one `unit`.",
            where=found[0].where,
        )
    return tuple(found)


def budget_problems(policy: Policy, contracts: Mapping[str, Contract]) -> Iterator[Problem]:
    """What is wrong with the budgets of a policy."""
    for name, budget in policy.budgets.items():
        contract = contracts.get(name)
        if contract is None:
            message = f"there is a budget for `{name}`, and no such data set"
            yield Problem(message, nearest(name, contracts), budget.where)
            continue
        for message, hint in _budget(budget, contract, contracts):
            yield Problem(f"budgets.{name}: {message}", hint, budget.where)
        try:
            budgets_of(name, policy, contracts)
        except ConfigError as error:
            yield Problem(f"budgets.{name}: {error.message}", error.hint or "", budget.where)


def _budget(
    budget: Budget, contract: Contract, contracts: Mapping[str, Contract]
) -> Iterator[tuple[str, str]]:
    types = {subject.type for subject in contract.subjects}
    if budget.unit not in types:
        yield f"`{contract.name}` is not about any `{budget.unit}`", nearest(budget.unit, types)
    over = sorted(set(budget.per) & {"recipient", "role", "purpose", "principal"})
    for what in over:
        if budget.per[what] > budget.epsilon:
            yield f"each {what} may spend more than all together", f"Lower `per.{what}`."
    columns = {str(each.path): each for each in contract.columns if not each.path.nested}
    for column in (*(budget.bounds or ()), *(budget.keys or ())):
        if column not in columns:
            yield f"there is no column `{column}` outside of lists", nearest(column, columns)
    for column in budget.bounds or ():
        if column in columns and ColumnType.of(columns[column].type).kind not in _NUMBERS:
            yield f"`{column}` is no column of numbers, and has bounds", "Remove them."
    for name in budget.public or ():
        if name not in contracts:
            yield f"there is no data set `{name}`", nearest(name, contracts)
        elif contracts[name].subjects:
            hint = "Leave it out: ask about it under a budget of its own."
            yield f"`{name}` is about somebody, and so not public", hint
