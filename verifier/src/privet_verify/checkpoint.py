"""C2SP checkpoints: a log's origin, size and root in a signed note.

Specification: https://c2sp.org/tlog-checkpoint. Here the origin is the name of the log's key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from privet_verify.canonical import decode_base64, encode_base64
from privet_verify.errors import Code, VerificationError
from privet_verify.notes import VerifierKey, open_note

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log as it stood: `size` entries under `root`, and the signed note that says so."""

    origin: str
    size: int
    root: bytes
    note: str


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """The text that a log signs."""
    return f"{origin}\n{size}\n{encode_base64(root)}\n"


def open_checkpoint(note: str, key: VerifierKey) -> Checkpoint:
    """Read a checkpoint that `key` signed for the log of its name.

    Raises:
        VerificationError: not a checkpoint, or of another log (`Code.LOG`), or not signed by `key`
            (`Code.SIGNATURE`).
    """
    origin, *rest = open_note(note, key).split("\n")[:-1]
    if origin != key.name:
        raise VerificationError(
            Code.LOG, "the checkpoint is of another log than the key's", hint="use that log's key"
        )
    try:
        size = parse_decimal(rest[0])
        root = decode_base64(rest[1])
    except (IndexError, ValueError) as error:
        raise _malformed() from error
    if len(root) != 32 or "" in rest:
        raise _malformed()
    return Checkpoint(origin, size, root, note)


def parse_decimal(text: str) -> int:
    """Read an ASCII decimal without leading zeroes.

    Raises:
        ValueError: anything else, and numbers of more than 18 digits.
    """
    if _DECIMAL.fullmatch(text) is None:
        raise ValueError("not a decimal number")
    return int(text)


def _malformed() -> VerificationError:
    return VerificationError(
        Code.LOG, "the signed note is not a checkpoint", hint="take the log's `checkpoint` file"
    )
