"""Rows after a watermark: which of a source's rows no earlier run has taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from privet.model.contract import Contract
from privet.model.errors import ConfigError
from privet.model.paths import ColumnPath
from privet.model.quality import CleanStep
from privet.policy.problem import nearest
from privet.ports.arrow_types import arrow_schema
from privet.transforms.arrow import Values, pc
from privet.transforms.nested import leaf_values

_SPELLING = frozenset({"trim", "normalise"})
"""Steps that change no number and no date that a database has."""

_LATER = frozenset({"impute", "clip", "deduplicate"})
"""Steps after the types are known, and so after the comparison."""

_FIRST_DAY, _LAST_DAY = date(1, 1, 2), date(9999, 12, 30)
"""Within a day of any zone from the years 1 to 9999, which have four digits."""


@dataclass
class Watermark:
    """The largest value of a column so far, and which rows lie above what it was at the start.

    Args:
        contract: the data set's contract.
        path: a column with an order: whole numbers, decimals, dates, times, text.
        text: the largest value that an earlier run has taken, or None.
        clean: the steps that the column goes through before it is compared.

    Raises:
        ConfigError: the contract has no such column, or it has no order.
    """

    contract: Contract
    path: ColumnPath
    text: str | None = field(repr=False)
    clean: Sequence[CleanStep] = ()
    _start: Values = field(init=False, repr=False)
    _newest: Values = field(init=False, repr=False)

    def __post_init__(self) -> None:
        column = self.contract.column(self.path)
        if column is None or column.path.nested:
            raise ConfigError(
                f"`incremental: {{after: {self.path}}}` names no top-level column of "
                f"{self.contract.name}",
                hint="name a column that grows with every new row. "
                + nearest(str(self.path), (str(known.path) for known in self.contract.columns)),
            )
        kind = arrow_schema([column]).field(0).type
        if pa.types.is_floating(kind) or pa.types.is_boolean(kind) or pa.types.is_binary(kind):
            raise ConfigError(
                f"{self.path} cannot be a watermark: its type is {kind}",
                hint="name a column of times, dates, whole numbers or text",
            )
        given: Values = pa.scalar(self.text, pa.string())
        self._start = given.cast(kind)
        self._newest = self._start

    @property
    def start(self) -> tuple[str, str] | None:
        """The column and what its watermark was at the start; None: there was none.

        Nor where cleaning may change the column: a database would compare what stands there.
        """
        if self.text is None or self.cleaned:
            return None
        return self.path.root, self.text

    @property
    def cleaned(self) -> bool:
        """Whether a cleaning step may make another value of the column's."""
        column = self.contract.column(self.path)
        text = column is None or column.type == "string"
        return any(
            self.path in step.columns or (not step.columns and (text or step.name not in _SPELLING))
            for step in self.clean
            if step.name not in _LATER
        )

    def fresh(self, rows: pa.RecordBatch) -> Values:
        """A mask of typed rows: true above the watermark, false at or below, null where undated."""
        values = self._values(rows)
        if not self._start.is_valid:
            return pc.if_else(pc.is_valid(values), pa.scalar(value=True), None)
        return pc.greater(values, self._start)

    def note(self, rows: pa.RecordBatch) -> None:
        """See what is larger in rows that were taken."""
        largest = pc.max(self._values(rows))
        if largest.is_valid and (not self._newest.is_valid or _above(largest, self._newest)):
            self._newest = largest

    def _values(self, rows: pa.RecordBatch) -> Values:
        """The column; a day or time beyond what can be written down counts as none."""
        values = leaf_values(rows, self.path)
        if not pa.types.is_date(values.type) and not pa.types.is_timestamp(values.type):
            return values
        days = values.cast(pa.date32(), safe=False)
        writable = pc.and_(pc.greater_equal(days, _FIRST_DAY), pc.less_equal(days, _LAST_DAY))
        return pc.if_else(writable, values, None)

    @property
    def newest(self) -> str | None:
        """The largest value now, as text."""
        text: str | None = self._newest.cast(pa.string()).as_py()
        return text


def _above(one: Values, other: Values) -> bool:
    return bool(pc.greater(one, other).as_py())
