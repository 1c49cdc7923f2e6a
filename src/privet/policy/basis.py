"""The legal basis of each category that leaves (GDPR Art. 6; Art. 9 and 10 for special data)."""

from __future__ import annotations

from collections.abc import Iterable

from privet.model.contract import NO_CATEGORY
from privet.model.policy import Purpose
from privet.model.release import ColumnDecision
from privet.policy.categories import CATEGORIES, ancestors
from privet.policy.problem import Problem

DEFAULT = "default"


def legal_bases(
    purpose: Purpose, columns: Iterable[ColumnDecision]
) -> tuple[dict[str, str], list[Problem]]:
    """The basis by category of every personal column that is not dropped, and what lacks one."""
    leaving = {
        column.category
        for column in columns
        if column.category != NO_CATEGORY and column.treatment.name != "drop"
    }
    bases: dict[str, str] = {}
    reasons: list[Problem] = []
    for key in sorted(leaving):
        basis = basis_of(purpose, key)
        if basis is None:
            reasons.append(_missing(purpose, key))
        else:
            bases[key] = basis
    return bases, reasons


def basis_of(purpose: Purpose, key: str) -> str | None:
    """The basis of the closest category that has one, or the default.

    Special categories take neither the default nor the basis of a root such as `user`, which says
    no more than the default: GDPR Art. 9(2) asks for a ground of its own.
    """
    line = ancestors(key)
    special = CATEGORIES[key].special
    keys = line[:-1] if special else (*line, DEFAULT)
    return next((purpose.basis[above] for above in keys if purpose.basis.get(above)), None)


def _missing(purpose: Purpose, key: str) -> Problem:
    if not CATEGORIES[key].special:
        message = f"purpose `{purpose.name}` has no legal basis for `{key}`"
        line = f"{DEFAULT}: legitimate_interest"
    elif key.startswith("user.criminal_history"):
        message = f"purpose `{purpose.name}` has no basis of its own for `{key}` (GDPR Art. 10)"
        line = f"{key}: official_authority"
    else:
        message = f"purpose `{purpose.name}` has no basis of its own for `{key}` (GDPR Art. 9)"
        line = f"{key}: explicit_consent"
    hint = f"Add the basis that holds to `purposes.{purpose.name}.basis`, such as `{line}`."
    return Problem(message, hint, purpose.where)
