"""Checking the whole vault with the public key alone: no passphrase, nothing decrypted.

What holds after it: every snapshot that the log records is in the catalog and in the store, in the
same bytes, signed, numbered without a gap, each naming the one before it; every object that a
manifest or a sealed record names is there, byte for byte as written, and its key is in the key
table; every long-lived key is as the log says; and no manifest is there that nobody recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from privet.ledger import Entry
from privet.model.errors import IntegrityError, StorageError, UsageError
from privet.ports.catalog import Catalog
from privet.ports.store import ObjectStore
from privet.vault.evidence import all_records
from privet.vault.fragments import check_object
from privet.vault.keys import KEYS, LIVE, check_against_log
from privet.vault.manifest import SealedObject
from privet.vault.snapshots import (
    Snapshot,
    all_rows,
    manifest_key,
    open_manifest,
    parse_manifest_key,
    require_published,
)

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class VaultChecked:
    """What was checked and found whole."""

    snapshots: int
    objects: int
    bytes: int


@dataclass(slots=True)
class _Told:
    """What the log says of the vault: manifests by snapshot, keys, digests of evidence."""

    snapshots: dict[tuple[str, int], str] = field(default_factory=dict)
    keys: list[Mapping[str, Any]] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)

    @classmethod
    def by(cls, entries: Iterable[Entry]) -> _Told:
        told = cls()
        for entry in entries:
            body = entry.body
            if entry.kind == "snapshot":
                told.snapshots[body["dataset"], body["number"]] = body["manifest"]
            elif entry.kind == "key":
                told.keys.append(body)
            elif entry.kind in ("release", "waived", "map") and "evidence" in body:
                told.evidence.append(body["evidence"])
        return told


@dataclass(slots=True)
class _Findings:
    problems: list[str] = field(default_factory=list)

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Note what a check finds, and go on with the next."""
        try:
            yield
        except (IntegrityError, StorageError, UsageError) as error:
            self.problems.append(error.message)

    def settle(self) -> None:
        if not self.problems:
            return
        listed = "; ".join(self.problems[:_SHOWN])
        more = len(self.problems) - _SHOWN
        raise IntegrityError(
            f"the vault is not whole: {listed}" + (f"; and {more} more" if more > 0 else ""),
            hint="after a crash, the next run puts missing manifests back; what is wrong even then "
            "must come from a copy of the store, or of store and catalog",
        )


def verify_vault(
    project_id: str,
    catalog: Catalog,
    store: ObjectStore,
    entries: Iterable[Entry],
    verifier_key: str,
) -> VaultChecked:
    """Check every manifest and every object, and report all that is wrong at once.

    Args:
        project_id: what every manifest must name.
        catalog: with the rows of snapshots, keys and records.
        store: with the objects.
        entries: of the log, which was verified before.
        verifier_key: the project's public key, as text.

    Raises:
        IntegrityError: something is missing, changed or too much; the message names each object.
    """
    told = _Told.by(entries)
    with catalog.read() as connection:
        rows = list(all_rows(connection))
        keys = list(connection.execute(select(KEYS)).mappings())
        records = all_records(connection)
    findings = _Findings()
    with findings.noted():
        check_against_log(keys, told.keys)
    with findings.noted():
        _require_evidence(records, told.evidence)
    snapshots = []
    for row in rows:
        with findings.noted():
            snapshots.append(_check_row(store, row, project_id, verifier_key))
    with findings.noted():
        _check_history(snapshots, told.snapshots)
    with findings.noted():
        _check_no_more(store, {(row[0], row[1]) for row in rows})
    # Snapshots that grew share objects: each is checked once, or once for each thing said of it.
    named = (sealed for snapshot in snapshots for sealed in snapshot.manifest.objects)
    objects = [*dict.fromkeys(named), *records]
    states = {row["id"]: row["state"] for row in keys}
    for sealed in objects:
        with findings.noted():
            _check_sealed(store, sealed, states)
    findings.settle()
    return VaultChecked(len(snapshots), len(objects), sum(sealed.size for sealed in objects))


def _check_row(
    store: ObjectStore, row: tuple[str, int, bytes, str], project_id: str, verifier_key: str
) -> Snapshot:
    dataset, number, envelope, sha256 = row
    snapshot = open_manifest(
        envelope, verifier_key, project_id=project_id, dataset=dataset, number=number
    )
    if snapshot.sha256 != sha256:
        raise IntegrityError(f"the catalog's digest of {snapshot.object} is not its own")
    require_published(store, snapshot)
    return snapshot


def _check_history(snapshots: list[Snapshot], recorded: dict[tuple[str, int], str]) -> None:
    """Compare with the log, and each manifest with the one before it."""
    newest: dict[str, Snapshot] = {}
    for snapshot in snapshots:
        before = newest.get(snapshot.dataset)
        expected = (before.number + 1, before.sha256) if before else (1, None)
        if (snapshot.number, snapshot.manifest.parent) != expected:
            raise IntegrityError(f"manifest {snapshot.object} does not follow the one before it")
        newest[snapshot.dataset] = snapshot
    found = {(snapshot.dataset, snapshot.number): snapshot.sha256 for snapshot in snapshots}
    for (dataset, number), sha256 in (recorded | found).items():
        if recorded.get((dataset, number)) != found.get((dataset, number)):
            raise IntegrityError(
                f"manifest {manifest_key(dataset, number)} is not the one of the log ({sha256})"
            )


def _check_no_more(store: ObjectStore, known: set[tuple[str, int]]) -> None:
    for info in store.list("datasets"):
        name = parse_manifest_key(info.key)
        if name is not None and name not in known:
            raise IntegrityError(f"the catalog does not know manifest {info.key}")


def _check_sealed(store: ObjectStore, sealed: SealedObject, states: dict[str, str]) -> None:
    state = states.get(sealed.key)
    if state != LIVE:
        raise IntegrityError(f"the key of object {sealed.object} is missing from the key table")
    check_object(store, sealed)


def _require_evidence(records: list[SealedObject], logged: list[str]) -> None:
    missing = set(logged) - {record.blake3 for record in records}
    if missing:
        raise IntegrityError(f"{len(missing)} evidence records that the log names are missing")
