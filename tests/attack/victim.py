"""A verb in a process of its own that dies, by SIGKILL, where or when a test wants it to.

The processes are forked from one that has the imports behind it (`multiprocessing`'s fork server),
so that a kill hits the run and not the start of Python.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

from privet.crypto.passphrase import Argon2idParams
from privet.project.project import Project, open_project
from privet.vault import keyring
from tests.projects import PASSPHRASE

CHANGES = {"os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir"}
"""Audit events (https://docs.python.org/3/library/audit_events.html) that change a folder."""

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__])


def run_research(project: Project) -> None:
    """The usual verb."""
    project.run("research")


def reprocess_customers(project: Project) -> None:
    """Look again at what was held back of the customers."""
    project.reprocess("customers", "analyst", "research")


Verb = Callable[[Project], None]
"""A function of this module: the process finds it by its name."""


def run_in_child(
    root: Path, kill_at_change: int | None = None, verb: Verb = run_research
) -> BaseProcess:
    """Start a verb; with `kill_at_change`, it dies before its n-th change on disk (from 1)."""
    child = _context.Process(target=_run, args=(str(root), kill_at_change, verb))
    child.start()
    return child


def run_to_the_end(root: Path, verb: Verb = run_research) -> float:
    """Run a verb undisturbed; the seconds that it took."""
    start = time.monotonic()
    child = run_in_child(root, verb=verb)
    child.join()
    assert child.exitcode == 0
    return time.monotonic() - start


def _run(root: str, kill_at_change: int | None, verb: Verb) -> None:
    os.environ["PRIVET_PASSPHRASE"] = PASSPHRASE
    keyring.Argon2idParams = lambda: Argon2idParams(memory_kib=64 * 1024, iterations=3)
    if kill_at_change is not None:
        _die_at_change(root, kill_at_change)
    verb(open_project(Path(root)))


def _die_at_change(root: str, number: int) -> None:
    """Kill this process just before change number `number` (from 1) below `root`."""
    left = number

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if _changes(root, event, arguments):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def _changes(root: str, event: str, arguments: tuple[object, ...]) -> bool:
    if event == "open":
        path, _, flags = arguments
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        return bool(writes) and str(path).startswith(root)
    return event in CHANGES and str(arguments[0]).startswith(root)
