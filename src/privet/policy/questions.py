"""What `as: dp` demands: a budget that bounds each subject, and columns that a question may use.

An answer under differential privacy tells of nobody, so a column needs no transform: it may be used
or not. It may where a rule says `keep`, where the budget of its data set bounds or lists it, where
it is about nobody, and where it is the key of the subjects; any other may not.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from privet.model.contract import NO_CATEGORY, Column, Contract
from privet.model.policy import Budget, Guarantee, Policy, Rule, Treatment
from privet.policy.problem import Problem

DP, QUERY = "dp", "query"
_USES = frozenset({"keep", "drop"})


def is_private(guarantee: Guarantee | None) -> bool:
    """Whether the guarantee is differential privacy."""
    return guarantee is not None and guarantee.name == DP


def allowed(guarantee: Guarantee) -> tuple[Decimal, Decimal]:
    """The most epsilon and delta that one answer may cost."""
    given = dict(guarantee.params)
    return Decimal(given["epsilon"]), Decimal(given.get("delta", "0"))


def usable(budget: Budget | None, column: Column, contract: Contract) -> bool:
    """Whether a question may use a column of which no rule speaks."""
    if budget is None or column.path.nested:
        return False
    named = {*(budget.bounds or ()), *(budget.keys or ())}
    keys = {subject.key for subject in contract.subjects if subject.type == budget.unit}
    return column.category == NO_CATEGORY or str(column.path) in named or column.path in keys


def use_problem(treatment: Treatment, column: Column, contract: Contract) -> Problem | None:
    """Why a column cannot be treated so under this guarantee, if it cannot."""
    name = f"{contract.name}.{column.path}"
    if treatment.name not in _USES:
        message = f"`{treatment}` does not go with `as: {DP}` (`{name}`)"
        return Problem(message, f"Write `{name}: keep` (may be used) or `drop`.", column.where)
    if treatment.name == "keep" and column.path.nested:
        hint = "Make it a column of its own, or drop it."
        return Problem(f"`{name}` is inside of a list or struct: no question reads it", hint)
    return None


def asked_problems(
    guarantee: Guarantee | None, policy: Policy, contract: Contract, rule: Rule
) -> Iterator[Problem]:
    """Why nothing can be answered about a data set, as far as its own budget says."""
    if not is_private(guarantee) or guarantee is None:
        return
    budget = policy.budgets.get(contract.name)
    if budget is None:
        hint = f"Add `budgets: {{{contract.name}: {{unit: ..., epsilon: 4, delta: 1e-6}}}}`."
        yield Problem(f"no budget is declared for `{contract.name}`", hint, rule.line)
        return
    unit = dict(guarantee.params).get("unit", budget.unit)
    if unit != budget.unit:
        message = f"{rule.id} protects `{unit}`, and the budget of `{contract.name}` another unit"
        yield Problem(message, f"Write `unit: {budget.unit}`, or leave it out.", rule.line)
    epsilon, delta = allowed(guarantee)
    if epsilon > budget.epsilon or delta > budget.delta:
        message = f"{rule.id} lets one answer cost more than the whole budget of `{contract.name}`"
        yield Problem(message, "Lower its `epsilon` or `delta`, or raise the budget.", rule.line)
