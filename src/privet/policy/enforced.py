"""What this version enforces. Whatever else a policy asks for is refused, never ignored."""

from __future__ import annotations

from privet.model.contract import Contract
from privet.model.policy import Guarantee, Recipient, Rule
from privet.model.promise import K_ANONYMOUS
from privet.model.release import LOCAL_RECIPIENT
from privet.policy.problem import Problem
from privet.policy.questions import DP, QUERY

REVEAL = "reveal"
"""Gives values back: of a map, which no contract declares, or of a column of tokens."""

ACTIONS = ("release", "quarantine", REVEAL, QUERY)
GUARANTEES = ("clear", "masked", "pseudonymous", K_ANONYMOUS, DP)


def unenforced_action(action: str, rule: Rule | None = None) -> Problem | None:
    """What is wrong with an action that nothing here carries out yet."""
    if action in ACTIONS:
        return None
    return Problem(
        f"the action `{action}` is not enforced by this version",
        "Use `release`, `query`, `quarantine` or `reveal`, or leave the rule out until it is.",
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
    if guarantee.name == DP or rule.action == QUERY:
        return _only_answers(guarantee, rule)
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


def _only_answers(guarantee: Guarantee, rule: Rule) -> Problem | None:
    """An answer is what is differentially private, and nothing else answers a question."""
    if rule.action not in (QUERY, "release"):
        message = f"{rule.id}: `as: {DP}` is for answers, not for `{rule.action}`"
        return Problem(message, "Write `allow: query`, or promise something else.", rule.line)
    if guarantee.name != DP:
        message = f"{rule.id}: a question is answered `as: {DP}`, not `as: {guarantee.name}`"
        return Problem(message, "Write `as: {dp: {epsilon: 1, delta: 1e-6}}`.", rule.line)
    return None


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
