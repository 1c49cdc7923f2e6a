"""A release folder: its receipt, and exactly the files that the receipt names."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from privet_verify.checkpoint import Checkpoint, open_checkpoint
from privet_verify.errors import Code, VerificationError
from privet_verify.history import check_history
from privet_verify.notes import VerifierKey
from privet_verify.receipt import open_receipt
from privet_verify.statement import RECEIPT_NAME, NamedFile, Statement

_MAX_RECEIPT = 64 << 20


@dataclass(frozen=True, slots=True)
class VerifiedRelease:
    """A release that passed every check.

    Attributes:
        statement: what its issuer signed about it.
        checkpoint: the log as it stood when the receipt was issued.
        index: number of the release's entry in the log.
        logged: when the entry was made, by the issuer's clock (RFC 3339, UTC).
    """

    statement: Statement
    checkpoint: Checkpoint
    index: int
    logged: str


def verify_release(
    path: Path, verifier_key: str, *, checkpoint: str | None = None, log: Path | None = None
) -> VerifiedRelease:
    """Check a release, offline, trusting nothing but `verifier_key`.

    Args:
        path: the release folder.
        verifier_key: the issuer's key, `name+id+base64`, had from elsewhere than the release.
        checkpoint: another signed checkpoint of the same log, older or newer, to compare with.
        log: folder of the published log, needed to compare checkpoints of different sizes.

    Raises:
        VerificationError: whatever is wrong; never another exception for any content of the folder.
    """
    key = VerifierKey.parse(verifier_key)
    kinds = _list(path)
    if RECEIPT_NAME not in kinds:
        raise VerificationError(
            Code.RECEIPT,
            f"no {RECEIPT_NAME} in the folder",
            hint="give the folder of one release, with its receipt",
        )
    receipt = open_receipt(_read_receipt(path), key)
    _check_files(path, kinds, receipt.statement.files)
    if checkpoint is not None:
        check_history(receipt.checkpoint, open_checkpoint(checkpoint, key), log)
    return VerifiedRelease(receipt.statement, receipt.checkpoint, receipt.index, receipt.logged)


def _list(path: Path) -> dict[str, bool]:
    """Names in the folder, each with whether it is a regular file (and no link)."""
    try:
        with os.scandir(path) as found:
            return {item.name: item.is_file(follow_symlinks=False) for item in found}
    except (OSError, ValueError) as error:
        raise _unreadable("the release folder", error) from error


def _read_receipt(path: Path) -> bytes:
    with os.fdopen(_open(path / RECEIPT_NAME), "rb") as file:
        try:
            data = file.read(_MAX_RECEIPT + 1)
        except OSError as error:
            raise _unreadable(RECEIPT_NAME, error) from error
    if len(data) > _MAX_RECEIPT:
        raise VerificationError(Code.RECEIPT, f"{RECEIPT_NAME} is far too large for a receipt")
    return data


def _check_files(path: Path, kinds: dict[str, bool], files: tuple[NamedFile, ...]) -> None:
    named = {file.name for file in files} | {RECEIPT_NAME}
    for name in sorted(kinds.keys() - named):
        raise _files(f"{name!r} is in the folder and not in the receipt", "remove it, and ask why")
    for name in sorted(named - kinds.keys()):
        raise _files(f"{name!r} is in the receipt and not in the folder", "ask for it again")
    for file in files:
        if not kinds[file.name]:
            raise _files(f"{file.name!r} is not a plain file", "links and folders are refused")
        if _digest(path / file.name) != (file.size, file.sha256):
            raise _files(f"{file.name!r} was changed after its receipt", "ask for it again")


def _digest(path: Path) -> tuple[int, str]:
    with os.fdopen(_open(path), "rb") as file:
        try:
            size = os.fstat(file.fileno()).st_size
            return size, hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise _unreadable(repr(path.name), error) from error


def _open(path: Path) -> int:
    """Open a regular file for reading, and never through a link or on a pipe."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
    except OSError as error:
        if path.is_symlink():
            raise _files(f"{path.name!r} is a link", "links are refused") from error
        raise _unreadable(repr(path.name), error) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _files(f"{path.name!r} is not a plain file", "links and folders are refused")
    return descriptor


def _files(message: str, hint: str) -> VerificationError:
    return VerificationError(Code.FILES, message, hint=hint)


def _unreadable(what: str, error: OSError | ValueError) -> VerificationError:
    reason = getattr(error, "strerror", None) or type(error).__name__
    return VerificationError(
        Code.UNREADABLE,
        f"{what} cannot be read ({reason})",
        hint="check the path and its permissions",
    )
