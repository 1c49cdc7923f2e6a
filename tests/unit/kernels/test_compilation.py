"""Where compiled code is kept, and that it is compiled only when it is needed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import privet.kernels

PROGRAM = """
import sys; sys.path.insert(0, sys.argv[1])
from kernels_copy.partition import partition_order, _counting_sort
import numpy as np
print(partition_order(np.array([[255], [0]], np.uint8), 1)[0].tolist())
print(getattr(_counting_sort.stats, "cache_path", None))
"""


def run_copy(folder: Path, home: Path) -> list[str]:
    """Import a copy of the kernels in a process of its own, where `home` is the user's folder."""
    environment = {key: os.environ[key] for key in ("PATH", "PYTHONPATH") if key in os.environ}
    environment |= {"HOME": str(home), "XDG_CACHE_HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def copy_of_kernels(folder: Path) -> Path:
    source = Path(privet.kernels.__file__).parent
    target = folder / "kernels_copy"
    target.mkdir()
    for name in ("__init__.py", "compiled.py", "partition.py"):
        text = (source / name).read_text().replace("privet.kernels", "kernels_copy")
        (target / name).write_text(text)
    return target


def test_beside_the_source(tmp_path: Path) -> None:
    kernels = copy_of_kernels(tmp_path)
    order, place = run_copy(tmp_path, tmp_path / "home")
    assert order == "[1, 0]"
    assert Path(place) == kernels / "__pycache__"


def test_in_the_users_cache_where_the_source_is_read_only(tmp_path: Path) -> None:
    kernels = copy_of_kernels(tmp_path)
    (kernels / "__pycache__").write_text("a file, so that no folder can be made here")
    order, place = run_copy(tmp_path, tmp_path / "home")
    assert order == "[1, 0]"
    assert Path(place).is_relative_to(tmp_path / "home")


def test_nowhere_where_nothing_can_be_written(tmp_path: Path) -> None:
    kernels = copy_of_kernels(tmp_path)
    (kernels / "__pycache__").write_text("a file, so that no folder can be made here")
    (tmp_path / "home").write_text("nor here")
    order, _ = run_copy(tmp_path, tmp_path / "home")
    assert order == "[1, 0]"
    shutil.rmtree(kernels)


def test_importing_kernels_compiles_nothing() -> None:
    program = (
        "from privet.kernels import hmac_sha256 as h, partition as p;"
        "print(len(h._hash_rows.signatures) + len(p._counting_sort.signatures))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "0"
