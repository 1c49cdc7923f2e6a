"""What lies at rest: no plaintext in any file, every changed byte found, nothing half done."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest

from privet.adapters.stores.local import LocalStore
from privet.model.errors import IntegrityError, PrivetError
from privet.vault.snapshots import parse_manifest_key
from tests.unit.vault.vaults import SCHEMA, House, fill, house, kept, rows
from tests.world import MemoryStore

FLIPS = 200
KILLS = 12


def flipped(store: MemoryStore, key: str, offset: int, bit: int) -> bytes:
    whole = store.objects[key]
    changed = bytearray(whole)
    changed[offset] ^= 1 << bit
    store.objects[key] = bytes(changed)
    return whole


def read_all(home: House) -> None:
    for dataset in ("customers", "tickets"):
        newest = home.vault.latest(dataset)
        assert newest is not None
        for number in range(1, newest.number + 1):
            snapshot = home.vault.snapshot(dataset, number)
            kept(home.vault, snapshot)
            list(home.vault.read_quarantine(snapshot))


def test_every_flipped_byte_is_found_by_verify_and_by_reading(tmp_path: Path) -> None:
    home = house(tmp_path)
    home.fill()
    home.fill()
    home.fill("tickets", clustered=False)
    home.vault.verify()
    names = [key for key in home.store.objects if key.startswith("datasets/")]
    draw = random.Random(20)
    for _ in range(FLIPS):
        key = draw.choice(names)
        offset = draw.randrange(len(home.store.objects[key]))
        whole = flipped(home.store, key, offset, draw.randrange(8))
        for check in (home.vault.verify, lambda: read_all(home)):
            with pytest.raises(IntegrityError) as caught:
                check()
            assert key in str(caught.value)
        home.store.objects[key] = whole
    home.vault.verify()
    read_all(home)


def test_every_flipped_bit_of_a_manifest_is_found(tmp_path: Path) -> None:
    home = house(tmp_path)
    snapshot = home.fill()
    draw = random.Random(21)
    for offset in draw.sample(range(len(snapshot.envelope)), 150):
        whole = flipped(home.store, snapshot.object, offset, draw.randrange(8))
        with pytest.raises(IntegrityError):
            home.vault.verify()
        home.store.objects[snapshot.object] = whole


@pytest.mark.parametrize("change", ["cut", "grow", "empty", "gone"])
def test_an_object_cut_grown_or_gone_is_found(tmp_path: Path, change: str) -> None:
    home = house(tmp_path)
    snapshot = home.fill()
    key = snapshot.manifest.fragments[0].object
    whole = home.store.objects[key]
    if change == "gone":
        del home.store.objects[key]
    else:
        home.store.objects[key] = {"cut": whole[:-1], "grow": whole + b"x", "empty": b""}[change]
    with pytest.raises(IntegrityError, match=key):
        home.vault.verify()
    if change != "grow":  # a reader stops at the size that the manifest states
        with pytest.raises(PrivetError):
            kept(home.vault, snapshot)


def noisy_rows(count: int) -> pa.RecordBatch:
    """Values that compress badly, so that a marker in clear would stay whole."""
    draw = random.Random(22)
    values = [f"zq8Marker{draw.getrandbits(200):050x}" for _ in range(count)]
    base = rows(count)
    return base.set_column(1, SCHEMA.field("note"), pa.array(values))


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_no_marker_lies_in_any_file_at_any_step(tmp_path: Path) -> None:
    home = house(tmp_path / "project", LocalStore(tmp_path / "project" / "store"))
    batch = noisy_rows(3_000)
    searched = 0

    def search() -> int:
        found = files_below(tmp_path)
        for path in found:
            assert b"zq8Marker" not in path.read_bytes(), path.name
            assert "zq8" not in path.name
        return len(found)

    with home.vault.begin(
        "customers", batch.schema, subject_type="customer", memory_bytes=600_000
    ) as writer:
        for start in range(0, batch.num_rows, 300):
            part = batch.slice(start, 300)
            writer.write(part, part.column("customer"))
            searched += search()
        snapshot = home.vault.commit(writer, contract={}, sources=())
    assert len(snapshot.manifest.fragments) > 1
    home.vault.put_sealed("run", b"zq8Marker in evidence")
    home.catalog.close()
    assert search() > 5
    assert searched > 10


VICTIM = """
import sys
import time
from pathlib import Path
from privet.adapters.stores.local import LocalStore
from tests.unit.vault.vaults import fill, house, rows
folder = Path(sys.argv[1])
home = house(folder, LocalStore(folder / "store"), seed=int(sys.argv[2]), create=False)
home.log.catch_up()
home.vault.recover()
fill(home.vault, rows(40, 7), "warm")
print("ready", flush=True)
for _ in range(1000):
    fill(home.vault, rows(4000, 300), memory_bytes=400_000)
    print("committed", flush=True)
"""


def test_a_process_killed_at_any_moment_leaves_a_whole_vault(tmp_path: Path) -> None:
    home = house(tmp_path, LocalStore(tmp_path / "store"))
    home.log.publish()
    fill(home.vault, rows(4000, 300))
    home.catalog.close()
    draw = random.Random(23)
    # The last one is killed after a commit, so that there was something to be killed in.
    moments = [draw.uniform(0.0, 0.5) for _ in range(KILLS)] + [None]
    for attempt, moment in enumerate(moments):
        kill_after(moment, tmp_path, attempt + 1)
        survivor = house(
            tmp_path, LocalStore(tmp_path / "store"), seed=1_000 + attempt, create=False
        )
        survivor.log.catch_up()
        survivor.vault.recover()
        survivor.vault.collect_garbage()
        survivor.vault.verify()
        survivor.log.verify()
        newest = survivor.vault.latest("customers")
        assert newest is not None
        assert kept(survivor.vault, newest).num_rows + newest.manifest.quarantined == 4000
        survivor.catalog.close()
    assert newest.number > 1
    assert not list((tmp_path / "spool").iterdir())
    manifests = [parse_manifest_key(info.key) for info in LocalStore(tmp_path / "store").list("")]
    assert any(manifests)


def kill_after(seconds: float | None, folder: Path, seed: int) -> None:
    """Run the victim, let it work for a while (None: to its first commit), then kill it."""
    with subprocess.Popen(
        [sys.executable, "-c", VICTIM, str(folder), str(seed)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == b"ready\n"
        if seconds is None:
            assert victim.stdout.readline() == b"committed\n"
        else:
            time.sleep(seconds)
        os.kill(victim.pid, signal.SIGKILL)


def test_random_names_tell_nothing(tmp_path: Path) -> None:
    home = house(tmp_path, MemoryStore())
    snapshot = home.fill()
    for sealed in snapshot.manifest.objects:
        folder, _, name = sealed.object.rpartition("/")
        assert folder == "datasets/customers/fragments"
        assert len(bytes.fromhex(name)) == 16
