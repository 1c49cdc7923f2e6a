from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from privet.model.errors import IntegrityError, StorageError
from privet.vault.grouping import Grouping, Piece, partition_bits, subject_tokens
from privet.vault.spool import Lane, Spool
from tests.world import SeededEntropy

KEY = b"c" * 32


def batch(subjects: list[str | None], start: int = 0) -> pa.RecordBatch:
    numbers = range(start, start + len(subjects))
    return pa.record_batch(
        {"who": pa.array(subjects, pa.string()), "n": pa.array(list(numbers), pa.int64())}
    )


def group(
    folder: Path, batches: list[pa.RecordBatch], *, share: int, expected: int = 0
) -> list[list[Piece]]:
    """The pieces of every partition."""
    grouping = Grouping(folder, SeededEntropy(), share_bytes=share, expected_bytes=expected)
    for part in batches:
        grouping.add(part, subject_tokens(KEY, part.column("who")))
    return [list(partition.pieces()) for partition in grouping.drain()]


def rows_of(partitions: list[list[Piece]]) -> list[dict[str, object]]:
    return [row for pieces in partitions for piece in pieces for row in piece.rows.to_pylist()]


SHARES = [
    (1 << 30, 0),  # all in the buffer
    (8_000, 0),  # a spool, with an estimate that is far too low
    (8_000, 400_000),  # a spool, with a good estimate
    (600, 0),  # split again, and again
]


@pytest.mark.parametrize(("share", "expected"), SHARES)
def test_partitions_are_in_order_of_token_and_their_rows_of_arrival(
    tmp_path: Path, share: int, expected: int
) -> None:
    subjects = [f"s{number * 7919 % 501}" for number in range(5_000)]
    batches = [batch(subjects[start : start + 700], start) for start in range(0, 5_000, 700)]
    partitions = group(tmp_path, batches, share=share, expected=expected)
    got: list[int] = []
    for pieces in partitions:
        numbers = [n for piece in pieces for n in piece.rows.column("n").to_pylist()]
        assert numbers == sorted(numbers)
        tokens = np.concatenate([piece.tokens for piece in pieces])
        got += [numbers[place] for place in np.argsort(tokens, kind="stable")]
    tokens = subject_tokens(KEY, pa.array(subjects))
    assert got == np.argsort(tokens, kind="stable").tolist()


@pytest.mark.parametrize("many", [False, True])
def test_tokens_follow_from_key_and_subject_alone(many: bool) -> None:
    subjects = pa.array(["ana", None, "ben", "ana"]).slice(0, 4)
    ana, nobody, ben, again = subject_tokens(KEY, subjects, many=many).tolist()
    assert (nobody, again) == (0, ana)
    others = subject_tokens(b"o" * 32, subjects, many=many).tolist()
    assert len({0, ana, ben, others[0], others[2]}) == 5
    assert subject_tokens(KEY, subjects.slice(2), many=many).tolist() == [ben, ana]


@pytest.mark.parametrize(("share", "expected"), SHARES)
def test_a_subject_is_in_one_partition(tmp_path: Path, share: int, expected: int) -> None:
    subjects = [f"s{number * 7919 % 501}" for number in range(5_000)]
    partitions = group(tmp_path, [batch(subjects)], share=share, expected=expected)
    homes: dict[object, int] = {}
    for index, pieces in enumerate(partitions):
        for piece in pieces:
            assert piece.tokens.tolist() == subject_tokens(KEY, piece.rows.column("who")).tolist()
            for who in piece.rows.column("who").to_pylist():
                assert homes.setdefault(who, index) == index
    assert len(homes) == 501


def test_one_subject_that_is_larger_than_memory_goes_through_in_pieces(tmp_path: Path) -> None:
    subjects: list[str | None] = ["giant"] * 20_000 + [f"s{n}" for n in range(50)] + [None] * 9_000
    batches = [batch(subjects[at : at + 1_000], at) for at in range(0, len(subjects), 1_000)]
    partitions = group(tmp_path, batches, share=16_000)
    got = rows_of(partitions)
    assert len(got) == len(subjects)
    for who in ("giant", None):
        numbers = [row["n"] for row in got if row["who"] == who]
        assert numbers == sorted(numbers)
    pieces = [piece.rows for partition in partitions for piece in partition]
    assert max(piece.nbytes for piece in pieces) <= 3 * 16_000


def test_what_does_not_fit_is_one_token_and_can_be_read_again(tmp_path: Path) -> None:
    grouping = Grouping(tmp_path, SeededEntropy(), share_bytes=4_000, expected_bytes=0)
    rows = batch(["giant"] * 3_000 + ["other"] * 20)
    grouping.add(rows, subject_tokens(KEY, rows.column("who")))
    large = 0
    for partition in grouping.drain():
        once, again = list(partition.pieces()), list(partition.pieces())
        assert [piece.rows for piece in once] == [piece.rows for piece in again]
        if not partition.fits:
            large += 1
            assert len({token for piece in once for token in piece.tokens.tolist()}) == 1
    assert large == 1


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
    partitions = group(tmp_path, [rows.slice(0, 450), rows.slice(450)], share=4_000)
    back = sorted(rows_of(partitions), key=lambda row: row["n"])
    assert back == rows.to_pylist()


def test_no_rows_make_no_spool(tmp_path: Path) -> None:
    assert group(tmp_path / "spool", [], share=100) == []
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
    start, size = lane.starts[0], lane.sizes[0]
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
