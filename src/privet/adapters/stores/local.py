"""Objects as files below one folder.

A write goes to a temporary file beside its place, is flushed to the disk, and then takes its name
in one step (`rename`, or `link` where an existing object must be left alone); the folder is flushed
after it. So a crash at any moment leaves the old object or the new one, and at worst a file that
begins with `.tmp-`, which nothing lists and `sweep` removes.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from privet.adapters.stores.faults import changed, local_faults
from privet.adapters.stores.keys import TEMPORARY, check_key, check_prefix, is_temporary
from privet.model.errors import StorageError
from privet.ports.store import ObjectInfo

_FOLDER_MODE = 0o700
_FILE_MODE = 0o600


class LocalStore:
    """An `ObjectStore` below one folder of this machine's disk.

    Folders are made as they are needed, for their owner alone (0700); files likewise (0600).
    """

    __slots__ = ("_root",)

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    @property
    def url(self) -> str:
        """The folder's path."""
        return str(self._root)

    def __repr__(self) -> str:
        return f"LocalStore({self.url!r})"

    def get(self, key: str) -> bytes:
        """The whole object; `SourceError` where there is none."""
        with local_faults(key, "read"):
            return self._path(key).read_bytes()

    def read_at(self, key: str, start: int, length: int, *, stamp: str | None = None) -> bytes:
        """`length` bytes from `start`, fewer at the end; of the file that `stamp` tells of.

        Raises:
            SourceError: there is none, or it is another one by now.
        """
        with local_faults(key, "read"), self._path(key).open("rb", buffering=0) as file:
            if stamp is not None and _info(key, os.fstat(file.fileno())).stamp != stamp:
                raise changed(key)
            file.seek(start)
            return _read_fully(file, length)

    def open(self, key: str) -> BinaryIO:
        """A seekable file over the object; `SourceError` where there is none."""
        with local_faults(key, "read"):
            return self._path(key).open("rb")

    def head(self, key: str) -> ObjectInfo | None:
        """Size and `mtime_ns:inode`, or None where there is no such file."""
        path = self._path(key)
        with local_faults(key, "read"):
            try:
                state = path.stat()
            except (FileNotFoundError, NotADirectoryError):
                return None
        return _info(key, state) if stat.S_ISREG(state.st_mode) else None

    def put(self, key: str, data: bytes, *, create: bool = False) -> bool:
        """Write the whole object. With `create`, leave an existing one alone and return False."""
        path = self._path(key)
        with local_faults(key, "write"):
            if create and path.exists():
                return False
            with self._temporary(path) as (file, temporary):
                file.write(data)
                _flush(file)
                if create and not _link(temporary, path):
                    return False
                if not create:
                    temporary.replace(path)
                sync_folder(path.parent)
        return True

    @contextmanager
    def writer(self, key: str) -> Iterator[BinaryIO]:
        """A writable file that becomes visible under `key` on a clean exit, and not otherwise."""
        path = self._path(key)
        with local_faults(key, "write"), self._temporary(path) as (file, temporary):
            yield file
            _flush(file)
            temporary.replace(path)
            sync_folder(path.parent)

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """Objects below the folder `prefix` (empty: all), sorted by key."""
        folder = check_prefix(prefix)
        with local_faults(folder or self.url, "list"):
            found = sorted(self._walk(self._root / folder))
        for key in found:
            info = self.head(key)
            if info is not None:
                yield info

    def delete(self, key: str) -> None:
        """Remove the object; nothing happens where there is none."""
        path = self._path(key)
        with local_faults(key, "delete"):
            try:
                path.unlink()
            except (FileNotFoundError, NotADirectoryError):
                return
            sync_folder(path.parent)

    def sweep(self) -> int:
        """Remove what writes that never finished have left; returns how many files it was.

        Call it only while holding the project: it would take the file of a write in progress.
        """
        count = 0
        with local_faults(self.url, "delete"):
            for folder, _, names in os.walk(self._root):
                for name in names:
                    if name.startswith(TEMPORARY):
                        Path(folder, name).unlink(missing_ok=True)
                        count += 1
        return count

    def _path(self, key: str) -> Path:
        return self._root / check_key(key)

    def _walk(self, top: Path) -> Iterator[str]:
        for folder, _, names in os.walk(top, onerror=_raise_unless_missing):
            for name in names:
                key = Path(folder, name).relative_to(self._root).as_posix()
                if not is_temporary(key):
                    yield key

    @contextmanager
    def _temporary(self, path: Path) -> Iterator[tuple[BinaryIO, Path]]:
        """A new file beside `path`, gone at the end unless it was renamed."""
        self._make_folders(path.parent)
        temporary = path.parent / f"{TEMPORARY}{secrets.token_hex(8)}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file, temporary
        finally:
            temporary.unlink(missing_ok=True)

    def _make_folders(self, folder: Path) -> None:
        """Make what is missing of `folder`; each new one is flushed into its parent."""
        missing = []
        while not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for new in reversed(missing):
            with suppress(FileExistsError):
                new.mkdir(mode=_FOLDER_MODE)
            sync_folder(new.parent)


def _info(key: str, state: os.stat_result) -> ObjectInfo:
    return ObjectInfo(key, state.st_size, f"{state.st_mtime_ns}:{state.st_ino}")


def _link(temporary: Path, path: Path) -> bool:
    """Give the file its name unless another writer was first."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno in {errno.EPERM, errno.ENOTSUP}:
            raise StorageError(
                f"the file system of {path.parent} has no hard links",
                hint="Put the store on one that has (ext4, XFS, APFS; not FAT).",
            ) from error
        raise
    return True


def _flush(file: BinaryIO) -> None:
    """Wait until the disk has the bytes; macOS's own fsync stops at the drive's cache."""
    file.flush()
    if sys.platform == "darwin":
        fcntl.fcntl(file.fileno(), fcntl.F_FULLFSYNC)
    else:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_fully(file: BinaryIO, length: int) -> bytes:
    """Read until `length` bytes or the end: one raw read may give fewer."""
    parts = []
    while length > 0 and (part := file.read(length)):
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def _raise_unless_missing(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
