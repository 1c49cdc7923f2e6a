"""Each kernel against its plain twin, on columns that Hypothesis makes up."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from privet.kernels.hexadecimal import hex_array, hex_array_twin
from privet.kernels.hmac_column import hmac_rows_plain
from privet.kernels.hmac_sha256 import hmac_rows
from privet.kernels.ordering import stable_order, stable_order_twin
from privet.kernels.partition import partition_order, partition_order_twin
from privet.kernels.scan.characters import in_characters, in_characters_twin
from privet.kernels.siphash import siphash_rows, siphash_rows_twin

edges = st.sampled_from([0, 55, 56, 63, 64, 65, 119, 120, 128]).flatmap(
    lambda size: st.binary(min_size=size, max_size=size)
)
columns = st.lists(st.none() | st.binary(max_size=300) | edges, max_size=50)


@given(st.binary(max_size=100), columns, st.integers(0, 50), st.integers(0, 50), st.booleans())
def test_hmac_rows(
    key: bytes, rows: list[bytes | None], start: int, count: int, large: bool
) -> None:
    kind = pa.large_binary() if large else pa.binary()
    values = pa.array(rows, kind).slice(min(start, len(rows)), count)
    assert np.array_equal(hmac_rows(key, values), hmac_rows_plain(key, values))


@given(
    st.binary(min_size=16, max_size=16),
    columns,
    st.integers(0, 50),
    st.integers(0, 50),
    st.booleans(),
)
def test_siphash_rows(
    key: bytes, rows: list[bytes | None], start: int, count: int, large: bool
) -> None:
    kind = pa.large_binary() if large else pa.binary()
    values = pa.array(rows, kind).slice(min(start, len(rows)), count)
    assert np.array_equal(siphash_rows(key, values), siphash_rows_twin(key, values))


@given(st.lists(st.none() | st.text(max_size=80), max_size=40))
def test_hmac_of_text_is_hmac_of_its_utf_8(rows: list[str | None]) -> None:
    encoded = [None if row is None else row.encode() for row in rows]
    digests = hmac_rows(b"key", pa.array(rows, pa.string()))
    assert np.array_equal(digests, hmac_rows_plain(b"key", pa.array(encoded, pa.binary())))


@given(st.lists(st.binary(min_size=5, max_size=5), max_size=60), st.data())
def test_hex_array(rows: list[bytes], data: st.DataObject) -> None:
    digests = np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), 5)
    flags = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    mask = np.array(flags, np.bool_)
    text = hex_array(digests, mask)
    text.validate(full=True)
    assert text.equals(hex_array_twin(digests, mask))


@given(st.lists(st.binary(min_size=2, max_size=2), max_size=80), st.integers(0, 10))
def test_partition_order(rows: list[bytes], bits: int) -> None:
    digests = np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), 2)
    order, bounds = partition_order(digests, bits)
    expected_order, expected_bounds = partition_order_twin(digests, bits)
    assert np.array_equal(order, expected_order)
    assert np.array_equal(bounds, expected_bounds)


words = st.integers(0, 2**64 - 1) | st.integers(0, 3) | st.integers(2**64 - 4, 2**64 - 1)


@given(
    st.lists(words, max_size=60)
    | st.lists(st.sampled_from([5, 2**40, 2**40 + 1, 2**63 + 7]), max_size=60)
)
def test_stable_order(listed: list[int]) -> None:
    given_words = np.array(listed, np.uint64)
    assert np.array_equal(stable_order(given_words), stable_order_twin(given_words))


@given(st.lists(st.lists(st.text(max_size=4), max_size=6), max_size=5))
def test_in_characters(rows: list[list[str]]) -> None:
    texts = ["".join(pieces).encode() for pieces in rows]
    borders = [np.cumsum([0, *(len(piece.encode()) for piece in pieces)]) for pieces in rows]
    spans = [
        (row, start, end)
        for row, places in enumerate(borders)
        for start, end in zip(places[:-1:2], places[1::2], strict=False)
    ]
    data = np.frombuffer(b"".join(texts), np.uint8)
    offsets = np.cumsum([0, *map(len, texts)]).astype(np.int64)
    columns = np.array(spans, np.int64).reshape(-1, 3).T
    found = in_characters(data, offsets, *columns)
    assert np.array_equal(found, in_characters_twin(data, offsets, *columns))
