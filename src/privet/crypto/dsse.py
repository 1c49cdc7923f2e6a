"""Signed envelopes, written: DSSE v1 (Dead Simple Signing Envelope); `privet_verify` reads them."""

from __future__ import annotations

import base64
from typing import TypedDict

from privet.crypto.notes import NoteSigner


class EnvelopeSignature(TypedDict):
    """One signature: the key's id, `name+hash`, and base64 of the signature."""

    keyid: str
    sig: str


class Envelope(TypedDict):
    """A DSSE envelope as its JSON object; `payload` is base64."""

    payloadType: str
    payload: str
    signatures: list[EnvelopeSignature]


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed: the PAE of DSSE v1, `DSSEv1 <len> <type> <len> <payload>`."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign_envelope(payload_type: str, payload: bytes, signer: NoteSigner) -> Envelope:
    """The envelope of `payload`, signed by `signer`.

    Args:
        payload_type: a media type, `application/vnd.in-toto+json` for a receipt.
        payload: the exact bytes; they are signed as they stand.
        signer: whose key id goes in as `keyid`.
    """
    signature = signer.key.sign(pre_authentication_encoding(payload_type, payload))
    return {
        "payloadType": payload_type,
        "payload": base64.b64encode(payload).decode("ascii"),
        "signatures": [
            {"keyid": signer.key_id, "sig": base64.b64encode(signature).decode("ascii")}
        ],
    }
