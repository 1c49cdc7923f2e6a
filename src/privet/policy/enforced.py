"""What this version enforces. Whatever else a policy asks for is refused, never ignored."""

from __future__ import annotations

from privet.model.contract import Contract
from privet.model.policy import Guarantee, Policy, Recipient, Rule
from privet.model.promise import K_ANONYMOUS
from privet.model.release import LOCAL_RECIPIENT
from privet.policy.problem import Problem

REVEAL = "reveal"
"""Gives values back: of a map, which no contract declares, or of a column of tokens."""

ACTIONS = ("release", "quarantine", REVEAL)
GUARANTEES = ("clear", "masked", "pseudonymous", K_ANONYMOUS)


def unenforced_action(action: str, rule: Rule | None = None) -> Problem | None:
    """What is wrong with an action that nothing here carries out yet."""
    if action in ACTIONS:
        return None
    return Problem(
        f"the action `{action}` is not enforced by this version",
        "Use `release`, `quarantine` or `reveal`, or leave the rule out until it is.",
        rule.line if rule else None,
    )


def unenforced_guarantee(rule: Rule) -> Problem | None:
    """What is wrong with the guarantee of an allow rule, if anything."""
    guarantee: Guarantee | None = rule.guarantee
    choice = "Write `as: pseudonymous`, `as: masked`, `as: clear` or `as: {k-anonymous: {k: 5}}`."
    if guarantee is None:
        return Problem(f"{rule.id} does not say what the release promises", choice, rule.line)
    if guarantee.name not in GUARANTEES:
        message = f"{rule.id}: `as: {guarantee.name}` is not enforced by this version"
        return Problem(message, choice, rule.line)
    if guarantee.name == K_ANONYMOUS:
        return _only_releases(rule)
    if guarantee.params:
        names = ", ".join(f"`{name}`" for name, _ in guarantee.params)
        message = f"{rule.id}: `as: {guarantee.name}` takes no parameters, and has {names}"
        return Problem(message, f"Write `as: {guarantee.name}`.", rule.line)
    return None


def _only_releases(rule: Rule) -> Problem | None:
    """A table is what is k-anonymous: rows that were held back, or a map, are none."""
    if rule.action == "release":
        return None
    message = f"{rule.id}: `as: {K_ANONYMOUS}` is for `release` alone, not for `{rule.action}`"
    return Problem(message, "Write `as: pseudonymous`, `as: masked` or `as: clear`.", rule.line)


def unenforced_budgets(policy: Policy, data: str | None = None) -> tuple[Problem, ...]:
    """A problem for each budget (of one data set, if named): nothing spends against it yet."""
    return tuple(
        Problem(
            f"the budget of `{key}` is not enforced by this version",
            f"Remove `budgets.{key}`: a limit that nobody keeps is worse than none.",
            budget.where,
        )
        for key, budget in policy.budgets.items()
        if data is None or data in (key, budget.data)
    )


def residency_problem(recipient: Recipient, contract: Contract) -> Problem | None:
    """What is wrong when data would leave the regions they may lie in, with no agreement for it."""
    stays = recipient.name == LOCAL_RECIPIENT and recipient.region is None
    if not contract.residency or stays or recipient.region in contract.residency:
        return None
    if recipient.contract:
        return None
    lies = "has no region" if recipient.region is None else f"lies in `{recipient.region}`"
    allowed = ", ".join(f"`{region}`" for region in contract.residency)
    return Problem(
        f"recipient `{recipient.name}` {lies}; `{contract.name}` may lie only in {allowed}",
        f"Name the agreement that covers it: `recipients.{recipient.name}.contract: ...`.",
        recipient.where,
    )
