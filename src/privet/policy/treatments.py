"""What becomes of each column: the closest key of the rules in force, or a reason to refuse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from privet.model.contract import NO_CATEGORY, Column, Contract
from privet.model.policy import Budget, Guarantee, Rule, Treatment
from privet.model.release import ColumnDecision, Request
from privet.policy.anonymity import is_anonymous, part_problem
from privet.policy.categories import ancestors, category, closest, is_known
from privet.policy.hiding import hides
from privet.policy.matching import Scope, denied_by, named_column, specificity
from privet.policy.problem import Problem
from privet.policy.questions import is_private, usable, use_problem

DROP = Treatment("drop")
KEEP = Treatment("keep")
TEXT = "text"
"""The treatment that replaces what is found in free text."""

FREE_TEXT = "user.content"
"""The category of what people write; what they write about themselves may be anything."""

_KEYED = frozenset({"token", "encrypt", "format", "vault", "shift", "text"})


def treat(
    scope: Scope, request: Request, contract: Contract, budget: Budget | None = None
) -> tuple[list[ColumnDecision], list[Problem]]:
    """What the allow rules grant, in the contract's order, and why a column stands in the way.

    `budget` is the data set's: what it bounds or lists may be used in a question.
    """
    granted: list[ColumnDecision] = []
    reasons = list(_void_denials(scope.denies, contract))
    promised = {rule.guarantee.name for rule in scope.allows if rule.guarantee}
    masked, hidden = promised == {"masked"}, bool(promised - {"clear"})
    guarantee = scope.allows[0].guarantee
    for column in contract.columns:
        decided = _treat_column(scope, request, contract, column, budget)
        if isinstance(decided, ColumnDecision) and is_private(guarantee):
            decided = use_problem(decided.treatment, column, contract) or decided
        elif isinstance(decided, ColumnDecision):
            wrong = part_problem(guarantee, decided.treatment, column, contract)
            plain = hidden and _readable(decided) and not (masked and _searched(decided))
            if wrong is None and plain and not is_anonymous(guarantee):
                wrong = _too_readable(decided, contract, column, masked=masked)
            decided = wrong or decided
        if isinstance(decided, ColumnDecision):
            granted.append(decided)
        else:
            reasons.append(decided)
    return granted, reasons


def withhold(
    granted: Iterable[ColumnDecision], denies: tuple[Rule, ...], contract: Contract
) -> tuple[ColumnDecision, ...]:
    """What is left of a grant: each column that a deny rule names is dropped."""
    kept = []
    for decided in granted:
        column = contract.column(decided.path)
        denial = denied_by(denies, column, contract) if column else None
        kept.append(
            ColumnDecision(decided.path, decided.category, DROP, denial.id) if denial else decided
        )
    return tuple(kept)


def _treat_column(
    scope: Scope, request: Request, contract: Contract, column: Column, budget: Budget | None
) -> ColumnDecision | Problem:
    if column.category is None or not (column.category == NO_CATEGORY or is_known(column.category)):
        return uncategorised(column, contract)
    chosen = _closest_rules(scope.allows, column, contract)
    if not chosen:
        unsaid = _unsaid(scope.allows[0].guarantee, column, contract, budget)
        if unsaid is None:
            return _untreated(column, contract, scope)
        return ColumnDecision(column.path, column.category, unsaid, scope.name)
    treatment, rule = chosen[0]
    for other, other_rule in chosen[1:]:
        if other != treatment:
            return _tie(column, contract, (rule, treatment), (other_rule, other))
    domain = _domain(column, contract, request) if treatment.name in _KEYED else None
    return ColumnDecision(column.path, column.category, treatment, rule.id, domain)


def _unsaid(
    guarantee: Guarantee | None, column: Column, contract: Contract, budget: Budget | None
) -> Treatment | None:
    """What becomes of a column of which no rule speaks; None where that must be said."""
    if is_anonymous(guarantee):
        return DROP
    if is_private(guarantee):
        return KEEP if usable(budget, column, contract) else DROP
    return KEEP if column.category == NO_CATEGORY else None


def _closest_rules(
    rules: tuple[Rule, ...], column: Column, contract: Contract
) -> list[tuple[Treatment, Rule]]:
    """What the rules say with the most specific key that fits; more than one may say it."""
    found = [
        (specificity(key, column, contract), treatment, rule)
        for rule in rules
        for key, treatment in rule.columns.items()
    ]
    best = max((fit for fit, _, _ in found), default=0)
    return [(treatment, rule) for fit, treatment, rule in found if fit == best and best > 0]


def _domain(column: Column, contract: Contract, request: Request) -> str:
    """The linkage domain: subject type (for a subject's key) or category, purpose, recipient."""
    types = [subject.type for subject in contract.subjects if subject.key == column.path]
    what = types[0] if types else column.category
    return f"{what}/{request.purpose}/{request.recipient}"


def _readable(decided: ColumnDecision) -> bool:
    if decided.category == NO_CATEGORY or hides(decided.treatment):
        return False
    return category(decided.category).direct_identifier


def _searched(decided: ColumnDecision) -> bool:
    """Whether it is free text in which personal data was replaced as far as it was found.

    A column of names or addresses is no free text: in it, what is not found would leave whole.
    """
    return decided.treatment.name == TEXT and FREE_TEXT in ancestors(decided.category)


def uncategorised(column: Column, contract: Contract) -> Problem:
    """Why a column of no known category stops everything, with the line to add."""
    name = f"column `{contract.name}.{column.path}`"
    if column.category is None:
        message, guess = f"{name} has no category", None
    else:
        message, guess = f"{name} has an unknown category", closest(column.category)
    value = guess or "user.contact.email"
    return Problem(
        message,
        f"Add to it `customProperties: [{{property: category, value: {value}}}]`"
        f"{'' if guess else ' (or the category that fits)'}, or `value: none` if it is about "
        "nobody.",
        column.where,
    )


def _untreated(column: Column, contract: Contract, scope: Scope) -> Problem:
    name, rule = f"{contract.name}.{column.path}", scope.allows[0]
    message = f"no rule says what becomes of `{name}` ({column.category})"
    if denial := denied_by(scope.denies, column, contract):
        message += f"; {denial.id} denies it, and a denial alone grants nothing"
    hint = f"Add `{name}: drop` (or a treatment) to the `columns` of {rule.id}."
    return Problem(message, hint, rule.line)


def _tie(
    column: Column, contract: Contract, one: tuple[Rule, Treatment], two: tuple[Rule, Treatment]
) -> Problem:
    said = " and ".join(f"{rule.id} says `{treatment}`" for rule, treatment in (one, two))
    return Problem(
        f"a tie about `{contract.name}.{column.path}`: {said}",
        "Make them say the same, or take the key out of one of them.",
        two[0].line,
    )


def _too_readable(
    decided: ColumnDecision, contract: Contract, column: Column, *, masked: bool
) -> Problem:
    name, free = f"{contract.name}.{column.path}", FREE_TEXT in ancestors(decided.category)
    promise = "masked" if masked else "pseudonymous"
    if decided.treatment.name == TEXT and free:
        return Problem(
            f"`{decided.treatment}` may miss somebody in `{name}` ({decided.category}), which a "
            f"{promise} release may not ({decided.rule})",
            f"Write `{name}: drop`, or promise only `as: masked`.",
            column.where,
        )
    way = f"`{name}: {{text: tag}}`" if masked and free else f"`{name}: token`"
    return Problem(
        f"`{decided.treatment}` leaves `{name}` ({decided.category}) readable, which a "
        f"{promise} release may not ({decided.rule})",
        f"Write {way} or `{name}: drop`, or promise only `as: clear`.",
        column.where,
    )


def _void_denials(rules: tuple[Rule, ...], contract: Contract) -> Iterator[Problem]:
    """Deny rules whose key fits nothing: a misspelt denial must not let the column out."""
    roots = {"system", "user"}
    for rule in rules:
        for key in rule.columns:
            root = key.partition(".")[0]
            if is_known(key) or named_column(key, contract) is not None:
                continue
            if root == contract.name or root in roots:
                what = "column" if root == contract.name else "category"
                message = f"{rule.id} denies `{key}`, and there is no such {what}"
                yield Problem(message, "Correct the key: run `privet check`.", rule.line)
