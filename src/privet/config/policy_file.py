"""`policy.yaml` to the policy's words, and the digest that receipts name it by."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from decimal import Decimal

from privet.config.field import plain_decimal
from privet.config.form import check, combined
from privet.config.policy_form import PolicyForm, RuleForm
from privet.config.yaml_document import Document
from privet.model.canonical import Json, encode
from privet.model.errors import ConfigError
from privet.model.policy import (
    Guarantee,
    Policy,
    PolicyTest,
    Purpose,
    Recipient,
    Role,
    Rule,
)

_NOT_DIGESTED = frozenset({"digest", "source"})
_LATER = frozenset({"rows", "bounds", "max_norm", "max_groups", "keys", "public"})
"""What the form had not from the start: unsaid, it leaves a policy's digest as it was."""

_CLEAR = Guarantee("clear")
"""What revealing promises, where the rule says nothing: the values themselves."""


def read_policy(document: Document) -> Policy:
    """Read a policy; `digest` is set.

    Raises:
        ConfigError: not of the form.
    """
    form = check(PolicyForm, document)
    _require_one_name_each(form.rules, document)
    at = document.locate
    policy = Policy(
        version=str(form.version),
        purposes={
            name: Purpose(name, dict(each.basis), each.iri, at(("purposes", name)))
            for name, each in form.purposes.items()
        },
        roles={
            name: Role(name, tuple(each.members), tuple(each.purposes), at(("roles", name)))
            for name, each in form.roles.items()
        },
        recipients={
            name: Recipient(name, each.region, each.contract, each.key, at(("recipients", name)))
            for name, each in form.recipients.items()
        },
        rules=tuple(_rule(number, each, document) for number, each in enumerate(form.rules)),
        budgets={
            name: each.budget(name, at(("budgets", name))) for name, each in form.budgets.items()
        },
        tests=tuple(
            PolicyTest(each.role, each.for_, each.column, each.expect, at(("tests", number)))
            for number, each in enumerate(form.tests)
        ),
        source=document.file,
    )
    return replace(policy, digest=policy_digest(policy))


def policy_digest(policy: Policy) -> str:
    """Return the SHA-256 (hex) of the policy's canonical form.

    The form holds all that the policy says, in `privet.model.canonical` encoding: dataclasses are
    objects, mappings are lists of pairs sorted by key (a column's name need not be ASCII), decimals
    and dates are text. Comments, order of keys and line numbers make no difference; the order of
    rules does, since their ids count it.
    """
    return hashlib.sha256(encode(_canonical(policy))).hexdigest()


def _canonical(value: object) -> Json:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Decimal):
        return plain_decimal(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return [[key, _canonical(value[key])] for key in sorted(value)]
    if isinstance(value, tuple):
        return [_canonical(item) for item in value]
    if is_dataclass(value):
        return {
            part.name: _canonical(getattr(value, part.name))
            for part in fields(value)
            if part.compare
            and part.name not in _NOT_DIGESTED
            and not (part.name in _LATER and getattr(value, part.name) is None)
        }
    raise TypeError(f"{type(value).__name__} has no place in a policy")


def _rule(number: int, form: RuleForm, document: Document) -> Rule:
    return Rule(
        id=form.name or f"rules[{number}]",
        effect="allow" if form.allow else "deny",
        action=form.allow or form.deny or "",
        role=form.role,
        purpose=form.purpose,
        to=form.to,
        data=form.data,
        guarantee=form.as_ or (_CLEAR if form.allow == "reveal" else None),
        where=form.where,
        until=form.until,
        columns=dict(form.columns),
        rows=form.rows,
        line=document.locate(("rules", number)),
    )


def _require_one_name_each(rules: list[RuleForm], document: Document) -> None:
    errors: list[ConfigError] = []
    seen: dict[str, int] = {}
    for number, rule in enumerate(rules):
        if rule.name is not None and rule.name in seen:
            problem = f"a second rule of this name; the first is rules[{seen[rule.name]}]"
            where = document.locate(("rules", number, "name"))
            errors.append(ConfigError(problem, hint="rename one of the two", where=where))
        seen.setdefault(rule.name or "", number)
    if errors:
        raise combined(errors)
