"""The statement of a release: in-toto Statement v1 with Privet's release predicate, version 1.

The same form as a JSON Schema: `spec/receipt/statement.schema.json`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from privet_verify.canonical import Json, decode_json
from privet_verify.errors import Code, VerificationError
from privet_verify.shape import (
    Check,
    ShapeError,
    count,
    equal,
    list_of,
    map_of,
    nullable,
    pattern,
    record,
    text,
)

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:privet:predicate:release:v1"
RECEIPT_NAME = "receipt.json"

_sha256 = pattern(r"[0-9a-f]{64}", "a SHA-256 digest in hex")
_digest = record({"sha256": _sha256})
_time = pattern(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "a UTC time in whole seconds (RFC 3339)")
# Plain names only: nothing that leads out of the folder on any system, and not the receipt.
_file_name = pattern(
    rf"(?!\.\.?\Z)(?!(?i:{RECEIPT_NAME})\Z)[^/\\\x00-\x1f\x7f]+", "a plain file name"
)

_PREDICATE: Check = record(
    {
        "version": equal(1),
        "release": text,
        "origin": text,
        "issued": _time,
        "pipeline": text,
        "kind": text,
        "guarantee": record({"name": text, "params": map_of(text)}),
        "purpose": text,
        "principal": text,
        "role": text,
        "recipient": record({"name": text}, {"region": text, "contract": text}),
        "basis": list_of(record({"category": text, "basis": text})),
        "sources": list_of(record({"data": text, "snapshot": count, "manifest": _digest})),
        "plan": record({"declared": _digest, "fitted": nullable(record({"hmac-sha256": _sha256}))}),
        "policy": record({"version": text, "sha256": _sha256}),
        "contracts": list_of(record({"data": text, "version": text, "sha256": _sha256})),
        "code": record({"name": text, "version": text}),
        "files": list_of(record({"name": _file_name, "size": count})),
    },
    {
        "anonymity": list_of(
            record({"data": text, "criteria": list_of(record({"asked": text, "found": text}))})
        ),
        "privacy": record(
            {
                "unit": text,
                "neighbours": text,
                "epsilon": text,
                "delta": text,
                "mechanisms": list_of(text),
                "bounds": list_of(record({"data": text, "bound": text})),
            }
        ),
    },
)

_STATEMENT: Check = record(
    {
        "_type": equal(STATEMENT_TYPE),
        "subject": list_of(record({"name": _file_name, "digest": _digest})),
        "predicateType": equal(PREDICATE_TYPE),
        "predicate": _PREDICATE,
    }
)


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file of the release as the statement names it."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement whose shape was checked.

    Attributes:
        predicate: Privet's predicate, as parsed JSON.
        files: the release's files, from `subject` and the predicate's `files`.
    """

    predicate: dict[str, Any]
    files: tuple[NamedFile, ...]

    @property
    def release(self) -> str:
        """Identifier of the release."""
        return str(self.predicate["release"])

    @property
    def origin(self) -> str:
        """The log in which the release stands."""
        return str(self.predicate["origin"])


def parse_statement(payload: bytes) -> Statement:
    """Read a signed payload.

    Raises:
        VerificationError: not a canonical statement about a release (`Code.STATEMENT`).
    """
    try:
        value = decode_json(payload)
        return check_statement(value)
    except ValueError as error:
        place = f" ({error})" if isinstance(error, ShapeError) else ""
        raise VerificationError(
            Code.STATEMENT,
            f"what was signed is not a statement about a release{place}",
            hint="a newer Privet may have written it: update privet-verify",
        ) from error


def check_statement(value: Json) -> Statement:
    """Insist on the shape of a parsed statement.

    Raises:
        ShapeError: a field is missing or not of its form; the message names it.
    """
    _STATEMENT(value, "statement")
    content: Any = value
    subject, predicate = content["subject"], content["predicate"]
    names = [item["name"] for item in subject]
    if len(set(names)) != len(names):
        raise ShapeError("statement.subject: a file named twice")
    if names != [item["name"] for item in predicate["files"]]:
        raise ShapeError("statement.predicate.files: not the files of the subject, in their order")
    files = tuple(
        NamedFile(item["name"], sized["size"], item["digest"]["sha256"])
        for item, sized in zip(subject, predicate["files"], strict=True)
    )
    return Statement(predicate, files)
