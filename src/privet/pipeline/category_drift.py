"""Drift of categories: data that show what their contract does not know, and what happens then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from privet.model.contract import Contract
from privet.model.errors import Refused
from privet.model.paths import ColumnPath
from privet.model.pipeline import Drift
from privet.transforms.arrow import Values

REASON = "drift"
"""What the reason of a row begins with that is held back for it; the column comes behind."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """What a column shows that its contract does not know.

    Attributes:
        what: what they are, in the plural.
        category: the data category that goes with it.
        share: of the values that were looked at, above 0 to 1; `of` is how many.
    """

    column: ColumnPath
    what: str
    category: str
    share: float
    of: int

    def __str__(self) -> str:
        share = "under 1 %" if self.share < 0.01 else f"{self.share:.0%}".replace("%", " %")
        return f"{self.column}: {self.what} in {share} of {self.of:,} values looked at"


class CategoryWatch(Protocol):
    """Looks at the text of one data set for what its contract does not know."""

    def add(self, rows: pa.RecordBatch) -> None:
        """Look at a sample of the values of these rows, in the contract's types."""
        ...

    def found(self) -> tuple[Unknown, ...]:
        """What was found so far, in the order of the columns."""
        ...

    def rows(self, rows: pa.RecordBatch) -> Mapping[ColumnPath, Values]:
        """Which rows show something unknown: a mask for each column that any row shows it in."""
        ...


def require_known(found: Sequence[Unknown], contract: Contract, drift: Drift) -> None:
    """Insist that nothing unknown was found, where the pipeline wants to stop then.

    Raises:
        Refused: something was; the message names column, kind and share, and no value.
    """
    if not found or drift.categories != "stop":
        return
    more = f" (and {len(found) - 1:,} more)" if found[1:] else ""
    first = found[0]
    raise Refused(
        f"`{contract.name}` shows what its contract does not know: {first}{more}",
        hint=f"Give `{first.column}` its category (such as `{first.category}`) in the data set's "
        "file in contracts/; or say `drift: {categories: quarantine}` (or `report`) in the "
        "pipeline file.",
    )
