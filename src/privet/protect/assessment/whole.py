"""Risk and use of a table whose classes were found: measured once, and told."""

from __future__ import annotations

from privet.protect.assessment.told import Told, tell
from privet.protect.risk.assessing import assess
from privet.protect.risk.decided import Decided, measured
from privet.protect.risk.report import RiskReport
from privet.protect.utility.measuring import used
from privet.protect.utility.report import UtilityReport


def both(table: Decided, k: int) -> tuple[RiskReport, UtilityReport]:
    """What is left of risk and of use, exactly."""
    made = measured(table)
    if made.original is None:
        raise ValueError("a table whose classes were found has its original")
    return assess(made), used(made, made.original, k)


def told_of(table: Decided, k: int) -> Told:
    """The same, as a run tells it."""
    return tell(*both(table, k), k)
