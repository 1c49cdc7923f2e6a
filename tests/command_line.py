"""The command line as a user has it: verbs in a folder, in this process or in one to be held up."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from privet.cli.app import app
from tests.projects import PASSPHRASE, Made

REPOSITORY = Path(__file__).parents[1]


@dataclass(frozen=True)
class Outcome:
    """What one call of a verb gave."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object that is all of standard output."""
        assert self.out.endswith("\n")
        assert self.out.count("\n") == 1
        told: dict[str, Any] = json.loads(self.out)
        return told


def privet(folder: Path, *words: str, given: str | bytes = "") -> Outcome:
    """Call a verb in `folder`, `given` on standard input, which is no terminal.

    Whatever goes wrong, there is no traceback: nothing but an exit leaves the verb.
    """
    with contextlib.chdir(folder):
        result = CliRunner().invoke(app, list(words), input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    outcome = Outcome(result.exit_code, result.stdout, result.stderr)
    assert "Traceback" not in outcome.said
    return outcome


def require_well(made: Made) -> str:
    """A run goes through, and all that is there afterwards verifies; the release's folder."""
    ran = privet(made.root, "run", "research", "--json")
    assert ran.code == 0, ran.said
    assert privet(made.root, "verify", ".").code == 0
    shown = visible_releases(made.root)
    assert ran.json["release"] in {str(path) for path in shown}
    for release in shown:
        verified = privet(made.root, "verify", str(release))
        assert verified.code == 0, verified.said
    assert half_done(made.root) == []
    return str(ran.json["release"])


def visible_releases(root: Path) -> list[Path]:
    return sorted(root.glob("releases/*/[!.]*"))


def half_done(root: Path) -> list[Path]:
    """What a write that never finished leaves, below the releases and in the vault."""
    return [
        path
        for path in root.rglob("*")
        if path.name.startswith(".tmp-") or path.name.endswith(".partial")
    ]


@contextlib.contextmanager
def held(made: Made, place: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A verb in a process of its own that stands still at `place`, until a line comes in.

    The places are in `tests/held_verb.py`.
    """
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PRIVET_PASSPHRASE": PASSPHRASE}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.held_verb", place, *words],
        cwd=made.root,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        try:
            assert child.stdout is not None
            line = child.stdout.readline()
            assert line == "held\n", line + (child.stderr.read() if child.stderr else "")
            yield child
        finally:
            child.kill()
