"""Signed notes, written (C2SP signed-note); `privet_verify` reads them.

A note is text, an empty line, and signature lines `— name base64(key hash || signature)`.
"""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from dataclasses import dataclass, field

from privet.crypto.signing import SigningKey

_ED25519 = b"\x01"
"""Signature type of the spec: Ed25519 over the note's text."""


@dataclass(frozen=True, slots=True)
class NoteSigner:
    """A named signing key, such as `example.org/clinic` and its Ed25519 key.

    Raises:
        ValueError: the name is empty, or holds a space or `+`.
    """

    name: str
    key: SigningKey = field(repr=False)

    def __post_init__(self) -> None:
        if not self.name or "+" in self.name or any(map(_spaces_or_controls, self.name)):
            raise ValueError("a signer's name holds no space, no control character and no `+`")

    @property
    def key_hash(self) -> bytes:
        """First 4 bytes of SHA-256(name, newline, signature type, public key)."""
        preimage = self.name.encode() + b"\n" + _ED25519 + self.key.public.raw
        return hashlib.sha256(preimage).digest()[:4]

    @property
    def key_id(self) -> str:
        """`name+hash`: what a reader looks the key up by."""
        return f"{self.name}+{self.key_hash.hex()}"

    def verifier_key(self) -> str:
        """The public key as text, `name+hash+base64(type || key)`, to give to whoever verifies."""
        encoded = base64.b64encode(_ED25519 + self.key.public.raw).decode("ascii")
        return f"{self.key_id}+{encoded}"


def sign_note(text: str, signer: NoteSigner) -> str:
    """The note of `text`: the text, an empty line and one signature line.

    Raises:
        ValueError: the text is empty, does not end in a newline, or holds another control
            character.
    """
    if not text.endswith("\n"):
        raise ValueError("a note's text ends in a newline")
    if any(ord(char) < 0x20 and char != "\n" for char in text):
        raise ValueError("a note's text holds no control character but newlines")
    signature = signer.key.sign(text.encode())
    encoded = base64.b64encode(signer.key_hash + signature).decode("ascii")
    return f"{text}\n\N{EM DASH} {signer.name} {encoded}\n"


def _spaces_or_controls(char: str) -> bool:
    return char.isspace() or unicodedata.category(char).startswith("C")
