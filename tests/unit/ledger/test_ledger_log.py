from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from sqlalchemy import delete

from privet.ledger import Log
from privet.ledger.log import MAX_LEAF
from privet.ledger.tables import CHECKPOINT
from privet.model.errors import IntegrityError, StorageError, Unavailable
from privet_verify.notes import VerifierKey
from privet_verify.proof import Proof
from tests.unit.ledger.issued import KEY, add, open_log, signer
from tests.world import MemoryStore


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH, word for word from RFC 6962, section 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def leaves_of(store: MemoryStore, size: int) -> list[bytes]:
    """The entries, read from the published bundles by the letter of tlog-tiles."""
    leaves = []
    for number in range((size + 255) // 256):
        width = min(256, size - 256 * number)
        data = store.objects[f"tile/entries/{number:03d}" + ("" if width == 256 else f".p/{width}")]
        while data:
            length = int.from_bytes(data[:2], "big")
            leaves.append(data[2 : 2 + length])
            data = data[2 + length :]
    return leaves


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def log(tmp_path: Path, store: MemoryStore) -> Log:
    return open_log(tmp_path, store)


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257, 700])
def test_the_signed_root_is_that_of_the_published_entries(
    log: Log, store: MemoryStore, size: int
) -> None:
    add(log, size)
    checkpoint = log.publish()
    leaves = leaves_of(store, size)
    assert len(leaves) == checkpoint.size == size
    assert checkpoint.root == naive_root(leaves)
    assert store.objects["checkpoint"].decode() == checkpoint.note
    assert log.verify() == size


def test_an_entry_is_canonical_and_carries_the_clocks_time(log: Log, store: MemoryStore) -> None:
    add(log, 1)
    log.publish()
    assert leaves_of(store, 1) == [
        b'{"body":{"grant":"g0"},"kind":"grant","time":"2026-01-02T03:04:05Z","v":1}'
    ]
    [entry] = log.entries()
    assert (entry.index, entry.kind, entry.body) == (0, "grant", {"grant": "g0"})


def test_entries_are_read_a_page_at_a_time_from_any_start(log: Log) -> None:
    add(log, 600)
    assert [entry.index for entry in log.entries(start=250)] == list(range(250, 600))
    assert list(log.entries(start=600)) == []


def test_an_entry_goes_with_its_transaction(log: Log) -> None:
    class CrashError(Exception):
        pass

    def state_and_entry() -> None:
        with log.catalog.write() as connection:
            assert log.append(connection, "grant", {}) == 0
            assert log.append(connection, "grant", {}) == 1
            raise CrashError

    with pytest.raises(CrashError):
        state_and_entry()
    assert list(log.entries()) == []
    assert log.publish().size == 0


def test_what_an_entry_cannot_be(log: Log) -> None:
    with log.catalog.write() as connection:
        with pytest.raises(ValueError, match="kind"):
            log.append(connection, "gossip", {})
        with pytest.raises(ValueError, match="65535"):
            log.append(connection, "grant", {"x": "x" * MAX_LEAF})
        with pytest.raises(TypeError):
            log.append(connection, "grant", {"x": 0.5})  # type: ignore[dict-item]
        room = MAX_LEAF - len(
            '{"body":{"x":""},"kind":"grant","time":"2026-01-02T03:04:05Z","v":1}'
        )
        assert log.append(connection, "grant", {"x": "x" * room}) == 0
    log.publish()
    assert log.verify() == 1


