"""CPU of a rerun on an unchanged source of 1 GB, beside what is asked: `python bench/rerun.py`.

The source is written once into a temporary folder and run once; then the same command is run again.
Stretching the passphrase is measured alone and taken off. Each is a process of its own, so that the
start of Python and every import count. Medians of five.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ASKED_RERUN, ASKED_HELP = 1.0, 0.3
ROWS_AT_ONCE = 200_000


def cpu_seconds(command: list[str], folder: Path) -> tuple[float, str]:
    """User and system time of a process and its children, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, done.stdout + done.stderr


def median(command: list[str], folder: Path, times: int = 5) -> float:
    return statistics.median(cpu_seconds(command, folder)[0] for _ in range(times))


def write_source(path: Path, size: int) -> None:
    """A table of customers of `size` bytes or a little more."""
    row = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("customer_id,email,city,amount\n")
        while file.tell() < size:
            file.write(
                "".join(
                    f"C{n % 3_000_000:07d},person{n}@example.org,City {n % 97},{n % 10_007}\n"
                    for n in range(row, row + ROWS_AT_ONCE)
                )
            )
            row += ROWS_AT_ONCE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bytes", type=int, default=1_000_000_000)
    size = parser.parse_args().bytes
    os.environ["PRIVET_PASSPHRASE"] = "for the benchmark alone"
    privet = [sys.executable, "-m", "privet"]
    with tempfile.TemporaryDirectory(prefix="privet-rerun-") as name:
        folder = Path(name)
        write_source(folder / "customers.csv", size)
        cpu_seconds([*privet, "init", "customers.csv"], folder)
        first, _ = cpu_seconds([*privet, "run", "research"], folder)
        unlock = unlock_seconds(folder)
        rerun = median([*privet, "run", "research"], folder)
        _, said = cpu_seconds([*privet, "run", "research"], folder)
        helping = median([*privet, "--help"], folder)
        if "unchanged" not in said:
            sys.exit(f"the rerun does not say that it is unchanged:\n{said}")
    print(f"first run of {size:,} bytes      {first:8.2f} s CPU")
    print(f"rerun                              {rerun:8.2f} s CPU, of which unlocking {unlock:.2f}")
    print(f"rerun beyond unlocking             {rerun - unlock:8.2f} s CPU (asked: {ASKED_RERUN})")
    print(f"privet --help                      {helping:8.2f} s CPU (asked: {ASKED_HELP})")


def unlock_seconds(folder: Path) -> float:
    """CPU of stretching the passphrase, without the start of Python and the imports."""
    load = (
        "import os, pathlib; from privet.vault.slots import KeyringFile; "
        "file = KeyringFile.parse(pathlib.Path('.privet/keyring.json').read_bytes())"
    )
    stretch = "file.slots[0].open(file.project_id, os.environ['PRIVET_PASSPHRASE'])"
    whole = median([sys.executable, "-c", f"{load}; {stretch}"], folder)
    return whole - median([sys.executable, "-c", load], folder)


if __name__ == "__main__":
    main()
