"""Measures of a whole data set that its rules ask for, gathered batch by batch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from privet.model.contract import Contract
from privet.model.paths import ColumnPath
from privet.model.quality import Fresh, RowCount
from privet.transforms.arrow import Values, pc
from privet.transforms.nested import leaf_values

_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_DAY = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SetMeasures:
    """Gathers, from the rows that are kept, what the rules on the set need: newest values.

    Add every batch once; the order does not matter.
    """

    def __init__(self, contract: Contract) -> None:
        self._rules = contract.rules
        self._newest: dict[ColumnPath, datetime | None] = {
            path: None
            for rule in contract.rules
            if isinstance(rule.check, Fresh)
            for path in rule.columns
        }

    def add(self, kept: pa.RecordBatch) -> None:
        """Take a batch of kept rows in; costs one pass over the columns of `Fresh` rules.

        Raises:
            ValueError: such a column is missing, or holds neither dates nor times.
        """
        for path, known in self._newest.items():
            found = _moment(pc.max(leaf_values(kept, path)), path)
            if found is not None and (known is None or found > known):
                self._newest[path] = found

    def newest(self, path: ColumnPath) -> datetime | None:
        """The newest value at `path`, in UTC; None while there is none.

        A time without a zone counts as UTC, a date as its first moment in UTC.

        Raises:
            KeyError: no `Fresh` rule looks at `path`.
        """
        return self._newest[path]

    def figures(self, *, kept: int, now: datetime) -> dict[str, float | None]:
        """The figure of each `RowCount` and `Fresh` rule, by rule.

        For `Fresh` that is the age of the newest value in seconds; None where no value is there. A
        value in the future is as wrong as an old one: it counts by its distance from `now`. With
        several columns, the oldest of their newest values counts.

        Args:
            kept: how many rows were kept.
            now: a time with a zone.
        """
        found: dict[str, float | None] = {}
        for rule in self._rules:
            if isinstance(rule.check, RowCount):
                found[rule.name] = float(kept)
            elif isinstance(rule.check, Fresh):
                ages = [_age(self._newest[path], now) for path in rule.columns]
                known = [age for age in ages if age is not None]
                found[rule.name] = max(known) if known and len(known) == len(ages) else None
        return found


def _age(newest: datetime | None, now: datetime) -> float | None:
    return None if newest is None else abs((now - newest).total_seconds())


def _moment(newest: Values, path: ColumnPath) -> datetime | None:
    """An Arrow date or time as a moment in UTC; outside the years that Python knows, the nearest.

    Going through integers spares the rule a zone that this machine does not know.
    """
    kind = newest.type
    if pa.types.is_date32(kind):
        count, unit = newest.cast(pa.int32()).as_py(), _DAY * 10**6
    elif pa.types.is_timestamp(kind):
        count, unit = newest.cast(pa.int64()).as_py(), 10**6 // _PER_SECOND[kind.unit]
        if kind.unit == "ns":
            count, unit = (None if count is None else count // 1000), 1
    else:
        raise ValueError(f"the column {path} holds neither dates nor times")
    if count is None:
        return None
    try:
        return _EPOCH + timedelta(microseconds=count * unit)
    except OverflowError:
        end = datetime.max if count > 0 else datetime.min
        return end.replace(tzinfo=UTC)