def test_every_entry_is_proven_against_the_newest_checkpoint(log: Log) -> None:
    for size in (1, 5, 260):
        add(log, size - (log.publish().size))
        log.publish()
        for index in {0, size // 2, size - 1}:
            proof = Proof.parse(log.proof(index))
            assert proof.text() == log.proof(index)
            checkpoint = proof.verify(VerifierKey.parse(KEY))
            assert (checkpoint.size, proof.index) == (size, index)


def test_an_unpublished_entry_has_no_proof(log: Log) -> None:
    add(log, 2)
    with pytest.raises(Unavailable, match="not published"):
        log.proof(0)
    log.publish()
    with pytest.raises(Unavailable, match="not published"):
        log.proof(2)
    with pytest.raises(Unavailable, match="not published"):
        log.proof(-1)


def test_publishing_again_writes_nothing(log: Log, store: MemoryStore) -> None:
    add(log, 3)
    first = log.publish()
    before = store.writes
    assert log.publish() == first == log.checkpoint()
    assert log.catch_up() == first
    assert store.writes == before


def test_partial_tiles_go_when_the_full_one_is_there(log: Log, store: MemoryStore) -> None:
    for number in range(260):
        add(log, 1, start=number)
        log.publish()
    names = {key for key in store.objects if key.startswith("tile/0/")}
    assert names == {"tile/0/000"} | {f"tile/0/001.p/{width}" for width in range(1, 5)}
    assert sum(key.startswith("checkpoints/") for key in store.objects) == 260
    assert log.verify() == 260


@pytest.mark.parametrize(("before", "more"), [(0, 3), (250, 10), (3, 510)])
def test_a_crash_at_any_write_is_made_good(tmp_path: Path, before: int, more: int) -> None:
    undisturbed = MemoryStore()
    calm = open_log(tmp_path / "calm", undisturbed)
    add(calm, before)
    calm.publish()
    add(calm, more, start=before)
    start = undisturbed.writes
    calm.publish()
    writes = undisturbed.writes - start
    assert writes >= 4
    for left in range(writes):
        store = MemoryStore()
        log = open_log(tmp_path / f"crash{left}", store)
        add(log, before)
        log.publish()
        add(log, more, start=before)
        store.fail_after(left)
        with pytest.raises(StorageError):
            log.publish()
        store.fail_after(None)
        assert log.verify() == before + more  # an interrupted act is no damage
        again = Log(log.catalog, store, log.signer, log.clock)
        assert again.catch_up() == calm.checkpoint()
        assert store.objects == undisturbed.objects
        assert again.verify() == before + more


def test_a_crash_then_more_entries_is_made_good(log: Log, store: MemoryStore) -> None:
    add(log, 2)
    store.fail_after(3)  # both tiles and the numbered checkpoint, but not the latest
    with pytest.raises(StorageError):
        log.publish()
    store.fail_after(None)
    add(log, 2, start=2)
    assert log.catch_up().size == 4
    assert log.verify() == 4


def test_a_crash_between_the_store_and_the_catalog_is_made_good(
    log: Log, store: MemoryStore
) -> None:
    add(log, 300)
    checkpoint = log.publish()
    whole = dict(store.objects)
    with log.catalog.write() as connection:
        connection.execute(delete(CHECKPOINT))
    assert log.verify() == 300
    assert log.catch_up() == checkpoint == log.checkpoint()
    assert store.objects == whole


def test_the_catalog_ahead_of_the_store_is_published_forward(log: Log, store: MemoryStore) -> None:
    add(log, 2)
    log.publish()
    add(log, 2, start=2)
    assert log.catch_up().size == 4
    assert store.objects["checkpoint"].decode().split("\n")[1] == "4"


def test_a_prefix_keeps_the_log_in_its_folder(tmp_path: Path, store: MemoryStore) -> None:
    plain = open_log(tmp_path, store)
    log = Log(plain.catalog, store, plain.signer, plain.clock, prefix="log/")
    store.put("vault/x", b"")
    add(log, 300)
    log.publish()
    assert log.catch_up().size == log.verify() == 300
    assert all(key.startswith(("log/", "vault/")) for key in store.objects)


def test_another_projects_store_or_key_is_refused(tmp_path: Path, log: Log) -> None:
    add(log, 2)
    log.publish()
    other = Log(log.catalog, log.store, signer(seed=2), log.clock)
    with pytest.raises(IntegrityError, match="not a checkpoint of this project"):
        other.catch_up()
    with pytest.raises(IntegrityError, match="catalog's checkpoint"):
        other.publish()
