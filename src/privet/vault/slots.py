"""The file form of a keyring: unlock slots, each holding the root key wrapped under a passphrase.

Nothing here is secret without a passphrase, and nothing can be swapped between slots, projects or
key-derivation parameters: all of them are in the associated data of the wrapped key. The schema is
`spec/vault/keyring.schema.json`.
"""

from __future__ import annotations

import base64
import binascii
import json
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from privet.crypto.passphrase import SALT_BYTES, Argon2idParams, derive
from privet.crypto.wrapping import unwrap, wrap
from privet.model.canonical import encode
from privet.model.errors import IntegrityError, Locked
from privet.ports.world import Entropy

FORMAT = "privet keyring"
VERSION = 1
KIND = "passphrase"
_MAX_SLOTS = 64


@dataclass(frozen=True, slots=True)
class Slot:
    """One way to unlock: a passphrase, stretched by Argon2id, opens the wrapped root key."""

    id: str
    params: Argon2idParams
    salt: bytes
    wrapped: bytes = field(repr=False)

    @classmethod
    def close(
        cls, root: bytes, project_id: str, passphrase: str, entropy: Entropy, params: Argon2idParams
    ) -> Slot:
        """Wrap `root` in a new slot under `passphrase`."""
        slot_id = entropy.token_bytes(4).hex()
        salt = entropy.token_bytes(SALT_BYTES)
        stretched = derive(passphrase_bytes(passphrase), salt, params)
        bound = _associated_data(project_id, slot_id, params, salt)
        return cls(slot_id, params, salt, wrap(stretched, root, bound, entropy))

    def open(self, project_id: str, passphrase: str) -> bytes | None:
        """The root key, or None where this is not the slot's passphrase."""
        stretched = derive(passphrase_bytes(passphrase), self.salt, self.params)
        bound = _associated_data(project_id, self.id, self.params, self.salt)
        try:
            return unwrap(stretched, self.wrapped, bound)
        except IntegrityError:
            return None

    def to_json(self) -> dict[str, Any]:
        """The slot as it stands in the file."""
        return {
            "id": self.id,
            "kind": KIND,
            "kdf": _kdf_json(self.params),
            "salt": base64.b64encode(self.salt).decode("ascii"),
            "wrapped": base64.b64encode(self.wrapped).decode("ascii"),
        }


@dataclass(frozen=True, slots=True)
class KeyringFile:
    """What a keyring file says: whose it is, which root key, by which slots."""

    project_id: str
    key_id: str
    slots: tuple[Slot, ...]

    def to_bytes(self) -> bytes:
        """The file's bytes: JSON, indented for a reader."""
        document = {
            "format": FORMAT,
            "v": VERSION,
            "project": self.project_id,
            "key_id": self.key_id,
            "slots": [slot.to_json() for slot in self.slots],
        }
        return json.dumps(document, indent=2).encode("ascii") + b"\n"

    @classmethod
    def parse(cls, data: bytes) -> KeyringFile:
        """Read a keyring file.

        Raises:
            IntegrityError: it is not one.
            Locked: it was written by a newer version.
        """
        try:
            document = json.loads(data)
            if document["format"] != FORMAT:
                raise ValueError("another format")
            version = document["v"]
            if version == VERSION:
                slots = tuple(_parse_slot(entry) for entry in document["slots"])
                keyring = cls(str(document["project"]), str(document["key_id"]), slots)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise _malformed() from error
        if version != VERSION:
            raise Locked(
                "the keyring was written by another version of Privet",
                hint="open the project with the version that made it, or a newer one",
            )
        if not 1 <= len(slots) <= _MAX_SLOTS or len({slot.id for slot in slots}) != len(slots):
            raise _malformed()
        return keyring


def passphrase_bytes(passphrase: str) -> bytes:
    """The bytes of a passphrase: NFC, so that every keyboard's spelling of it is one."""
    return unicodedata.normalize("NFC", passphrase).encode("utf-8")


def _malformed() -> IntegrityError:
    return IntegrityError(
        "the keyring file was changed or cut short",
        hint="restore .privet/keyring.json from a backup; without it the data stays sealed",
    )


def _associated_data(project_id: str, slot_id: str, params: Argon2idParams, salt: bytes) -> bytes:
    return encode([FORMAT, VERSION, project_id, slot_id, KIND, _kdf_json(params), salt.hex()])


def _kdf_json(params: Argon2idParams) -> dict[str, str | int]:
    return {
        "name": "argon2id",
        "memory_kib": params.memory_kib,
        "iterations": params.iterations,
        "lanes": params.lanes,
    }


def _parse_slot(entry: dict[str, Any]) -> Slot:
    if entry["kind"] != KIND or entry["kdf"]["name"] != "argon2id":
        raise ValueError("a slot of an unknown kind")
    kdf = entry["kdf"]
    params = Argon2idParams(
        memory_kib=_integer(kdf["memory_kib"]),
        iterations=_integer(kdf["iterations"]),
        lanes=_integer(kdf["lanes"]),
    )
    salt = _strict_base64(entry["salt"])
    if len(salt) < SALT_BYTES:
        raise ValueError("a short salt")
    return Slot(str(entry["id"]), params, salt, _strict_base64(entry["wrapped"]))


def _integer(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("a key-derivation parameter that is no integer")
    return value


def _strict_base64(text: str) -> bytes:
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode("ascii") != text:
        raise binascii.Error("not the canonical base64")
    return data
