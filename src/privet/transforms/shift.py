"""`shift`: every date of a subject moved by the same secret number of days.

Intervals within one subject stay true; the calendar does not. The offset follows from the subject's
key by HMAC-SHA256, under a key of its own that is derived from the linkage key: a token of the same
subject under the linkage key itself is released, and must tell nothing of the offset.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from privet.crypto.mac import derive_key
from privet.kernels.hmac_column import hmac_rows
from privet.model.policy import Treatment
from privet.transforms.arrow import Values, pc
from privet.transforms.linkage import LinkageKey
from privet.transforms.operation import Input, Prepared, over_distinct
from privet.transforms.parameters import integer

DEFAULT_DAYS = 180
_LABEL = "transforms/shift"
_SECONDS_PER_DAY = 86_400
_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def prepare(treatment: Treatment, column: Input) -> Prepared:
    """Move dates and timestamps by ±1 to ±`days` days, never 0, the same for all of a subject.

    A value without a subject, or that would leave the range of its type, becomes null.
    """
    days = integer(treatment, "days", DEFAULT_DAYS)

    def run(values: Values, subjects: Values | None) -> Values:
        if column.key is None or subjects is None:
            raise ValueError("`shift` needs a linkage key and the subject of every value")
        key = column.key
        offsets = over_distinct(subjects, lambda distinct: day_offsets(distinct, key, days))
        return _move(values, offsets)

    return Prepared(column.type, run, algorithm=f"HMAC-SHA256-SHIFT-{days}")


def day_offsets(subjects: Values, key: LinkageKey, days: int) -> Values:
    """The offset of each subject in days, int64, uniform over ±1 … ±`days`; null for null.

    The first 8 bytes of the HMAC, little-endian, modulo twice `days`: the bias is below 2**-50.
    """
    digests = hmac_rows(derive_key(key.secret, _LABEL), subjects)
    words = np.ascontiguousarray(digests[:, :8]).view("<u8").ravel()
    steps = (words % np.uint64(2 * days)).astype(np.int64) - days
    steps += steps >= 0
    return pc.if_else(pc.is_valid(subjects), pa.array(steps), pa.scalar(None, pa.int64()))


def _move(values: Values, offsets: Values) -> Values:
    if pa.types.is_date32(values.type):
        moved = pc.add(pc.cast(values.view(pa.int32()), pa.int64()), offsets)
        return _within(moved, np.iinfo(np.int32)).cast(pa.int32()).view(values.type)
    per_day = _SECONDS_PER_DAY * _PER_SECOND[values.type.unit]
    delta = pc.multiply(offsets, per_day)
    ticks = values.view(pa.int64())
    moved = pc.add(ticks, delta)
    # Addition wraps around: it did where the sum went the other way than the offset.
    wrapped = pc.not_equal(pc.greater(moved, ticks), pc.greater(offsets, 0))
    return pc.if_else(wrapped, pa.scalar(None, pa.int64()), moved).view(values.type)


def _within(values: Values, limits: np.iinfo[np.int32]) -> Values:
    inside = pc.and_(
        pc.greater_equal(values, int(limits.min)), pc.less_equal(values, int(limits.max))
    )
    return pc.if_else(inside, values, pa.scalar(None, pa.int64()))
