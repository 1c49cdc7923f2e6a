"""Checks of another tool: it says of each row, by itself, which of its checks the row fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import pyarrow as pa


class RowChecks(Protocol):
    """The checks of one schema, ready to judge batches."""

    @property
    def names(self) -> tuple[str, ...]:
        """The checks, in their order: `amount:greater_than`. They hold no value of the data."""
        ...

    def judge(self, rows: pa.RecordBatch) -> Mapping[str, pa.BooleanArray]:
        """Which rows fail which check: a mask for each check that a row fails.

        How rows are cut into batches changes nothing: a check that looks at more than one row is
        refused.

        Args:
            rows: the contract's columns in its types; others are passed over.

        Raises:
            ConfigError: a check breaks on these rows, or turns out to look at several; the message
                names the check and holds no value.
        """
        ...
