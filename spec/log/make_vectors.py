"""Makes the test vectors of this folder and of `spec/receipt`, the same on every machine.

Run from the repository: `python spec/log/make_vectors.py`. The key is public: it is for tests only.
"""

from __future__ import annotations

import hmac
import json
import shutil
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from privet.adapters.catalogs.sql import SqlCatalog
from privet.adapters.stores.local import LocalStore
from privet.crypto.notes import NoteSigner
from privet.crypto.signing import SigningKey
from privet.ledger import Log
from privet.ledger.receipts import encode_statement, issue
from privet.ledger.tables import stored_subtrees
from privet.model import canonical
from privet_verify.tree import consistency_path, inclusion_path

ORIGIN = "privet.example/vectors"
SEED = sha256(b"privet test vectors, not a secret").digest()
SIZES = (1, 2, 3, 100, 256, 257, 300)
RELEASE_ENTRY = 99
FILES = {"customers.csv": b"id,city\r\n1,Ghent\r\n2,Porto\r\n", "notes.jsonl": b'{"id":1}\n'}


@dataclass
class SteppingClock:
    """One minute later each time it is asked."""

    time: datetime = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    def now(self) -> datetime:
        """The time, which then moves on."""
        self.time += timedelta(minutes=1)
        return self.time


def main(spec: Path) -> None:
    """Write `log/vectors` and `receipt/vectors` below `spec`."""
    log_folder, receipt_folder = spec / "log" / "vectors", spec / "receipt" / "vectors"
    for folder in (log_folder, receipt_folder):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    signer = NoteSigner(ORIGIN, SigningKey.from_seed(SEED))
    (log_folder / "key").write_text(signer.verifier_key() + "\n", encoding="utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        catalog = SqlCatalog(f"sqlite:///{scratch}/catalog.db", create=True)
        log = Log(catalog, LocalStore(log_folder / "published"), signer, SteppingClock())
        payload = encode_statement(_statement())
        for size in SIZES:
            _grow(log, size, payload)
            log.publish()
            if size > RELEASE_ENTRY and not any(receipt_folder.iterdir()):
                _write_release(receipt_folder / "release", issue(payload, signer, log.proof(99)))
        _write_proofs(log, log_folder / "proofs.json")
        catalog.close()


def _grow(log: Log, size: int, payload: bytes) -> None:
    with log.catalog.write() as connection:
        published = log.checkpoint()
        for number in range(published.size if published else 0, size):
            if number == RELEASE_ENTRY:
                body = {
                    "release": "r-1",
                    "statement": sha256(payload).hexdigest(),
                    "fitted": {"customers": sha256(b"the sealed plan").hexdigest()},
                }
                log.append(connection, "release", body)
            else:
                log.append(connection, "grant", {"grant": f"g{number}"})


def _write_release(folder: Path, receipt: bytes) -> None:
    folder.mkdir()
    for name, data in FILES.items():
        (folder / name).write_bytes(data)
    (folder / "receipt.json").write_bytes(receipt)


def _write_proofs(log: Log, path: Path) -> None:
    with log.catalog.read() as connection:
        at = stored_subtrees(connection)
        inclusion = [
            {"index": index, "size": size, "path": _hex(inclusion_path(index, size, at))}
            for size in SIZES
            for index in sorted({0, size // 2, size - 1})
        ]
        consistency = [
            {"old": old, "new": new, "path": _hex(consistency_path(old, new, at))}
            for new in SIZES
            for old in SIZES
            if old <= new
        ]
    proofs = {"inclusion": inclusion, "consistency": consistency}
    path.write_text(json.dumps(proofs, indent=1) + "\n", encoding="utf-8")


def _hex(path: list[bytes]) -> list[str]:
    return [item.hex() for item in path]


def _statement() -> dict[str, Any]:
    manifest = {"sha256": sha256(b"manifest").hexdigest()}
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [
            {"name": name, "digest": {"sha256": sha256(data).hexdigest()}}
            for name, data in FILES.items()
        ],
        "predicateType": "urn:privet:predicate:release:v1",
        "predicate": {
            "version": 1,
            "release": "r-1",
            "origin": ORIGIN,
            "issued": "2026-01-02T04:45:00Z",
            "pipeline": "research",
            "kind": "rows",
            "guarantee": {"name": "k-anonymous", "params": {"k": "10", "l": "2"}},
            "purpose": "research",
            "principal": "os:ana",
            "role": "analyst",
            "recipient": {"name": "unilab", "region": "EU", "contract": "dpa-17"},
            "basis": [
                {"category": "default", "basis": "consent"},
                {"category": "user.health", "basis": "explicit_consent"},
            ],
            "sources": [{"data": "customers", "snapshot": 3, "manifest": manifest}],
            "plan": {
                "declared": {"sha256": sha256(b"declared").hexdigest()},
                "fitted": {"hmac-sha256": _plans_tag()},
            },
            "policy": {"version": "1", "sha256": sha256(b"policy").hexdigest()},
            "contracts": [
                {
                    "data": "customers",
                    "version": "1.0.0",
                    "sha256": sha256(b"contract").hexdigest(),
                }
            ],
            "code": {"name": "privet", "version": "0.1.0"},
            "files": [{"name": name, "size": len(data)} for name, data in FILES.items()],
            "anonymity": [
                {
                    "data": "customers",
                    "criteria": [
                        {"asked": "at least 10 subjects", "found": "12"},
                        {
                            "asked": "at least 2 distinct values of `illness`",
                            "found": "distinct: 3",
                        },
                    ],
                }
            ],
        },
    }


def _plans_tag() -> str:
    """Of the plan of `spec/vault`, under the key beside it."""
    vault = Path(__file__).resolve().parents[1] / "vault"
    key = bytes.fromhex((vault / "plan.vector.key").read_text(encoding="utf-8"))
    digest = sha256((vault / "plan.vector.json").read_bytes()).hexdigest()
    return hmac.digest(key, canonical.encode([["customers", digest]]), "sha256").hex()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1])
