"""Which treatments leave a direct identifier unreadable, parameters included.

Deny by default: whatever is not shown here to hide a value counts as leaving it readable. A cut by
length does, because a value no longer than the cut (`Anna`, four letters) comes out whole.
"""

from __future__ import annotations

from privet.model.policy import Scalar, Treatment

ALWAYS = frozenset({"drop", "redact", "token", "encrypt", "vault"})

MOST_SHOWN = 4
"""Characters that a mask may show: as many as a payment receipt shows of a card."""

MOST_KEPT = 6
"""Characters that `format` may keep: the issuer of a card, which leaves a million cards."""

MOST_V4, MOST_V6 = 24, 48
"""Longest network prefixes that stand for many lines: what `truncate` gives by itself."""

MOST_DECIMALS = 1
"""Digits after the point of a coordinate: about ten kilometres."""


def hides(treatment: Treatment) -> bool:
    """Whether a direct identifier cannot be read any more after `treatment`."""
    if treatment.name == "mask":
        shown = _number(treatment, "show_first", 0) + _number(treatment, "show_last", 0)
        return shown <= MOST_SHOWN
    if treatment.name == "format":
        return _number(treatment, "keep_first", 0) <= MOST_KEPT
    if treatment.name == "truncate":
        return _coarse(treatment)
    return treatment.name in ALWAYS


def _coarse(treatment: Treatment) -> bool:
    if treatment.param("kind") == "ip":
        v4, v6 = _number(treatment, "v4", MOST_V4), _number(treatment, "v6", MOST_V6)
        return v4 <= MOST_V4 and v6 <= MOST_V6
    if treatment.param("decimals") is not None:
        return _number(treatment, "decimals", 0) <= MOST_DECIMALS
    return False


def _number(treatment: Treatment, name: str, default: int) -> int:
    """The parameter, or a number beyond every limit where it is none."""
    value: Scalar | None = treatment.param(name, default)
    return value if isinstance(value, int) and not isinstance(value, bool) else 1 << 30
