"""Rows after a watermark: which of a source's rows no earlier run has taken."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

from privet.model.contract import Contract
from privet.model.errors import ConfigError
from privet.model.paths import ColumnPath
from privet.ports.arrow_types import arrow_schema
from privet.transforms.arrow import Values, pc
from privet.transforms.nested import leaf_values


@dataclass
class Watermark:
    """The largest value of a column so far, and which rows lie above what it was at the start.

    Args:
        contract: the data set's contract.
        path: a column with an order: whole numbers, decimals, dates, times, text.
        text: the largest value that an earlier run has taken, or None.

    Raises:
        ConfigError: the contract has no such column, or it has no order.
    """

    contract: Contract
    path: ColumnPath
    text: str | None
    _start: Values = field(init=False, repr=False)
    _newest: Values = field(init=False, repr=False)

    def __post_init__(self) -> None:
        column = self.contract.column(self.path)
        if column is None or column.path.nested:
            raise ConfigError(
                f"`incremental: {{after: {self.path}}}` names no top-level column of "
                f"{self.contract.name}",
                hint="name a column that grows with every new row",
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
        """The column and what its watermark was at the start; None: there was none."""
        return None if self.text is None else (self.path.root, self.text)

    def fresh(self, rows: pa.RecordBatch) -> Values:
        """A mask of typed rows: true above the watermark, false at or below, null where undated."""
        values = leaf_values(rows, self.path)
        if not self._start.is_valid:
            return pc.if_else(pc.is_valid(values), pa.scalar(value=True), None)
        return pc.greater(values, self._start)

    def note(self, rows: pa.RecordBatch) -> None:
        """See what is larger in rows that were taken."""
        values = leaf_values(rows, self.path)
        largest = pc.max(values)
        if largest.is_valid and (not self._newest.is_valid or _above(largest, self._newest)):
            self._newest = largest

    @property
    def newest(self) -> str | None:
        """The largest value now, as text."""
        text: str | None = self._newest.cast(pa.string()).as_py()
        return text


def _above(one: Values, other: Values) -> bool:
    return bool(pc.greater(one, other).as_py())
