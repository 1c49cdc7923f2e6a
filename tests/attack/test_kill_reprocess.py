"""`kill -9` at any moment of `quarantine reprocess`: the old snapshot or the new, each row once.

The moments are those before each change that the verb makes on disk, as for a run.
"""

from __future__ import annotations

import csv
import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

from privet.project.verifying import verify_path
from tests.attack.test_kill import explained, leftovers
from tests.attack.victim import reprocess_customers, run_in_child
from tests.projects import Made, customers_csv, make_project, use_cheap_passphrase

ROWS = [(f"C{i % 9}", f"c{i}@example.org", f"secret {i}", f"city {i % 7}", i) for i in range(40)]
HELD = [
    *[(f"C{i}", f"c{i}@example.org", "s", f"late {i}", "n/a") for i in range(5)],
    ("C1", "c1@example.org", "s", "never", "no number"),
]
STEP = "    header: true\n    clean: [missing: {markers: [n/a], columns: [amount]}]\n"
RULE = """
  - allow: quarantine
    role: analyst
    purpose: research
    data: customers
    as: pseudonymous
    columns:
      user: token
      customers.secret: drop
      customers.city: keep
      customers.amount: keep
"""
FEW = 3


@pytest.fixture(autouse=True)
def _cheap_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    use_cheap_passphrase(monkeypatch)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has released, and whose pipeline was corrected since."""
    with pytest.MonkeyPatch.context() as patch:
        use_cheap_passphrase(patch)
        root = tmp_path_factory.mktemp("ground") / "project"
        made = make_project(root, {"customers.csv": customers_csv([*ROWS, *HELD])})
        policy = root / "policy.yaml"
        head, tests = policy.read_text().split("\n# Tests")
        policy.write_text(f"{head.rstrip()}{RULE}\n# Tests{tests}")
        made.open().run("research")
        pipeline = root / "pipelines/research.yaml"
        pipeline.write_text(pipeline.read_text().replace("    header: true\n", STEP))
        return root


def test_killed_before_some_of_its_changes(ground: Path, tmp_path: Path) -> None:
    for number in (1, *random.Random(4).sample(range(2, 25), FEW)):
        kill_before_change(ground, tmp_path / str(number), number)


@pytest.mark.slow
def test_killed_before_every_single_change(ground: Path, tmp_path: Path) -> None:
    number = 1
    while kill_before_change(ground, tmp_path / str(number), number):
        number += 1
    assert number > 15


@pytest.mark.slow
def test_killed_and_then_only_run_it_reads_the_source_anew(ground: Path, tmp_path: Path) -> None:
    for number in random.Random(5).sample(range(2, 25), FEW):
        root = tmp_path / str(number)
        copy(ground, root)
        run_in_child(root, number, reprocess_customers).join()
        require_whole(Made(root))


def copy(ground: Path, root: Path) -> None:
    """Copy the project, and link its source: another inode would be another source."""
    ignored = shutil.ignore_patterns("customers.csv")
    shutil.copytree(ground, root, ignore=ignored)
    (root / "customers.csv").hardlink_to(ground / "customers.csv")


def kill_before_change(ground: Path, root: Path, number: int) -> bool:
    """Kill it before its n-th change, look, and do it again; False if it has no so many."""
    copy(ground, root)
    child = run_in_child(root, number, reprocess_customers)
    child.join()
    assert explained(root)
    made = Made(root)
    made.open().reprocess("customers", "analyst", "research")
    held = made.open().held_back("customers")[0]
    assert {each.reason: each.rows for each in held.reasons} == {"type:amount": 1}
    assert require_whole(made)["ingest customers"]
    shutil.rmtree(root)
    return child.exitcode != 0


def require_whole(made: Made) -> dict[str, bool]:
    """Run, and find every row of the source once: released, or held back for its reason.

    Returns:
        Which steps of the run were found unchanged.
    """
    summary = made.open().run("research")
    counts = summary.data[0].counts
    assert counts.balanced()
    assert (counts.read, counts.out, counts.quarantined) == (46, 45, {"type:amount": 1})
    with (made.root / summary.release / "customers.csv").open(newline="") as file:
        cities = Counter(row["city"] for row in csv.DictReader(file))
    assert cities == Counter(row[3] for row in [*ROWS, *HELD[:-1]])
    verify_path(made.root)
    assert leftovers(made.root) == []
    return {step.name: step.unchanged for step in summary.steps}
