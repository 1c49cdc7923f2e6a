"""The answer about use: figures of loss, without any value of the data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """What one quasi-identifier lost.

    Attributes:
        column: its name.
        loss: the loss metric, 0 (as it was) to 1 (nothing left); suppressed rows cost 1.
        entropy: non-uniform entropy, 0 to 1: which part of what the column told is gone.
        levels: share of the original rows published on each level of the hierarchy, level 0 (as
            they were) first; what is missing to 1 was suppressed.
    """

    column: str
    loss: float
    entropy: float
    levels: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class UtilityReport:
    """What is left of use in a published table.

    Attributes:
        rows: rows of the original.
        published: rows that were published; the others were suppressed.
        classes: classes of the published table.
        columns: each quasi-identifier.
        loss: the mean of their losses (normalised certainty penalty): what the solvers minimise.
        entropy: the mean of their entropies.
        discernibility: sum over rows of how many are like them, a suppressed row being like all
            (Bayardo and Agrawal, 2005); at least the number of rows.
        average_class: published rows by classes; 0 of none.
        average_by_k: the same by k (C_avg of LeFevre et al., 2006): 1 is best. None without k.
    """

    rows: int
    published: int
    classes: int
    columns: tuple[ColumnUse, ...]
    loss: float
    entropy: float
    discernibility: int
    average_class: float
    average_by_k: float | None

    @property
    def suppressed(self) -> int:
        """Rows that were not published."""
        return self.rows - self.published
