"""Where the agent's socket lies, and who is at its other end."""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import struct
import sys
from contextlib import suppress
from pathlib import Path

from privet.model.errors import Unavailable

_MACOS_LOCAL_PEERCRED = 1


def socket_path(project_id: str) -> Path:
    """The socket of a project's agent, in a folder that nobody else can enter.

    The folder is `$XDG_RUNTIME_DIR/privet`, or `/tmp/privet-<uid>` where the system gives none; it
    is made if it is missing.

    Raises:
        Unavailable: the folder is a link, another user's, or open to others.
    """
    folder = _folder()
    _refuse_unsafe(folder)
    return folder / f"{hashlib.sha256(project_id.encode()).hexdigest()[:24]}.sock"


def check_peer(connection: socket.socket) -> None:
    """Refuse a peer that runs as another user.

    Raises:
        Unavailable: it does, or this system does not say.
    """
    if peer_uid(connection) != os.geteuid():
        raise Unavailable(
            "another user is at the other end of the agent's socket",
            hint="Run `privet lock`, and remove the socket if it stays.",
        )


def peer_uid(connection: socket.socket) -> int:
    """The user id of the process at the other end, from the kernel.

    Linux: `SO_PEERCRED` (unix(7)); macOS: `LOCAL_PEERCRED`, a `struct xucred`.

    Raises:
        Unavailable: this system has neither.
    """
    if sys.platform == "linux":
        size = struct.calcsize("3i")
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
        return int(struct.unpack("3i", credentials)[1])
    if sys.platform == "darwin":
        credentials = connection.getsockopt(0, _MACOS_LOCAL_PEERCRED, 76)
        return int(struct.unpack_from("=II", credentials)[1])
    raise Unavailable(
        "this system does not say who is at the other end of a socket",
        hint="Give the passphrase in PRIVET_PASSPHRASE instead of `privet unlock`.",
    )


def _folder() -> Path:
    given = os.environ.get("XDG_RUNTIME_DIR", "")
    if given and Path(given).is_dir():
        return Path(given) / "privet"
    return Path(f"/tmp/privet-{os.geteuid()}")  # noqa: S108 - its owner and mode are verified


def _refuse_unsafe(folder: Path) -> None:
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    state = folder.lstat()
    ours = stat.S_ISDIR(state.st_mode) and state.st_uid == os.geteuid()
    if not ours or stat.S_IMODE(state.st_mode) & 0o077:
        raise Unavailable(
            f"{folder} is not a folder that only this user can enter",
            hint="Remove it; it is made anew.",
        )
