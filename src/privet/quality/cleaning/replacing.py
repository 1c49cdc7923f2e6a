"""The step `replace`: a value that is exactly this becomes exactly that."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from privet.quality.cleaning.change import Change, Work, within
from privet.quality.cleaning.change import whole as changed_to
from privet.transforms.arrow import Values, pc


def in_text(values_for: Mapping[str, str]) -> Work:
    """The step on text; nothing is trimmed and no case folded before the comparison."""
    old = pa.array(list(values_for), pa.string())
    new = pa.array(list(values_for.values()), pa.string())

    def work(values: Values) -> Change:
        found = pc.index_in(values, old)
        if found.null_count == len(found):
            return Change(values)
        return within(
            values,
            found.is_valid(),
            lambda part: changed_to(part, new.take(pc.index_in(part, old))),
        )

    return work


def in_values(values_for: Mapping[str, str]) -> Work:
    """The step on whole numbers and Booleans: they are compared, and go on, as text.

    Other types have more than one spelling, and stay as they are; so does an array of which no
    value is replaced.
    """
    on_text = in_text(values_for)

    def work(values: Values) -> Change:
        if not (pa.types.is_integer(values.type) or pa.types.is_boolean(values.type)):
            return Change(values)
        done = on_text(pc.cast(values, pa.string()))
        return Change(values) if done.changed is None else done

    return work
