"""Real servers, started by the tests that need them and ended by their own handle."""

from __future__ import annotations

import getpass
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

POSTGRES_DRIVER = importlib.util.find_spec("psycopg") is not None


@contextmanager
def postgres() -> Iterator[str]:
    """A server on a socket in a folder of its own; gives its URL."""
    binaries = [shutil.which(name) for name in ("initdb", "pg_ctl")]
    if not POSTGRES_DRIVER or not all(binaries):
        pytest.skip("needs psycopg (privet[postgres]) and PostgreSQL's initdb and pg_ctl")
    # PostgreSQL refuses to run as root: it then runs as `nobody`, who must reach the folder.
    user = "nobody" if os.geteuid() == 0 else getpass.getuser()
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        shutil.chown(folder, user)
        data = f"{folder}/data"

        def run(name: str, *arguments: str) -> None:
            subprocess.run(
                [shutil.which(name) or name, *arguments],
                user=user if os.geteuid() == 0 else None,
                cwd=folder,
                check=True,
                stdout=subprocess.DEVNULL,
                timeout=60,
            )

        run("initdb", "-D", data, "-A", "trust", "-U", "owner", "-N")
        options = f"-k {folder} -c listen_addresses="
        run("pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", "-o", options, "start")
        try:
            yield f"postgresql://owner@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")
