"""Numbered snapshots: signed manifests in the catalog, and the same bytes in the store.

The catalog is the sequencer: a snapshot exists from the commit of its row on. Its manifest is then
put into the store under its number, create-only; after a crash between the two it is put there when
the project is opened. A manifest in the store that the catalog does not know means that the catalog
went backwards.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import Column, Connection, Integer, LargeBinary, String, Table, insert, select

from privet.crypto.dsse import sign_envelope
from privet.crypto.notes import NoteSigner
from privet.model.canonical import decode, encode
from privet.model.errors import IntegrityError
from privet.ports.catalog import METADATA
from privet.ports.store import ObjectStore
from privet.vault.manifest import PAYLOAD_TYPE, Manifest
from privet_verify.dsse import open_envelope
from privet_verify.errors import VerificationError
from privet_verify.notes import VerifierKey

SNAPSHOTS = Table(
    "snapshot",
    METADATA,
    Column("dataset", String, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("sha256", String, nullable=False),
)
"""One row per snapshot: the signed manifest, and the SHA-256 (hex) of the bytes that are signed."""

_MANIFEST_KEY = re.compile(r"datasets/([^/]+)/snapshots/(\d{10})\.json")
_BACKWARDS = "the catalog was restored or changed: put the newest one back beside this store"

_PUT_BACK = "open the project once: it puts back manifests that the catalog has"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One snapshot, its signature checked.

    Attributes:
        sha256: digest (hex) of the manifest, as receipts name it.
        envelope: the bytes of the manifest's file.
    """

    dataset: str
    number: int
    sha256: str
    manifest: Manifest = field(repr=False)
    envelope: bytes = field(repr=False)

    @property
    def object(self) -> str:
        """The manifest's key in the store."""
        return manifest_key(self.dataset, self.number)


def manifest_key(dataset: str, number: int) -> str:
    """Where the manifest of a snapshot lies in the store."""
    return f"datasets/{dataset}/snapshots/{number:010d}.json"


def parse_manifest_key(key: str) -> tuple[str, int] | None:
    """Data set and number of a manifest's key, or None for another object."""
    match = _MANIFEST_KEY.fullmatch(key)
    return None if match is None else (match[1], int(match[2]))


def sign_manifest(manifest: Manifest, signer: NoteSigner) -> Snapshot:
    """The snapshot of a manifest: a DSSE envelope in canonical bytes."""
    payload = manifest.to_bytes()
    signed = sign_envelope(PAYLOAD_TYPE, payload, signer)
    envelope = encode(
        {
            "payload": signed["payload"],
            "payloadType": signed["payloadType"],
            "signatures": [
                {"keyid": one["keyid"], "sig": one["sig"]} for one in signed["signatures"]
            ],
        }
    )
    return Snapshot(manifest.dataset, manifest.number, _sha256(payload), manifest, envelope)


def open_manifest(
    envelope: bytes, verifier_key: str, *, project_id: str, dataset: str, number: int
) -> Snapshot:
    """Check the signature of a manifest's file and that it is the manifest asked for.

    Raises:
        IntegrityError: the file was changed, is not signed by the project, or is another's.
    """
    name = manifest_key(dataset, number)
    try:
        document = decode(envelope)
        payload = open_envelope(document, PAYLOAD_TYPE, VerifierKey.parse(verifier_key))
        manifest = Manifest.from_bytes(payload)
    except (VerificationError, IntegrityError) as error:
        raise IntegrityError(
            f"manifest {name} is not what this project signed", hint=error.hint
        ) from error
    if (manifest.project, manifest.dataset, manifest.number) != (project_id, dataset, number):
        raise IntegrityError(f"manifest {name} is that of another snapshot or project")
    return Snapshot(dataset, number, _sha256(payload), manifest, envelope)


def insert_snapshot(connection: Connection, snapshot: Snapshot) -> None:
    """Make the snapshot exist."""
    connection.execute(
        insert(SNAPSHOTS).values(
            dataset=snapshot.dataset,
            number=snapshot.number,
            envelope=snapshot.envelope,
            sha256=snapshot.sha256,
        )
    )


def newest_row(connection: Connection, dataset: str) -> tuple[int, bytes, str] | None:
    """Number, envelope and SHA-256 of the newest snapshot of a data set, or None."""
    query = (
        select(SNAPSHOTS.c.number, SNAPSHOTS.c.envelope, SNAPSHOTS.c.sha256)
        .where(SNAPSHOTS.c.dataset == dataset)
        .order_by(SNAPSHOTS.c.number.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else (row.number, row.envelope, row.sha256)


def find_row(connection: Connection, dataset: str, number: int) -> bytes | None:
    """The envelope of one snapshot, or None."""
    return connection.execute(
        select(SNAPSHOTS.c.envelope).where(
            SNAPSHOTS.c.dataset == dataset, SNAPSHOTS.c.number == number
        )
    ).scalar()


def all_rows(connection: Connection) -> Iterator[tuple[str, int, bytes, str]]:
    """Data set, number, envelope and SHA-256 of every snapshot, in order."""
    query = select(SNAPSHOTS).order_by(SNAPSHOTS.c.dataset, SNAPSHOTS.c.number)
    for row in connection.execute(query):
        yield row.dataset, row.number, row.envelope, row.sha256


def publish_manifest(store: ObjectStore, dataset: str, number: int, envelope: bytes) -> None:
    """Put a manifest into the store; putting the same one again changes nothing.

    Raises:
        IntegrityError: another manifest holds the number.
    """
    key = manifest_key(dataset, number)
    if not store.put(key, envelope, create=True) and store.get(key) != envelope:
        raise IntegrityError(f"manifest {key} is not the one of the catalog", hint=_BACKWARDS)


def publish_forward(store: ObjectStore, rows: Iterable[tuple[str, int, bytes, str]]) -> int:
    """Bring the store in step with the catalog after a crash.

    Returns:
        How many manifests had to be put.

    Raises:
        IntegrityError: the store has a manifest that the catalog does not know, or another one
            under its number.
    """
    kept = {info.key for info in store.list("datasets") if parse_manifest_key(info.key)}
    published = 0
    for dataset, number, envelope, _ in rows:
        key = manifest_key(dataset, number)
        if key in kept:
            kept.discard(key)
        else:
            publish_manifest(store, dataset, number, envelope)
            published += 1
    if kept:
        raise IntegrityError(
            f"the catalog does not know manifest {min(kept)} ({len(kept)} in all)", hint=_BACKWARDS
        )
    return published


def require_published(store: ObjectStore, snapshot: Snapshot) -> None:
    """Compare the store's copy of a manifest with the catalog's.

    Raises:
        IntegrityError: it is missing, or differs.
    """
    if store.head(snapshot.object) is None:
        raise IntegrityError(
            f"manifest {snapshot.object} is missing from the store", hint=_PUT_BACK
        )
    if store.get(snapshot.object) != snapshot.envelope:
        raise IntegrityError(
            f"manifest {snapshot.object} is not the one of the catalog", hint=_BACKWARDS
        )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
