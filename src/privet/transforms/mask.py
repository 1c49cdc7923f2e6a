"""`mask`: the first or last few characters, and a fixed number of mask characters for the rest."""

from __future__ import annotations

import pyarrow as pa

from privet.model.policy import Treatment
from privet.transforms.arrow import Values, pc
from privet.transforms.normalise import subject_text
from privet.transforms.operation import Input, Prepared
from privet.transforms.parameters import integer, text

MASK_LENGTH = 4
"""Mask characters in every output, so that the length of a value does not show."""


def prepare(treatment: Treatment, column: Input) -> Prepared:
    """Show `show_first` and `show_last` characters around `****`.

    A value no longer than what would be shown is masked whole, `****`. Text is trimmed and NFKC
    first, so that no blank counts as a shown character; integers are masked as their digits.

    Raises:
        ValueError: nothing would be shown, which is what `redact` is for.
    """
    first = integer(treatment, "show_first", 0)
    last = integer(treatment, "show_last", 0)
    if first + last == 0:
        raise ValueError("`mask` shows nothing: set show_last or show_first, or write `redact`")
    stars = text(treatment, "with", "*") * MASK_LENGTH

    def run(values: Values, _: Values | None) -> Values:
        plain = subject_text(values, None)
        masked = pc.binary_join_element_wise(
            pc.utf8_slice_codeunits(plain, 0, first),
            stars,
            pc.utf8_slice_codeunits(plain, -last) if last else "",
            "",
        )
        short = pc.less_equal(pc.utf8_length(plain), first + last)
        return pc.if_else(short, stars, masked)

    return Prepared(pa.string(), run, per_value=column.family == "string")
