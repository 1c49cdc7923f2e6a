"""The writer's ways: judged rows, giants, rows that pass through, snapshots that grow."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from privet.model.errors import Busy, ConfigError, IntegrityError, StorageError
from privet.model.paths import ColumnPath
from privet.ports.judge import Judge
from privet.quality.key_values import KeyColumns
from privet.quality.keys import Distinct, Reference
from privet.vault.marks import Marks
from privet.vault.writer import SnapshotWriter
from tests.unit.vault.vaults import CONTRACT, SCHEMA, SOURCES, House, fill, house, kept, rows

SECRET = b"\xa9\x31" * 16
SMALL = 1 << 15


@pytest.fixture
def home(tmp_path: Path) -> House:
    return house(tmp_path)


def distinct(
    *by: str, verdict: Any = "hold", within: bool = False, keep: Any = "first"
) -> Distinct:
    key = KeyColumns(tuple(map(ColumnPath.of, by)))
    prefix = "duplicate" if verdict == "merge" else "rule"
    reason = f"{prefix}:{'+'.join(by) or 'row'}"
    return Distinct(reason, verdict, key, within_subject=within, secret=SECRET, keep=keep)


def batch(customers: list[str], notes: list[str], visits: list[int]) -> pa.RecordBatch:
    count = len(customers)
    columns = [customers, notes, visits, [0] * count, list(range(count)), [None] * count]
    arrays = [pa.array(one, field.type) for one, field in zip(columns, SCHEMA, strict=True)]
    return pa.record_batch(arrays, schema=SCHEMA)


def write(home: House, made: pa.RecordBatch, judges: list[Judge], **options: Any) -> SnapshotWriter:
    writer = home.vault.begin(
        "d", SCHEMA, subject_type="customer", memory_bytes=SMALL, judges=judges, **options
    )
    for start in range(0, made.num_rows, 500):
        part = made.slice(start, 500)
        writer.write(part, part.column("customer"))
    return writer


def commit(home: House, writer: SnapshotWriter) -> Any:
    with writer:
        return home.vault.commit(writer, contract=CONTRACT, sources=SOURCES)


def test_a_giant_subject_is_judged_beyond_memory_and_after_who_speaks_first(home: House) -> None:
    """The first judge has groups of its own; what it takes out, the others never hear of."""
    count = 6_000
    made = batch(
        ["giant"] * count + ["x", "y"] * 20,
        [f"note {number % 2_000:05d}" for number in range(count)] + ["other"] * 40,
        [number % 3_000 for number in range(count)] + [0, 1] * 20,
    )
    judges: list[Judge] = [
        distinct("note", verdict="merge", keep="last"),
        distinct("customer", "visits", within=True),
    ]
    writer = write(home, made, judges)
    snapshot = commit(home, writer)
    # The last rows of 2,001 notes are left. Each of the giant's has visits of its own among them,
    # though rows that are gone had them before.
    assert writer.counts.merged == {"duplicate:note": 4_000 + 39}
    assert writer.counts.quarantined == {}
    assert writer.key_judged == {"customer+visits": 2_001}
    assert writer.key_failed == {"customer+visits": 0}
    table = kept(home.vault, snapshot)
    giants = table.filter(pa.compute.equal(table["customer"], "giant"))
    assert giants["visits"].to_pylist() == list(range(1_000, 3_000))


def test_one_key_larger_than_memory_leaves_one_row(home: House) -> None:
    made = batch(["a"] * 5_000, ["same"] * 5_000, [7] * 5_000)
    for judges in ([distinct(verdict="merge", within=True)], [distinct("note")]):
        writer = write(home, made, judges)
        snapshot = commit(home, writer)
        assert snapshot.manifest.rows == 1
        assert writer.counts.balanced()


def test_what_only_tells_counts_and_keeps(home: House) -> None:
    made = batch(["a", "a", "b"], ["x", "x", "x"], [1, 2, 3])
    writer = write(home, made, [distinct("note", verdict="tell"), distinct("customer")])
    snapshot = commit(home, writer)
    assert writer.key_failed == {"note": 2, "customer": 1}
    assert writer.key_judged == {"note": 3, "customer": 3}
    assert kept(home.vault, snapshot)["visits"].to_pylist() in ([1, 3], [3, 1])
    (held,) = home.vault.read_quarantine(snapshot)
    assert held.to_pylist() == [
        {
            "customer": "a",
            "note": "x",
            "visits": 2,
            "_privet_file": 0,
            "_privet_position": 1,
            "_privet_reason": "rule:customer",
        }
    ]


def test_judges_need_places(home: House) -> None:
    with pytest.raises(ValueError, match="_privet_position"):
        home.vault.begin("d", SCHEMA.remove(4), judges=[distinct("note")])


def test_a_parent_that_cannot_be_read_leaves_nothing(home: House) -> None:
    def parents() -> Any:
        raise IntegrityError("changed")
        yield

    column = (ColumnPath.of("note"),)
    with pytest.raises(IntegrityError):
        write(home, rows(3), [Reference("rule:r", "hold", column, column, parents, SECRET)])


# Finishing


def test_finishing_twice_is_finishing_once(home: House) -> None:
    made = rows(100)
    writer = write(home, made, [])
    with pytest.raises(ValueError, match="not finished"):
        home.vault.read_uncommitted(writer)
    writer.finish()
    writer.finish()
    before = pa.Table.from_batches(home.vault.read_uncommitted(writer))
    visits = pa.Table.from_batches(home.vault.read_uncommitted(writer, ["visits"]))
    snapshot = commit(home, writer)
    assert kept(home.vault, snapshot).equals(before)
    assert visits.column_names == ["visits"]
    assert visits.num_rows == before.num_rows
    with pytest.raises(ValueError, match="has finished"):
        writer.write(made, made.column("customer"))


def test_a_finished_writer_that_is_not_committed_leaves_nothing(home: House) -> None:
    before = dict(home.store.objects)
    with write(home, rows(100), [distinct("note", verdict="merge")]) as writer:
        writer.finish()
        assert len(home.store.objects) > len(before)
    assert home.store.objects == before


# Rows that pass through


@pytest.mark.parametrize("subject", ["customer", None])
def test_rows_that_pass_through_are_not_sealed(home: House, subject: str | None) -> None:
    made = rows(400, mark="zq8")
    writer = home.vault.begin(
        "d",
        SCHEMA,
        subject_type=subject,
        memory_bytes=SMALL,
        judges=[distinct("customer", "visits", verdict="merge", within=True)],
        keeps_rows=False,
    )
    with writer:
        writer.write(made, made.column("customer") if subject else None)
        writer.write(made, made.column("customer") if subject else None)
        with pytest.raises(ValueError, match="drained"):
            home.vault.commit(writer, contract=CONTRACT, sources=SOURCES)
        table = pa.Table.from_batches(writer.drained(), writer.schema)
        with pytest.raises(ValueError, match="once"):
            next(writer.drained())
        snapshot = home.vault.commit(writer, contract=CONTRACT, sources=SOURCES)
    assert table.num_rows == writer.counts.out == 400 - 57
    assert writer.counts.merged == {"duplicate:customer+visits": 400 - 57}
    assert writer.counts.balanced()
    assert snapshot.manifest.fragments == ()
    assert snapshot.manifest.schema == table.schema
    assert snapshot.manifest.quarantined == 2 * 57
    if subject is None:
        assert table["visits"].to_pylist() == sorted(table["visits"].to_pylist())
    home.vault.verify()


def test_rows_that_are_kept_cannot_be_drained(home: House) -> None:
    with write(home, rows(3), []) as writer, pytest.raises(ValueError, match="drained"):
        next(writer.drained())


# Snapshots that grow


def test_a_snapshot_grows_and_shares_its_objects(home: House) -> None:
    first = fill(home.vault, rows(100), "d")
    writer = write(home, rows(50), [], base=first)
    second = commit(home, writer)
    assert second.number == 2
    assert second.manifest.fragments[: len(first.manifest.fragments)] == first.manifest.fragments
    assert second.manifest.rows == writer.counts.out + first.manifest.rows
    assert second.manifest.quarantined == 7 + first.manifest.quarantined
    checked = home.vault.verify()
    assert (checked.snapshots, checked.objects) == (2, 4)
    assert home.vault.collect_garbage() == 0
    assert kept(home.vault, first).num_rows == first.manifest.rows


def test_an_append_given_up_leaves_the_base_alone(home: House) -> None:
    first = fill(home.vault, rows(100), "d")
    before = dict(home.store.objects)
    with write(home, rows(50), [distinct("note", verdict="merge")], base=first) as writer:
        writer.finish()
    assert home.store.objects == before
    assert kept(home.vault, first).num_rows == first.manifest.rows


def test_a_quarantine_can_be_replaced(home: House) -> None:
    first = fill(home.vault, rows(100), "d")
    held = pa.Table.from_batches(home.vault.read_quarantine(first)).combine_chunks()
    again = held.set_column(5, "_privet_reason", pa.nulls(held.num_rows, pa.string()))
    (made,) = again.to_batches()
    second = commit(home, write(home, made, [], base=first, replace_quarantine=True))
    assert (second.manifest.rows, second.manifest.quarantined) == (100, 0)
    home.vault.verify()


def test_an_append_wants_the_same_form(home: House) -> None:
    first = fill(home.vault, rows(10), "d")
    for options in (
        {"schema": SCHEMA.set(1, pa.field("note", pa.int64())), "subject_type": "customer"},
        {"schema": SCHEMA, "subject_type": None},
    ):
        with pytest.raises(ConfigError, match="snapshot 1"):
            home.vault.begin("d", base=first, **options)  # type: ignore[arg-type]


def test_a_snapshot_that_came_between_is_not_lost(home: House) -> None:
    first = fill(home.vault, rows(10), "d")
    with write(home, rows(5), [], base=first) as writer:
        fill(home.vault, rows(20), "d")
        with pytest.raises(Busy, match="newer snapshot"):
            home.vault.commit(writer, contract=CONTRACT, sources=SOURCES)
    home.vault.verify()


def test_rows_of_the_base_win(home: House) -> None:
    first = commit(home, write(home, batch(["a", "b"], ["x", "y"], [1, 2]), []))
    made = batch(["a", "c", "c"], ["x", "z", "z"], [9, 3, 4])
    judges: list[Judge] = [distinct("note", verdict="merge", within=True), distinct("customer")]
    writer = write(home, made, judges, base=first)
    second = commit(home, writer)
    assert sorted(kept(home.vault, second)["visits"].to_pylist()) == [1, 2, 3]
    assert writer.counts.merged == {"duplicate:note": 2}


@pytest.mark.parametrize("writes", range(0, 12, 2))
def test_a_full_store_leaves_the_base_and_the_next_run_appends(tmp_path: Path, writes: int) -> None:
    home = house(tmp_path)
    first = fill(home.vault, rows(100), "d")
    home.store.fail_after(writes)
    with suppress(StorageError):
        commit(home, write(home, rows(400), [distinct("visits")], base=first))
    home.store.fail_after(None)
    home.log.catch_up()
    home.vault.recover()
    home.vault.collect_garbage()
    home.vault.verify()
    newest = home.vault.latest("d")
    assert newest is not None
    appended = commit(home, write(home, rows(7), [], base=newest))
    assert appended.manifest.rows == newest.manifest.rows + 6
    assert kept(home.vault, first).num_rows == first.manifest.rows


# Marks


def test_marks_are_a_set_of_numbers() -> None:
    marks = Marks()
    numbers = np.array([5, 0, 64, 5, 9_999, -1])
    assert not marks.of(numbers).any()
    marks.add(np.array([-1, -7]))
    marks.add(numbers)
    marks.add(np.array([3]))
    found = np.flatnonzero(marks.of(np.arange(20_000)))
    assert found.tolist() == [0, 3, 5, 64, 9_999]
    assert marks.of(np.array([-1, 10**12])).tolist() == [False, False]
