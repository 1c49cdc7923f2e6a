"""The keyring: the file that turns a passphrase into the project's root key.

`.privet/keyring.json` belongs to its owner alone (0600) and is replaced whole, never rewritten in
place. Restoring an older copy brings back a slot that was removed since: whoever has both that copy
and the old passphrase has the root key, and only a new root key ends that (SECURITY.md says it).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from privet.crypto.mac import hmac_sha256
from privet.crypto.passphrase import Argon2idParams
from privet.model.errors import IntegrityError, Locked, StorageError, UsageError
from privet.ports.world import Entropy
from privet.vault.slots import KeyringFile, Slot

ROOT_KEY_SIZE = 32
_KEY_ID_LABEL = b"privet root key id v1"
_MAX_FILE_SIZE = 1 << 20


def key_check_value(root: bytes) -> str:
    """The public identity of a root key: 128 bits of an HMAC, in hex; it tells nothing else."""
    return hmac_sha256(root, _KEY_ID_LABEL)[:16].hex()


@dataclass(frozen=True, slots=True)
class Keyring:
    """A keyring file and what it says. Holds no key; `unlock` gives it."""

    path: Path
    content: KeyringFile

    @classmethod
    def create(
        cls,
        path: Path,
        project_id: str,
        passphrase: str,
        entropy: Entropy,
        params: Argon2idParams | None = None,
    ) -> tuple[Keyring, bytes]:
        """Make a project's keyring with a new random root key and one slot.

        Returns:
            The keyring and the root key (32 bytes), so that nobody need stretch the passphrase
            twice.

        Raises:
            UsageError: the passphrase is empty, or there is a keyring already.
        """
        if path.exists():
            raise UsageError(
                f"{path} is there already", hint="open the project instead of making it anew"
            )
        _require_passphrase(passphrase)
        root = entropy.token_bytes(ROOT_KEY_SIZE)
        slot = Slot.close(root, project_id, passphrase, entropy, params or Argon2idParams())
        keyring = cls(path, KeyringFile(project_id, key_check_value(root), (slot,)))
        keyring._write()
        return keyring, root

    @classmethod
    def load(cls, path: Path, project_id: str) -> Keyring:
        """Read the keyring of `project_id`.

        Raises:
            Locked: it is missing, open to others, or another project's.
            IntegrityError: it is not a keyring file.
        """
        content = KeyringFile.parse(_read_private(path))
        if content.project_id != project_id:
            raise Locked(
                f"{path} is the keyring of another project",
                hint="put this project's own keyring back, or open the project it belongs to",
            )
        return cls(path, content)

    @property
    def project_id(self) -> str:
        """Whose keyring it is."""
        return self.content.project_id

    @property
    def key_id(self) -> str:
        """The root key's check value."""
        return self.content.key_id

    @property
    def slots(self) -> tuple[str, ...]:
        """Ids of the unlock slots."""
        return tuple(slot.id for slot in self.content.slots)

    def unlock(self, passphrase: str) -> bytes:
        """The root key (32 bytes).

        Raises:
            Locked: the passphrase opens no slot.
            IntegrityError: a slot opens, on another key than the file states.
        """
        _require_passphrase(passphrase)
        for slot in self.content.slots:
            root = slot.open(self.project_id, passphrase)
            if root is None:
                continue
            if key_check_value(root) != self.key_id:
                raise IntegrityError("the keyring's key id is not that of its root key")
            return root
        raise Locked(
            "the passphrase opens no slot of this project's keyring",
            hint="check PRIVET_PASSPHRASE or the passphrase file, and try again",
        )

    def add_slot(
        self,
        root: bytes,
        passphrase: str,
        entropy: Entropy,
        params: Argon2idParams | None = None,
    ) -> Keyring:
        """The keyring with one more passphrase, written to disk.

        Raises:
            Locked: `root` is not this keyring's root key.
        """
        _require_passphrase(passphrase)
        if key_check_value(root) != self.key_id:
            raise Locked("that is not the root key of this keyring", hint="unlock it first")
        slot = Slot.close(root, self.project_id, passphrase, entropy, params or Argon2idParams())
        return self._rewritten((*self.content.slots, slot))

    def remove_slot(self, slot_id: str) -> Keyring:
        """The keyring without the slot, written to disk.

        Raises:
            UsageError: there is no such slot, or it is the last: nothing could unlock after it.
        """
        if slot_id not in self.slots:
            raise UsageError(
                f"the keyring has no slot {slot_id}", hint="`privet keys list` lists them"
            )
        if len(self.slots) == 1:
            raise UsageError("the last slot stays", hint="add another passphrase first")
        return self._rewritten(tuple(slot for slot in self.content.slots if slot.id != slot_id))

    def _rewritten(self, slots: tuple[Slot, ...]) -> Keyring:
        keyring = replace(self, content=replace(self.content, slots=slots))
        keyring._write()
        return keyring

    def _write(self) -> None:
        """Replace the file in one step; file and folder reach the disk before this returns."""
        folder = self.path.parent
        temporary = folder / f".tmp-{self.path.name}-{os.getpid()}"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for unfinished in folder.glob(f".tmp-{self.path.name}-*"):  # a crash left it
                unfinished.unlink(missing_ok=True)
            with _new_private_file(temporary) as file:
                file.write(self.content.to_bytes())
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.path)
            _flush_folder(folder)
        except OSError as error:
            with suppress(OSError):
                temporary.unlink()
            raise StorageError(
                f"cannot write {self.path}: {error.strerror}",
                hint="free some space or make the folder writable; the old keyring is untouched",
            ) from error


def _require_passphrase(passphrase: str) -> None:
    if not passphrase:
        raise UsageError("the passphrase is empty", hint="choose one of several words")


@contextmanager
def _new_private_file(path: Path) -> Iterator[BinaryIO]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        yield file


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_private(path: Path) -> bytes:
    """The bytes of a file that is its owner's alone; checked on the open file, not on its name."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise Locked(
            f"cannot read {path}: {error.strerror}",
            hint="restore the keyring from a backup, or run from the project's own folder",
        ) from error
    with os.fdopen(descriptor, "rb") as file:
        _require_private(path, os.fstat(file.fileno()))
        return file.read(_MAX_FILE_SIZE)


def _require_private(path: Path, state: os.stat_result) -> None:
    if not stat.S_ISREG(state.st_mode):
        raise Locked(f"{path} is not a plain file", hint="put the keyring file itself there")
    if state.st_uid != os.geteuid():
        raise Locked(f"{path} belongs to another user", hint=f"chown $(id -u) {path}")
    if stat.S_IMODE(state.st_mode) & 0o077:
        raise Locked(f"others can read or write {path}", hint=f"chmod 600 {path}")
