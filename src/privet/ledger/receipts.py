"""Receipts, written: a signed statement and the proof that it stands in the log.

The form is in `spec/receipt`; `privet_verify` checks it, here too, before a receipt leaves.
"""

from __future__ import annotations

from typing import cast

from privet.crypto.dsse import sign_envelope
from privet.crypto.notes import NoteSigner
from privet.model import canonical
from privet.model.canonical import Json
from privet.model.errors import IntegrityError
from privet_verify import VerificationError
from privet_verify.notes import VerifierKey
from privet_verify.receipt import MEDIA_TYPE, open_receipt
from privet_verify.statement import PAYLOAD_TYPE, parse_statement


def encode_statement(statement: Json) -> bytes:
    """The bytes of a release's statement, which the log's entry names and the receipt signs.

    Raises:
        IntegrityError: it is not of the form that an auditor would accept.
    """
    payload = canonical.encode(statement)
    try:
        parse_statement(payload)
    except VerificationError as error:
        raise _unfit(error) from error
    return payload


def issue(statement: bytes, signer: NoteSigner, proof: str) -> bytes:
    """The receipt of a release, as the bytes of its `receipt.json`.

    Args:
        statement: canonical bytes, as the log's `release` entry names them by SHA-256.
        signer: the key of the log.
        proof: `Log.proof` of that entry.

    Raises:
        IntegrityError: an auditor would refuse the receipt: the entry is of another statement, or
            the statement is not of its form.
    """
    envelope = sign_envelope(PAYLOAD_TYPE, statement, signer)
    data = canonical.encode(
        {
            "mediaType": MEDIA_TYPE,
            "envelope": cast("Json", envelope),
            "proof": proof,
        }
    )
    try:
        open_receipt(data, VerifierKey.parse(signer.verifier_key()))
    except VerificationError as error:
        raise _unfit(error) from error
    return data


def _unfit(error: VerificationError) -> IntegrityError:
    return IntegrityError(
        f"no receipt can be issued: {error.message}",
        hint="the release stays unpublished; this is a fault in Privet, please report it",
    )
