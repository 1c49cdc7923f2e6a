"""C2SP signed notes with Ed25519: verifier keys, and opening a note under one.

Specification: https://c2sp.org/signed-note@v1.0.0 (signature type 0x01).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from privet_verify.canonical import decode_base64
from privet_verify.errors import Code, VerificationError

_ED25519 = b"\x01"
_SIGNATURE_MARK = "\N{EM DASH} "
_MAX_NOTE = 1 << 20
_MAX_SIGNATURES = 64


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key and the name that it signs under.

    Attributes:
        name: the key's name; for a log, its origin.
        id: 4 bytes that tell it from other keys of that name; a hint, not a fingerprint.
        public: the Ed25519 public key, 32 bytes (RFC 8032).
    """

    name: str
    id: bytes
    public: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `name+id+key`, the verifier-key form of a signed note.

        Raises:
            VerificationError: it is not an Ed25519 verifier key (`Code.KEY`).
        """
        try:
            name, id_hex, key_text = text.split("+", 2)
            key = decode_base64(key_text)
            identity = bytes.fromhex(id_hex)
        except ValueError as error:
            raise _bad_key() from error
        public = key[1:]
        expected = hashlib.sha256(name.encode("utf-8", "replace") + b"\n" + key).digest()[:4]
        named = bool(name) and not any(letter.isspace() for letter in name)
        typed = key[:1] == _ED25519 and len(public) == 32
        if not (named and typed and identity == expected and id_hex == identity.hex()):
            raise _bad_key()
        return cls(name, identity, public)

    @property
    def label(self) -> str:
        """`name+id`, which names the key in a DSSE envelope."""
        return f"{self.name}+{self.id.hex()}"

    def verify(self, signature: bytes, data: bytes) -> None:
        """Check an Ed25519 signature.

        Raises:
            VerificationError: this key did not sign these bytes (`Code.SIGNATURE`).
        """
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, data)
        except (InvalidSignature, ValueError) as error:
            raise VerificationError(
                Code.SIGNATURE,
                f"the signature is not one of the key {self.label}",
                hint="what was signed has been changed, or another key signed it",
            ) from error


def open_note(note: str, key: VerifierKey) -> str:
    """Return the text of a note that `key` signed; signatures of other keys are passed over.

    Raises:
        VerificationError: not a note (`Code.LOG`), or not signed by `key` (`Code.SIGNATURE`).
    """
    text, signatures = _split(note)
    signed = False
    for line in signatures:
        name, signature = _signature(line)
        if name == key.name and signature[:4] == key.id:
            key.verify(signature[4:], text.encode("utf-8"))
            signed = True
    if not signed:
        raise VerificationError(
            Code.SIGNATURE,
            f"the note is not signed by the key {key.label}",
            hint="it belongs to another log, or the key has changed since",
        )
    return text


def _split(note: str) -> tuple[str, list[str]]:
    end = note.rfind("\n\n")
    if len(note) > _MAX_NOTE or end < 0 or not note.endswith("\n"):
        raise _bad_note()
    if any(letter < " " and letter != "\n" for letter in note):
        raise _bad_note()
    signatures = note[end + 2 : -1].split("\n")
    if len(signatures) > _MAX_SIGNATURES or not _encodable(note):
        raise _bad_note()
    return note[: end + 1], signatures


def _signature(line: str) -> tuple[str, bytes]:
    name, _, encoded = line.removeprefix(_SIGNATURE_MARK).partition(" ")
    if not line.startswith(_SIGNATURE_MARK) or not name or "+" in name:
        raise _bad_note()
    try:
        signature = decode_base64(encoded)
    except ValueError as error:
        raise _bad_note() from error
    if len(signature) < 5:
        raise _bad_note()
    return name, signature


def _encodable(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _bad_note() -> VerificationError:
    return VerificationError(
        Code.LOG,
        "the checkpoint is not a signed note: it was changed or cut short",
        hint="take it again from where it was published",
    )


def _bad_key() -> VerificationError:
    return VerificationError(
        Code.KEY,
        "not an Ed25519 verifier key",
        hint="a verifier key reads `name+8 hex digits+base64`; ask its owner, by another channel",
    )
