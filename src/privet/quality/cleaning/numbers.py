"""The step `number`: numbers in several spellings become plain ones, each cell by itself.

What is plain already, or has one regular thousands sign and one decimal sign, is found by patterns
and respelled by Arrow's kernels. The rest is decided on once for each different text
(`number_forms`).
"""

from __future__ import annotations

import re

from privet.quality.cleaning.change import Change, Decide, Work, by_value, then, whole, within
from privet.quality.cleaning.number_forms import LONGEST, NumberForms
from privet.transforms.arrow import Values, pc


def in_text(forms: NumberForms, decide: Decide) -> Work:
    """The step on text; `decide` is `forms.read`, which may remember."""
    if forms.units and dict(forms.units).get("") != 1:
        return lambda values: by_value(values, decide)
    stands = _stands(forms)
    regular = _regular(forms)

    def work(values: Values) -> Change:
        return within(values, pc.invert(_matching(values, stands)), respell)

    def respell(values: Values) -> Change:
        if regular is None:
            return by_value(values, decide)
        matching = _matching(values, regular)
        plain = within(values, matching, lambda part: _respelled(part, forms))
        return then(plain, lambda now: within(now, pc.invert(matching), singly))

    def singly(values: Values) -> Change:
        return by_value(values, decide)

    return work


def _stands(forms: NumberForms) -> str:
    """A pattern of what stays as it is, whatever else the signs allow."""
    if "." in forms.decimals and "." not in forms.thousands:
        return r"^-?[0-9]+(?:\.[0-9]+)?$"
    return "^-?[0-9]+$"


def _regular(forms: NumberForms) -> str | None:
    """A pattern of what the one decimal sign and the first thousands sign read in one way."""
    if len(forms.decimals) != 1:
        return None
    group, point = re.escape(forms.thousands[:1]), re.escape(forms.decimals)
    grouped = rf"[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|" if group else ""
    return rf"^-?(?:{grouped}[0-9]+)(?:{point}[0-9]+)?$"


def _matching(values: Values, pattern: str) -> Values:
    """Short enough, and of the pattern; null for null."""
    short = pc.less_equal(pc.binary_length(values), LONGEST)
    return pc.and_(short, pc.match_substring_regex(values, pattern))


def _respelled(values: Values, forms: NumberForms) -> Change:
    made = values
    if forms.thousands:
        made = pc.replace_substring(made, forms.thousands[0], "")
    return whole(values, pc.replace_substring(made, forms.decimals, "."))
