"""The vault where the machine ends: a full disk, less memory than data, subjects of any size."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from privet.adapters.stores.local import LocalStore
from privet.model.errors import StorageError
from tests.unit.vault.vaults import SCHEMA, House, fill, house, kept, rows

MEMORY = 192 << 20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MiB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    if run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)):
        pytest.skip("mounting a file system needs root and the right to mount")
    try:
        yield place
    finally:
        run("umount", "-l", str(place))


def run(*command: str) -> int:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode
    except FileNotFoundError:
        return 1


def noisy(count: int, seed: int = 0) -> pa.RecordBatch:
    """Rows of 100 bytes that do not compress."""
    notes = np.random.default_rng(seed).bytes(count * 50).hex()
    base = rows(count, 300)
    texts = [notes[at : at + 100] for at in range(0, len(notes), 100)]
    return base.set_column(1, SCHEMA.field("note"), pa.array(texts))


def whole_after_it(home: House, number: int) -> None:
    home.log.catch_up()
    home.vault.recover()
    home.vault.collect_garbage()
    home.vault.verify()
    newest = home.vault.latest("customers")
    assert newest is not None
    assert newest.number == number


def test_a_full_store_disk_commits_nothing(small_disk: Path, tmp_path: Path) -> None:
    home = house(tmp_path / "home", LocalStore(small_disk / "store"))
    first = fill(home.vault, noisy(2_000))
    with pytest.raises(StorageError, match="the disk is full"):
        fill(home.vault, noisy(60_000), step=5_000)
    whole_after_it(home, 1)
    assert kept(home.vault, first).num_rows == first.manifest.rows
    fill(home.vault, noisy(2_000))
    whole_after_it(home, 2)


def test_a_full_spool_disk_commits_nothing(small_disk: Path, tmp_path: Path) -> None:
    home = house(tmp_path / "home", LocalStore(tmp_path / "store"), spool=small_disk)
    fill(home.vault, noisy(2_000))
    before = {info.key for info in home.store.list("datasets")}
    with pytest.raises(StorageError, match="spool cannot be used: No space left"):
        fill(home.vault, noisy(30_000), step=5_000, memory_bytes=1 << 20)
    assert {info.key for info in home.store.list("datasets")} == before
    whole_after_it(home, 1)
    assert os.statvfs(small_disk).f_bfree > 400


LOAD = """
import resource, sys, time
from pathlib import Path
import numpy as np, pyarrow as pa
from privet.adapters.stores.local import LocalStore
from tests.unit.vault.vaults import CONTRACT, SCHEMA, SOURCES, house

folder, count, memory = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
home = house(folder, LocalStore(folder / "store"))
draw = np.random.default_rng(0)


def batches():
    for start in range(0, count, 50_000):
        size = min(50_000, count - start)
        who = draw.integers(0, count // 4, size)
        who[draw.random(size) < 0.3] = 7  # three in ten rows are one subject's
        notes = draw.bytes(size * 50).hex()
        yield pa.record_batch(
            [
                pa.array([f"c{number:09d}" for number in who]),
                pa.array([notes[at : at + 100] for at in range(0, len(notes), 100)]),
                pa.array(range(start, start + size), pa.int64()),
                pa.array(np.zeros(size, np.int32)),
                pa.array(range(start + 1, start + size + 1), pa.int64()),
                pa.nulls(size, pa.string()),
            ],
            schema=SCHEMA,
        )


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


one = next(batches())
with home.vault.begin("warm", SCHEMA, subject_type="customer") as writer:
    writer.write(one, one.column("customer"))
    home.vault.commit(writer, contract=CONTRACT, sources=SOURCES)
before, spent = peak(), 0.0
with home.vault.begin("customers", SCHEMA, subject_type="customer", memory_bytes=memory) as writer:
    for batch in batches():
        start = time.process_time()
        writer.write(batch, batch.column("customer"))
        spent += time.process_time() - start
    start = time.process_time()
    snapshot = home.vault.commit(writer, contract=CONTRACT, sources=SOURCES)
    spent += time.process_time() - start
assert snapshot.manifest.rows == count
arrow = pa.default_memory_pool().max_memory() >> 20
print(arrow, peak() - before, len(snapshot.manifest.fragments), f"{spent:.2f}")
"""


@pytest.mark.slow
def test_two_million_rows_take_no_more_memory_than_stated(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LOAD, str(tmp_path), "2000000", str(MEMORY)],
        capture_output=True,
        check=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    arrow, grown, fragments = map(int, ended.stdout.split()[:3])
    assert arrow <= MEMORY >> 20
    assert grown <= 2 * MEMORY >> 20  # the allocator keeps some of what was given back
    assert fragments > 4
