"""Batches stream: a run over twice the rows takes no more memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.projects import CUSTOMERS, PASSPHRASE, make_project

ROWS = 500_000
MEMORY = "128MB"
SLACK_MB = 48
"""What the allocator may keep of what was given back, from one run to the next."""

RUN = """
import re, sys
from pathlib import Path
import privet.vault.keyring
from privet.cli.app import main
from privet.crypto.passphrase import Argon2idParams

privet.vault.keyring.Argon2idParams = lambda: Argon2idParams(64 * 1024, 3)
sys.argv = ["privet", "run", "research", "--json"]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
# Not `ru_maxrss`: on Linux it begins with what the parent had.
print("PEAK", int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1000)
"""


def source(rows: int) -> bytes:
    """About 170 bytes a row; five rows of each customer, far apart."""
    head = b"customer_id,email,secret,city,amount\n"
    lines = (
        b"C%09d,person.%d@mail.example,%0100d,City %d,%d\n"
        % (row % (rows // 5), row % (rows // 5), row * 7919, row % 50, row % 1000)
        for row in range(rows)
    )
    return head + b"".join(lines)


def peak_mb(root: Path, rows: int, form: str) -> int:
    made = make_project(root, {"customers.csv": source(rows)}, contracts=(CUSTOMERS,), form=form)
    settings = made.root / "privet.yaml"
    settings.write_text(settings.read_text().replace("memory: 1GB", f"memory: {MEMORY}"))
    ended = subprocess.run(
        [sys.executable, "-c", RUN],
        cwd=made.root,
        env={**os.environ, "PRIVET_PASSPHRASE": PASSPHRASE},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert f'"read":{rows}' in ended.stdout.replace(" ", ""), "every row went through"
    return int(ended.stdout.rsplit("PEAK", 1)[1])


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_twice_the_rows_take_no_more_memory(tmp_path: Path, form: str) -> None:
    once = peak_mb(tmp_path / "once", ROWS, form)
    twice = peak_mb(tmp_path / "twice", 2 * ROWS, form)
    assert twice <= 1.1 * once + SLACK_MB, (once, twice)
