"""Memory that cannot go backwards, and a project with a part missing is never begun anew."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from privet.model.errors import IntegrityError, Locked, PrivetError, StorageError
from privet.project.verifying import verify_path
from privet_verify import Code, VerificationError, verify_release
from tests.attack.projects import ROWS, two_releases
from tests.projects import Made, customers_csv, use_cheap_passphrase

CATALOG = ("catalog.db", "catalog.db-wal", "catalog.db-shm")


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        return two_releases(tmp_path_factory.mktemp("past"), patch)


@pytest.fixture
def made(past: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    use_cheap_passphrase(monkeypatch)
    return Made(Path(shutil.copytree(past, tmp_path / "project")))


def private(made: Made) -> Path:
    return made.root / ".privet"


def keep(made: Made, *names: str) -> Callable[[], None]:
    """Make a backup of parts of `.privet`; the result puts it back."""
    backup = made.root.parent / "backup"
    for name in names:
        source = private(made) / name
        if source.is_dir():
            shutil.copytree(source, backup / name)
        elif source.exists():
            backup.mkdir(exist_ok=True)
            shutil.copy2(source, backup)

    def restore() -> None:
        for name in names:
            remove(private(made) / name)
            if (backup / name).is_dir():
                shutil.copytree(backup / name, private(made) / name)
            elif (backup / name).exists():
                shutil.copy2(backup / name, private(made))

    return restore


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def go_on(made: Made, more: str) -> str:
    """Change a source and release; the folder of the release."""
    changed = customers_csv([*ROWS, (more, "new@example.org", "s", "Ulm", 7)])
    (made.root / "customers.csv").write_text(changed)
    return made.open().run("research").release


def contents(root: Path) -> dict[Path, bytes]:
    """Every file but those that SQLite keeps beside its own and the lock."""
    return {
        path: path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name not in {*CATALOG[1:], "run.lock"}
    }


def refused(made: Made, kind: type[PrivetError] = IntegrityError) -> str:
    """What a run says that must be refused, and must leave everything as it was."""
    before = contents(made.root)
    with pytest.raises(kind) as caught:
        made.open().run("research")
    assert caught.value.hint
    assert contents(made.root) == before
    return str(caught.value)


def test_a_restored_older_catalog_is_refused(made: Made) -> None:
    restore = keep(made, *CATALOG)
    newest = go_on(made, "C50")
    restore()
    assert "older database" in refused(made)
    with pytest.raises(IntegrityError):
        verify_path(made.root)
    with pytest.raises(IntegrityError):
        made.open().restrict("customer", "C1")
    verify_path(Path(newest))


def test_a_catalog_from_before_a_restriction_lets_nobody_back_in(made: Made) -> None:
    restore = keep(made, *CATALOG)
    made.open().restrict("customer", "C3")
    restore()
    assert "older database" in refused(made)


def test_the_newest_catalog_put_back_mends_it(made: Made) -> None:
    go_on(made, "C50")
    restore = keep(made, *CATALOG)
    for name in CATALOG:
        remove(private(made) / name)
    refused(made)
    restore()
    assert made.open().run("research").unchanged


def test_a_catalog_that_went_on_elsewhere_is_refused(made: Made) -> None:
    """Two copies of a project go on by themselves; one's catalog does not fit the other's store."""
    other = Made(Path(shutil.copytree(made.root, made.root.parent / "other")))
    go_on(made, "C50")
    go_on(other, "C51")
    for name in CATALOG:
        remove(private(made) / name)
    shutil.copy2(private(other) / "catalog.db", private(made))
    assert "history" in refused(made) or "older database" in refused(made)


def test_both_restored_do_not_publish_over_what_was_released(made: Made) -> None:
    restore = keep(made, *CATALOG, "vault")
    newest = Path(go_on(made, "C50"))
    released = contents(newest)
    restore()
    with pytest.raises(IntegrityError, match="this project has not made it"):
        go_on(made, "C51")
    assert contents(newest) == released
    verify_path(newest)


def test_both_restored_are_found_against_an_earlier_receipt(made: Made) -> None:
    """The one who kept a receipt finds that the log which now goes on is another."""
    restore = keep(made, *CATALOG, "vault")
    newest = Path(go_on(made, "C50"))
    key = (made.root / "privet.pub").read_text().strip()
    kept = verify_release(newest, key).checkpoint.note
    restore()
    shutil.rmtree(newest)
    log = private(made) / "vault" / "log"
    for person in ("C51", "C52"):
        rewritten = Path(go_on(made, person))
        verify_release(rewritten, key)
        with pytest.raises(VerificationError) as caught:
            verify_release(rewritten, key, checkpoint=kept, log=log)
        assert caught.value.code is Code.HISTORY
    first = made.root / "releases" / "research" / "000001"
    with pytest.raises(VerificationError) as caught:
        verify_release(first, key, checkpoint=kept, log=log)
    assert caught.value.code is Code.HISTORY


def test_an_honest_history_fits_every_receipt(made: Made) -> None:
    key = (made.root / "privet.pub").read_text().strip()
    log = private(made) / "vault" / "log"
    kept = [verify_release(Path(go_on(made, f"C{n}")), key).checkpoint.note for n in (50, 51, 52)]
    for release in sorted(made.root.glob("releases/research/*")):
        for checkpoint in kept:
            verify_release(release, key, checkpoint=checkpoint, log=log)


def test_a_wrong_passphrase(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIVET_PASSPHRASE", "not the one")
    message = refused(made, Locked)
    assert "opens no slot" in message
    assert "not the one" not in message


def test_no_passphrase(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRIVET_PASSPHRASE")
    assert "PRIVET_PASSPHRASE" in refused(made, Locked)


def test_the_keyring_of_another_project(made: Made, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        other = two_releases(tmp_path / "other", patch)
    shutil.copy2(other / ".privet" / "keyring.json", private(made))
    assert "keyring of another project" in refused(made, Locked)


def test_keyring_and_catalog_of_another_project(made: Made, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        other = two_releases(tmp_path / "other", patch)
    for name in ("keyring.json", "catalog.db"):
        shutil.copy2(other / ".privet" / name, private(made))
    refused(made)
    with pytest.raises(IntegrityError):
        verify_path(made.root)


@pytest.mark.parametrize(
    ("lost", "kind"),
    [
        (("catalog.db",), IntegrityError),
        (("keyring.json",), Locked),
        (("vault",), IntegrityError),
        (("vault/log",), IntegrityError),
        (("vault/log/checkpoints",), IntegrityError),
        (("catalog.db", "keyring.json"), IntegrityError),
        (("catalog.db", "vault"), IntegrityError),
        (("keyring.json", "vault"), Locked),
        (("catalog.db", "keyring.json", "vault/log"), IntegrityError),
        (("catalog.db", "keyring.json", "vault"), IntegrityError),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, tuple) else "",
)
def test_a_lost_part_is_never_a_fresh_start(
    made: Made, lost: tuple[str, ...], kind: type[PrivetError]
) -> None:
    for name in lost:
        remove(private(made) / name)
    refused(made, kind)


def test_an_emptied_catalog_is_never_a_fresh_start(made: Made) -> None:
    (private(made) / "catalog.db").write_bytes(b"")
    with pytest.raises(IntegrityError, match=r"names no project|not a catalog"):
        made.open().run("research")
    with pytest.raises((IntegrityError, StorageError)):
        verify_path(made.root)


def test_a_catalog_of_a_newer_version_is_left_alone(made: Made) -> None:
    with closing(sqlite3.connect(private(made) / "catalog.db")) as database, database:
        database.execute("UPDATE meta SET value = '2' WHERE name = 'schema'")
    assert "catalog version 2" in refused(made, StorageError)


def test_a_project_moved_whole_goes_on(made: Made, tmp_path: Path) -> None:
    moved = Made(made.root.rename(tmp_path / "moved"))
    assert moved.open().run("research").number == 3  # a copied source has an inode of its own
    verify_path(moved.root)
