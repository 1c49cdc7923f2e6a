"""The way into a snapshot: typed batches in, sealed fragments out, every row counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from privet.kernels.hmac_column import expect
from privet.kernels.ordering import stable_order
from privet.model.errors import StorageError
from privet.model.release import RowCounts
from privet.model.reserved import FILE, NUMBER, PLACE, POSITION, PREFIX, REASON, RECORD
from privet.ports.judge import Judge
from privet.ports.store import ObjectStore
from privet.ports.world import Entropy
from privet.vault.fragments import FragmentWriter
from privet.vault.grouping import Grouping, Tokens, subject_tokens, taken
from privet.vault.judging import PASSES, Judged, Judging
from privet.vault.keys import Key, KeyTable
from privet.vault.manifest import Manifest, SealedObject
from privet.vault.outlet import FragmentOutlet
from privet.vault.records import file_and_position, places

DEFAULT_MEMORY = 768 << 20
_SHARES = 12
_LEAST_SHARE = 1 << 10
_MANY_BYTES = 64 << 20
"""Rows from which on a compiled hash pays for being loaded."""
_ROW_BYTES = 200
"""Of a row, about."""


class SnapshotWriter:
    """Takes the rows of one snapshot. `Vault.begin` makes it and `Vault.commit` ends it.

    Rows that come with a reason go to the quarantine at once. The others are laid aside, sealed,
    until they can be judged by their keys and clustered, and then go into fragments (`finish`), or
    straight to who takes them (`drained`). Where there is nothing to judge or to cluster, they go
    into fragments as they come.

    Used as a context manager, it removes what it wrote unless the snapshot was committed.

    Args:
        dataset: the data set's name.
        schema: of the batches, with the reserved columns: `_privet_reason` and, where there are
            judges, `_privet_file` and `_privet_position`, whose order is that of the source.
        subject_type: what the rows are clustered by, or None: rows stay in their order.
        seal_key: the data set's key, which wraps the fragments' keys.
        clustering_key: what tokens are made with.
        expected_bytes: what the rows will take in memory, as far as anybody knows.
        memory_bytes: about how much Arrow memory the writer may take; the allocator keeps some more
            of what was given back.
        judges: judge rows by their keys, in the order in which they speak.
        base: the snapshot whose rows come before these, if any.
        replace_quarantine: whether the quarantine of `base` is left out.
        keeps_rows: whether rows are kept; if not, `drained` gives them away.
        on_kept: sees every row that is kept, once.
        after: number of the newest snapshot when this one was begun; 0: there was none.
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
        judges: Sequence[Judge] = (),
        base: Manifest | None = None,
        replace_quarantine: bool = False,
        keeps_rows: bool = True,
        on_kept: Callable[[pa.RecordBatch], None] | None = None,
        after: int = 0,
    ) -> None:
        _require_reserved(schema, judges)
        self.dataset = dataset
        self.subject_type = subject_type
        self.base = base
        self.after = after
        self.minted: list[Key] = []
        self.committed = False
        self.finished = False
        self._schema = _plain(schema)
        self._project_id = project_id
        self._seal_key = seal_key
        self._clustering_key = clustering_key
        self._store = store
        self._keys = keys
        self._entropy = entropy
        self._replace_quarantine = replace_quarantine
        self._many = expected_bytes >= _MANY_BYTES
        expect(expected_bytes // _ROW_BYTES)
        self._keeps_rows = keeps_rows
        self._on_kept = on_kept or _unseen
        share = max(memory_bytes // _SHARES, _LEAST_SHARE)
        self._kept = FragmentOutlet(self._open_fragment, self.schema, share)
        self._quarantine = FragmentOutlet(self._open_fragment, self._schema, share)
        make_grouping = partial(
            Grouping,
            spool_folder,
            entropy,
            share_bytes=max(memory_bytes // (_SHARES + 2 * len(judges)), _LEAST_SHARE),
            expected_bytes=expected_bytes,
        )
        clustered = subject_type is not None and base is None
        self.judging = Judging(judges, make_grouping, clustered=clustered)
        waits = subject_type is not None or bool(judges) or not keeps_rows
        self._aside = make_grouping() if waits else None
        self._travelling = self.schema.names
        if judges and replace_quarantine and RECORD in schema.names:
            self._travelling.append(RECORD)  # few rows, which had a record when they came
        self._read = 0
        self._kept_so_far = 0
        self._reasons: Counter[str] = Counter()
        self._merged: Counter[str] = Counter()

    @property
    def schema(self) -> pa.Schema:
        """Of the kept rows: no reserved column, no metadata."""
        return pa.schema([field for field in self._schema if not field.name.startswith(PREFIX)])

    @property
    def fragments(self) -> tuple[SealedObject, ...]:
        """Objects with kept rows: those of `base`, and those that are complete."""
        return (self.base.fragments if self.base else ()) + tuple(self._kept.sealed)

    @property
    def quarantine(self) -> tuple[SealedObject, ...]:
        """Objects with held-back rows: those of `base` that stay, and those that are complete."""
        before = self.base.quarantine if self.base and not self._replace_quarantine else ()
        return before + tuple(self._quarantine.sealed)

    @property
    def counts(self) -> RowCounts:
        """Rows of this run: `out` is kept, `quarantined` and `merged` are by reason.

        Before the writer is `finished`, rows that wait for a judge count as kept.
        """
        gone = self._reasons.total() + self._merged.total()
        return RowCounts(
            read=self._read,
            out=self._read - gone,
            quarantined=dict(self._reasons),
            merged=dict(self._merged),
        )

    @property
    def key_failed(self) -> Mapping[str, int]:
        """Rows that fail, by rule, for the judges of rules; those that only tell are among them."""
        return self._by_rule(self.judging.failed)

    @property
    def key_judged(self) -> Mapping[str, int]:
        """Rows that were judged, by rule: those that no judge before it has taken out."""
        return self._by_rule(self.judging.judged)

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
        kept = batch.select(self._travelling)
        if self.judging.judges:
            kept = kept.append_column(PLACE, places(batch))
        if reasons.null_count < batch.num_rows:
            held = batch.filter(pc.is_valid(reasons))
            self._reasons.update(count_reasons(held.column(REASON)))
            self._quarantine.write(held)
            keep = pc.is_null(reasons)
            kept = kept.filter(keep)
            subjects = subjects.filter(keep) if subjects is not None else None
        if kept.num_rows:
            self._take(kept, subjects)

    def finish(self) -> None:
        """Judge, cluster and seal all that is left: after it, every fragment is durable.

        Does nothing the second time, or after `drained`.

        Raises:
            ValueError: the rows are not kept, and nobody has drained them.
            StorageError: the store or the spool is full.
        """
        if self.finished:
            return
        if not self._keeps_rows:
            raise ValueError("rows that are not kept must be drained before the end")
        for group in self._settled():
            for rows in group:
                self._on_kept(rows)
                self._kept.write(rows)
            self._kept.boundary()
        self._end()

    def drained(self) -> Iterator[pa.RecordBatch]:
        """Judge and cluster the rows, and give the kept ones away: none of them is sealed.

        To be taken to the end; only then are the counts complete, and the quarantine is durable.

        Raises:
            ValueError: the writer keeps its rows, or was drained before.
            StorageError: the store or the spool is full.
        """
        if self._keeps_rows or self.finished:
            raise ValueError("only rows that are not kept can be drained, and once")
        for group in self._settled():
            for rows in group:
                self._on_kept(rows)
                yield rows
        self._end()

    def abort(self) -> None:
        """Give up: remove what was written, as far as the store lets us."""
        self._close_spools()
        self._kept.abort()
        self._quarantine.abort()
        # What cannot be removed now has no key and no name in any manifest: garbage collection
        # finds it.
        with suppress(StorageError):
            for sealed in self._kept.sealed + self._quarantine.sealed:
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
        if self._aside is None:
            self._on_kept(kept)
            self._kept.write(kept)
            return
        if self.judging.numbered:
            numbers = np.arange(self._kept_so_far, self._kept_so_far + kept.num_rows)
            kept = kept.append_column(NUMBER, pa.array(numbers))
            self.judging.add(kept)
        self._kept_so_far += kept.num_rows
        self._aside.add(kept, self._tokens(kept, subjects))

    def _tokens(self, kept: pa.RecordBatch, subjects: pa.Array[Any] | None) -> Tokens:
        """What the rows are clustered by: nothing but their order, where they have no subject."""
        if self.subject_type is None or subjects is None:
            return np.zeros(kept.num_rows, np.uint64)
        return subject_tokens(self._clustering_key.secret, subjects, many=self._many)

    def _settled(self) -> Iterator[Iterator[pa.RecordBatch]]:
        """The rows that are kept, in groups that no subject goes beyond; to be taken in order."""
        if self._aside is None:
            return
        self.judging.settle()
        for partition in self._aside.drain():
            # `map` and `filter` keep no row alive that was given on.
            passing = map(self._passing, self.judging.judge(partition))
            yield filter(_any_rows, passing)

    def _passing(self, judged: Judged) -> pa.RecordBatch:
        """The rows that no judge takes out, clustered; the others leave here."""
        order = stable_order(judged.tokens)
        failing = judged.codes != PASSES
        if failing.any():
            self._put_out(judged.rows, judged.codes)
            order = order[~failing[order]]
        return taken(judged.rows.select(self.schema.names), order)

    def _put_out(self, rows: pa.Table, codes: npt.NDArray[np.int16]) -> None:
        """Count the rows that fail, and hold back those that no other row stands for."""
        held = np.zeros(len(codes), np.bool_)
        for index, judge in enumerate(self.judging.judges):
            failing = codes == index
            counter = self._merged if judge.verdict == "merge" else self._reasons
            if failing.any():
                counter[judge.reason] += int(failing.sum())
                held |= failing if judge.verdict == "hold" else False
        if held.any():
            chosen = np.flatnonzero(held)
            self._quarantine.write(self._held_back(taken(rows, chosen), codes[chosen]))

    def _held_back(self, rows: pa.RecordBatch, codes: npt.NDArray[np.int16]) -> pa.RecordBatch:
        """Rows as they lie in the quarantine; their columns say all that a record would.

        Only rows that were held back before bring one along.
        """
        reasons = pa.array([judge.reason for judge in self.judging.judges], pa.string())
        file, position = file_and_position(rows.column(PLACE))
        reserved: dict[str, Any] = {FILE: file, POSITION: position, REASON: reasons.take(codes)}
        if RECORD in self._schema.names and RECORD not in rows.schema.names:
            reserved[RECORD] = pa.nulls(rows.num_rows, pa.binary())
        columns = [
            reserved[field.name].cast(field.type)
            if field.name in reserved
            else rows.column(field.name)
            for field in self._schema
        ]
        return pa.RecordBatch.from_arrays(columns, schema=self._schema)

    def _end(self) -> None:
        self._kept.close()
        self._quarantine.close()
        self._close_spools()
        self.finished = True

    def _close_spools(self) -> None:
        self.judging.close()
        if self._aside is not None:
            self._aside.close()

    def _by_rule(self, counts: list[int]) -> dict[str, int]:
        return {
            judge.reason.removeprefix("rule:"): count
            for judge, count in zip(self.judging.judges, counts, strict=True)
            if judge.verdict != "merge"
        }

    def _require(self, batch: pa.RecordBatch, subjects: pa.Array[Any] | None) -> None:
        if self.finished:
            raise ValueError("the writer has finished")
        if not batch.schema.equals(self._schema, check_metadata=False):
            raise ValueError("the batch's columns are not those that the snapshot began with")
        clustered = self.subject_type is not None
        if clustered and (subjects is None or len(subjects) != batch.num_rows):
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


def _unseen(rows: pa.RecordBatch) -> None:
    """Look at nothing."""
    del rows


def _any_rows(rows: pa.RecordBatch) -> bool:
    return rows.num_rows > 0


def count_reasons(reasons: pa.Array[Any]) -> dict[str, int]:
    """Rows by reason; the reasons are names of rules."""
    counted = pc.value_counts(reasons)
    names = cast("list[str]", counted.field(0).to_pylist())
    return dict(zip(names, cast("list[int]", counted.field(1).to_pylist()), strict=True))


def fragment_folder(dataset: str) -> str:
    """Where a data set's fragments lie in the store."""
    return f"datasets/{dataset}/fragments"


def _require_reserved(schema: pa.Schema, judges: Sequence[Judge]) -> None:
    if REASON not in schema.names:
        raise ValueError(f"batches need the column {REASON}, null for a row that is kept")
    if judges and not {FILE, POSITION} <= set(schema.names):
        raise ValueError(f"rows that are judged by their keys need {FILE} and {POSITION}")


def _plain(schema: pa.Schema) -> pa.Schema:
    """Names and types only: metadata of a source may hold anything, and manifests lie in clear."""
    return pa.schema([pa.field(field.name, field.type, field.nullable) for field in schema])
