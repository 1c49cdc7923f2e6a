"""Whoever changes the log: its files, its database, or both with the key in hand."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from privet.ledger import Log
from privet.model.errors import IntegrityError
from privet_verify import Code, VerificationError
from privet_verify.checkpoint import open_checkpoint
from privet_verify.history import check_history
from privet_verify.notes import VerifierKey
from tests.unit.ledger.issued import KEY, add, open_log, spill
from tests.world import MemoryStore


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def log(tmp_path: Path, store: MemoryStore) -> Log:
    log = open_log(tmp_path / "a", store)
    for size in (1, 5, 70, 256, 300):
        published = log.checkpoint()
        done = published.size if published else 0
        add(log, size - done, start=done)
        log.publish()
    return log


def test_every_flipped_byte_of_a_published_file_is_named(log: Log, store: MemoryStore) -> None:
    rng = random.Random(1)
    for key, whole in sorted(store.objects.items()):
        for offset in {0, len(whole) - 1, *(rng.randrange(len(whole)) for _ in range(12))}:
            changed = bytearray(whole)
            changed[offset] ^= 1 << rng.randrange(8)
            store.objects[key] = bytes(changed)
            with pytest.raises(IntegrityError) as caught:
                log.verify()
            number = key.removeprefix("checkpoints/") if key.startswith("checkpoints/") else key
            assert number in str(caught.value), key
        store.objects[key] = whole
    assert log.verify() == 300


def test_a_missing_a_cut_and_an_added_file_are_named(log: Log, store: MemoryStore) -> None:
    for key, whole in sorted(store.objects.items()):
        if ".p/" in key and key.replace("/0", "").count("x") == 0 and not _needed(key):
            continue
        del store.objects[key]
        with pytest.raises(IntegrityError, match="missing"):
            log.verify()
        store.objects[key] = whole[:-1]
        with pytest.raises(IntegrityError):
            log.verify()
        store.objects[key] = whole
    for extra in ("tile/0/002", "tile/0/001.p/45", "tile/1/000.p/2", "tile/x", "checkpoints/7"):
        store.objects[extra] = b"x"
        with pytest.raises(IntegrityError, match="no file of"):
            log.verify()
        del store.objects[extra]
    assert log.verify() == 300


def _needed(key: str) -> bool:
    return key.endswith(".p/44") or key == "tile/1/000.p/1"


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE log_entry SET leaf = replace(leaf, 'g7', 'g8') WHERE position = 7",
        "UPDATE log_entry SET leaf = CAST(replace(leaf, 'g7', 'g8') AS BLOB) WHERE position = 7",
        "UPDATE log_entry SET leaf = 5 WHERE position = 7",
        "UPDATE log_hash SET hash = 'x' WHERE level = 2 AND position = 1",
        "UPDATE log_hash SET hash = 32 WHERE level = 0 AND position = 298",
        "DELETE FROM log_entry WHERE position = 9",
        "DELETE FROM log_entry WHERE position = 299",
        "DELETE FROM log_hash WHERE level = 3 AND position = 2",
        "DELETE FROM log_hash WHERE level = 0 AND position = 4",
        "UPDATE log_hash SET hash = zeroblob(32) WHERE level = 2 AND position = 1",
        "UPDATE log_hash SET hash = zeroblob(32) WHERE level = 0 AND position = 299",
        "INSERT INTO log_hash VALUES (4, 99, zeroblob(32))",
        "UPDATE log_checkpoint SET note = replace(note, '300', '299') WHERE size = 300",
        "UPDATE log_checkpoint SET size = 6 WHERE size = 5",
    ],
)
def test_a_changed_row_is_found(log: Log, damage: str) -> None:
    with log.catalog.write() as connection:
        connection.execute(text(damage))
    with pytest.raises(IntegrityError):
        log.verify()


def test_a_hash_moved_elsewhere_is_found(log: Log) -> None:
    with log.catalog.write() as connection:
        connection.execute(
            text("UPDATE log_hash SET position = 99 WHERE level = 5 AND position = 1")
        )
    with pytest.raises(IntegrityError, match="lacks hashes"):
        log.verify()


def test_nothing_is_signed_over_a_changed_past(log: Log, store: MemoryStore) -> None:
    before = dict(store.objects)
    with log.catalog.write() as connection:
        connection.execute(
            text("UPDATE log_hash SET hash = zeroblob(32) WHERE level = 8 AND position = 0")
        )
    add(log, 1, start=300)
    with pytest.raises(IntegrityError, match="not those published"):
        log.publish()
    assert store.objects == before


def test_a_full_tile_in_the_middle_is_missed(tmp_path: Path) -> None:
    store = MemoryStore()
    log = open_log(tmp_path / "long", store)
    add(log, 600)
    log.publish()
    for name in ("tile/0/000", "tile/entries/001"):
        whole = store.objects.pop(name)
        with pytest.raises(IntegrityError, match=f"{name} is missing"):
            log.verify()
        store.objects[name] = whole
    assert log.verify() == 600


def test_two_swapped_entries_are_found(log: Log) -> None:
    with log.catalog.write() as connection:
        rows = dict(connection.execute(text("SELECT position, leaf FROM log_entry")).all())
        for position, other in ((3, 4), (4, 3)):
            connection.execute(
                text("UPDATE log_entry SET leaf = :leaf WHERE position = :position"),
                {"leaf": rows[other], "position": position},
            )
    with pytest.raises(IntegrityError, match="entry 3"):
        log.verify()


def test_a_restored_older_database_is_refused(tmp_path: Path, log: Log, store: MemoryStore) -> None:
    log.catalog.close()
    shutil.copytree(tmp_path / "a", tmp_path / "backup")
    add(log, 1, start=300)
    log.publish()
    restored = open_log(tmp_path / "backup", store)
    with pytest.raises(IntegrityError, match=r"knows 300 log entries and 301 were published"):
        restored.catch_up()
    with pytest.raises(IntegrityError, match=r"knows 300 log entries and 301 were published"):
        restored.verify()
    latest = store.objects.pop("checkpoint")
    with pytest.raises(IntegrityError, match=r"knows 300 log entries and 301 were published"):
        restored.catch_up()
    store.objects["checkpoint"] = latest
    # It goes on by itself, past what was published: its history is another one.
    add(restored, 5, start=900)
    with pytest.raises(IntegrityError, match="not those published"):
        restored.catch_up()


def test_two_copies_of_a_project_cannot_both_publish(
    tmp_path: Path, log: Log, store: MemoryStore
) -> None:
    log.catalog.close()
    shutil.copytree(tmp_path / "a", tmp_path / "twin")
    twin = open_log(tmp_path / "twin", store)
    add(log, 1, start=300)
    log.publish()
    add(twin, 1, start=999)
    with pytest.raises(IntegrityError, match="another history"):
        twin.publish()


def test_an_older_latest_checkpoint_put_back_is_found(log: Log, store: MemoryStore) -> None:
    store.objects["checkpoint"] = store.objects["checkpoints/0000000000000256"]
    with pytest.raises(IntegrityError, match="not the newest"):
        log.verify()


def test_a_store_that_lost_its_checkpoints_is_refused(log: Log, store: MemoryStore) -> None:
    for key in [key for key in store.objects if key.startswith("checkpoint")]:
        del store.objects[key]
    with pytest.raises(IntegrityError, match="no longer in the store"):
        log.catch_up()


def test_a_numbered_checkpoint_removed_does_not_hide_the_latest(
    tmp_path: Path, log: Log, store: MemoryStore
) -> None:
    log.catalog.close()
    shutil.copytree(tmp_path / "a", tmp_path / "backup")
    add(log, 1, start=300)
    log.publish()
    del store.objects["checkpoints/0000000000000301"]
    with pytest.raises(IntegrityError, match="301 were published"):
        open_log(tmp_path / "backup", store).catch_up()


@pytest.mark.parametrize("old_size", [1, 5, 70, 256])
def test_history_that_only_grew_is_shown(
    tmp_path: Path, log: Log, store: MemoryStore, old_size: int
) -> None:
    key = VerifierKey.parse(KEY)
    older = open_checkpoint(store.objects[f"checkpoints/{old_size:016d}"].decode(), key)
    newer = log.checkpoint()
    assert newer is not None
    folder = spill(store, tmp_path / "published")
    check_history(older, newer, folder)
    check_history(newer, older, folder)
    check_history(older, older, None)
    with pytest.raises(VerificationError) as caught:
        check_history(older, newer, None)
    assert caught.value.code is Code.LOG_NEEDED


@pytest.mark.parametrize("old_size", [1, 5, 70, 256, 300])
@pytest.mark.parametrize("new_size", [300, 310])
def test_a_rewritten_log_under_the_same_key_is_refused_by_who_kept_a_checkpoint(
    tmp_path: Path, store: MemoryStore, log: Log, old_size: int, new_size: int
) -> None:
    key = VerifierKey.parse(KEY)
    kept = open_checkpoint(store.objects[f"checkpoints/{old_size:016d}"].decode(), key)
    forged_store = MemoryStore()
    forged = open_log(tmp_path / "forged", forged_store)
    add(forged, 1, start=777)  # the first entry is another
    add(forged, new_size - 1, start=1)
    newer = forged.publish()
    assert forged.verify() == new_size
    with pytest.raises(VerificationError) as caught:
        check_history(kept, newer, spill(forged_store, tmp_path / "published"))
    assert caught.value.code is Code.HISTORY


def test_a_truncated_log_is_refused_by_who_kept_a_checkpoint(
    tmp_path: Path, store: MemoryStore, log: Log
) -> None:
    """The operator cut the log back to 70 and went on with other entries."""
    kept = log.checkpoint()
    assert kept is not None
    forged_store = MemoryStore()
    forged = open_log(tmp_path / "forged", forged_store)
    add(forged, 70)
    add(forged, 240, start=1000)
    with pytest.raises(VerificationError) as caught:
        check_history(kept, forged.publish(), spill(forged_store, tmp_path / "published"))
    assert caught.value.code is Code.HISTORY


def test_forged_tiles_make_no_history(tmp_path: Path, store: MemoryStore, log: Log) -> None:
    key = VerifierKey.parse(KEY)
    older = open_checkpoint(store.objects["checkpoints/0000000000000070"].decode(), key)
    newer = log.checkpoint()
    assert newer is not None
    folder = spill(store, tmp_path / "published")
    for name in ("tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"):
        whole = (folder / name).read_bytes()
        (folder / name).write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
        if name == "tile/1/000.p/1":  # not needed for this proof: level 0 gives the older tree
            (folder / name).write_bytes(whole)
            continue
        with pytest.raises(VerificationError) as caught:
            check_history(older, newer, folder)
        assert caught.value.code is Code.HISTORY
        (folder / name).write_bytes(whole[:-1])
        with pytest.raises(VerificationError) as caught:
            check_history(older, newer, folder)
        assert caught.value.code is Code.LOG_NEEDED
        (folder / name).write_bytes(whole)
    check_history(older, newer, folder)
