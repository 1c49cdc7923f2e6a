"""What to say where no levels will do."""

from __future__ import annotations

from privet.kernels.anonymity.criteria import Rules
from privet.model.errors import Refused
from privet.protect.combinations import Combinations
from privet.protect.feasibility import require_feasible


def no_levels(
    combinations: Combinations, rules: Rules, suppress: float, *, proven: bool
) -> Refused:
    """The error for a search that ended without levels.

    Args:
        combinations: the table.
        rules: what each class had to be.
        suppress: the share of rows that could be suppressed.
        proven: whether there are none, or none were found in time.

    Raises:
        Refused: not even the whole table as one class meets the rules; the message has what it
            does meet, which is the most there is without suppression.
    """
    if not proven:
        return Refused(
            "no levels that meet the criteria were found in time",
            hint="Give the search more time, let it suppress more rows, or use Mondrian.",
        )
    require_feasible(combinations, rules)
    return Refused(
        f"no levels meet the criteria with {suppress:.6g} of the rows suppressed",
        hint="A class of the population that nobody of the table is in breaks them on each.",
    )
