"""A whole vault for tests: real catalog, real log, a store in memory or on disk, small rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from privet.crypto.notes import NoteSigner
from privet.crypto.signing import SigningKey
from privet.ledger import Log
from privet.ports.catalog import Catalog
from privet.ports.store import ObjectStore
from privet.vault import KeyTable, Snapshot, Vault
from tests.world import FixedClock, MemoryStore, SeededEntropy, sqlite_catalog

PROJECT = "project-1"
ROOT = bytes(range(32))
SCHEMA = pa.schema(
    [
        ("customer", pa.string()),
        ("note", pa.string()),
        ("visits", pa.int64()),
        ("_privet_file", pa.int32()),
        ("_privet_position", pa.int64()),
        ("_privet_reason", pa.string()),
    ]
)
CONTRACT = {"version": "1.0.0", "sha256": "0" * 64}
SOURCES = ({"url": "customers.csv", "size": 10, "stamp": "1:2"},)


@dataclass(frozen=True)
class House:
    """What a vault stands on."""

    vault: Vault
    catalog: Catalog
    store: Any
    log: Log

    def fill(self, dataset: str = "customers", **options: Any) -> Snapshot:
        """Commit one snapshot of `rows()`."""
        return fill(self.vault, rows(), dataset, **options)


def house(
    folder: Path,
    store: ObjectStore | None = None,
    *,
    seed: int = 0,
    root: bytes = ROOT,
    project: str = PROJECT,
    create: bool = True,
    spool: Path | None = None,
) -> House:
    """Open (or make) the project in `folder`."""
    entropy, clock = SeededEntropy(seed), FixedClock()
    catalog = sqlite_catalog(folder, create=create)
    objects = store if store is not None else MemoryStore()
    signer = NoteSigner("example.org/clinic", SigningKey.from_seed(b"\x07" * 32))
    log = Log(catalog, objects, signer, clock, "log/")
    keys = KeyTable(project, root, entropy, clock)
    vault = Vault(
        project_id=project,
        catalog=catalog,
        store=objects,
        log=log,
        keys=keys,
        signer=signer,
        entropy=entropy,
        clock=clock,
        spool_folder=spool or folder / "spool",
    )
    return House(vault, catalog, objects, log)


def rows(
    count: int = 400, subjects: int = 40, *, held: int = 7, mark: str = "note"
) -> pa.RecordBatch:
    """Rows of `subjects` customers in turn; every `held`-th is quarantined."""
    numbers = range(count)
    reasons = ["not_a_date" if held and number % held == 3 else None for number in numbers]
    return pa.record_batch(
        [
            pa.array([f"c{number * 17 % subjects:05d}" for number in numbers]),
            pa.array([f"{mark}-{number:06d}" for number in numbers]),
            pa.array(list(numbers), pa.int64()),
            pa.array([0] * count, pa.int32()),
            pa.array([number + 1 for number in numbers], pa.int64()),
            pa.array(reasons, pa.string()),
        ],
        schema=SCHEMA,
    )


def fill(
    vault: Vault,
    batch: pa.RecordBatch,
    dataset: str = "customers",
    *,
    clustered: bool = True,
    step: int = 100,
    **options: Any,
) -> Snapshot:
    """Write `batch` in steps, and commit."""
    subject = "customer" if clustered else None
    with vault.begin(dataset, batch.schema, subject_type=subject, **options) as writer:
        for start in range(0, batch.num_rows, step):
            part = batch.slice(start, step)
            writer.write(part, part.column("customer") if clustered else None)
        return vault.commit(writer, contract=CONTRACT, sources=SOURCES)


def kept(vault: Vault, snapshot: Snapshot) -> pa.Table:
    """Every kept row, in the snapshot's order."""
    return pa.Table.from_batches(vault.read(snapshot), snapshot.manifest.schema)
