from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from privet.model.errors import IntegrityError, StorageError
from privet.vault.clustering import Clusterer, partition_bits, subject_tokens
from privet.vault.spool import Lane, Spool
from tests.world import SeededEntropy

KEY = b"c" * 32


class Gathered:
    """Takes the place of the outlet: keeps batches and where groups end."""

    def __init__(self) -> None:
        self.groups: list[list[pa.RecordBatch]] = [[]]

    def write(self, batch: pa.RecordBatch) -> None:
        self.groups[-1].append(batch)

    def boundary(self) -> None:
        self.groups.append([])

    def rows(self) -> list[dict[str, object]]:
        return [row for group in self.groups for batch in group for row in batch.to_pylist()]


def batch(subjects: list[str | None], start: int = 0) -> pa.RecordBatch:
    numbers = range(start, start + len(subjects))
    return pa.record_batch(
        {"who": pa.array(subjects, pa.string()), "n": pa.array(list(numbers), pa.int64())}
    )


def cluster(
    folder: Path, batches: list[pa.RecordBatch], *, share: int, expected: int = 0
) -> Gathered:
    gathered = Gathered()
    clusterer = Clusterer(
        gathered,  # type: ignore[arg-type]
        folder,
        SeededEntropy(),
        share_bytes=share,
        expected_bytes=expected,
    )
    for part in batches:
        clusterer.add(part, subject_tokens(KEY, part.column("who")))
    clusterer.finish()
    return gathered


SHARES = [
    (1 << 30, 0),  # all in the buffer
    (8_000, 0),  # a spool, with an estimate that is far too low
    (8_000, 400_000),  # a spool, with a good estimate
    (600, 0),  # split again, and again
]


@pytest.mark.parametrize(("share", "expected"), SHARES)
def test_the_order_is_that_of_token_then_arrival(tmp_path: Path, share: int, expected: int) -> None:
    subjects = [f"s{number * 7919 % 501}" for number in range(5_000)]
    batches = [batch(subjects[start : start + 700], start) for start in range(0, 5_000, 700)]
    gathered = cluster(tmp_path, batches, share=share, expected=expected)
    tokens = subject_tokens(KEY, pa.array(subjects))
    wanted = np.argsort(tokens, kind="stable").tolist()
    assert [row["n"] for row in gathered.rows()] == wanted


@pytest.mark.parametrize(("share", "expected"), SHARES)
def test_a_group_never_ends_inside_a_subject(tmp_path: Path, share: int, expected: int) -> None:
    subjects = [f"s{number * 7919 % 501}" for number in range(5_000)]
    gathered = cluster(tmp_path, [batch(subjects)], share=share, expected=expected)
    homes: dict[object, int] = {}
    for index, group in enumerate(gathered.groups):
        for part in group:
            for who in part.column("who").to_pylist():
                assert homes.setdefault(who, index) == index


def test_one_subject_that_is_larger_than_memory_goes_through_in_pieces(tmp_path: Path) -> None:
    subjects: list[str | None] = ["giant"] * 20_000 + [f"s{n}" for n in range(50)] + [None] * 9_000
    batches = [batch(subjects[at : at + 1_000], at) for at in range(0, len(subjects), 1_000)]
    gathered = cluster(tmp_path, batches, share=16_000)
    got = gathered.rows()
    assert len(got) == len(subjects)
    for who in ("giant", None):
        numbers = [row["n"] for row in got if row["who"] == who]
        assert numbers == sorted(numbers)
    pieces = [part for group in gathered.groups for part in group]
    assert max(part.nbytes for part in pieces) <= 3 * 16_000


def test_nested_values_and_nulls_survive(tmp_path: Path) -> None:
    struct = pa.struct([("tags", pa.list_(pa.string())), ("at", pa.timestamp("us", "UTC"))])
    values = [
        None if number % 5 == 0 else {"tags": ["a", None] * (number % 3), "at": number}
        for number in range(900)
    ]
    rows = pa.record_batch(
        {
            "who": pa.array([f"s{number % 90}" for number in range(900)]),
            "n": pa.array(range(900)),
            "deep": pa.array(values, struct),
        }
    )
    gathered = cluster(tmp_path, [rows.slice(0, 450), rows.slice(450)], share=4_000)
    back = sorted(gathered.rows(), key=lambda row: row["n"])
    assert back == rows.to_pylist()


def test_no_rows_make_no_spool(tmp_path: Path) -> None:
    assert cluster(tmp_path / "spool", [], share=100).rows() == []
    assert not (tmp_path / "spool").exists()


@pytest.mark.parametrize(
    ("expected", "bits"), [(0, 4), (1, 4), (1600, 4), (1601, 5), (100 * 200, 8), (10**12, 8)]
)
def test_partition_bits(expected: int, bits: int) -> None:
    assert partition_bits(expected, 100) == bits


def spooled(folder: Path) -> tuple[Spool, Lane]:
    spool, lane = Spool(folder, SeededEntropy()), Lane()
    spool.append(lane, batch(["ana-zq8marker"] * 50))
    return spool, lane


def open_files() -> list[str]:
    links = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            links.append(str(entry.readlink()))
        except OSError:
            continue
    return links


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_the_spool_has_no_name_and_holds_no_plaintext(tmp_path: Path) -> None:
    spool, lane = spooled(tmp_path)
    assert list(tmp_path.iterdir()) == []
    spool._file.flush()
    spool._file.seek(0)
    assert b"zq8marker" not in spool._file.read()
    assert next(iter(spool.chunks(lane))).num_rows == 50
    spool.close()
    assert not any(str(tmp_path) in link for link in open_files())


def test_a_spool_works_without_unnamed_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    spool, lane = spooled(tmp_path)
    assert list(tmp_path.iterdir()) == []
    with closing(spool):
        assert [part.num_rows for part in spool.chunks(lane)] == [50]


def test_a_changed_spool_is_found(tmp_path: Path) -> None:
    spool, lane = spooled(tmp_path)
    start, size = lane.chunks[0]
    spool._file.seek(start + size // 2)
    byte = spool._file.read(1)
    spool._file.seek(start + size // 2)
    spool._file.write(bytes([byte[0] ^ 1]))
    with closing(spool), pytest.raises(IntegrityError):
        list(spool.chunks(lane))


def test_a_spool_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="spool"):
        Spool(tmp_path / "file", SeededEntropy())
