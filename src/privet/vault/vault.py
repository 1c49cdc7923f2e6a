"""The vault of a project: begin and commit snapshots, read them, keep sealed records, check all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from functools import partial
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa

from privet.crypto.notes import NoteSigner
from privet.ledger import Log
from privet.model.canonical import Json
from privet.model.errors import Busy, ConfigError, IntegrityError, SourceError
from privet.model.release import RowCounts
from privet.model.reserved import REASON
from privet.ports.catalog import Catalog
from privet.ports.judge import Judge
from privet.ports.store import ObjectStore
from privet.ports.world import Clock, Entropy
from privet.vault import evidence, snapshots, verification
from privet.vault.fragments import open_record, read_fragment, seal_record
from privet.vault.keys import Key, KeyTable
from privet.vault.manifest import Manifest, SealedObject
from privet.vault.snapshots import Snapshot
from privet.vault.writer import (
    DEFAULT_MEMORY,
    SnapshotWriter,
    count_reasons,
    fragment_folder,
)


@dataclass(frozen=True, slots=True)
class Vault:
    """What a project keeps, sealed.

    Attributes:
        project_id: bound into every key, object and manifest.
        catalog: where keys and snapshots are recorded.
        store: where objects lie.
        log: records every snapshot, in the transaction that makes it.
        keys: the key table, unlocked.
        signer: signs manifests; its public part checks them.
        spool_folder: on this machine's disk; rows are laid aside there, sealed, while a snapshot is
            clustered.
    """

    project_id: str
    catalog: Catalog
    store: ObjectStore
    log: Log
    keys: KeyTable = field(repr=False)
    signer: NoteSigner
    entropy: Entropy
    clock: Clock
    spool_folder: Path

    def begin(
        self,
        dataset: str,
        schema: pa.Schema,
        *,
        subject_type: str | None = None,
        expected_bytes: int = 0,
        memory_bytes: int = DEFAULT_MEMORY,
        judges: Sequence[Judge] = (),
        base: Snapshot | None = None,
        replace_quarantine: bool = False,
        keeps_rows: bool = True,
        on_kept: Callable[[pa.RecordBatch], None] | None = None,
    ) -> SnapshotWriter:
        """Start a snapshot; nothing of it is visible before `commit`.

        Args:
            dataset: a plain identifier.
            schema: of the batches, with `_privet_reason` and the other reserved columns.
            subject_type: what the rows are about; with it, `write` takes the subject keys.
            expected_bytes: the size of the input, as far as it is known.
            memory_bytes: about how much memory clustering and judging may take.
            judges: judge rows by their keys, such as `privet.quality.key_rules` makes them. Rows of
                a data set without subjects stay in their order nevertheless.
            base: a snapshot to append to: the new one has its rows too, from the same
                objects, and for a judge they come before all others. A subject's rows then lie
                together within each run's fragments, and no longer in one.
            replace_quarantine: leave out what `base` holds back, since it was looked at again.
            keeps_rows: False for rows that pass through: take them from the writer's `drained`
                before `commit`; only what is held back is sealed. Later runs cannot compare their
                rows with them.
            on_kept: sees every row that is kept, once, in batches, before the writer is finished.

        Raises:
            ConfigError: `base` has other columns, or is clustered otherwise.
            IntegrityError: an object that a judge compares with was changed.
        """
        manifest = None if base is None else base.manifest
        with self.catalog.write() as connection:
            newest = snapshots.newest_row(connection, dataset)
            seal_key = self.keys.ensure(connection, "dataset", dataset, self.log)
            clustering_key = self.keys.ensure(connection, "clustering", dataset, self.log)
        writer = SnapshotWriter(
            project_id=self.project_id,
            dataset=dataset,
            schema=schema,
            subject_type=subject_type,
            seal_key=seal_key,
            clustering_key=clustering_key,
            store=self.store,
            keys=self.keys,
            entropy=self.entropy,
            spool_folder=self.spool_folder,
            expected_bytes=expected_bytes,
            memory_bytes=memory_bytes,
            judges=judges,
            base=manifest,
            replace_quarantine=replace_quarantine,
            keeps_rows=keeps_rows,
            on_kept=on_kept,
            after=newest[0] if newest else 0,
        )
        if manifest is not None:
            _require_same_form(manifest, writer)
        try:
            writer.judging.learn(
                None if manifest is None else partial(self._rows, manifest.fragments)
            )
        except BaseException:
            writer.abort()
            raise
        return writer

    def commit(
        self,
        writer: SnapshotWriter,
        *,
        contract: Mapping[str, Json],
        sources: Sequence[Mapping[str, Json]],
        waivers: Sequence[Mapping[str, Json]] = (),
    ) -> Snapshot:
        """Seal what is left, and make the snapshot exist.

        Fragments are durable first; then keys, manifest and log entry commit in one transaction;
        then the log and the manifest are published. A crash leaves no snapshot, or all of it.

        Args:
            writer: from `begin`, with every row written.
            contract: `{"version": …, "sha256": …}` of the data set's contract.
            sources: what tells a changed source: `{"url": …, "size": …, "stamp": …}`; never a hash
                of its content.
            waivers: what lets rows in that a rule had held back: each is logged, with the snapshot.

        Raises:
            StorageError: the store or the disk is full; nothing was committed.
            Busy: another snapshot was committed since the writer began.
            ValueError: rows that pass through were not drained.
        """
        writer.finish()
        with self.catalog.write() as connection:
            before = snapshots.newest_row(connection, writer.dataset)
            _require_newest(writer, before)
            snapshot = snapshots.sign_manifest(
                Manifest(
                    project=self.project_id,
                    dataset=writer.dataset,
                    number=before[0] + 1 if before else 1,
                    parent=before[2] if before else None,
                    created=self.clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                    schema=writer.schema,
                    contract=contract,
                    sources=tuple(sources),
                    subject_type=writer.subject_type,
                    fragments=writer.fragments,
                    quarantine=writer.quarantine,
                ),
                self.signer,
            )
            self.keys.insert(connection, writer.minted)
            snapshots.insert_snapshot(connection, snapshot)
            self.log.append(
                connection,
                "snapshot",
                {
                    "dataset": snapshot.dataset,
                    "number": snapshot.number,
                    "manifest": snapshot.sha256,
                },
            )
            for waiver in waivers:
                named: dict[str, Json] = {"dataset": snapshot.dataset, "number": snapshot.number}
                self.log.append(connection, "waived", {**named, **waiver})
        writer.committed = True
        self.log.publish()
        snapshots.publish_manifest(self.store, snapshot.dataset, snapshot.number, snapshot.envelope)
        return snapshot

    def latest(self, dataset: str) -> Snapshot | None:
        """The newest snapshot of a data set, or None.

        Raises:
            IntegrityError: its manifest was changed.
        """
        with self.catalog.read() as connection:
            row = snapshots.newest_row(connection, dataset)
        return None if row is None else self._opened(dataset, row[0], row[1])

    def snapshot(self, dataset: str, number: int) -> Snapshot:
        """One snapshot by its number.

        Raises:
            IntegrityError: there is none, or its manifest was changed.
        """
        with self.catalog.read() as connection:
            envelope = snapshots.find_row(connection, dataset, number)
        if envelope is None:
            raise IntegrityError(f"the catalog has no snapshot {number} of {dataset}")
        return self._opened(dataset, number, envelope)

    def read(
        self, snapshot: Snapshot, columns: Sequence[str] | None = None
    ) -> Iterator[pa.RecordBatch]:
        """The kept rows, clustered; only the parts of the objects that hold `columns` are read.

        Raises:
            IntegrityError: an object was changed; batches already given were whole.
        """
        return self._rows(snapshot.manifest.fragments, columns)

    def read_uncommitted(
        self, writer: SnapshotWriter, columns: Sequence[str] | None = None
    ) -> Iterator[pa.RecordBatch]:
        """The kept rows of the snapshot that `commit` would make, those of its base among them.

        For rules on the whole data set, which say whether it may be committed.

        Args:
            writer: finished.
            columns: as for `read`.

        Raises:
            ValueError: the writer has not finished.
            IntegrityError: an object was changed.
        """
        if not writer.finished:
            raise ValueError("the writer has not finished")
        minted = {key.id: key for key in writer.minted}
        return self._rows(writer.fragments, columns, minted)

    def read_quarantine(
        self, snapshot: Snapshot, columns: Sequence[str] | None = None
    ) -> Iterator[pa.RecordBatch]:
        """The rows held back, with the reserved columns that say where they stood and why.

        Raises:
            IntegrityError: an object was changed; batches already given were whole.
        """
        return self._rows(snapshot.manifest.quarantine, columns)

    def counts(self, snapshot: Snapshot) -> RowCounts:
        """Every row that came in: kept (`out`), or quarantined, by reason.

        Raises:
            IntegrityError: an object was changed.
        """
        reasons: Counter[str] = Counter()
        for batch in self._rows(snapshot.manifest.quarantine, [REASON]):
            reasons.update(count_reasons(batch.column(REASON)))
        kept = snapshot.manifest.rows
        return RowCounts(kept + reasons.total(), kept, dict(reasons))

    def put_sealed(self, name: str, data: bytes) -> str:
        """Keep a record under a key of its own.

        Returns:
            BLAKE3 (hex) of the sealed object, for the log entry of what the record is about.

        Raises:
            IntegrityError: the name is taken.
        """
        with self.catalog.read() as connection:
            evidence.require_free(connection, name)
        object_key = f"{evidence.FOLDER}/{self.entropy.token_bytes(16).hex()}"
        key = self.keys.mint("evidence", object_key)
        sealed = seal_record(
            self.store, object_key, data, key, project_id=self.project_id, entropy=self.entropy
        )
        with self.catalog.write() as connection:
            self.keys.insert(connection, [key])
            evidence.insert_record(connection, name, sealed)
        return sealed.blake3

    def get_sealed(self, name: str) -> bytes:
        """A record that `put_sealed` keeps.

        Raises:
            SourceError: there is none of that name.
            IntegrityError: it was changed.
        """
        with self.catalog.read() as connection:
            sealed = evidence.find_record(connection, name)
            if sealed is None:
                raise SourceError(f"there is no sealed record {name}")
            key = self.keys.get(connection, sealed.key)
        return open_record(self.store, sealed, key, self.project_id)

    def verify(self) -> verification.VaultChecked:
        """Check everything with the public key alone; verify the log first.

        Raises:
            IntegrityError: something is not as it was written; each object is named.
        """
        return verification.verify_vault(
            self.project_id,
            self.catalog,
            self.store,
            self.log.entries(),
            self.signer.verifier_key(),
        )

    def recover(self) -> int:
        """Put manifests into the store that a crash kept out of it; how many.

        Raises:
            IntegrityError: the store has a manifest that the catalog does not know.
        """
        with self.catalog.read() as connection:
            rows = list(snapshots.all_rows(connection))
        return snapshots.publish_forward(self.store, rows)

    def collect_garbage(self) -> int:
        """Delete objects that nothing names: what crashed runs left; how many.

        Only for who holds the project: a snapshot in the making has no name yet either.
        """
        with self.catalog.read() as connection:
            named = {record.object for record in evidence.all_records(connection)}
            rows = list(snapshots.all_rows(connection))
        folders = [evidence.FOLDER]
        for dataset, number, envelope, _ in rows:
            opened = self._opened(dataset, number, envelope)
            named.update(sealed.object for sealed in opened.manifest.objects)
        folders += self._fragment_folders()
        orphans = [
            info.key
            for folder in folders
            for info in self.store.list(folder)
            if info.key not in named
        ]
        for key in orphans:
            self.store.delete(key)
        return len(orphans)

    def _fragment_folders(self) -> list[str]:
        """Of every data set that has a key: one that crashed in its first run has nothing else."""
        with self.catalog.read() as connection:
            return [fragment_folder(name) for name in self.keys.names(connection, "dataset")]

    def _key(self, key_id: str) -> Key:
        with self.catalog.read() as connection:
            return self.keys.get(connection, key_id)

    def _opened(self, dataset: str, number: int, envelope: bytes) -> Snapshot:
        snapshot = snapshots.open_manifest(
            envelope,
            self.signer.verifier_key(),
            project_id=self.project_id,
            dataset=dataset,
            number=number,
        )
        snapshots.require_published(self.store, snapshot)
        return snapshot

    def _rows(
        self,
        sealed_objects: Sequence[SealedObject],
        columns: Sequence[str] | None,
        minted: Mapping[str, Key] = MappingProxyType({}),
    ) -> Iterator[pa.RecordBatch]:
        """The rows of objects, whose keys are `minted` only so far, or in the key table."""
        for sealed in sealed_objects:
            key = minted.get(sealed.key) or self._key(sealed.key)
            yield from read_fragment(
                self.store, sealed, key, project_id=self.project_id, columns=columns
            )


def _require_same_form(base: Manifest, writer: SnapshotWriter) -> None:
    if base.schema.equals(writer.schema) and base.subject_type == writer.subject_type:
        return
    raise ConfigError(
        f"{base.dataset}: columns, types or subjects are not those of snapshot {base.number}, to "
        "which this run would add",
        hint="leave `incremental:` out for one run, so that everything is read anew",
    )


def _require_newest(writer: SnapshotWriter, newest: tuple[int, bytes, str] | None) -> None:
    if (newest[0] if newest else 0) != writer.after:
        raise Busy(
            f"{writer.dataset} has a newer snapshot than when this one was begun",
            hint="another run was faster: run again",
        )
