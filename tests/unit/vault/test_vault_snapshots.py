from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from sqlalchemy import delete, update

from privet.model.errors import IntegrityError, SourceError, StorageError
from privet.model.release import RowCounts
from privet.vault.keys import KEYS
from privet.vault.snapshots import SNAPSHOTS, manifest_key
from tests.unit.vault.vaults import CONTRACT, SOURCES, House, fill, house, kept, rows
from tests.world import MemoryStore


@pytest.fixture
def home(tmp_path: Path) -> House:
    return house(tmp_path)


def expected(batch: pa.RecordBatch) -> list[dict[str, object]]:
    whole = batch.filter(pc.is_null(batch.column("_privet_reason")))
    return whole.select(["customer", "note", "visits"]).to_pylist()


def by_visit(row: dict[str, object]) -> object:
    return row["visits"]


def test_rows_come_back_and_add_up(home: House) -> None:
    batch = rows()
    snapshot = fill(home.vault, batch)
    got = kept(home.vault, snapshot).to_pylist()
    assert sorted(got, key=by_visit) == expected(batch)
    held = pa.Table.from_batches(home.vault.read_quarantine(snapshot))
    assert held.num_rows + len(got) == batch.num_rows
    assert set(held.column_names) == set(batch.schema.names)
    counts = home.vault.counts(snapshot)
    assert counts == RowCounts(400, len(got), {"not_a_date": held.num_rows})
    assert counts.balanced()


def test_one_subject_lies_together_and_in_order(home: House) -> None:
    table = kept(home.vault, home.fill())
    seen: set[str] = set()
    last = None
    for customer in table.column("customer").to_pylist():
        if customer != last:
            assert customer not in seen
            seen.add(customer)
            last = customer
    for customer in seen:
        mine = table.filter(pc.equal(table.column("customer"), customer)).column("visits")
        assert mine.to_pylist() == sorted(mine.to_pylist())


def test_without_a_subject_rows_stay_in_their_order(home: House) -> None:
    batch = rows()
    assert kept(home.vault, home.fill(clustered=False)).to_pylist() == expected(batch)


def test_projection_reads_the_columns_asked_for(home: House) -> None:
    snapshot = home.fill()
    (batch,) = home.vault.read(snapshot, ["visits"])
    assert batch.schema.names == ["visits"]


def test_snapshots_are_numbered_and_chained_per_data_set(home: House) -> None:
    assert home.vault.latest("customers") is None
    first, second, other = home.fill(), home.fill(), home.fill("tickets")
    assert [first.number, second.number, other.number] == [1, 2, 1]
    assert second.manifest.parent == first.sha256
    assert home.vault.latest("customers") == second
    assert home.vault.snapshot("customers", 1) == first
    assert home.vault.latest("tickets") == other
    logged = [entry.body for entry in home.log.entries() if entry.kind == "snapshot"]
    assert [entry["manifest"] for entry in logged] == [first.sha256, second.sha256, other.sha256]
    checked = home.vault.verify()
    assert (checked.snapshots, checked.objects) == (3, 6)


def test_an_empty_snapshot_keeps_its_schema(home: House) -> None:
    snapshot = fill(home.vault, rows(0))
    assert kept(home.vault, snapshot).schema.names == ["customer", "note", "visits"]
    assert snapshot.manifest.rows == 0
    assert list(home.vault.read_quarantine(snapshot)) == []
    home.vault.verify()


def test_all_rows_may_be_quarantined(home: House) -> None:
    snapshot = fill(
        home.vault, rows(5, held=1).set_column(5, "_privet_reason", pa.array(["x"] * 5))
    )
    assert (snapshot.manifest.rows, snapshot.manifest.quarantined) == (0, 5)


def test_rows_without_a_subject_are_kept_together(home: House) -> None:
    batch = rows(60)
    subjects = pa.array([None if n % 3 else f"c{n}" for n in range(60)], pa.string())
    with home.vault.begin("customers", batch.schema, subject_type="customer") as writer:
        writer.write(batch, subjects)
        snapshot = home.vault.commit(writer, contract=CONTRACT, sources=SOURCES)
    visits = kept(home.vault, snapshot).column("visits").to_pylist()
    unowned = [number for number in visits if number % 3]
    assert visits[: len(unowned)] == unowned == sorted(unowned)


