"""C2SP tlog-proof: that an entry stands in a log, in one text.

Specification: https://c2sp.org/tlog-proof (v1). The `extra` line is required here and holds the
entry itself; the format does not vouch for it, the inclusion proof does.
"""

from __future__ import annotations

from dataclasses import dataclass

from privet_verify.canonical import decode_base64, encode_base64
from privet_verify.checkpoint import Checkpoint, open_checkpoint, parse_decimal
from privet_verify.errors import Code, VerificationError
from privet_verify.notes import VerifierKey
from privet_verify.tree import ProofError, check_inclusion, leaf_hash

_HEADER = "c2sp.org/tlog-proof@v1"
_MAX_PATH = 63


@dataclass(frozen=True, slots=True)
class Proof:
    """An entry (`leaf`), its index, its inclusion path and the checkpoint's note."""

    leaf: bytes
    index: int
    path: tuple[bytes, ...]
    note: str

    def text(self) -> str:
        """The proof as its text file."""
        lines = [_HEADER, f"extra {encode_base64(self.leaf)}", f"index {self.index}"]
        lines.extend(encode_base64(sibling) for sibling in self.path)
        return "\n".join(lines) + "\n\n" + self.note

    @classmethod
    def parse(cls, text: str) -> Proof:
        """Read a proof.

        Raises:
            VerificationError: it is not of its form (`Code.LOG`).
        """
        head, gap, note = text.partition("\n\n")
        header, *lines = head.split("\n")
        try:
            if header != _HEADER or not gap:
                raise ValueError("header")
            leaf = decode_base64(_field(lines[0], "extra"))
            index = parse_decimal(_field(lines[1], "index"))
            path = tuple(decode_base64(line) for line in lines[2:])
            if len(path) > _MAX_PATH or any(len(sibling) != 32 for sibling in path):
                raise ValueError("path")
        except (IndexError, ValueError) as error:
            raise VerificationError(
                Code.LOG, "the proof of inclusion is not of its form", hint=_CHANGED
            ) from error
        return cls(leaf, index, path, note)

    def verify(self, key: VerifierKey) -> Checkpoint:
        """Insist that the entry stands in the log that `key` signs; return its checkpoint.

        Raises:
            VerificationError: it does not (`Code.LOG`), or the checkpoint is not signed by `key`.
        """
        checkpoint = open_checkpoint(self.note, key)
        try:
            check_inclusion(
                leaf_hash(self.leaf), self.index, checkpoint.size, self.path, checkpoint.root
            )
        except ProofError as error:
            raise VerificationError(
                Code.LOG, "the entry does not stand in the log's signed tree", hint=_CHANGED
            ) from error
        return checkpoint


_CHANGED = "the receipt was changed after it was issued: ask its issuer for it again"


def _field(line: str, name: str) -> str:
    label, _, value = line.partition(" ")
    if label != name:
        raise ValueError(f"no {name} line")
    return value
