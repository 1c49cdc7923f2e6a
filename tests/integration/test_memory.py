"""Batches stream: a run over twice the rows takes no more memory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeAlias

import pytest

from privet.model.contract import Contract
from privet.model.paths import ColumnPath
from privet.model.pipeline import FormatName, SourceFormat, SourceSpec
from privet.model.policy import Treatment
from privet.model.quality import CleanStep, QualityRule, Refers, Steady, Unique
from tests.projects import CUSTOMERS, PASSPHRASE, TREATMENTS, Made, make_project

Keep: TypeAlias = Literal["rows", "quarantine"]

ROWS = 500_000
MEMORY = "128MB"
SLACK_MB = 48
"""What the allocator may keep of what was given back, from one run to the next."""

TRIES = 3
"""Memory that grows with the rows does so in each; what a busy machine gives back late does not."""

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


ID, EMAIL, SECRET, CITY = (
    ColumnPath.of(name) for name in ("customer_id", "email", "secret", "city")
)
JUDGED = replace(
    CUSTOMERS,
    rules=(
        QualityRule("once", Unique(), (SECRET,)),
        QualityRule("per_city", Unique(), (CITY, SECRET), "warning", "report"),
        QualityRule("somebody", Refers("people", (ID,)), (ID,)),
        QualityRule("steady", Steady(), (EMAIL,), action="report"),
    ),
)
PEOPLE = Contract("people", "1.0.0", CUSTOMERS.columns[:1])
"""Everybody is there who is referred to: as many rows as the customers'."""
CLEANED = (
    CleanStep("trim"),
    CleanStep("deduplicate", params=(("keep", "first"), ("kind", "exact"))),
    CleanStep("deduplicate", (EMAIL, SECRET), (("keep", "first"), ("kind", "near"))),
)


def plain(root: Path, content: bytes, form: FormatName) -> Made:
    return make_project(root, {"customers.csv": content}, form=form)


def judged(root: Path, content: bytes, form: FormatName, keep: Keep = "rows") -> Made:
    ids = b"".join(line.partition(b",")[0] + b"\n" for line in content.splitlines())
    way = SourceSpec("customers", ("customers.csv",), SourceFormat("csv"), clean=CLEANED, keep=keep)
    return make_project(
        root,
        {"customers.csv": content, "people.csv": ids},
        contracts=(JUDGED, PEOPLE),
        treatments={**TREATMENTS, "people.customer_id": Treatment("token")},
        form=form,
        sources=[way],
    )


def passing(root: Path, content: bytes, form: FormatName) -> Made:
    return judged(root, content, form, "quarantine")


def peak_mb(made: Made, rows: int) -> int:
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
@pytest.mark.parametrize(
    ("make", "form"),
    [(plain, "parquet"), (plain, "csv"), (judged, "parquet"), (passing, "parquet")],
)
def test_twice_the_rows_take_no_more_memory(
    tmp_path: Path, make: Callable[[Path, bytes, FormatName], Made], form: FormatName
) -> None:
    pairs = []
    for number in range(TRIES):
        once = peak_mb(make(tmp_path / f"once {number}", source(ROWS), form), ROWS)
        twice = peak_mb(make(tmp_path / f"twice {number}", source(2 * ROWS), form), 2 * ROWS)
        if twice <= 1.1 * once + SLACK_MB:
            return
        pairs.append((once, twice))
    pytest.fail(f"peaks in MB over so many rows, and over twice as many: {pairs}")
