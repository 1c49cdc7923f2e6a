"""What the operating system says, in our words: the place and the way out, never the content."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from privet.model.errors import PrivetError, SourceError, StorageError

_HINTS = {
    errno.ENOSPC: ("the disk is full", "Free some space and run again; nothing was lost."),
    errno.EDQUOT: ("the disk quota is used up", "Free some space and run again; nothing was lost."),
    errno.EROFS: ("the disk is read-only", "Mount it writable, or choose another place."),
    errno.EACCES: ("permission denied", "Let this user read and write there."),
    errno.EPERM: ("not permitted", "Let this user read and write there."),
    errno.EISDIR: ("it is a folder", "Name a file."),
    errno.ENOTDIR: ("a part of its path is a file", "Move that file away or choose another path."),
    errno.ENAMETOOLONG: ("its name is too long", "Choose a shorter path."),
    errno.EMFILE: ("too many open files", "Raise the limit (`ulimit -n`) and run again."),
    errno.EIO: ("the disk reports an error", "Check the disk before anything else is written."),
}


@contextmanager
def local_faults(name: str, verb: str) -> Iterator[None]:
    """Turn an `OSError` inside into a `SourceError` or `StorageError` that names `name`.

    Args:
        name: the object's key or the file's path.
        verb: what was tried: `read`, `write`, `list`, `delete`.
    """
    try:
        yield
    except PrivetError:
        raise
    except OSError as error:
        raise local_error(error, name, verb) from error


def local_error(error: OSError, name: str, verb: str) -> PrivetError:
    """The error to raise for what the operating system said about `name`."""
    if verb == "read" and error.errno in {errno.ENOENT, errno.ENOTDIR}:
        return SourceError(f"{name} is not there", hint="Check the path.")
    reason, hint = _HINTS.get(
        error.errno or 0, (errno.errorcode.get(error.errno or 0, "I/O error"), None)
    )
    return StorageError(f"cannot {verb} {name}: {reason}", hint=hint)


def changed(name: str) -> SourceError:
    """The error to raise for a data file that was written to meanwhile: half old and half new."""
    return SourceError(
        f"`{name}` changed while it was read",
        hint="run again when nothing writes to it; no row of it was used",
    )
