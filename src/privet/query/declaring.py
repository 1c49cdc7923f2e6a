"""The world of a question, from contracts, budgets and what the policy decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from privet.model.contract import Column, Contract
from privet.model.errors import ConfigError
from privet.model.policy import Budget
from privet.model.release import Decision
from privet.policy.filter_types import ColumnType
from privet.query.world import Kind, Private, Public, World, refused

_KINDS: Mapping[str, Kind] = {
    "text": "text",
    "whole number": "integer",
    "number": "number",
    "decimal": "number",
    "truth value": "boolean",
    "date": "date",
    "time": "timestamp",
    "zoned time": "timestamp",
}


def world_of(
    decisions: Mapping[str, Decision],
    contracts: Mapping[str, Contract],
    budgets: Mapping[str, Budget],
    public: Iterable[str],
) -> World:
    """All that a question may read.

    Args:
        decisions: by private data set; what is kept may be used.
        contracts: of these and of the public data sets.
        budgets: of the private data sets.
        public: data sets about nobody.

    Raises:
        ConfigError: a budget does not say how much of one subject counts.
    """
    units = {budgets[data].unit for data in decisions}
    if len(units) > 1:
        raise refused(
            "it reads data sets whose budgets protect different units",
            "Ask about each by itself, or give their budgets one `unit`.",
        )
    private = tuple(
        _private(decision, contracts[data], budgets[data]) for data, decision in decisions.items()
    )
    return World(private, tuple(_public(contracts[name]) for name in public))


def _private(decision: Decision, contract: Contract, budget: Budget) -> Private:
    used = {choice.path for choice in decision.columns if choice.treatment.name == "keep"}
    subject = subject_column(contract, budget)
    if budget.max_norm is None or budget.max_norm == "auto":
        raise ConfigError(
            f"the budget of `{contract.name}` does not say how much of one subject counts",
            hint=f"Add `max_norm`, a number of rows, to `budgets.{contract.name}`.",
            where=budget.where,
        )
    return Private(
        name=contract.name,
        columns=_kinds(column for column in contract.columns if column.path in used),
        subject=subject,
        max_norm=Fraction(budget.max_norm),
        bounds={
            name: (Fraction(low), Fraction(high))
            for name, (low, high) in (budget.bounds or {}).items()
        },
        max_groups=budget.max_groups,
        keys=budget.keys or {},
    )


def subject_column(contract: Contract, budget: Budget) -> str:
    """The column that holds the subjects whom the budget protects.

    Raises:
        ConfigError: there is none, or it is inside of a list or struct.
    """
    for subject in contract.subjects:
        if subject.type == budget.unit and not subject.key.nested:
            return str(subject.key)
    raise ConfigError(
        f"`{contract.name}` has no column that holds a `{budget.unit}`",
        hint="Its contract names subjects: the key must be a column of its own.",
        where=budget.where,
    )


def _public(contract: Contract) -> Public:
    return Public(contract.name, _kinds(contract.columns))


def _kinds(columns: Iterable[Column]) -> dict[str, Kind]:
    found = {
        str(column.path): _KINDS.get(ColumnType.of(column.type).kind)
        for column in columns
        if not column.path.nested
    }
    return {name: kind for name, kind in found.items() if kind is not None}
