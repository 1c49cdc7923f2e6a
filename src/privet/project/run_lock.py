"""One run at a time: an advisory lock on a file of the project, freed when its holder dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from privet.model.errors import Busy, StorageError


@contextmanager
def run_lock(path: Path) -> Iterator[None]:
    """Hold the project at `path` (a lock file) while something in it changes.

    Raises:
        Busy: another process holds it; the message names its id.
        StorageError: the file cannot be made.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageError(
            f"cannot write {path}: {error.strerror}", hint="let this user write there"
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            raise Busy(
                f"another run holds this project (process {holder or 'unknown'})",
                hint="wait for it to end, then run again",
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)
