from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from privet.kernels import row_hash
from privet.kernels.folding import CompiledLoops
from privet.kernels.row_hash import PlainLoops, hash_rows, hash_with

SECRET = hashlib.sha256(b"a secret").digest()
NAN = float("nan")

COLUMNS: dict[str, pa.Array[Any]] = {
    "text": pa.array(["", None, "a", "exactly sixteen.", "one more than that", "ä" * 40] * 5),
    "large text": pa.array(["", None, "a", "b", "c" * 17, "d"] * 5, pa.large_string()),
    "bytes": pa.array([b"", None, b"\0", b"\0\0", b"12345678", b"123456789"] * 5),
    "integers": pa.array([0, None, 1, -1, 2**63 - 1, -(2**63)] * 5),
    "small integers": pa.array([0, None, 1, -1, 127, -128] * 5, pa.int8()),
    "unsigned": pa.array([0, None, 1, 2, 3, 2**64 - 1] * 5, pa.uint64()),
    "numbers": pa.array([0.0, None, -0.0, NAN, 1e308, -1.5] * 5),
    "halves": pa.array([0.0, None, -0.0, NAN, 1.5, -1.5] * 5, pa.float32()),
    "flags": pa.array([True, None, False] * 10),
    "days": pa.array([date(2020, 1, 2), None, date(1, 1, 1)] * 10),
    "times": pa.array([datetime(2020, 1, 2, tzinfo=UTC), None] * 15),
    "decimals": pa.array([Decimal("1.25"), None, Decimal("-1.25")] * 10, pa.decimal128(38, 2)),
    "lists": pa.array([[], None, [None], ["a"], ["a", "b"], ["ab"]] * 5),
    "structs": pa.array([{"a": 1, "b": "x"}, None, {"a": None, "b": None}] * 10),
    "deep": pa.array([[{"a": [1, 2]}], None, [{"a": [1]}, {"a": [2]}]] * 10),
    "words": pa.array(["a", None, "b"] * 10).dictionary_encode(),
    "nothing": pa.nulls(30),
}


def distinct(values: pa.Array[Any]) -> int:
    """How many values count as different."""
    kinds = set()
    for value in values.to_pylist():
        kinds.add("nan" if value != value else repr(0.0 if value == 0 else value))
    return len(kinds)


@pytest.mark.parametrize("name", COLUMNS)
def test_equal_values_and_no_others_share_a_hash(name: str) -> None:
    values = COLUMNS[name]
    hashes = hash_rows([values], SECRET, 30)
    assert len(set(hashes.tolist())) == distinct(values)
    by_value: dict[str, set[int]] = {}
    for value, word in zip(values.to_pylist(), hashes.tolist(), strict=True):
        spelled = "nan" if value != value else repr(0.0 if value == 0 else value)
        by_value.setdefault(spelled, set()).add(word)
    assert all(len(words) == 1 for words in by_value.values())


@pytest.mark.parametrize("name", COLUMNS)
def test_slices_hash_as_their_rows_do(name: str) -> None:
    values = COLUMNS[name]
    whole = hash_rows([values], SECRET, 30)
    assert np.array_equal(hash_rows([values.slice(7, 11)], SECRET, 11), whole[7:18])
    assert len(hash_rows([values.slice(30)], SECRET, 0)) == 0


def test_compiled_and_plain_loops_agree() -> None:
    columns = list(COLUMNS.values())
    plain = hash_with(PlainLoops(), columns, SECRET, 30)
    assert np.array_equal(hash_with(CompiledLoops(), columns, SECRET, 30), plain)


def test_where_a_value_ends_counts() -> None:
    left = [pa.array(["ab", "a"]), pa.array(["c", "bc"])]
    first, second = hash_rows(left, SECRET, 2).tolist()
    assert first != second
    columns = [pa.array([1, 2]), pa.array([2, 1])]
    assert len(set(hash_rows(columns, SECRET, 2).tolist())) == 2


def test_another_secret_gives_other_hashes() -> None:
    values = [pa.array(range(100))]
    first, second = (hash_rows(values, bytes([n]) * 32, 100) for n in (1, 2))
    assert not set(first.tolist()) & set(second.tolist())
    with pytest.raises(ValueError, match="32 bytes"):
        hash_rows(values, b"short", 100)


def test_hashes_are_spread_evenly() -> None:
    hashes = hash_rows([pa.array(range(4096))], SECRET, 4096)
    for shift in (0, 24, 56):
        counts = np.bincount((hashes >> np.uint64(shift)).astype(np.int64) & 0xFF, minlength=256)
        assert counts.max() < 48
    assert len(np.unique(hashes)) == 4096


def test_no_column_is_one_key() -> None:
    assert len(set(hash_rows([], SECRET, 5).tolist())) == 1


def test_a_type_without_a_hash_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot be hashed"):
        hash_rows([pa.array([], pa.month_day_nano_interval())], SECRET, 0)


def test_many_values_turn_to_the_compiled_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    values = [pa.array(range(10))]
    before = hash_rows(values, SECRET, 10)
    monkeypatch.setattr(row_hash._Seen, "values", row_hash.PAYS_AFTER)
    assert isinstance(row_hash._loops(), PlainLoops)
    assert np.array_equal(hash_rows(values, SECRET, 10), before)
    assert isinstance(row_hash._loops(), CompiledLoops)
