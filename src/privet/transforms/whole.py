"""`keep` and `redact`: the value as it is, or nothing of it."""

from __future__ import annotations

import pyarrow as pa

from privet.model.policy import Treatment
from privet.transforms.arrow import nothing, pc
from privet.transforms.operation import Input, Prepared
from privet.transforms.parameters import text

REDACTED = "[redacted]"


def prepare_keep(_: Treatment, column: Input) -> Prepared:
    """Let values through."""
    return Prepared(column.type, lambda values, _: values)


def prepare_redact(treatment: Treatment, column: Input) -> Prepared:
    """Put a fixed text in the place of every text, and null in the place of everything else.

    Raises:
        ValueError: a replacing text for a column that holds none.
    """
    if column.family == "string":
        stand_in = pa.scalar(text(treatment, "text", REDACTED), pa.string())
        return Prepared(
            pa.string(), lambda values, _: pc.if_else(pc.is_valid(values), stand_in, None)
        )
    if treatment.params:
        raise ValueError(
            f"`text` of `redact` is for text columns; in a {column.type} column every value "
            "becomes null, so leave `text` out"
        )
    return Prepared(column.type, lambda values, _: nothing(len(values), column.type))
