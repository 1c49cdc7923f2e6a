"""Every row that goes into a snapshot is in it once, whatever the rows, batches and memory."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from privet.vault.manifest import Manifest, SealedObject
from privet.vault.snapshots import open_manifest, sign_manifest
from tests.unit.vault.vaults import CONTRACT, PROJECT, SCHEMA, SOURCES, house, kept

TEXT = st.one_of(st.none(), st.text(max_size=12))
ROW = st.tuples(
    st.one_of(st.none(), st.sampled_from(["", "a", "b", "c", "é", "a" * 70])),
    TEXT,
    st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)),
    st.one_of(st.none(), st.none(), st.sampled_from(["not_a_date", "duplicate"])),
)


def table(rows: list[tuple[object, ...]]) -> pa.RecordBatch:
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    places = list(range(1, len(rows) + 1))
    data = [columns[0], columns[1], columns[2], [0] * len(rows), places, columns[3]]
    arrays = [pa.array(list(one), field.type) for one, field in zip(data, SCHEMA, strict=True)]
    return pa.record_batch(arrays, schema=SCHEMA)


@settings(max_examples=30)
@given(
    rows=st.lists(ROW, max_size=120),
    step=st.integers(1, 50),
    memory=st.sampled_from([1, 1 << 30]),
    clustered=st.booleans(),
)
def test_rows_in_are_rows_kept_and_quarantined(
    rows: list[tuple[object, ...]], step: int, memory: int, clustered: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = house(Path(folder))
        batch = table(rows)
        subject = "customer" if clustered else None
        with home.vault.begin("d", SCHEMA, subject_type=subject, memory_bytes=memory) as writer:
            for start in range(0, batch.num_rows, step):
                part = batch.slice(start, step)
                writer.write(part, part.column("customer") if clustered else None)
            snapshot = home.vault.commit(writer, contract=CONTRACT, sources=SOURCES)
        assert writer.counts == home.vault.counts(snapshot)
        assert writer.counts.balanced()
        assert writer.counts.read == len(rows)
        got = [tuple(row.values()) for row in kept(home.vault, snapshot).to_pylist()]
        wanted = [row[:3] for row in rows if row[3] is None]
        held = [
            (row["customer"], row["note"], row["visits"], row["_privet_reason"])
            for part in home.vault.read_quarantine(snapshot)
            for row in part.to_pylist()
        ]
        assert held == [row for row in rows if row[3] is not None]
        assert sorted(map(repr, got)) == sorted(map(repr, wanted))
        if clustered:
            for who in {row[0] for row in wanted}:
                assert [row for row in got if row[0] == who] == [
                    row for row in wanted if row[0] == who
                ]
        else:
            assert got == wanted
        home.vault.verify()
        home.catalog.close()


NAME = st.text(max_size=20)
OBJECT = st.builds(SealedObject, NAME, NAME, st.integers(0, 2**53 - 1), NAME, st.integers(0, 2**40))


@given(
    number=st.integers(1, 10**9),
    parent=st.one_of(st.none(), NAME),
    objects=st.lists(OBJECT, max_size=4),
    sources=st.lists(st.fixed_dictionaries({"url": NAME, "size": st.integers(0, 9)}), max_size=3),
)
def test_a_manifest_reads_back_as_it_was_signed(
    number: int, parent: str | None, objects: list[SealedObject], sources: list[dict[str, object]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = house(Path(folder))
        manifest = Manifest(
            project=PROJECT,
            dataset="d",
            number=number,
            parent=parent,
            created="2026-01-02T03:04:05Z",
            schema=SCHEMA,
            contract=CONTRACT,
            sources=tuple(sources),  # type: ignore[arg-type]
            subject_type=None,
            fragments=tuple(objects[:2]),
            quarantine=tuple(objects[2:]),
        )
        signed = sign_manifest(manifest, home.vault.signer)
        opened = open_manifest(
            signed.envelope,
            home.vault.signer.verifier_key(),
            project_id=PROJECT,
            dataset="d",
            number=number,
        )
        assert opened == signed
        assert opened.manifest.to_bytes() == manifest.to_bytes()
        home.catalog.close()