def test_a_writer_refuses_what_it_was_not_begun_with(home: House) -> None:
    batch = rows(10)
    with pytest.raises(ValueError, match="_privet_reason"):
        home.vault.begin("customers", batch.schema.remove(5))
    with home.vault.begin("customers", batch.schema, subject_type="customer") as writer:
        with pytest.raises(ValueError, match="columns"):
            writer.write(batch.drop_columns(["note"]), batch.column("customer"))
        with pytest.raises(ValueError, match="subject key"):
            writer.write(batch)
        with pytest.raises(ValueError, match="subject key"):
            writer.write(batch, batch.column("customer").slice(1))


def test_a_snapshot_given_up_leaves_nothing(home: House) -> None:
    batch = rows()
    before = set(home.store.objects)
    with home.vault.begin("customers", batch.schema, subject_type="customer") as writer:
        writer.write(batch, batch.column("customer"))
        writer.finish()
        assert set(home.store.objects) > before
    assert set(home.store.objects) == before
    assert home.vault.latest("customers") is None


@pytest.mark.parametrize("writes", range(8))
def test_a_full_store_commits_nothing_and_the_next_run_finishes(
    tmp_path: Path, writes: int
) -> None:
    home = house(tmp_path)
    first = home.fill()
    home.store.fail_after(writes)
    with suppress(StorageError):
        fill(home.vault, rows(mark="more"))
    home.store.fail_after(None)
    home.log.catch_up()
    home.vault.recover()
    home.vault.collect_garbage()
    home.vault.verify()
    newest = home.vault.latest("customers")
    assert newest is not None
    assert newest.number in {1, 2}
    assert home.fill().number == newest.number + 1
    assert kept(home.vault, first).num_rows == first.manifest.rows


def test_recover_puts_back_a_manifest_and_verify_asks_for_it(home: House) -> None:
    snapshot = home.fill()
    del home.store.objects[snapshot.object]
    with pytest.raises(IntegrityError, match=r"0000000001\.json is missing"):
        home.vault.verify()
    with pytest.raises(IntegrityError, match="missing"):
        home.vault.latest("customers")
    assert home.vault.recover() == 1
    assert home.vault.recover() == 0
    home.vault.verify()


def test_a_manifest_that_the_catalog_does_not_know_is_refused(home: House) -> None:
    home.fill()
    home.fill()
    with home.catalog.write() as connection:
        connection.execute(delete(SNAPSHOTS).where(SNAPSHOTS.c.number == 2))
    with pytest.raises(IntegrityError, match="does not know"):
        home.vault.recover()
    with pytest.raises(IntegrityError, match="does not know"):
        home.vault.verify()


def test_a_snapshot_removed_from_catalog_and_store_is_found_by_the_log(home: House) -> None:
    home.fill()
    newest = home.fill()
    with home.catalog.write() as connection:
        connection.execute(delete(SNAPSHOTS).where(SNAPSHOTS.c.number == 2))
    for sealed in newest.manifest.objects:
        home.store.delete(sealed.object)
    home.store.delete(newest.object)
    with pytest.raises(IntegrityError, match="not the one of the log"):
        home.vault.verify()


def test_an_older_manifest_under_a_newer_number_is_found(home: House) -> None:
    first, second = home.fill(), home.fill()
    with home.catalog.write() as connection:
        connection.execute(
            update(SNAPSHOTS).where(SNAPSHOTS.c.number == 2).values(envelope=first.envelope)
        )
    home.store.objects[second.object] = first.envelope
    with pytest.raises(IntegrityError, match="another snapshot"):
        home.vault.latest("customers")
    with pytest.raises(IntegrityError, match="another snapshot"):
        home.vault.verify()


def test_fragments_that_change_places_are_found(home: House) -> None:
    one, two = home.fill(), home.fill("tickets")
    left, right = one.manifest.fragments[0].object, two.manifest.fragments[0].object
    objects = home.store.objects
    objects[left], objects[right] = objects[right], objects[left]
    with pytest.raises(IntegrityError, match=left):
        kept(home.vault, one)
    with pytest.raises(IntegrityError) as caught:
        home.vault.verify()
    assert left in str(caught.value)
    assert right in str(caught.value)


