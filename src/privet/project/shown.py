"""What releases that are only shown, and written nowhere, have in common."""

from __future__ import annotations

from typing import Any

from privet.model.errors import Refused
from privet.model.release import Decision


def shown_plan(decision: Decision, **facts: Any) -> dict[str, Any]:
    """What is going to be shown, in JSON's terms: hashed into the receipt, kept with it.

    Raises:
        Refused: the policy encrypts what goes to whoever looks.
    """
    if decision.recipient.key is not None:
        raise Refused(
            "what goes to the recipient `local` is encrypted, and cannot be shown",
            hint="take `key:` out of `recipients.local` in policy.yaml",
        )
    return {
        "version": 1,
        **facts,
        "rule": decision.rule,
        "columns": [
            {"column": str(column.path), "treatment": str(column.treatment)}
            for column in decision.columns
        ],
    }
