"""How sure a matching number is: from how rare its form is, and what context says.

The rarity of a variant is the share of random strings of its lengths (digits where it has digits,
letters where it has letters) that pass for it; a distinctive written form, or letters among the
digits, make it rarer still.
"""

from __future__ import annotations

from itertools import pairwise

from privet.detect.kinds.numbers_declared import (
    DIGITS,
    DISTINCTIVE,
    LETTERS,
    USUAL,
    WEAK,
    Day,
    Number,
    Repeats,
    Rule,
    Sum,
    Variant,
    Within,
)
from privet.kernels.scan.official_tables import (
    AGAINST,
    COMPETING,
    COUNTRY,
    CROSS,
    FULL,
    TOPIC,
)

LEVELS, SITUATIONS = 4, 7
_FORMS = {DISTINCTIVE: 1 / 50, USUAL: 1 / 5}
_CHANGES = (1.0, 1 / 5, 1 / 20, 1 / 50)
"""By how often letters and digits take turns."""
_ONE_CHECK = 1 / 9
"""A variant that fewer than this share pass has a check that says something."""
_WITH = {FULL: (65, 85), CROSS: (40, 70), TOPIC: (40, 65)}
"""At least so much where context speaks of it: without a sure check, and with one."""


def share(variant: Variant) -> float:
    """The share of random strings that have its shape and pass its rules, nearly."""
    passing = 1.0
    for symbols in variant.shape:
        letters = sum(symbol in LETTERS for symbol in symbols)
        passing *= len(symbols) / (10 if not letters else 26 if letters == len(symbols) else 36)
    for rule in variant.rules:
        passing *= _rule_share(rule, variant)
    return passing


def _rule_share(rule: Rule, variant: Variant) -> float:
    if isinstance(rule, Within):
        field = variant.shape[rule.at : rule.at + rule.size]
        numeric = set("".join(field)) <= set(DIGITS)
        inside = sum(int(high) - int(low) + 1 if numeric else 1 for low, high in rule.ranges)
        part = min(1.0, inside / _strings(field))
        return 1 - part if rule.negated else part
    if isinstance(rule, Day):
        months = 1.0 if rule.month_letter else min(1.0, 0.12 * len(rule.month_plus))
        days = min(1.0, 0.304 * len(rule.day_plus))
        return months * days * (1.0 if rule.year_size == 2 else 0.0251)
    if isinstance(rule, Sum):
        right = sum(target != "" for target in rule.targets) / rule.modulus
        if rule.at < 0:
            return right
        return right / _strings(variant.shape[rule.at : rule.at + rule.size])
    return 0.04 if isinstance(rule, Repeats) else 0.1


def _strings(field: tuple[str, ...]) -> int:
    count = 1
    for symbols in field:
        count *= len(symbols)
    return count


def passing(number: Number, variant: Variant) -> float:
    """The share that passes for one of the variants that are written like this one."""
    alike = (
        other
        for other in number.variants
        if (other.forms, other.checked) == (variant.forms, variant.checked)
    )
    return min(1.0, sum(share(other) for other in alike))


def scores(number: Number, variant: Variant) -> tuple[tuple[int, ...], ...]:
    """0 to 100, for each level of a written form and in it for each situation of context."""
    part = passing(number, variant)
    sorts = [set(symbols) <= set(LETTERS) for symbols in variant.shape]
    changes = _CHANGES[min(3, sum(one != other for one, other in pairwise(sorts)))]
    found = []
    for level in range(LEVELS):
        rare = part if level == WEAK else part * changes * _FORMS.get(level, 1.0)
        alone = _alone(part, rare, level, checked=variant.checked)
        sure = variant.checked and part <= _ONE_CHECK
        row = [_score(alone, rare, part, level, context, sure) for context in range(SITUATIONS)]
        if number.asked:
            row = [most if context in (FULL, CROSS) else 0 for context, most in enumerate(row)]
        found.append(tuple(row))
    return tuple(found)


def _score(  # noqa: PLR0917 - all of them are what is known of the match
    alone: int,
    rare: float,
    part: float,
    level: int,
    context: int,
    sure: bool,  # noqa: FBT001
) -> int:
    if context in _WITH:
        least = _WITH[context][sure]
        if context == TOPIC and not sure and part <= 1 / 30:
            return max(alone, 55)
        plain = context == FULL and not sure and part > 0.5 and level in (0, WEAK)
        return max(alone, 55 if plain else least)
    if context == COUNTRY:
        return max(alone, 55 if sure and part <= 1 / 90 else 40)
    if context == AGAINST or (context == COMPETING and level != DISTINCTIVE):
        return alone if rare <= 1 / 50_000 else min(alone, 35)
    return alone


def _alone(part: float, rare: float, level: int, *, checked: bool) -> int:
    weak = 40 if part <= 0.2 else 20
    if level == WEAK:
        return weak
    if not checked:
        return 75 if level == DISTINCTIVE or rare <= 1 / 4_000 else weak
    if rare <= 1 / 4_000:
        return 95 if rare <= 1 / 100_000 else 85
    if level == DISTINCTIVE:
        return 85 if part <= _ONE_CHECK else 75
    return 60 if rare <= 1 / 3_000 else weak