def test_a_missing_fragment_key_is_found(home: House) -> None:
    snapshot = home.fill()
    lost = snapshot.manifest.fragments[0]
    with home.catalog.write() as connection:
        connection.execute(delete(KEYS).where(KEYS.c.id == lost.key))
    with pytest.raises(IntegrityError, match=lost.object):
        home.vault.verify()
    with pytest.raises(IntegrityError, match="not in the key table"):
        kept(home.vault, snapshot)


def test_garbage_is_what_nothing_names(home: House) -> None:
    snapshot = home.fill()
    home.vault.put_sealed("run-1", b"counts")
    home.store.put("datasets/customers/fragments/orphan", b"left by a crash")
    home.store.put("evidence/orphan", b"left by a crash")
    assert home.vault.collect_garbage() == 2
    assert kept(home.vault, snapshot).num_rows == snapshot.manifest.rows
    home.vault.verify()


def test_garbage_of_a_first_run_that_crashed_is_found(home: House) -> None:
    writer = home.vault.begin("fresh", rows().schema)
    writer.write(rows())
    writer.finish()
    assert home.vault.collect_garbage() == 2


def test_sealed_records_come_back_and_are_never_replaced(home: House) -> None:
    digest = home.vault.put_sealed("run-1", b"rows: 10")
    assert home.vault.get_sealed("run-1") == b"rows: 10"
    (name,) = [key for key in home.store.objects if key.startswith("evidence/")]
    assert b"rows" not in home.store.objects[name]
    with pytest.raises(IntegrityError, match="never replaced"):
        home.vault.put_sealed("run-1", b"rows: 11")
    with pytest.raises(SourceError, match="no sealed record"):
        home.vault.get_sealed("run-2")
    with home.catalog.write() as connection:
        home.log.append(connection, "release", {"release": "run-1", "evidence": digest})
        home.log.append(connection, "release", {"release": "run-2", "evidence": "0" * 64})
    with pytest.raises(IntegrityError, match="1 evidence records"):
        home.vault.verify()
    home.store.flip(name, -1)
    with pytest.raises(IntegrityError, match=name):
        home.vault.get_sealed("run-1")


def test_a_vault_opens_again_from_disk(tmp_path: Path) -> None:
    store = MemoryStore()
    first = house(tmp_path, store)
    snapshot = first.fill()
    rows_then = kept(first.vault, snapshot)
    first.catalog.close()
    again = house(tmp_path, store, seed=1, create=False)
    again.log.catch_up()
    assert again.vault.recover() == 0
    newest = again.vault.latest("customers")
    assert newest == snapshot
    assert kept(again.vault, snapshot) == rows_then


def test_another_root_key_reads_nothing_but_verifies_all(tmp_path: Path) -> None:
    store = MemoryStore()
    home = house(tmp_path, store)
    snapshot = home.fill()
    home.catalog.close()
    other = house(tmp_path, store, root=b"q" * 32, seed=3, create=False)
    other.vault.verify()
    with pytest.raises(IntegrityError, match="does not unwrap"):
        kept(other.vault, snapshot)


def test_a_manifest_names_its_project(tmp_path: Path) -> None:
    store = MemoryStore()
    home = house(tmp_path, store)
    home.fill()
    home.catalog.close()
    other = house(tmp_path, store, project="project-2", seed=3, create=False)
    with pytest.raises(IntegrityError, match="another snapshot or project"):
        other.vault.latest("customers")


def test_manifests_hold_no_value_of_the_data(home: House) -> None:
    batch = rows(mark="zq8Marker")
    marked = batch.schema.with_metadata({b"source": b"zq8Marker"})
    with home.vault.begin("customers", marked, subject_type="customer") as writer:
        writer.write(batch, batch.column("customer"))
        snapshot = home.vault.commit(writer, contract=CONTRACT, sources=SOURCES)
    assert b"zq8Marker" not in snapshot.manifest.to_bytes()
    assert manifest_key("customers", 1) == snapshot.object
    assert b"zq8Marker" not in snapshot.envelope
