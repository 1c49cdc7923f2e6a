"""`kill -9` at any moment of a run: nothing half done is to be seen, and the next run finishes.

Two ways to choose the moment: at random times of a run of about a second, and before each single
change that a run makes on disk (every file opened for writing, every rename, link and removal), so
that no moment is left to luck. Both in a project that has released before, and in a first run. The
larger runs have the least memory that a project can name, so that they sort through the spool.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pytest

from privet.model.errors import IntegrityError, Unavailable
from privet.project.verifying import verify_path
from privet_verify import verify_release
from tests.attack.victim import run_in_child, run_to_the_end
from tests.projects import Made, customers_csv, make_project, use_cheap_passphrase

SOURCE = "customers.csv"
CLEAR = ["city", "amount"]
TOKENISED = ["customer_id", "email"]
RANDOM_MOMENTS = 50
FEW = 6
"""How many of the moments the quick suite tries."""


@pytest.fixture(autouse=True)
def _cheap_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    use_cheap_passphrase(monkeypatch)


@dataclass(frozen=True)
class Ground:
    """A project as it is before the run to kill, and the release of an undisturbed run.

    Attributes:
        folder: the project, to be copied.
        seconds: how long an undisturbed run takes.
        released: bytes of the file that it released.
        same_keys: whether runs on copies share their linkage keys, so that tokens must be equal.
    """

    folder: Path
    seconds: float
    released: bytes
    same_keys: bool

    def copy_to(self, folder: Path) -> Made:
        shutil.copytree(self.folder, folder)
        return Made(folder)


def rows(count: int) -> str:
    people = max(1, count // 3)
    return customers_csv(
        [
            (f"C{i % people}", f"c{i % people}@example.org", f"secret {i}", f"city {i % 7}", i)
            for i in range(count)
        ]
    ) + ("C1,c1@example.org,secret,Berlin,no number\n,nobody@example.org,s,Bonn,1\nragged,row\n")


def make_ground(folder: Path, count: int, *, first_run: bool) -> Ground:
    made = make_project(folder / "ground", {SOURCE: rows(count)})
    plan = made.root / "privet.yaml"
    plan.write_text(plan.read_text().replace("memory: 1GB", "memory: 64MiB"))
    if not first_run:
        run_to_the_end(made.root)
        (made.root / SOURCE).write_text(rows(count + 1))
    probe = folder / "probe"
    shutil.copytree(made.root, probe)
    seconds = run_to_the_end(probe)
    released = (newest_release(probe) / SOURCE).read_bytes()
    shutil.rmtree(probe)
    return Ground(made.root, seconds, released, same_keys=not first_run)


@pytest.fixture(scope="module", params=["later run", "first run"])
def small(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    folder = tmp_path_factory.mktemp("small")
    return make_ground(folder, 50, first_run=request.param == "first run")


@pytest.fixture(scope="module", params=["later run", "first run"])
def large(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    folder = tmp_path_factory.mktemp("large")
    return make_ground(folder, 150_000, first_run=request.param == "first run")


def test_killed_before_some_of_its_changes(small: Ground, tmp_path: Path) -> None:
    for number in (1, 2, 3, *random.Random(1).sample(range(4, 90), FEW)):
        kill_before_change(small, tmp_path / str(number), number)


@pytest.mark.slow
def test_killed_before_every_single_change(small: Ground, tmp_path: Path) -> None:
    number = 1
    while kill_before_change(small, tmp_path / str(number), number):
        number += 1
    assert number > 30


def test_killed_at_some_random_moments(large: Ground, tmp_path: Path) -> None:
    kill_at_random_moments(large, tmp_path, count=FEW // 2, seed=2)


@pytest.mark.slow
def test_killed_at_fifty_random_moments(large: Ground, tmp_path: Path) -> None:
    kill_at_random_moments(large, tmp_path, count=RANDOM_MOMENTS, seed=3)


def test_killed_again_and_again_it_still_finishes(small: Ground, tmp_path: Path) -> None:
    made = small.copy_to(tmp_path / "project")
    for number in (2, 9, 17, 23, 31, 38, 12, 44, 5, 51):
        child = run_in_child(made.root, number)
        child.join()
        require_nothing_half_done(made.root)
    require_recovery(small, made)


def kill_before_change(ground: Ground, folder: Path, number: int) -> bool:
    """Kill a run before its n-th change, then look; False if the run has no so many changes."""
    made = ground.copy_to(folder)
    child = run_in_child(made.root, number)
    child.join()
    require_nothing_half_done(made.root)
    require_recovery(ground, made)
    shutil.rmtree(folder)
    return child.exitcode != 0


def kill_at_random_moments(ground: Ground, folder: Path, *, count: int, seed: int) -> None:
    moments = random.Random(seed)
    killed = 0
    for number in range(count):
        made = ground.copy_to(folder / str(number))
        child = run_in_child(made.root)
        child.join(moments.uniform(0, ground.seconds))
        child.kill()
        child.join()
        killed += child.exitcode != 0
        require_nothing_half_done(made.root)
        require_recovery(ground, made)
        shutil.rmtree(made.root)
    assert killed >= count // 2, "the kills came too late to show anything"


def require_nothing_half_done(root: Path) -> None:
    """What must hold at once, before anybody mends anything."""
    for release in visible_releases(root):
        verify_release(release, (root / "privet.pub").read_text().strip())
    assert explained(root)


def explained(root: Path) -> bool:
    """Whether `verify` of a project that nobody has mended says what a crash can have done."""
    try:
        verify_path(root)
    except Unavailable:  # no public key yet: a first run that has released nothing
        return not visible_releases(root)
    except IntegrityError as error:  # committed and not yet published: the next run publishes it
        return "missing from the store" in error.message
    return True


def require_recovery(ground: Ground, made: Made) -> None:
    """What the next run must give, whatever became of the one before."""
    source = (ground.folder / SOURCE).read_bytes()
    assert (made.root / SOURCE).read_bytes() == source
    summary = made.open().run("research")
    released = (newest_release(made.root) / SOURCE).read_bytes()
    if ground.same_keys:
        assert released == ground.released
    else:
        require_same_but_for_keys(released, ground.released)
    verify_path(made.root)
    for release in visible_releases(made.root):
        verify_path(release)
    assert leftovers(made.root) == []
    assert sealed_objects(made.root) == int(dict(verify_path(made.root).facts)["sealed objects"])
    assert (made.root / SOURCE).read_bytes() == source
    again = made.open().run("research")
    assert again.unchanged
    assert again.release_id == summary.release_id


def visible_releases(root: Path) -> list[Path]:
    return sorted(root.glob("releases/research/[!.]*"))


def newest_release(root: Path) -> Path:
    return visible_releases(root)[-1]


def leftovers(root: Path) -> list[str]:
    """Files and folders of writes that never finished."""
    return [
        name
        for _, folders, files in os.walk(root)
        for name in folders + files
        if name.startswith(".tmp-") or name.endswith(".partial")
    ]


def sealed_objects(root: Path) -> int:
    vault = root / ".privet" / "vault"
    return sum(1 for place in ("datasets/*/fragments/*", "evidence/*") for _ in vault.glob(place))


def require_same_but_for_keys(one: bytes, other: bytes) -> None:
    """Equal tables, where each token of one stands for one token of the other."""
    left, right = (
        pa.csv.read_csv(pa.BufferReader(data)).sort_by([("amount", "ascending")])
        for data in (one, other)
    )
    assert left.schema.names == right.schema.names == [*TOKENISED, *CLEAR]
    assert left.select(CLEAR).equals(right.select(CLEAR))
    for name in TOKENISED:
        pairs = set(zip(left[name].to_pylist(), right[name].to_pylist(), strict=True))
        assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
    assert hashlib.sha256(one).digest() != hashlib.sha256(other).digest()
