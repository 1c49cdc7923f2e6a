"""What the tests of the policy share: customers, a policy about them, and a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from privet.model.contract import Column, Contract, SubjectRef
from privet.model.paths import ColumnPath
from privet.model.policy import (
    Guarantee,
    Policy,
    Purpose,
    Recipient,
    Role,
    Rule,
    Treatment,
)
from privet.model.release import Principal, Request

TODAY = date(2026, 1, 2)
DROP, KEEP, TOKEN = Treatment("drop"), Treatment("keep"), Treatment("token")
PSEUDONYMOUS, CLEAR = Guarantee("pseudonymous"), Guarantee("clear")


def column(path: str, category: str | None, type_: str = "string") -> Column:
    return Column(ColumnPath.parse(path), type_, category)


def contract(
    columns: Mapping[str, str | None] | None = None, *, name: str = "customers", **terms: object
) -> Contract:
    """A contract of text columns; by default id, e-mail, city and a plan that is about nobody."""
    found = columns or {
        "id": "user.unique_id",
        "email": "user.contact.email",
        "city": "user.contact.address.city",
        "plan": "none",
    }
    made = Contract(
        name,
        "1",
        tuple(column(path, category) for path, category in found.items()),
        subjects=(SubjectRef("customer", ColumnPath.of("id")),),
    )
    return replace(made, **terms)  # type: ignore[arg-type]


def allow(
    columns: Mapping[str, Treatment] | None = None,
    *,
    name: str = "rules[0]",
    **words: object,
) -> Rule:
    """A rule that lets analysts have customers for research, pseudonymous."""
    rule = Rule(
        name,
        "allow",
        "release",
        role="analyst",
        purpose="research",
        data="customers",
        guarantee=PSEUDONYMOUS,
        columns={"user": DROP, "user.contact.email": TOKEN} if columns is None else columns,
    )
    return replace(rule, **words)  # type: ignore[arg-type]


def deny(*keys: str, name: str = "rules[9]", **words: object) -> Rule:
    rule = Rule(name, "deny", "release", columns=dict.fromkeys(keys, DROP))
    return replace(rule, **words)  # type: ignore[arg-type]


def policy(*rules: Rule, basis: Mapping[str, str] | None = None, **words: object) -> Policy:
    made = Policy(
        version="1",
        purposes={
            "research": Purpose("research", {"default": "consent"} if basis is None else basis),
            "care": Purpose("care", {"default": "contract"}),
        },
        roles={"analyst": Role("analyst", ("os:ana",), ("research",))},
        recipients={"unilab": Recipient("unilab", region="EU", contract="dpa-17")},
        rules=rules,
        budgets={},
        tests=(),
        digest="d" * 64,
    )
    return replace(made, **words)  # type: ignore[arg-type]


def request(**words: object) -> Request:
    asked = Request(Principal("os:ana"), "analyst", "research", "release", "customers", "rows")
    return replace(asked, **words)  # type: ignore[arg-type]
