"""A log with entries, and releases with receipts, made by the code under test."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from privet.crypto.notes import NoteSigner
from privet.crypto.signing import SigningKey
from privet.ledger import Log
from privet.ledger.receipts import encode_statement, issue
from privet.ports.store import ObjectStore
from tests.world import FixedClock, MemoryStore, sqlite_catalog

ORIGIN = "example.org/clinic"
FILES = {"customers.csv": b"id,city\n1,Ghent\n2,Porto\n", "tickets.jsonl": b'{"id":1}\n'}


def signer(seed: int = 1, name: str = ORIGIN) -> NoteSigner:
    return NoteSigner(name, SigningKey.from_seed(bytes([seed]) * 32))


KEY = signer().verifier_key()


def open_log(folder: Path, store: ObjectStore | None = None, by: NoteSigner | None = None) -> Log:
    folder.mkdir(parents=True, exist_ok=True)
    return Log(sqlite_catalog(folder), store or MemoryStore(), by or signer(), FixedClock())


def add(log: Log, count: int, start: int = 0) -> None:
    with log.catalog.write() as connection:
        for number in range(start, start + count):
            log.append(connection, "grant", {"grant": f"g{number}"})


def statement(files: Mapping[str, bytes], origin: str = ORIGIN, **changes: Any) -> dict[str, Any]:
    digest = {"sha256": "0" * 64}
    predicate = {
        "version": 1,
        "release": "r-1",
        "origin": origin,
        "issued": "2026-01-02T03:04:05Z",
        "pipeline": "research",
        "kind": "rows",
        "guarantee": {"name": "pseudonymous", "params": {}},
        "purpose": "research",
        "principal": "os:ana",
        "role": "analyst",
        "recipient": {"name": "unilab", "region": "EU", "contract": "dpa-17"},
        "basis": [{"category": "default", "basis": "consent"}],
        "sources": [{"data": "customers", "snapshot": 1, "manifest": digest}],
        "plan": {"declared": digest, "fitted": None},
        "policy": {"version": "1", "sha256": "1" * 64},
        "contracts": [{"data": "customers", "version": "1.0.0", "sha256": "2" * 64}],
        "code": {"name": "privet", "version": "0.1.0"},
        "files": [{"name": name, "size": len(data)} for name, data in files.items()],
    }
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [
            {"name": name, "digest": {"sha256": sha256(data).hexdigest()}}
            for name, data in files.items()
        ],
        "predicateType": "urn:privet:predicate:release:v1",
        "predicate": predicate | changes,
    }


def release(log: Log, folder: Path, files: Mapping[str, bytes] = FILES, **changes: Any) -> Path:
    """Make a release folder with its receipt, logged and published."""
    payload = encode_statement(statement(files, log.signer.name, **changes))
    body = {"release": changes.get("release", "r-1"), "statement": sha256(payload).hexdigest()}
    with log.catalog.write() as connection:
        index = log.append(connection, "release", body)
    log.publish()
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / "receipt.json").write_bytes(issue(payload, log.signer, log.proof(index)))
    return folder


def spill(store: MemoryStore, folder: Path) -> Path:
    """Write a store in memory out as the folder that an auditor is given."""
    for key, data in store.objects.items():
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder
