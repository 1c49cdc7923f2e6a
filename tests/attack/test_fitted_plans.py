"""Somebody edits what is known of earlier plans, so that releases are not held against them."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from privet.model.errors import IntegrityError, Refused
from privet.model.policy import Treatment
from privet.project.project import open_project
from tests.integration.test_k_anonymous_release import COLUMNS, PEOPLE, people_csv, person, policy
from tests.projects import make_project, use_cheap_passphrase, write

STAFF = replace(PEOPLE, name="staff")
FINE = "{k: 5, method: full-domain}"
FIRST = '(SELECT id FROM "grant" WHERE number = 1)'
SECOND = '(SELECT id FROM "grant" WHERE number = 2)'
OTHERS = COLUMNS.replace("[5, 10, 20]", "[7, 14, 28]")
COARSE = COLUMNS.replace("[5, 10, 20]", "[20, 40]").replace("[2, 1]", "[1]")


def both(promise: str, columns: str) -> str:
    """The policy with the same rule for the second data set."""
    said = policy(promise, columns)
    return said + said[said.index("  - allow") :].replace("people", "staff")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Two data sets that left twice: finely, then coarsely, by plans of their own."""
    root = tmp_path_factory.mktemp("plans") / "project"
    with pytest.MonkeyPatch.context() as patch:
        use_cheap_passphrase(patch)
        make_project(
            root,
            {
                "people.csv": people_csv([person(n) for n in range(120)]),
                "staff.csv": people_csv([person(n, id=f"S{n}") for n in range(240)]),
            },
            contracts=(PEOPLE, STAFF),
            treatments={"people.id": Treatment("drop"), "staff.id": Treatment("drop")},
        )
        write(root / "policy.yaml", both(FINE, COLUMNS))
        open_project(root).run("research")
        write(root / "policy.yaml", both("{k: 30, method: full-domain}", COARSE))
        open_project(root).run("research")
        yield root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """A copy, in which another cut of the same people is asked for."""
    copy = tmp_path / "project"
    shutil.copytree(made, copy)
    write(copy / "policy.yaml", both(FINE, OTHERS))
    return copy


def edit(root: Path, *statements: str) -> None:
    with closing(sqlite3.connect(root / ".privet/catalog.db")) as database, database:
        for statement in statements:
            assert database.execute(statement).rowcount >= 1, statement


def plan_object(root: Path, grant: str) -> Path:
    """The file of the plan of `people`."""
    query = f"SELECT object FROM sealed_record WHERE name = 'fitted ' || {grant} || ' people'"
    with closing(sqlite3.connect(root / ".privet/catalog.db")) as database:
        ((key,),) = database.execute(query).fetchall()
    (path,) = root.rglob(Path(key).name)
    return path


def test_without_an_attack_the_check_refuses(root: Path) -> None:
    with pytest.raises(Refused, match="left before as research 1") as refused:
        open_project(root).run("research")
    assert not isinstance(refused.value, IntegrityError)


def as_in(grant: str, source: str, data: str = "fitted_plan.data") -> str:
    """Rows of a release's plans say what those of another release, or data set, do."""
    return (
        "UPDATE fitted_plan SET (record, sha256) = (SELECT b.record, b.sha256 FROM fitted_plan b "
        f'WHERE b."grant" = {source} AND b.data = {data}) WHERE "grant" = {grant}'
    )


ITS_ROW = f"WHERE \"grant\" = {FIRST} AND data = 'people'"
ITS_RECORD = f"'fitted ' || {FIRST} || ' people'"
ANOTHERS_RECORD = f"'fitted ' || {FIRST} || ' staff'"
SECOND_STATEMENT = '(SELECT statement FROM "grant" WHERE number = 2)'
ATTACKS = {
    "its row deleted": [f"DELETE FROM fitted_plan {ITS_ROW}"],
    "all rows deleted": ["DELETE FROM fitted_plan"],
    "the other data set's row deleted": [
        f"DELETE FROM fitted_plan WHERE \"grant\" = {FIRST} AND data = 'staff'"
    ],
    "its row under another name": [f"UPDATE fitted_plan SET data = 'nobody' {ITS_ROW}"],
    "pointed at another data set's record": [
        as_in(FIRST, FIRST, "'staff'") + " AND data = 'people'"
    ],
    "its record alone pointed elsewhere": [
        f"UPDATE fitted_plan SET record = {ANOTHERS_RECORD} {ITS_ROW}"
    ],
    "the later plan in place of the first": [as_in(FIRST, SECOND)],
    "an older plan replayed": [as_in(SECOND, FIRST)],
    "rows and statement of the later release": [
        as_in(FIRST, SECOND),
        f'UPDATE "grant" SET statement = {SECOND_STATEMENT} WHERE number = 1',
    ],
    "the statement emptied": ['UPDATE "grant" SET statement = NULL WHERE number = 1'],
    "the statement as text": [
        'UPDATE "grant" SET statement = CAST(statement AS TEXT) WHERE number = 1'
    ],
    "the grant deleted with its rows": [
        f'DELETE FROM fitted_plan WHERE "grant" = {FIRST}',
        f'DELETE FROM draw WHERE "grant" = {FIRST}',
        'DELETE FROM "grant" WHERE number = 1',
    ],
    "the sealed record's row deleted": [f"DELETE FROM sealed_record WHERE name = {ITS_RECORD}"],
    "the tag's key deleted": ["DELETE FROM key WHERE name = 'fitted plans'"],
}


@pytest.mark.parametrize("attack", list(ATTACKS))
def test_an_edited_catalog_is_refused(root: Path, attack: str) -> None:
    edit(root, *ATTACKS[attack])
    with pytest.raises(IntegrityError) as refused:
        open_project(root).run("research")
    assert "not the one that its release had" in str(refused.value)
    assert refused.value.hint
    assert not (root / "releases/research/000003").exists()


def test_a_release_called_abandoned_is_still_held_against(root: Path) -> None:
    edit(root, "UPDATE \"grant\" SET state = 'abandoned' WHERE number = 1")
    with pytest.raises(Refused, match="left before as research 1"):
        open_project(root).run("research")


@pytest.mark.parametrize("place", [0, 40, -1])
def test_a_flipped_bit_of_the_plan_is_refused(root: Path, place: int) -> None:
    path = plan_object(root, FIRST)
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises(IntegrityError):
        open_project(root).run("research")


def test_an_older_object_in_the_newer_ones_place_is_refused(root: Path) -> None:
    older, newer = plan_object(root, FIRST), plan_object(root, SECOND)
    assert sha256(older.read_bytes()).digest() != sha256(newer.read_bytes()).digest()
    newer.write_bytes(older.read_bytes())
    with pytest.raises(IntegrityError):
        open_project(root).run("research")
