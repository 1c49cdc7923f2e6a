"""The names of objects: which keys and prefixes a store takes."""

from __future__ import annotations

import re

from privet.model.errors import StorageError

TEMPORARY = ".tmp-"
"""How the file name of an unfinished write begins; no object may be called so."""

_FORBIDDEN = re.compile("[\\\\\x00-\x1f\x7f\ud800-\udfff]")
"""Backslash, control characters, and bytes of a file name that are no UTF-8."""


def check_key(key: str) -> str:
    """Give `key` back if it names an object below a root, and nothing else.

    Raises:
        StorageError: it is empty, absolute, leaves its root, or is no portable name.
    """
    for part in key.split("/"):
        _check_part(part, key)
    return key


def check_prefix(prefix: str) -> str:
    """Give `prefix` back without its closing slash if it names a folder, or is empty.

    Raises:
        StorageError: as for `check_key`.
    """
    folder = prefix.removesuffix("/")
    return check_key(folder) if folder else ""


def is_temporary(key: str) -> bool:
    """Whether the last part of `key` is the name of an unfinished write."""
    return key.rpartition("/")[2].startswith(TEMPORARY)


def _check_part(part: str, key: str) -> None:
    if part in {"", ".", ".."} or _FORBIDDEN.search(part):
        raise StorageError(
            f"{key!r} cannot name an object",
            hint="A key has parts joined by '/'; none is empty, '.' or '..', or has a backslash.",
        )
    if part.startswith(TEMPORARY):
        raise StorageError(f"{key!r} cannot name an object: {TEMPORARY} marks unfinished writes")
