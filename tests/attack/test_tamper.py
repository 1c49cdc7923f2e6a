"""Whatever is changed in a project or its releases is found by `verify`, and never by a crash."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from privet.model.errors import IntegrityError, PrivetError, UsageError
from privet.project.verifying import verify_path
from tests.attack.projects import CHANGED, two_releases

FLIPS = 1000
CATALOG_FLIPS = 200


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        return two_releases(tmp_path_factory.mktemp("project"), patch)


@pytest.fixture
def root(made_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made_once, tmp_path / "project"))


def vault(root: Path) -> Path:
    return root / ".privet" / "vault"


def release(root: Path, number: int) -> Path:
    return root / "releases" / "research" / f"{number:06d}"


def files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def places(files: list[Path], seed: int, count: int = FLIPS) -> Iterator[tuple[Path, int, int]]:
    """File, offset and what to XOR: each file as likely as the other, however small it is."""
    draw = random.Random(seed)
    for _ in range(count):
        path = draw.choice(files)
        yield path, draw.randrange(path.stat().st_size), draw.randrange(1, 256)


@contextmanager
def flipped(path: Path, offset: int, mask: int) -> Iterator[None]:
    whole = path.read_bytes()
    changed = bytearray(whole)
    changed[offset] ^= mask
    path.write_bytes(changed)
    yield
    path.write_bytes(whole)


def refused(path: Path) -> str:
    """What `verify` says of `path`, which it must refuse."""
    with pytest.raises((IntegrityError, UsageError)) as caught:
        verify_path(path)
    return str(caught.value)


def test_a_thousand_flipped_bytes_of_a_release_are_found(root: Path) -> None:
    one = release(root, 1)
    for path, offset, mask in places(files_below(one), seed=1):
        with flipped(path, offset, mask):
            refused(one)
    verify_path(one)


def test_a_thousand_flipped_bytes_of_the_store_are_found(root: Path) -> None:
    files = files_below(vault(root))
    kinds = {path.relative_to(vault(root)).parts[0] for path in files}
    assert kinds == {"datasets", "evidence", "log"}
    for path, offset, mask in places(files, seed=2):
        with flipped(path, offset, mask):
            assert path.name in refused(root)
    verify_path(root)


def test_a_flipped_byte_of_the_catalog_never_crashes_verify(root: Path) -> None:
    """The catalog has free space and wrapped keys, so not each byte can be found without a key."""
    catalog = root / ".privet" / "catalog.db"
    found = 0
    for path, offset, mask in places([catalog], seed=3, count=CATALOG_FLIPS):
        with flipped(path, offset, mask):
            try:
                verify_path(root)
            except PrivetError:
                found += 1
        for more in ("catalog.db-wal", "catalog.db-shm"):
            path.with_name(more).unlink(missing_ok=True)
    assert found > CATALOG_FLIPS // 20
    verify_path(root)


def test_each_file_of_the_store_is_missed(root: Path) -> None:
    for path in files_below(vault(root)):
        if is_outgrown_tile(path):
            continue
        data = path.read_bytes()
        path.unlink()
        assert path.name in refused(root)
        path.write_bytes(data)
    verify_path(root)


def test_each_file_of_a_release_is_missed_and_each_more_is_found(root: Path) -> None:
    one = release(root, 1)
    for path in files_below(one):
        data = path.read_bytes()
        path.unlink()
        refused(one)
        path.write_bytes(data)
    for name in ("more.csv", ".hidden", ".tmp-0123"):
        (one / name).write_bytes(b"")
        assert name in refused(one)
        (one / name).unlink()
    (one / "folder").mkdir()
    assert "folder" in refused(one)


def test_what_no_log_has_is_found_among_the_log(root: Path) -> None:
    for name in ("tile/0/001", "tile/x", "checkpoints/0000000000000999", "checkpoints/notes"):
        path = vault(root) / "log" / name
        path.write_bytes(b"x")
        assert path.name in refused(root)
        path.unlink()
    verify_path(root)


def test_fragments_that_changed_places_are_found(root: Path) -> None:
    customers = files_below(vault(root) / "datasets" / "customers" / "fragments")
    orders = files_below(vault(root) / "datasets" / "orders" / "fragments")
    for one, other in ((customers[0], orders[0]), (customers[0], customers[1])):
        swap(one, other)
        message = refused(root)
        assert one.name in message
        assert other.name in message
        swap(one, other)
    verify_path(root)


def test_an_older_manifest_put_back_is_found(root: Path) -> None:
    old, new = files_below(vault(root) / "datasets" / "customers" / "snapshots")
    new.write_bytes(old.read_bytes())
    assert new.name in refused(root)


def test_an_older_manifest_put_back_into_the_catalog_too_is_found(root: Path) -> None:
    old, new = files_below(vault(root) / "datasets" / "customers" / "snapshots")
    new.write_bytes(old.read_bytes())
    change(root, "UPDATE snapshot SET envelope = ? WHERE number = 2", old.read_bytes())
    assert new.name in refused(root)


def test_the_newest_snapshot_taken_out_everywhere_is_found(root: Path) -> None:
    _, new = files_below(vault(root) / "datasets" / "customers" / "snapshots")
    new.unlink()
    change(root, "DELETE FROM snapshot WHERE dataset = 'customers' AND number = 2")
    assert new.name in refused(root)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM log_entry WHERE position = 3",
        "DELETE FROM log_entry WHERE position = (SELECT max(position) FROM log_entry)",
        "UPDATE log_entry SET leaf = replace(leaf, 'grant', 'Grant')",
        "UPDATE log_hash SET hash = zeroblob(32) WHERE level = 1",
        "DELETE FROM key WHERE kind = 'fragment'",
        "UPDATE key SET state = 'destroyed', wrapped = NULL WHERE kind = 'linkage'",
        "UPDATE key SET name = name || '-' WHERE kind = 'linkage'",
        "DELETE FROM sealed_record",
        "UPDATE sealed_record SET blake3 = 'x'",
        "UPDATE snapshot SET sha256 = 'x'",
        "DELETE FROM restriction",
        "UPDATE restriction SET lifted = 1",
        "UPDATE restriction SET purposes = '[\"none\"]'",
        "DELETE FROM project",
        "UPDATE project SET public_key = 'x'",
    ],
)
def test_a_changed_row_of_the_catalog_is_found(root: Path, statement: str) -> None:
    change(root, statement)
    refused(root)


def test_the_receipt_of_another_release_does_not_fit(root: Path) -> None:
    one, two = release(root, 1), release(root, 2)
    (one / "receipt.json").write_bytes((two / "receipt.json").read_bytes())
    refused(one)
    verify_path(two)


def test_the_files_of_another_release_do_not_fit(root: Path) -> None:
    one, two = release(root, 1), release(root, 2)
    assert CHANGED in (two / "customers.csv").read_text()
    (one / "customers.csv").write_bytes((two / "customers.csv").read_bytes())
    assert "customers.csv" in refused(one)


def test_a_key_inside_the_release_is_not_trusted(root: Path, tmp_path: Path) -> None:
    alone = tmp_path / "received" / "000001"
    shutil.copytree(release(root, 1), alone)
    shutil.copy(root / "privet.pub", alone)
    with pytest.raises(PrivetError) as caught:
        verify_path(alone)
    assert caught.value.exit_code == 3
    refused_with_key(alone, root / "privet.pub")
    (alone / "privet.pub").unlink()
    verify_path(alone, str(root / "privet.pub"))


def test_another_projects_key_opens_nothing(root: Path, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        other = two_releases(tmp_path / "other", patch)
    refused_with_key(release(root, 1), other / "privet.pub")
    refused_with_key(root, other / "privet.pub")


def is_outgrown_tile(path: Path) -> bool:
    """Whether a wider partial tile has replaced this one, which may be gone then (tlog-tiles)."""
    if not path.parent.name.endswith(".p"):
        return False
    return any(int(other.name) > int(path.name) for other in path.parent.iterdir())


def refused_with_key(path: Path, key: Path) -> None:
    with pytest.raises(IntegrityError):
        verify_path(path, str(key))


def swap(one: Path, other: Path) -> None:
    held = one.with_name("held")
    one.rename(held)
    other.rename(one)
    held.rename(other)


def change(root: Path, statement: str, *values: bytes) -> None:
    """Change the catalog by hand, as somebody with the file could."""
    with closing(sqlite3.connect(root / ".privet" / "catalog.db")) as database, database:
        assert database.execute(statement, values).rowcount > 0
