"""The receipt of a release: a signed statement, and the proof that it stands in the log.

The form is in `spec/receipt/`. Checked here: canonical bytes, the signature, the statement's
shape, that the log's entry records this very statement, and that the entry stands in the log.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from privet_verify.canonical import Json, decode_json
from privet_verify.checkpoint import Checkpoint
from privet_verify.dsse import open_envelope
from privet_verify.errors import Code, VerificationError
from privet_verify.notes import VerifierKey
from privet_verify.proof import Proof
from privet_verify.shape import equal, record, text
from privet_verify.statement import PAYLOAD_TYPE, Statement, parse_statement

MEDIA_TYPE = "application/vnd.privet.receipt+json;version=1"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt that was checked.

    Attributes:
        statement: what was said about the release.
        index: number of its entry in the log.
        logged: when the entry was made, by the issuer's clock.
        checkpoint: the log as it stood when the receipt was issued.
    """

    statement: Statement
    index: int
    logged: str
    checkpoint: Checkpoint


def open_receipt(data: bytes, key: VerifierKey) -> Receipt:
    """Check the bytes of a receipt under the issuer's key.

    Raises:
        VerificationError: any part of it is not as it should be.
    """
    envelope, proof_text = _parts(data)
    payload = open_envelope(envelope, PAYLOAD_TYPE, key)
    statement = parse_statement(payload)
    proof = Proof.parse(proof_text)
    checkpoint = proof.verify(key)
    if statement.origin != checkpoint.origin:
        raise VerificationError(
            Code.LOG, "the statement names another log than its proof", hint=_ASK_AGAIN
        )
    logged = _entry_time(proof.leaf, payload, statement)
    return Receipt(statement, proof.index, logged, checkpoint)


def _parts(data: bytes) -> tuple[Json, str]:
    try:
        value = decode_json(data)
    except ValueError as error:
        raise VerificationError(
            Code.RECEIPT, "the receipt is not canonical JSON", hint=_ASK_AGAIN
        ) from error
    match value:
        case {"mediaType": str(kind), "envelope": envelope, "proof": str(proof), **more} if (
            kind == MEDIA_TYPE and not more
        ):
            return envelope, proof
    raise VerificationError(
        Code.RECEIPT,
        "the file is not a receipt of version 1",
        hint="a newer Privet may have written it: update privet-verify",
    )


def _entry_time(leaf: bytes, payload: bytes, statement: Statement) -> str:
    """The time of the log's entry, which must record this very statement."""
    recorded = record(
        {
            "statement": equal(hashlib.sha256(payload).hexdigest()),
            "release": equal(statement.release),
        }
    )
    shape = record({"v": equal(1), "kind": equal("release"), "time": text, "body": recorded})
    try:
        entry: Any = decode_json(leaf)
        shape(entry, "entry")
    except ValueError as error:
        raise VerificationError(
            Code.LOG, "the proven log entry records another statement", hint=_ASK_AGAIN
        ) from error
    return str(entry["time"])


_ASK_AGAIN = "the receipt was changed after it was issued: ask its issuer for it again"
