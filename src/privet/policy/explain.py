"""A decision in rows, for `plan` and the report."""

from __future__ import annotations

from dataclasses import dataclass

from privet.model.contract import NO_CATEGORY
from privet.model.release import Decision
from privet.policy.categories import category


@dataclass(frozen=True, slots=True)
class Row:
    """What becomes of one column, in words.

    Attributes:
        column: dotted path.
        category: category key, or `none`.
        label: the category in a few words.
        treatment: name and parameters of the treatment.
        rule: the rule that said so.
        basis: the legal basis on which it leaves; None if it does not, or is about nobody.
    """

    column: str
    category: str
    label: str
    treatment: str
    rule: str
    basis: str | None


def explain(decision: Decision) -> tuple[Row, ...]:
    """One row per column, in the contract's order."""
    return tuple(
        Row(
            column=str(decided.path),
            category=decided.category,
            label=_label(decided.category),
            treatment=str(decided.treatment),
            rule=decided.rule,
            basis=None
            if decided.treatment.name == "drop"
            else decision.basis.get(decided.category),
        )
        for decided in decision.columns
    )


def _label(key: str) -> str:
    return "Not personal" if key == NO_CATEGORY else category(key).label
