"""The tutorial's commands, run in its order in an empty folder, as a new user would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"


def commands(text: str) -> list[str]:
    """The commands of the page, here-documents whole."""
    found: list[str] = []
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        found += [part.strip() for part in re.split(r"^\$ ", block, flags=re.MULTILINE) if part]
    return found


def test_every_command_of_the_tutorial_works_in_order(tmp_path: Path) -> None:
    script = "set -e\n" + "\n".join(
        f"echo '### {number}'\n{command}"
        for number, command in enumerate(commands(TUTORIAL.read_text(encoding="utf-8")))
    )
    tools = Path(sys.executable).parent
    environment = {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path),
        "LANG": "C.UTF-8",
    }
    folder = tmp_path / "project"
    folder.mkdir()
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    for promised in (
        "5 rows read, 4 out, 1 quarantined (ragged_row 1)",
        "~ customers.date_of_birth: drop -> band(width=10y)",
        "ingest customers: unchanged, not run again",
        "tickets: 3 rows read, 1 out, 2 withheld (restricted 2)",
        "logged",
    ):
        assert promised in done.stdout, promised
