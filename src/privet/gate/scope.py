"""The row scope and the treatment of columns: a pure kernel from a raw batch to what may leave.

Fail closed: a row whose filter is null is withheld, a column that no decision names is dropped by
`apply_columns`, and a row of a restricted subject is withheld whichever of its subjects it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from privet.model.contract import Contract
from privet.model.paths import ColumnPath
from privet.model.release import Principal
from privet.policy.where import RowFilter
from privet.transforms.arrow import Values, pc
from privet.transforms.build import Transform
from privet.transforms.nested import apply_columns, leaf_values, output_schema
from privet.transforms.normalise import subject_text

RESTRICTED = "restricted"
FILTERED = "filter"

WithheldMask = Callable[[Values, str, str], Values]
"""(normalised subject keys, subject type, purpose) -> true where the registry withholds the row."""


@dataclass(frozen=True)
class RowScope:
    """Which rows of one data set may leave, and in which form.

    Attributes:
        contract: the data set's contract.
        purpose: what the release is for; restrictions are asked by purpose.
        principal: who asks; row filters may use its attributes.
        row_filter: the rule's `where`, or None.
        withheld: the registry's answer, by subject.
        transforms: per leaf column; a leaf without an entry, or with None, does not leave.
    """

    contract: Contract
    purpose: str
    principal: Principal
    row_filter: RowFilter | None
    withheld: WithheldMask
    transforms: Mapping[ColumnPath, Transform | None] = field(repr=False)

    def schema(self, raw: pa.Schema) -> pa.Schema:
        """The schema of what leaves, with the treatment in each field's metadata."""
        return output_schema(raw, self.transforms)

    def apply(self, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, dict[str, int]]:
        """Scope and treat `batch`.

        Returns:
            The rows that may leave, in their released form, and how many were withheld by reason.
        """
        kept, counts = self.scoped(batch)
        return apply_columns(kept, self.transforms, self._first_subject(kept)), counts

    def scoped(self, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, dict[str, int]]:
        """The rows of `batch` that may leave, as they are, and how many were withheld by reason."""
        counts: dict[str, int] = {}
        kept = _filtered(batch, self._keep(batch, counts)) if batch.num_rows else batch
        return kept, counts

    def subjects(self, batch: pa.RecordBatch) -> Values | None:
        """Whom each row is about, as normalised text; None where the contract does not say."""
        subject = self.contract.subject
        if subject is None:
            return None
        column = self.contract.column(subject.key)
        return subject_text(leaf_values(batch, subject.key), column.category if column else None)

    def _keep(self, batch: pa.RecordBatch, counts: dict[str, int]) -> Values:
        restricted = self._restricted(batch)
        counts[RESTRICTED] = pc.sum(restricted).as_py() or 0
        allowed = pc.invert(restricted)
        if self.row_filter is not None:
            passes = self.row_filter.mask(batch, self.principal)
            filtered = pc.and_(allowed, pc.invert(passes))
            counts[FILTERED] = pc.sum(filtered).as_py() or 0
            allowed = pc.and_(allowed, passes)
        return allowed

    def _restricted(self, batch: pa.RecordBatch) -> Values:
        restricted: Values = pa.array(np.zeros(batch.num_rows, np.bool_))
        for subject in self.contract.subjects:
            column = self.contract.column(subject.key)
            keys = subject_text(
                leaf_values(batch, subject.key), column.category if column else None
            )
            hit = self.withheld(keys, subject.type, self.purpose)
            restricted = pc.or_(restricted, pc.coalesce(hit, pa.scalar(value=False)))
        return restricted

    def _first_subject(self, batch: pa.RecordBatch) -> Values | None:
        needed = any(how is not None and how.needs_subjects for how in self.transforms.values())
        return self.subjects(batch) if needed else None


def _filtered(batch: pa.RecordBatch, keep: Values) -> pa.RecordBatch:
    """The rows where `keep` is true; the usual batch, which stays whole, is not copied."""
    return batch if keep.true_count == len(keep) else batch.filter(keep)
