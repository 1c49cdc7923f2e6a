"""The unlock agent, started for real: who gets the key, where it can be seen, when it is gone."""

from __future__ import annotations

import os
import socket
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from privet.adapters.keys import agent, place
from privet.model.errors import Unavailable, UsageError

SECRET = bytes(range(32))


@pytest.fixture(autouse=True)
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short path: a socket's name has at most 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="pv") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)


@pytest.fixture
def project() -> Iterator[str]:
    yield "project-1"
    agent.stop("project-1")


def gone(path: Path, seconds: float = 20.0) -> bool:
    """Poll until the agent has removed its socket."""
    deadline = time.monotonic() + seconds
    while path.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    return not path.exists()


def agent_pid(project: str) -> int:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(str(place.socket_path(project)))
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int.from_bytes(credentials[:4], "little")


def test_the_key_is_kept_until_stop(project: str) -> None:
    assert agent.fetch(project) is None
    assert not agent.stop(project)
    agent.start(project, SECRET, 60)
    assert agent.fetch(project) == SECRET
    assert agent.fetch(project) == SECRET
    assert agent.fetch("another project") is None
    assert agent.stop(project)
    assert gone(place.socket_path(project))
    assert agent.fetch(project) is None


def test_a_new_start_replaces_the_old(project: str) -> None:
    agent.start(project, SECRET, 60)
    first = agent_pid(project)
    agent.start(project, SECRET[::-1], 60)
    assert agent.fetch(project) == SECRET[::-1]
    assert agent_pid(project) != first


def test_it_ends_by_itself(project: str) -> None:
    agent.start(project, SECRET, 1)
    assert gone(place.socket_path(project))
    assert agent.fetch(project) is None


def test_only_this_user_reaches_the_socket(project: str, runtime: Path) -> None:
    agent.start(project, SECRET, 60)
    path = place.socket_path(project)
    assert stat.S_IMODE(path.lstat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.lstat().st_mode) == 0o700
    assert [entry.name for entry in (runtime / "privet").iterdir()] == [path.name]


def test_the_key_is_in_no_argument_and_no_environment(
    project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRIVET_PASSPHRASE", "marker-passphrase")
    agent.start(project, SECRET, 60)
    process = Path(f"/proc/{agent_pid(project)}")
    try:
        seen = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        limits = (process / "limits").read_text()
    except PermissionError:
        pytest.skip("the agent's memory and environment are closed even to its own user")
    assert SECRET not in seen
    assert SECRET.hex().encode() not in seen
    assert b"marker-passphrase" not in seen
    assert limits.split("Max core file size")[1].split()[:2] == ["0", "0"]


def test_the_agent_is_a_process_of_its_own(project: str) -> None:
    agent.start(project, SECRET, 60)
    pid = agent_pid(project)
    assert os.getsid(pid) != os.getsid(0)
    assert (Path(f"/proc/{pid}/cwd")).resolve() == Path("/")


def test_another_users_agent_is_refused(project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    agent.start(project, SECRET, 60)
    with monkeypatch.context() as patch:
        patch.setattr(place, "peer_uid", lambda _: os.geteuid() + 1)
        with pytest.raises(Unavailable, match="another user"):
            agent.fetch(project)


def test_the_agent_refuses_another_user(project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "peer_uid", lambda _: os.geteuid() + 1)
    here, there = socket.socketpair(socket.AF_UNIX)
    with here, there:
        there.sendall(b"fetch\n")
        with pytest.raises(Unavailable):
            place.check_peer(here)


def test_a_client_that_says_nothing_does_not_block_the_agent(project: str) -> None:
    agent.start(project, SECRET, 60)
    for nonsense in (b"", b"\x00" * 100_000, b"fetch", b"FETCH\n"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(5)
            connection.connect(str(place.socket_path(project)))
            try:
                connection.sendall(nonsense)
                connection.shutdown(socket.SHUT_WR)
                assert connection.recv(100) == b""
            except (BrokenPipeError, ConnectionResetError):
                pass
        assert agent.fetch(project) == SECRET


@pytest.mark.parametrize("kind", ["link", "open", "file"])
def test_an_unsafe_folder_is_refused(project: str, runtime: Path, kind: str) -> None:
    folder = runtime / "privet"
    if kind == "link":
        (runtime / "other").mkdir(mode=0o700)
        folder.symlink_to(runtime / "other")
    elif kind == "open":
        folder.mkdir()
        folder.chmod(0o750)
    else:
        folder.write_bytes(b"")
    for call in (agent.fetch, agent.stop, lambda name: agent.start(name, SECRET, 60)):
        with pytest.raises(Unavailable, match="only this user"):
            call(project)
    if kind == "file":
        folder.unlink()
    elif kind == "open":
        folder.chmod(0o700)
    else:
        folder.unlink()


def test_another_users_folder_is_refused(
    project: str, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (runtime / "privet").mkdir(mode=0o700)
    with monkeypatch.context() as patch:
        patch.setattr(os, "geteuid", lambda: 12345)
        with pytest.raises(Unavailable, match="only this user"):
            agent.fetch(project)


def test_a_socket_left_behind_is_no_agent(project: str) -> None:
    path = place.socket_path(project)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(str(path))
    assert agent.fetch(project) is None
    agent.start(project, SECRET, 60)
    assert agent.fetch(project) == SECRET


def test_a_link_in_place_of_the_socket_is_no_agent(project: str, runtime: Path) -> None:
    agent.start("elsewhere", SECRET, 60)
    try:
        place.socket_path(project).symlink_to(place.socket_path("elsewhere"))
        assert agent.fetch(project) is None
    finally:
        assert agent.stop("elsewhere")
        place.socket_path(project).unlink()


@pytest.mark.parametrize(
    ("secret", "seconds"),
    [(SECRET, 0), (SECRET, -1), (SECRET, 10**9), (b"", 60), (b"x" * 5000, 60)],
)
def test_out_of_range(project: str, secret: bytes, seconds: int) -> None:
    with pytest.raises(UsageError):
        agent.start(project, secret, seconds)


def test_an_agent_that_cannot_start_is_said_so(
    project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(Unavailable, match="did not start") as caught:
        agent.start(project, SECRET, 60)
    assert caught.value.hint is not None
    assert SECRET.hex() not in str(caught.value)
