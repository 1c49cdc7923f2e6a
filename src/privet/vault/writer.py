"""The way into a snapshot: typed batches in, sealed fragments out, every row counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from privet.model.errors import StorageError
from privet.model.release import RowCounts
from privet.ports.store import ObjectStore
from privet.ports.world import Entropy
from privet.vault.fragments import FragmentWriter
from privet.vault.grouping import Grouping, Partition, subject_tokens, taken
from privet.vault.keys import Key, KeyTable
from privet.vault.manifest import SealedObject
from privet.vault.outlet import FragmentOutlet
from privet.vault.records import REASON, RESERVED

DEFAULT_MEMORY = 768 << 20
_SHARES = 12


class SnapshotWriter:
    """Takes the rows of one snapshot. `Vault.begin` makes it and `Vault.commit` ends it.

    Used as a context manager, it removes what it wrote unless the snapshot was committed.

    Args:
        dataset: the data set's name.
        schema: of the batches, with the reserved columns; `_privet_reason` is among them.
        subject_type: what the rows are clustered by, or None: rows stay in their order.
        seal_key: the data set's key, which wraps the fragments' keys.
        clustering_key: what tokens are made with.
        expected_bytes: what the rows will take in memory, as far as anybody knows.
        memory_bytes: about how much Arrow memory the writer may take; the allocator keeps some more
            of what was given back.
    """

    def __init__(
        self,
        *,
        project_id: str,
        dataset: str,
        schema: pa.Schema,
        subject_type: str | None,
        seal_key: Key,
        clustering_key: Key,
        store: ObjectStore,
        keys: KeyTable,
        entropy: Entropy,
        spool_folder: Path,
        expected_bytes: int,
        memory_bytes: int = DEFAULT_MEMORY,
    ) -> None:
        if REASON not in schema.names:
            raise ValueError(f"batches need the column {REASON}, null for a row that is kept")
        self.dataset = dataset
        self.subject_type = subject_type
        self.minted: list[Key] = []
        self.committed = False
        self._schema = _plain(schema)
        self._project_id = project_id
        self._seal_key = seal_key
        self._clustering_key = clustering_key
        self._store = store
        self._keys = keys
        self._entropy = entropy
        share = max(memory_bytes // _SHARES, 1 << 16)
        self._kept_names = [name for name in schema.names if not name.startswith(RESERVED)]
        self._kept = FragmentOutlet(self._open_fragment, self.schema, share)
        self._quarantine = FragmentOutlet(self._open_fragment, self._schema, share)
        self._grouping = (
            Grouping(spool_folder, entropy, share_bytes=share, expected_bytes=expected_bytes)
            if subject_type is not None
            else None
        )
        self._read = 0
        self._reasons: Counter[str] = Counter()

    @property
    def schema(self) -> pa.Schema:
        """Of the kept rows: no reserved column, no metadata."""
        return pa.schema([self._schema.field(name) for name in self._kept_names])

    @property
    def fragments(self) -> tuple[SealedObject, ...]:
        """Objects with kept rows that are complete."""
        return tuple(self._kept.sealed)

    @property
    def quarantine(self) -> tuple[SealedObject, ...]:
        """Objects with held-back rows that are complete."""
        return tuple(self._quarantine.sealed)

    @property
    def counts(self) -> RowCounts:
        """Rows so far: `out` is kept, `quarantined` is by reason."""
        held = sum(self._reasons.values())
        return RowCounts(read=self._read, out=self._read - held, quarantined=dict(self._reasons))

    def write(self, batch: pa.RecordBatch, subjects: pa.Array[Any] | None = None) -> None:
        """Take rows.

        Args:
            batch: of the schema given at the start.
            subjects: the normalised subject key of each row (string), where rows are clustered; a
                kept row without one lies with the others that have none.

        Raises:
            ValueError: another schema, or no subject keys where they are needed.
            StorageError: the store or the spool is full.
        """
        self._require(batch, subjects)
        reasons = batch.column(REASON)
        self._read += batch.num_rows
        if reasons.null_count < batch.num_rows:
            held = batch.filter(pc.is_valid(reasons))
            self._reasons.update(count_reasons(held.column(REASON)))
            self._quarantine.write(held)
        keep = pc.is_null(reasons)
        kept = batch.select(self._kept_names)
        if reasons.null_count < batch.num_rows:
            kept = kept.filter(keep)
            subjects = subjects.filter(keep) if subjects is not None else None
        self._take(kept, subjects)

    def finish(self) -> None:
        """Cluster and seal all that is left: after it, every fragment is durable."""
        if self._grouping is not None:
            for partition in self._grouping.drain():
                for rows in _clustered(partition):
                    self._kept.write(rows)
                self._kept.boundary()
        self._kept.close()
        self._quarantine.close()

    def abort(self) -> None:
        """Give up: remove what was written, as far as the store lets us."""
        if self._grouping is not None:
            self._grouping.close()
        self._kept.abort()
        self._quarantine.abort()
        # What cannot be removed now has no key and no name in any manifest: garbage collection
        # finds it.
        with suppress(StorageError):
            for sealed in self.fragments + self.quarantine:
                self._store.delete(sealed.object)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self.committed:
            self.abort()

    def _take(self, kept: pa.RecordBatch, subjects: pa.Array[Any] | None) -> None:
        if kept.num_rows == 0:
            return
        if self._grouping is None or subjects is None:
            self._kept.write(kept)
        else:
            self._grouping.add(kept, subject_tokens(self._clustering_key.secret, subjects))

    def _require(self, batch: pa.RecordBatch, subjects: pa.Array[Any] | None) -> None:
        if not batch.schema.equals(self._schema, check_metadata=False):
            raise ValueError("the batch's columns are not those that the snapshot began with")
        if self._grouping is not None and (subjects is None or len(subjects) != batch.num_rows):
            raise ValueError("a clustered snapshot needs the subject key of every row")

    def _open_fragment(self, schema: pa.Schema) -> FragmentWriter:
        name = self._entropy.token_bytes(16).hex()
        object_key = f"{fragment_folder(self.dataset)}/{name}"
        key = self._keys.mint("fragment", object_key, parent=self._seal_key)
        writer = FragmentWriter(
            self._store,
            object_key,
            key,
            project_id=self._project_id,
            schema=schema,
            entropy=self._entropy,
        )
        self.minted.append(key)
        return writer


def _clustered(partition: Partition) -> Iterator[pa.RecordBatch]:
    """The rows in order of token, those of one token in the order in which they came."""
    if partition.fits:
        rows, tokens = partition.load()
        yield taken(rows, np.argsort(tokens, kind="stable"))
    else:
        yield from (piece.rows for piece in partition.pieces())


def count_reasons(reasons: pa.Array[Any]) -> dict[str, int]:
    """Rows by reason; the reasons are names of rules."""
    counted = pc.value_counts(reasons)
    names = cast("list[str]", counted.field(0).to_pylist())
    return dict(zip(names, cast("list[int]", counted.field(1).to_pylist()), strict=True))


def fragment_folder(dataset: str) -> str:
    """Where a data set's fragments lie in the store."""
    return f"datasets/{dataset}/fragments"


def _plain(schema: pa.Schema) -> pa.Schema:
    """Names and types only: metadata of a source may hold anything, and manifests lie in clear."""
    return pa.schema([pa.field(field.name, field.type, field.nullable) for field in schema])
