"""The unlock agent: a process that keeps one project's root key for a while, and then is gone.

`start` runs this module as a process of its own, hands it the key through a pipe (never in an
argument, the environment or a file), and returns when its socket answers. The agent answers
processes of the same user only, as the kernel names them; it leaves no core dump and cannot be
attached to by that user's other processes (`PR_SET_DUMPABLE` 0); it ends by itself, counting the
time that the machine sleeps, or when `stop` tells it to.

One connection carries one request, a verb and a line feed, and one answer: `+` and the key for
`fetch`, `+` for `stop`, nothing for anything else.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import stat
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from secrets import token_hex
from types import FrameType
from typing import NoReturn

from privet.adapters.keys.place import check_peer, socket_path
from privet.model.errors import Unavailable, UsageError

MAX_SECONDS = 7 * 24 * 3600
"""The longest life of an agent: a week."""

_MAX_SECRET = 4096
_START_SECONDS = 20.0
_ANSWER_SECONDS = 2.0
_BACKLOG = 8
_WAIT_SECONDS = 10.0
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
"""What an agent needs of the environment; a passphrase in it stays behind."""


def start(project_id: str, secret: bytes, seconds: int) -> None:
    """Keep `secret` for a project, for `seconds`; an agent that it already has is replaced.

    Raises:
        UsageError: `seconds` or the secret's length is out of range.
        Unavailable: the agent does not start, or the socket's folder is not safe.
    """
    if not 0 < seconds <= MAX_SECONDS:
        raise UsageError(f"an agent keeps a key for 1 to {MAX_SECONDS} seconds")
    if not 0 < len(secret) <= _MAX_SECRET:
        raise UsageError(f"an agent keeps 1 to {_MAX_SECRET} bytes")
    path = socket_path(project_id)
    stop(project_id)
    command = [sys.executable, "-P", "-m", "privet.adapters.keys.agent", str(path), str(seconds)]
    try:
        subprocess.run(  # noqa: S603 - our own interpreter and module, and two arguments of ours
            command,
            input=secret,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            cwd="/",
            timeout=_START_SECONDS,
            start_new_session=True,
            check=True,
        )
    except (subprocess.SubprocessError, OSError):
        raise _not_started() from None
    if fetch(project_id) is None:
        raise _not_started()


def fetch(project_id: str) -> bytes | None:
    """The secret that the project's agent keeps, or None where there is no agent.

    Raises:
        Unavailable: another user is at the other end, or the socket's folder is not safe.
    """
    return _ask(project_id, b"fetch") or None


def stop(project_id: str) -> bool:
    """End the project's agent; False where there is none.

    Raises:
        Unavailable: as for `fetch`.
    """
    return _ask(project_id, b"stop") is not None


def _ask(project_id: str, verb: bytes) -> bytes | None:
    """What the agent answers after its `+`, or None where none answers."""
    path = socket_path(project_id)
    if not _is_socket(path):
        return None
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_ANSWER_SECONDS)
        try:
            connection.connect(str(path))
            check_peer(connection)
            connection.sendall(verb + b"\n")
            answer = _read_to_end(connection)
        except OSError:  # left behind by an agent that was killed, or gone while we asked
            return None
    return answer[1:] if answer.startswith(b"+") else None


def _is_socket(path: Path) -> bool:
    with suppress(OSError):
        return stat.S_ISSOCK(path.lstat().st_mode)
    return False


def _read_to_end(connection: socket.socket) -> bytes:
    parts = []
    while part := connection.recv(_MAX_SECRET + 1):
        parts.append(part)
    return b"".join(parts)


def _not_started() -> Unavailable:
    return Unavailable(
        "the unlock agent did not start",
        hint="Give the passphrase in PRIVET_PASSPHRASE, or at the prompt of each command.",
    )


# ---- the agent's own process


def main(arguments: list[str]) -> None:
    """Become the agent: `agent.py SOCKET SECONDS`, the secret on standard input.

    The process that was started ends once the socket listens; its child serves.
    """
    path, seconds = Path(arguments[0]), float(arguments[1])
    _leave_no_traces()
    deadline = _clock() + seconds
    secret = bytearray(sys.stdin.buffer.read(_MAX_SECRET + 1))
    listener = _listen(path)
    if os.fork():
        os._exit(0)  # whoever waits for this process now knows that the socket answers
    listener.listen(_BACKLOG)  # again, so that the kernel names this process to its peers
    signal.signal(signal.SIGTERM, _end)
    inode = path.lstat().st_ino
    try:
        with closing(listener):
            while deadline > _clock() and _is_named(path, inode):
                if _serve_one(listener, secret, deadline):
                    break
    finally:
        secret[:] = bytes(len(secret))
        if _is_named(path, inode):
            path.unlink(missing_ok=True)


def _is_named(path: Path, inode: int) -> bool:
    """Whether the socket is still found by its name: else it was removed, or another's took it."""
    with suppress(OSError):
        return path.lstat().st_ino == inode
    return False


def _serve_one(listener: socket.socket, secret: bytearray, deadline: float) -> bool:
    """Answer the next connection, if one comes soon; True if it asked to stop.

    A timeout does not count the machine's sleep: so the wait is short, and the clock is looked at
    after it.
    """
    listener.settimeout(max(0.01, min(deadline - _clock(), _WAIT_SECONDS)))
    with suppress(OSError, Unavailable):
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(_ANSWER_SECONDS)
            check_peer(connection)
            return _clock() < deadline and _answer(connection, secret)
    return False


def _answer(connection: socket.socket, secret: bytearray) -> bool:
    """Answer one request; True if it was to stop."""
    request = connection.recv(16)
    if request == b"fetch\n":
        connection.sendall(b"+" + secret)
    elif request == b"stop\n":
        connection.sendall(b"+")
        return True
    return False


def _listen(path: Path) -> socket.socket:
    """Listen under a name of its own first: the socket is private before anyone can find it."""
    fresh = path.with_name(f".tmp-{token_hex(4)}")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    os.umask(0o177)
    listener.bind(str(fresh))
    listener.listen(_BACKLOG)
    fresh.replace(path)
    return listener


def _leave_no_traces() -> None:
    """No core dump, and no other process of this user reads this one's memory (prctl(2))."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE


def _clock() -> float:
    """Seconds that also pass while the machine sleeps, where the system counts them."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def _end(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
