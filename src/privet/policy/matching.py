"""Which rules speak about a request, and how closely a key of theirs fits a column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from privet.model.contract import Column, Contract
from privet.model.paths import ColumnPath
from privet.model.policy import Rule
from privet.model.release import LOCAL_RECIPIENT, Request
from privet.policy.categories import ancestors

OWN_NAME = 1_000
"""The specificity of a column's own name: above any category, whose specificity is its depth."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The rules in force for a request, each kind in a fixed order that the file does not set."""

    allows: tuple[Rule, ...]
    denies: tuple[Rule, ...]
    expired: tuple[Rule, ...]

    @property
    def name(self) -> str:
        """The allow rules' ids, for decisions and messages."""
        return ", ".join(rule.id for rule in self.allows)


def scope_of(rules: Iterable[Rule], request: Request, today: date) -> Scope:
    """Sort the rules that speak about `request`.

    `expired` holds the allow rules that would have spoken, had their last day not passed.
    """
    speaking = sorted(
        (rule for rule in rules if speaks(rule, request)),
        key=lambda rule: (len(rule.id), rule.id),
    )
    alive = [rule for rule in speaking if in_force(rule, today)]
    return Scope(
        allows=tuple(rule for rule in alive if rule.effect == "allow"),
        denies=tuple(rule for rule in alive if rule.effect == "deny"),
        expired=tuple(r for r in speaking if r.effect == "allow" and not in_force(r, today)),
    )


def in_force(rule: Rule, today: date) -> bool:
    """Whether the rule's last day has not passed."""
    return rule.until is None or today <= rule.until


def speaks(rule: Rule, request: Request) -> bool:
    """Whether the rule is about the request, whatever the day.

    An allow rule must name role and purpose; without `to` it means the local recipient. A deny rule
    that leaves one of them out means every one.
    """
    if rule.action != request.action or rule.data not in (None, request.data):
        return False
    asked = (request.role, request.purpose, request.recipient)
    if rule.effect == "allow":
        return (rule.role, rule.purpose, rule.to or LOCAL_RECIPIENT) == asked
    named = (rule.role, rule.purpose, rule.to)
    return all(want in (None, given) for want, given in zip(named, asked, strict=True))


def named_column(key: str, contract: Contract) -> Column | None:
    """The column that `key` names as `dataset.column.path`, or None."""
    data, dot, path = key.partition(".")
    if data != contract.name or not dot:
        return None
    try:
        return contract.column(ColumnPath.parse(path))
    except ValueError:
        return None


def specificity(key: str, column: Column, contract: Contract) -> int:
    """How closely a key of an allow rule fits: `OWN_NAME`, the depth of a category, or 0.

    A key that names a column of the data set is never read as a category, so that in a data set
    called `user` the key `user.name` lets out that one column only.
    """
    named = named_column(key, contract)
    if named is not None:
        return OWN_NAME if named.path == column.path else 0
    return category_depth(key, column)


def category_depth(key: str, column: Column) -> int:
    """The depth of `key` if it is the column's category or one above it, else 0."""
    if column.category is None or key not in ancestors(column.category):
        return 0
    return key.count(".") + 1


def denied_by(rules: Iterable[Rule], column: Column, contract: Contract) -> Rule | None:
    """The first deny rule that names the column or its category, read either way."""
    for rule in rules:
        for key in rule.columns:
            named = named_column(key, contract)
            if (named is not None and named.path == column.path) or category_depth(key, column):
                return rule
    return None
