"""The manifest: what a snapshot consists of, in canonical bytes that are signed.

It holds object names, key ids, digests of ciphertext, the schema and counts; it holds no key, no
value and no unkeyed hash of data. The schema is `spec/vault/manifest.schema.json`.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from privet.model.canonical import Json, decode, encode
from privet.model.errors import IntegrityError

VERSION = 1
PAYLOAD_TYPE = "application/vnd.privet.manifest+json"


@dataclass(frozen=True, slots=True)
class SealedObject:
    """One sealed object of the store.

    Attributes:
        object: its key in the store; the last part is random and says nothing.
        key: id of its own key in the key table.
        size: bytes of ciphertext.
        blake3: BLAKE3 of the ciphertext, hex.
        rows: rows in it; 0 for a record that is no table.
    """

    object: str
    key: str
    size: int
    blake3: str
    rows: int = 0

    def to_json(self) -> dict[str, Json]:
        """As it stands in a manifest."""
        return {
            "object": self.object,
            "key": self.key,
            "size": self.size,
            "blake3": self.blake3,
            "rows": self.rows,
        }

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> SealedObject:
        """Read it back from a manifest."""
        return cls(entry["object"], entry["key"], entry["size"], entry["blake3"], entry["rows"])


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one snapshot consists of.

    Attributes:
        project: the project's id, so that a manifest moved between projects is found.
        number: 1, 2, … without a gap, per data set.
        parent: SHA-256 (hex) of the manifest before it, or None for the first.
        created: when, ISO 8601 in UTC.
        schema: of the kept rows, without metadata.
        contract: version of the data set's contract, and the SHA-256 of its file.
        sources: what tells a changed source (URL, size, stamp): never a hash of its content.
        subject_type: what rows are clustered by, or None.
        fragments: objects with the kept rows, in order.
        quarantine: objects with the rows that were held back.
    """

    project: str
    dataset: str
    number: int
    parent: str | None
    created: str
    schema: pa.Schema
    contract: Mapping[str, Json]
    sources: tuple[Mapping[str, Json], ...]
    subject_type: str | None
    fragments: tuple[SealedObject, ...] = field(default=())
    quarantine: tuple[SealedObject, ...] = field(default=())

    @property
    def rows(self) -> int:
        """Kept rows."""
        return sum(fragment.rows for fragment in self.fragments)

    @property
    def quarantined(self) -> int:
        """Rows held back."""
        return sum(fragment.rows for fragment in self.quarantine)

    @property
    def objects(self) -> tuple[SealedObject, ...]:
        """Every object that the manifest names."""
        return self.fragments + self.quarantine

    def to_bytes(self) -> bytes:
        """The canonical bytes that are signed."""
        return encode(
            {
                "v": VERSION,
                "project": self.project,
                "dataset": self.dataset,
                "number": self.number,
                "parent": self.parent,
                "created": self.created,
                "schema": base64.b64encode(self.schema.serialize().to_pybytes()).decode("ascii"),
                "contract": self.contract,
                "sources": self.sources,
                "subject_type": self.subject_type,
                "rows": self.rows,
                "quarantined": self.quarantined,
                "fragments": [fragment.to_json() for fragment in self.fragments],
                "quarantine": [fragment.to_json() for fragment in self.quarantine],
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Manifest:
        """Read a manifest whose signature was checked.

        Raises:
            IntegrityError: the bytes are not canonical, or not a manifest of this version.
        """
        document = decode(data)
        try:
            if document["v"] != VERSION:
                raise ValueError("another version")
            manifest = cls(
                project=document["project"],
                dataset=document["dataset"],
                number=document["number"],
                parent=document["parent"],
                created=document["created"],
                schema=pa.ipc.read_schema(pa.py_buffer(base64.b64decode(document["schema"]))),
                contract=document["contract"],
                sources=tuple(document["sources"]),
                subject_type=document["subject_type"],
                fragments=tuple(map(SealedObject.from_json, document["fragments"])),
                quarantine=tuple(map(SealedObject.from_json, document["quarantine"])),
            )
        except (KeyError, TypeError, ValueError, pa.ArrowException) as error:
            raise IntegrityError(
                "a manifest is not of a form that this version knows",
                hint="open the project with the version of Privet that wrote it, or a newer one",
            ) from error
        if manifest.to_bytes() != data:
            raise IntegrityError("a manifest says more, or other counts, than its own lists")
        return manifest
