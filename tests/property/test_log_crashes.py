"""Any order of appending, publishing, full disks and reopening leaves one log that only grew."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from privet.ledger import Log
from privet.model.errors import StorageError
from privet_verify.checkpoint import open_checkpoint
from privet_verify.history import check_history
from privet_verify.notes import VerifierKey
from privet_verify.proof import Proof
from tests.unit.ledger.issued import KEY, add, open_log, spill
from tests.world import MemoryStore

steps = st.one_of(
    st.tuples(st.just("append"), st.integers(1, 3) | st.sampled_from([100, 254, 256, 300])),
    st.tuples(st.just("publish"), st.none() | st.integers(0, 9)),
    st.tuples(st.just("reopen"), st.none() | st.integers(0, 9)),
)


def run(log: Log, store: MemoryStore, step: tuple[str, int | None], size: int) -> int:
    verb, number = step
    if verb == "append":
        add(log, number or 0, start=size)
        return size + (number or 0)
    store.fail_after(number)
    try:
        _ = log.publish() if verb == "publish" else log.catch_up()
    except StorageError:
        pass
    finally:
        store.fail_after(None)
    return size


@settings(max_examples=40)
@given(st.lists(steps, max_size=12))
def test_the_log_only_grows(plan: list[tuple[str, int | None]]) -> None:
    key, size, store = VerifierKey.parse(KEY), 0, MemoryStore()
    with tempfile.TemporaryDirectory() as scratch:
        log = open_log(Path(scratch) / "project", store)
        for step in plan:
            size = run(log, store, step, size)
            assert log.verify() == size
        newest = log.catch_up()
        assert newest.size == log.verify() == size
        folder = spill(store, Path(scratch) / "published")
        for name, note in store.objects.items():
            if name.startswith("checkpoint"):
                check_history(open_checkpoint(note.decode(), key), newest, folder)
        for index in {0, size // 2, size - 1} & set(range(size)):
            assert Proof.parse(log.proof(index)).verify(key) == newest
        log.catalog.close()
