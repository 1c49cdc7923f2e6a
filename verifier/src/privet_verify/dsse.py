"""DSSE v1 envelopes: what is signed is the payload and its type, never the JSON around it.

Specification: https://github.com/secure-systems-lab/dsse (protocol and envelope, 1.0.2). Stricter
here: one signature, standard base64 in its one spelling, the key's label in full.
"""

from __future__ import annotations

from privet_verify.canonical import Json, decode_base64
from privet_verify.errors import Code, VerificationError
from privet_verify.notes import VerifierKey

Envelope = dict[str, Json]


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """PAE of the DSSE protocol: the bytes that are signed."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def open_envelope(envelope: Json, payload_type: str, key: VerifierKey) -> bytes:
    """Return the payload that `key` signed as `payload_type`.

    Raises:
        VerificationError: not such an envelope (`Code.RECEIPT`), or not signed by `key`
            (`Code.SIGNATURE`).
    """
    match envelope:
        case {
            "payload": str(payload_text),
            "payloadType": str(kind),
            "signatures": [{"keyid": str(label), "sig": str(signature_text), **others}],
            **more,
        } if not others and not more and kind == payload_type:
            pass
        case _:
            raise _malformed()
    try:
        payload = decode_base64(payload_text)
        signature = decode_base64(signature_text)
    except ValueError as error:
        raise _malformed() from error
    if label != key.label:
        raise VerificationError(
            Code.SIGNATURE,
            f"the receipt is not signed under the key {key.label}",
            hint="it belongs to another project, or the project's key has changed since",
        )
    key.verify(signature, pre_authentication_encoding(kind, payload))
    return payload


def _malformed() -> VerificationError:
    return VerificationError(
        Code.RECEIPT,
        "the receipt's envelope is not of its form",
        hint="the receipt was changed after it was issued: ask its issuer for it again",
    )
