"""`kill -9` while a run judges rows by their keys beyond memory, and while one adds to another.

Nothing is lost and nothing is there twice: whatever moment it was, the next run gives the rows, the
quarantine and the counts that an undisturbed run gives.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from privet.model.paths import ColumnPath
from privet.model.pipeline import Incremental, SourceFormat, SourceSpec
from privet.model.quality import CleanStep, QualityRule, Range, Refers, Unique
from privet.model.release import RowCounts
from privet.project.verifying import verify_path
from tests.attack.test_kill import explained, leftovers, sealed_objects
from tests.attack.victim import run_in_child, run_to_the_end
from tests.kept import Kept, bag, counts, kept, released
from tests.projects import (
    CUSTOMERS,
    TREATMENTS,
    Made,
    customers_csv,
    make_project,
    use_cheap_passphrase,
    write,
)

ID, CITY, AMOUNT, EMAIL = (
    ColumnPath.of(name) for name in ("customer_id", "city", "amount", "email")
)
PEOPLE = replace(
    CUSTOMERS,
    rules=(
        QualityRule("small", Range(maximum="50000"), (AMOUNT,)),
        QualityRule("mail_once", Unique(), (EMAIL, AMOUNT)),
        QualityRule("town", Refers("towns", (CITY,)), (CITY,)),
    ),
)
TOWNS = replace(CUSTOMERS, name="towns", columns=(replace(CUSTOMERS.columns[3]),), subjects=())
CLEANING = (
    CleanStep("trim"),
    CleanStep("deduplicate", params=(("keep", "first"), ("kind", "exact"))),
)
FEW = 1
ENOUGH_TO_SPILL = 14_000
"""Rows of 450 bytes, of which a judge may hold a twentieth of 64 MiB."""


@pytest.fixture(autouse=True)
def _cheap_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    use_cheap_passphrase(monkeypatch)


@dataclass(frozen=True)
class Undisturbed:
    """A project before the run to kill, and what that run gives if nobody kills it."""

    folder: Path
    seconds: float
    kept: Kept
    released: Counter[tuple[object, ...]]
    counts: RowCounts


BAD = "C1,c1@example.org,s,Berlin,none\nragged,row\nC1,c1@example.org,s,city 1,99999\n"


def rows(start: int, stop: int) -> str:
    """Some twice, some with a key of another, some of no town."""
    made = [
        (f"C{i % 997}", f"c{i % 997}@example.org", f"{i:0400}", f"city {i % 7}", i)
        for i in range(start, stop)
    ]
    again = made[:50] + [(*row[:2], "another secret", *row[3:]) for row in made[100:150]]
    return customers_csv([*made, *again]) + BAD


def make(folder: Path, how: str) -> Made:
    """`sorts`: a first run that spills; `passes`: one whose rows are not kept; `adds`: a later one
    that adds a file."""
    first = rows(0, 400) if how == "adds" else rows(0, ENOUGH_TO_SPILL)
    made = make_project(
        folder,
        {
            "in/a.csv": first,
            "towns.csv": "city\n" + "".join(f"city {i}\n" for i in range(6)),
        },
        contracts=(PEOPLE, TOWNS),
        treatments=TREATMENTS,
        form="parquet",
        memory="64MiB",
        sources=[
            SourceSpec(
                "customers",
                ("in/*.csv",),
                SourceFormat("csv"),
                clean=CLEANING,
                incremental=Incremental() if how == "adds" else None,
                keep="quarantine" if how == "passes" else "rows",
            ),
            SourceSpec("towns", ("towns.csv",), SourceFormat("csv")),
        ],
    )
    if how == "adds":
        made.open().run("research")
        write(folder / "in/b.csv", rows(200, 700))
    return made


def copy(project: Path, folder: Path) -> None:
    """Its sources must be the very same files: a copy counts as changed."""
    shutil.copytree(project, folder, ignore=shutil.ignore_patterns("in"))
    (folder / "in").mkdir()
    for source in (project / "in").iterdir():
        (folder / "in" / source.name).hardlink_to(source)


def undisturbed(folder: Path, how: str) -> Undisturbed:
    made = make(folder / "ground", how)
    probe = Made(folder / "probe")
    copy(made.root, probe.root)
    seconds = run_to_the_end(probe.root)
    now, summary = kept(probe, "customers"), probe.open().run("research")
    assert summary.unchanged
    found = counts(summary, "customers")
    assert {*found.quarantined} == {
        "ragged_row", "rule:mail_once", "rule:small", "rule:town", "type:amount",
    }  # fmt: skip
    assert sum(found.merged.values()) >= 50
    left = released(summary, "customers").drop_columns(["customer_id", "email"])
    result = Undisturbed(made.root, seconds, now, bag(left), found)
    shutil.rmtree(probe.root)
    return result


@pytest.fixture(scope="module", params=["sorts", "passes", "adds"])
def ground(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    with pytest.MonkeyPatch.context() as patch:
        use_cheap_passphrase(patch)
        return undisturbed(tmp_path_factory.mktemp(request.param), request.param)


def test_killed_at_some_moments(ground: Undisturbed, tmp_path: Path) -> None:
    killed = 0
    for number in random.Random(5).sample(range(20, 75), FEW):
        killed += kill(ground, tmp_path / str(number), change=number)
    killed += kill(ground, tmp_path / "time", seconds=ground.seconds * 0.6)
    assert killed >= FEW


@pytest.mark.slow
def test_killed_before_every_change(ground: Undisturbed, tmp_path: Path) -> None:
    number = 1
    while kill(ground, tmp_path / str(number), change=number):
        number += 1
    assert number > 30


@pytest.mark.slow
def test_killed_at_random_moments(ground: Undisturbed, tmp_path: Path) -> None:
    moments = random.Random(6)
    killed = sum(
        kill(ground, tmp_path / str(number), seconds=moments.uniform(0, ground.seconds))
        for number in range(40)
    )
    assert killed >= 10, "the kills came too late to show anything"


def kill(
    ground: Undisturbed, folder: Path, *, change: int | None = None, seconds: float | None = None
) -> bool:
    """Kill a run, look, run again; whether the kill came in time."""
    made = Made(folder)
    copy(ground.folder, folder)
    child = run_in_child(folder, change)
    if seconds is not None:
        child.join(seconds)
        child.kill()
    child.join()
    assert explained(folder)
    require_all_there(ground, made)
    shutil.rmtree(folder)
    return child.exitcode != 0


def require_all_there(ground: Undisturbed, made: Made) -> None:
    """What the next run must give."""
    summary = made.open().run("research")
    found = counts(summary, "customers")
    assert found.balanced()
    assert found == ground.counts
    now = kept(made, "customers")
    assert now.bag == ground.kept.bag
    assert Counter(now.held) == Counter(ground.kept.held)
    assert len(now.held) == len({place for place, _ in now.held})
    left = released(summary, "customers").drop_columns(["customer_id", "email"])
    assert bag(left) == ground.released
    verified = dict(verify_path(made.root).facts)
    verify_path(Path(summary.release))
    assert sealed_objects(made.root) == int(verified["sealed objects"])
    assert leftovers(made.root) == []
    again = made.open().run("research")
    assert again.unchanged
    assert again.release_id == summary.release_id
