"""The decision: pure, deny by default, and with every reason at once when it is no."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from privet.model.contract import Contract
from privet.model.errors import Refused
from privet.model.policy import Policy, Recipient
from privet.model.release import LOCAL_RECIPIENT, Decision, Request
from privet.policy.anonymity import is_anonymous, whole_problems
from privet.policy.basis import legal_bases
from privet.policy.enforced import (
    REVEAL,
    residency_problem,
    unenforced_action,
    unenforced_guarantee,
)
from privet.policy.matching import Scope, scope_of
from privet.policy.problem import Problem, nearest, told
from privet.policy.questions import asked_problems
from privet.policy.treatments import treat, uncategorised, withhold


def decide(policy: Policy, request: Request, contract: Contract, today: date) -> Decision:
    """What the policy lets the request have, column by column.

    Deny wins over allow: a deny rule with no columns forbids the whole request, one with columns
    drops these columns whatever treatment it gives them. A denial only takes away: what the other
    rules would refuse without it stays refused. Among allow rules a column's own name wins over its
    category and a child category over its parent; a tie is refused, not guessed. The order of the
    rules never matters.

    Args:
        policy: the whole policy.
        request: who asks for which data set, as what, for what, to go where.
        contract: the contract of that data set.
        today: the date by which rules expire.

    Raises:
        Refused: with every reason, numbered, each with the line that would change it.
        ValueError: the contract is of another data set.
    """
    if contract.name != request.data:
        raise ValueError(f"the request is for `{request.data}`, the contract of `{contract.name}`")
    scope = scope_of(policy.rules, request, today)
    reasons = [*_standing(policy, request, contract), *_rules(policy, request, contract, scope)]
    if not scope.allows:
        reasons += [uncategorised(c, contract) for c in contract.columns if c.category is None]
        raise _refused(request, reasons)
    granted, unclear = treat(scope, request, contract, policy.budgets.get(contract.name))
    reasons += unclear
    bases: dict[str, str] = {}
    if request.purpose in policy.purposes:
        bases, lacking = legal_bases(policy.purposes[request.purpose], granted)
        reasons += lacking
    guarantee, recipient = scope.allows[0].guarantee, _recipient(policy, request)
    columns = withhold(granted, scope.denies, contract)
    if guarantee is not None and is_anonymous(guarantee) and not unclear:
        reasons += whole_problems(guarantee, columns, contract, scope.allows[0].line)
    if reasons or guarantee is None or recipient is None:
        raise _refused(request, reasons)
    leaving = {column.category for column in columns if column.treatment.name != "drop"}
    return Decision(
        request=request,
        guarantee=guarantee,
        columns=columns,
        where=scope.allows[0].where,
        recipient=recipient,
        until=min((rule.until for rule in scope.allows if rule.until), default=None),
        basis={key: basis for key, basis in bases.items() if key in leaving},
        rule=scope.name,
        policy_digest=policy.digest,
        most_rows=min((rule.rows for rule in scope.allows if rule.rows), default=None),
    )


def _recipient(policy: Policy, request: Request) -> Recipient | None:
    """The recipient as declared; the local one need not be."""
    if request.recipient == LOCAL_RECIPIENT:
        return policy.recipients.get(LOCAL_RECIPIENT, Recipient(LOCAL_RECIPIENT))
    return policy.recipients.get(request.recipient)


def _standing(policy: Policy, request: Request, contract: Contract) -> Iterator[Problem]:
    """Whether role, purpose and recipient exist and belong together, rules aside."""
    role = policy.roles.get(request.role)
    if role is None:
        yield Problem(f"there is no role `{request.role}`", nearest(request.role, policy.roles))
    elif request.principal.name not in role.members:
        message = f"`{request.principal.name}` is not a member of role `{role.name}`"
        yield Problem(message, f"Add it to `roles.{role.name}.members`.", role.where)
    purpose = policy.purposes.get(request.purpose)
    if purpose is None:
        hint = nearest(request.purpose, policy.purposes)
        yield Problem(f"there is no purpose `{request.purpose}`", hint)
    elif role is not None and request.purpose not in role.purposes:
        message = f"role `{role.name}` does not work for purpose `{request.purpose}`"
        yield Problem(message, f"Add it to `roles.{role.name}.purposes`.", role.where)
    if contract.purposes and request.purpose not in contract.purposes:
        message = f"`{contract.name}` was not collected for purpose `{request.purpose}`"
        yield Problem(message, "Its contract lists the purposes that it may serve.")
    recipient = _recipient(policy, request)
    if recipient is None:
        hint = nearest(request.recipient, policy.recipients)
        yield Problem(f"there is no recipient `{request.recipient}`", hint)
    elif outside := residency_problem(recipient, contract):
        yield outside


def _rules(policy: Policy, request: Request, contract: Contract, scope: Scope) -> Iterator[Problem]:
    """Whether some rule allows it, none denies it whole, and those that allow it agree."""
    if unenforced := unenforced_action(request.action):
        yield unenforced
    for rule in scope.denies:
        if not rule.columns:
            yield Problem(f"{rule.id} denies it", "A denial wins over every grant.", rule.line)
    if not scope.allows:
        yield _no_rule(request, scope)
    for rule in scope.allows:
        if wrong := unenforced_guarantee(rule):
            yield wrong
        yield from asked_problems(rule.guarantee, policy, contract, rule)
    first = scope.allows[0] if scope.allows else None
    for rule in scope.allows[1:]:
        if first and rule.guarantee != first.guarantee:
            message = f"a tie: {first.id} and {rule.id} promise different things"
            yield Problem(message, "Give both the same `as`.", rule.line)
        if first and rule.where != first.where:
            message = f"a tie: {first.id} and {rule.id} filter rows differently"
            yield Problem(message, "Give both the same `where`.", rule.line)


def _no_rule(request: Request, scope: Scope) -> Problem:
    if scope.expired:
        rule = scope.expired[-1]
        message = f"no rule in force allows it: {rule.id} ended on {rule.until}"
        return Problem(message, "Set a later `until`.", rule.line)
    to = "" if request.recipient == LOCAL_RECIPIENT else f", to: {request.recipient}"
    said = "as: pseudonymous, columns: {...}"
    if request.action == REVEAL:
        said = "rows: 100, columns: {user: keep}"
    return Problem(
        "no rule allows it",
        f"Add to `rules`: `- {{allow: {request.action}, role: {request.role}, purpose: "
        f"{request.purpose}{to}, data: {request.data}, {said}}}`.",
    )


def _refused(request: Request, reasons: list[Problem]) -> Refused:
    count = "1 reason" if len(reasons) == 1 else f"{len(reasons)} reasons"
    asked = f"`{request.action}` of `{request.data}` to `{request.recipient}`"
    lines = [f"the policy refuses {asked} as `{request.role}` for `{request.purpose}`: {count}"]
    for number, reason in enumerate(reasons, start=1):
        lines.append(f"  {number}. {told(reason)}. {reason.hint}")
    return Refused("\n".join(lines), hint="Change what is named, then run `privet check`.")
