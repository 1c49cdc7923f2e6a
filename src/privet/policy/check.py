"""`check`: everything that is wrong with a policy, at once, without touching data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import combinations
from typing import TypeAlias

from privet.model.contract import NO_CATEGORY, Column, Contract
from privet.model.errors import PrivetError
from privet.model.policy import Policy, Rule, Treatment
from privet.model.release import LOCAL_RECIPIENT, ColumnDecision
from privet.policy.anonymity import ROLES, is_anonymous, part_problem, whole_problems
from privet.policy.budgets import budget_problems
from privet.policy.categories import closest, is_known
from privet.policy.enforced import (
    REVEAL,
    residency_problem,
    unenforced_action,
    unenforced_guarantee,
)
from privet.policy.expectations import failed_tests
from privet.policy.matching import in_force, named_column, specificity
from privet.policy.problem import Problem, nearest
from privet.policy.questions import asked_problems, is_private, use_problem
from privet.policy.treatments import DROP, uncategorised
from privet.policy.where import parse_filter

Contracts: TypeAlias = Mapping[str, Contract]
CheckTreatment: TypeAlias = Callable[[Treatment, str], None]
"""Raises ValueError when the treatment cannot be given to a column of that type."""


def check_policy(
    policy: Policy, contracts: Contracts, check_treatment: CheckTreatment, today: date
) -> tuple[Problem, ...]:
    """Find every problem of the policy and of the contracts' terms.

    Args:
        policy: the whole policy.
        contracts: every contract of the project, by data set.
        check_treatment: whether a treatment fits a column type (`privet.transforms` knows).
        today: the date by which rules count as expired.

    Returns:
        Problems in the order policy, rules, ties, contracts, tests. The policy may be used if none
        has severity `error`.
    """
    found = [*_people(policy), *_purposes(policy), *budget_problems(policy, contracts)]
    found += _namesakes(policy.rules)
    for rule in policy.rules:
        found += _rule(rule, policy, contracts, today)
        found += _treatments(rule, contracts, check_treatment)
    found += _promises(policy.rules, contracts, today)
    found += _ties(policy.rules, today)
    for contract in contracts.values():
        found += _contract(contract, policy)
    found += failed_tests(policy, contracts, today)
    return tuple(found)


def _people(policy: Policy) -> Iterator[Problem]:
    for role in policy.roles.values():
        for purpose in role.purposes:
            if purpose not in policy.purposes:
                message = f"role `{role.name}` names purpose `{purpose}`, which is not declared"
                yield Problem(message, nearest(purpose, policy.purposes), role.where)
        if not role.members:
            message = f"role `{role.name}` has no members"
            yield Problem(message, "Nobody can use it yet.", role.where, "warning")


def _purposes(policy: Policy) -> Iterator[Problem]:
    for purpose in policy.purposes.values():
        for key in purpose.basis:
            if key != "default" and not is_known(key):
                message = f"the basis of purpose `{purpose.name}` names category `{key}`"
                yield Problem(f"{message}, which is unknown", _category_hint(key), purpose.where)


def _namesakes(rules: tuple[Rule, ...]) -> Iterator[Problem]:
    counts = Counter(rule.id for rule in rules)
    for rule in rules:
        if counts[rule.id] > 1:
            message = f"{counts[rule.id]} rules are called `{rule.id}`"
            yield Problem(message, "Give each its own: decisions and receipts name it.", rule.line)


def _rule(rule: Rule, policy: Policy, contracts: Contracts, today: date) -> Iterator[Problem]:
    if unenforced := unenforced_action(rule.action, rule):
        yield unenforced
    yield from _references(rule, policy, contracts)
    if rule.effect == "allow":
        if wrong := unenforced_guarantee(rule):
            yield wrong
        else:
            for contract in _about(rule, contracts) if rule.data else ():
                yield from asked_problems(rule.guarantee, policy, contract, rule)
        yield from _standing(rule, policy, contracts)
    else:
        yield from _denial(rule)
    yield from _filters(rule, contracts)
    if not in_force(rule, today):
        message = f"{rule.id} ended on {rule.until}"
        yield Problem(message, "Set a later `until`, or remove it.", rule.line, "warning")


def _references(rule: Rule, policy: Policy, contracts: Contracts) -> Iterator[Problem]:
    """Names in a rule that nothing declares."""
    recipients = {**policy.recipients, LOCAL_RECIPIENT: None}
    for what, name, known in (
        ("role", rule.role, policy.roles),
        ("purpose", rule.purpose, policy.purposes),
        ("recipient", rule.to, recipients),
        ("data set", rule.data, contracts),
    ):
        if what == "data set" and rule.action == REVEAL:
            continue  # a data set, or a map, which no contract declares
        if name is not None and name not in known:
            yield Problem(f"{rule.id}: unknown {what} `{name}`", nearest(name, known), rule.line)
        elif name is None and rule.effect == "allow" and what in ("role", "purpose"):
            message = f"{rule.id} allows something without naming a {what}"
            yield Problem(message, f"Add `{what}: ...`: only a denial may be general.", rule.line)
    for key in rule.columns:
        if not is_known(key):
            yield from _key(key, rule, contracts)


def _key(key: str, rule: Rule, contracts: Contracts) -> Iterator[Problem]:
    """What is wrong with a key of `columns` that is not a category."""
    data, _, path = key.partition(".")
    if rule.action == REVEAL and rule.data not in contracts:
        if data not in (rule.data, None):
            hint = f"Write a category, or `{rule.data or 'MAP'}.email` and the like."
            message = f"{rule.id}: `{key}` is neither a category nor a kind of its map"
            yield Problem(message, hint, rule.line)
        return
    contract = contracts.get(data)
    if contract is None:
        guess = closest(key)
        hint = f"Did you mean `{guess}`?" if guess else nearest(data, contracts)
        message = f"{rule.id}: `{key}` is neither a category nor a column of a known data set"
        yield Problem(message, hint, rule.line)
    elif rule.data not in (None, data):
        message = f"{rule.id} is about `{rule.data}` and treats a column of `{data}`"
        yield Problem(message, f"Move `{key}` to a rule about `{data}`.", rule.line)
    elif named_column(key, contract) is None:
        hint = nearest(path, [str(column.path) for column in contract.columns])
        yield Problem(f"{rule.id}: `{data}` has no column `{path}`", hint, rule.line)


def _standing(rule: Rule, policy: Policy, contracts: Contracts) -> Iterator[Problem]:
    """Reasons why an allow rule could never allow anything."""
    role = policy.roles.get(rule.role or "")
    if role and rule.purpose in policy.purposes and rule.purpose not in role.purposes:
        message = f"{rule.id}: role `{role.name}` does not work for purpose `{rule.purpose}`"
        yield Problem(message, f"Add it to `roles.{role.name}.purposes`.", rule.line)
    recipient = policy.recipients.get(rule.to or LOCAL_RECIPIENT)
    for contract in _about(rule, contracts):
        if rule.data and contract.purposes and rule.purpose not in contract.purposes:
            message = f"{rule.id}: `{rule.data}` was not collected for purpose `{rule.purpose}`"
            yield Problem(message, "Its contract lists the purposes it may serve.", rule.line)
        if recipient and (outside := residency_problem(recipient, contract)):
            yield Problem(f"{rule.id}: {outside.message}", outside.hint, rule.line)


def _denial(rule: Rule) -> Iterator[Problem]:
    """Words in a deny rule that could be read as narrowing it: none of them does."""
    if rule.guarantee is not None or rule.where is not None:
        message = f"{rule.id} is a denial: `as` and `where` mean nothing in it"
        yield Problem(message, "Remove them: it denies every row.", rule.line)
    for key, treatment in rule.columns.items():
        if treatment != DROP:
            message = f"{rule.id} denies `{key}` and gives it `{treatment}`"
            yield Problem(message, f"Write `{key}: drop`: what is denied is dropped.", rule.line)


def _filters(rule: Rule, contracts: Contracts) -> Iterator[Problem]:
    if rule.where is None or rule.effect == "deny":
        return
    for contract in _about(rule, contracts):
        types = {str(column.path): column.type for column in contract.columns}
        try:
            parse_filter(rule.where, types)
        except PrivetError as error:
            message = f"{rule.id}, on `{contract.name}`: {error.message}"
            yield Problem(message, error.hint or "", rule.line)


def _treatments(rule: Rule, contracts: Contracts, fits: CheckTreatment) -> Iterator[Problem]:
    """Treatments that the columns they would reach cannot be given."""
    if rule.effect == "deny":
        return
    for contract in _about(rule, contracts):
        for column, key in _reached(rule, contract):
            treatment = rule.columns[key]
            if is_private(rule.guarantee):
                if wrong := use_problem(treatment, column, contract):
                    yield replace(wrong, message=f"{rule.id}: {wrong.message}", where=rule.line)
                continue
            if is_anonymous(rule.guarantee) or treatment.name in ROLES:
                if wrong := part_problem(rule.guarantee, treatment, column, contract):
                    yield replace(wrong, message=f"{rule.id}: {wrong.message}", where=rule.line)
                continue
            try:
                fits(treatment, column.type)
            except ValueError as error:
                name = f"{contract.name}.{column.path}"
                hint = f"Change `{key}` in the `columns` of {rule.id}."
                yield Problem(f"{rule.id}, `{name}`: {error}", hint, rule.line)


def _reached(rule: Rule, contract: Contract) -> Iterator[tuple[Column, str]]:
    """The columns that a rule treats, each with the key that fits it most closely."""
    for column in contract.columns:
        key = max(rule.columns, key=lambda key: specificity(key, column, contract), default=None)
        if key is not None and specificity(key, column, contract):
            yield column, key


def _promises(rules: tuple[Rule, ...], contracts: Contracts, today: date) -> Iterator[Problem]:
    """Promises of k-anonymity that a rule cannot keep by itself, where no other rule helps."""
    alive = [rule for rule in rules if rule.effect == "allow" and in_force(rule, today)]
    for rule in alive:
        contract = contracts.get(rule.data or "")
        if rule.guarantee is None or not is_anonymous(rule.guarantee) or contract is None:
            continue
        if any(_overlap(rule, other) for other in alive if other is not rule):
            continue  # they add up, and `plan` sees the sum
        columns = [
            ColumnDecision(column.path, column.category or "", rule.columns[key], rule.id)
            for column, key in _reached(rule, contract)
        ]
        for wrong in whole_problems(rule.guarantee, columns, contract, rule.line):
            yield replace(wrong, message=f"{rule.id}: {wrong.message}")


def _ties(rules: tuple[Rule, ...], today: date) -> Iterator[Problem]:
    """Allow rules that can speak about one request and disagree."""
    allows = [rule for rule in rules if rule.effect == "allow" and in_force(rule, today)]
    for one, two in combinations(allows, 2):
        if not _overlap(one, two):
            continue
        both = f"{one.id} and {two.id}"
        if one.guarantee != two.guarantee:
            yield Problem(f"a tie: {both} promise different things", _AGREE, two.line)
        if one.where != two.where:
            yield Problem(f"a tie: {both} filter rows differently", _AGREE, two.line)
        for key in sorted(one.columns.keys() & two.columns.keys()):
            if one.columns[key] != two.columns[key]:
                said = f"`{one.columns[key]}` and `{two.columns[key]}`"
                yield Problem(f"a tie: {both} give `{key}` {said}", _AGREE, two.line)


_AGREE = "They speak about the same request: make them say the same, or merge them."


def _overlap(one: Rule, two: Rule) -> bool:
    same = (one.action, one.role, one.purpose, one.to or LOCAL_RECIPIENT) == (
        two.action,
        two.role,
        two.purpose,
        two.to or LOCAL_RECIPIENT,
    )
    return same and (one.data is None or two.data is None or one.data == two.data)


def _contract(contract: Contract, policy: Policy) -> Iterator[Problem]:
    for purpose in contract.purposes:
        if purpose not in policy.purposes:
            message = f"contract `{contract.name}` names purpose `{purpose}`, which is not declared"
            yield Problem(message, nearest(purpose, policy.purposes))
    if contract.retention:
        message = f"the retention of `{contract.name}` is not enforced by this version"
        yield Problem(message, "Delete what is older yourself.", severity="warning")
    if is_known(contract.name):
        message = f"the data set `{contract.name}` is called like a category"
        hint = "Rename it: in rules, its columns hide the categories of the same name."
        yield Problem(message, hint, severity="warning")
    for column in contract.columns:
        yield from _column(column, contract)


def _column(column: Column, contract: Contract) -> Iterator[Problem]:
    if column.category is None:
        # Not yet an error: it stops the release of this data set, and no other.
        open_question = uncategorised(column, contract)
        yield Problem(open_question.message, open_question.hint, column.where, "warning")
    elif column.category != NO_CATEGORY and not is_known(column.category):
        yield uncategorised(column, contract)
    elif column.category == NO_CATEGORY:
        for subject in contract.subjects:
            if subject.key == column.path:
                name = f"`{contract.name}.{column.path}`"
                message = f"{name} is the key of subject `{subject.type}`, with category `none`"
                hint = "Give it a category, such as `user.unique_id`: the key is about somebody."
                yield Problem(message, hint, column.where, "warning")


def _about(rule: Rule, contracts: Contracts) -> list[Contract]:
    if rule.data is None:
        return [] if rule.action == REVEAL else list(contracts.values())
    return [contracts[rule.data]] if rule.data in contracts else []


def _category_hint(key: str) -> str:
    guess = closest(key)
    return f"Did you mean `{guess}`?" if guess else "Use a data category key, or `default`."
