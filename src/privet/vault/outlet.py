"""Rows in, fragments out: groups rows into row groups, and row groups into objects of good size."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

from privet.vault.fragments import ROW_GROUP_ROWS, FragmentWriter
from privet.vault.manifest import SealedObject

_GROUP_BYTES = 64 << 20


class FragmentOutlet:
    """Writes rows of one schema, in order, into as many sealed objects as they need.

    Args:
        open_fragment: opens the next object for a schema.
        schema: of every row.
        fragment_bytes: bytes (of Arrow memory) that a fragment aims at. `boundary` ends a fragment
            from half of it on; without boundaries one ends at twice of it.
    """

    def __init__(
        self,
        open_fragment: Callable[[pa.Schema], FragmentWriter],
        schema: pa.Schema,
        fragment_bytes: int,
    ) -> None:
        self.schema = schema
        self.sealed: list[SealedObject] = []
        self._open_fragment = open_fragment
        self._fragment_bytes = fragment_bytes
        self._group_bytes = min(_GROUP_BYTES, fragment_bytes)
        self._pending: list[pa.RecordBatch] = []
        self._pending_rows = 0
        self._pending_bytes = 0
        self._written_bytes = 0
        self._fragment: FragmentWriter | None = None

    def write(self, batch: pa.RecordBatch) -> None:
        """Append the rows."""
        if batch.num_rows == 0:
            return
        self._pending.append(batch)
        self._pending_rows += batch.num_rows
        self._pending_bytes += batch.nbytes
        if self._pending_rows >= ROW_GROUP_ROWS or self._pending_bytes >= self._group_bytes:
            self._flush()
        if self._written_bytes >= 2 * self._fragment_bytes:
            self._end()

    def boundary(self) -> None:
        """Say that a group of rows which belong together is complete."""
        if self._written_bytes + self._pending_bytes >= self._fragment_bytes // 2:
            self._end()

    def close(self) -> None:
        """End the last fragment."""
        self._end()

    def abort(self) -> None:
        """Give up the fragment in progress; it never becomes visible."""
        self._pending = []
        if self._fragment is not None:
            fragment, self._fragment = self._fragment, None
            fragment.abandon()

    def _flush(self) -> None:
        if not self._pending:
            return
        if self._fragment is None:
            self._fragment = self._open_fragment(self.schema)
        self._fragment.write(pa.Table.from_batches(self._pending, self.schema))
        self._written_bytes += self._pending_bytes
        self._pending, self._pending_rows, self._pending_bytes = [], 0, 0

    def _end(self) -> None:
        self._flush()
        if self._fragment is not None:
            fragment, self._fragment = self._fragment, None
            self.sealed.append(fragment.close())
        self._written_bytes = 0
