"""The policy's own tests: `{role, for, column, expect}`, each tried by deciding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from privet.model.contract import Contract
from privet.model.errors import Refused
from privet.model.policy import Policy, PolicyTest
from privet.model.release import Principal, Request
from privet.policy.decide import decide
from privet.policy.matching import in_force, named_column, speaks
from privet.policy.problem import Problem, nearest

REFUSED = "refused"
"""What a test expects of a request that the policy must not allow at all."""


def failed_tests(
    policy: Policy, contracts: Mapping[str, Contract], today: date
) -> Iterator[Problem]:
    """Try every test of the policy, as the first member of its role.

    A test holds for every recipient to whom a rule lets the data go (the local one, if none does).
    """
    for test in policy.tests:
        if unknown := _unknown(test, policy, contracts):
            yield unknown
            continue
        contract = contracts[test.column.partition(".")[0]]
        for request in _requests(test, policy, contract, today):
            actual, why = _outcome(policy, request, contract, test, today)
            if test.expect not in (actual, actual.partition("(")[0]):
                to = request.recipient
                message = f"test of `{test.column}`: expected `{test.expect}`, got `{actual}`"
                asked = f"`{test.role}` for `{test.purpose}`, to `{to}`"
                yield Problem(f"{message} ({asked})", why, test.where)


def _unknown(test: PolicyTest, policy: Policy, contracts: Mapping[str, Contract]) -> Problem | None:
    role, data = policy.roles.get(test.role), test.column.partition(".")[0]
    if role is None:
        hint = nearest(test.role, policy.roles)
        return Problem(f"a test names the unknown role `{test.role}`", hint, test.where)
    if not role.members:
        message = f"a test needs a member of role `{role.name}`, which has none"
        return Problem(message, f"Add one to `roles.{role.name}.members`.", test.where)
    if test.purpose not in policy.purposes:
        hint = nearest(test.purpose, policy.purposes)
        return Problem(f"a test names the unknown purpose `{test.purpose}`", hint, test.where)
    if data not in contracts:
        hint = nearest(data, contracts)
        return Problem(f"a test names the unknown data set `{data}`", hint, test.where)
    if named_column(test.column, contracts[data]) is None:
        known = [f"{data}.{column.path}" for column in contracts[data].columns]
        message = f"a test names the unknown column `{test.column}`"
        return Problem(message, nearest(test.column, known), test.where)
    return None


def _requests(
    test: PolicyTest, policy: Policy, contract: Contract, today: date
) -> Iterator[Request]:
    principal = Principal(policy.roles[test.role].members[0])
    local = Request(principal, test.role, test.purpose, "release", contract.name, "rows")
    wanted = [replace(local, recipient=name) for name in sorted({local.recipient, *_to(policy)})]
    allowed = [
        request
        for request in wanted
        if any(
            rule.effect == "allow" and in_force(rule, today) and speaks(rule, request)
            for rule in policy.rules
        )
    ]
    yield from allowed or [local]


def _to(policy: Policy) -> set[str]:
    return {rule.to for rule in policy.rules if rule.to is not None}


def _outcome(
    policy: Policy, request: Request, contract: Contract, test: PolicyTest, today: date
) -> tuple[str, str]:
    """The treatment that the column gets, or `refused`, and where that comes from."""
    column = named_column(test.column, contract)
    try:
        decision = decide(policy, request, contract, today)
    except Refused as refusal:
        return REFUSED, refusal.message
    decided = next(d for d in decision.columns if column and d.path == column.path)
    return str(decided.treatment), f"Decided by {decided.rule}."
