"""Rows put into the contract's order, with the columns that do not stand in the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from privet.adapters.formats.batches import RawBatch
from privet.model.contract import Column
from privet.ports.arrow_types import arrow_schema


@dataclass(frozen=True, slots=True)
class Layout:
    """The top-level columns that a batch shall have, and those that every row has from outside.

    Attributes:
        columns: the contract's leaf columns.
        constants: columns that stand in the file's path, with their one value each.
    """

    columns: Sequence[Column]
    constants: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def in_file(self) -> tuple[Column, ...]:
        """The leaf columns that the file itself is to have."""
        return tuple(c for c in self.columns if c.path.root not in self.constants)

    def complete(self, batches: Iterator[RawBatch]) -> Iterator[RawBatch]:
        """The same batches with every column, in the contract's order; missing ones are null."""
        schema = arrow_schema(self.columns)
        for batch in batches:
            if batch.rows.schema.names == schema.names:
                yield batch
            else:
                yield replace(batch, rows=self._completed(batch.rows, schema))

    def _completed(self, rows: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
        has = {name: place for place, name in enumerate(rows.schema.names)}
        columns = [
            rows.column(has[wanted.name]) if wanted.name in has else self._outside(wanted, rows)
            for wanted in schema
        ]
        return pa.RecordBatch.from_arrays(columns, names=schema.names)

    def _outside(self, wanted: pa.Field[Any], rows: pa.RecordBatch) -> pa.Array[Any]:
        value = self.constants.get(wanted.name)
        if value is not None:
            constant: pa.Array[Any] = pa.repeat(pa.scalar(value, pa.string()), rows.num_rows)
            return constant
        kind = wanted.type if pa.types.is_nested(wanted.type) else pa.string()
        return pa.nulls(rows.num_rows, kind)
