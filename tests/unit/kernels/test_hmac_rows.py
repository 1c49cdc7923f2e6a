"""HMAC of rows: published vectors, every length around a block's edge, every shape of column."""

from __future__ import annotations

import threading

import numpy as np
import pyarrow as pa
import pytest

from privet.kernels.hmac_column import hmac_rows_plain
from privet.kernels.hmac_sha256 import hmac_rows, warm

KEY = b"a linkage key of thirty-two byte"
EDGES = (0, 1, 3, 4, 31, 32, 54, 55, 56, 57, 59, 60, 63, 64, 65, 118, 119, 120, 127, 128, 129)
MIXED = ["", None, "ada@example.org", "é" * 40, None, "x" * 1000, "0", "Ω", "y" * 55, "z" * 64]


def test_rfc_4231_cases() -> None:
    cases = [
        (b"\x0b" * 20, b"Hi There", "b0344c61d8db3853"),
        (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e"),
        (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46"),
        (
            b"\xaa" * 131,
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f",
        ),
    ]
    for key, message, start in cases:
        (row,) = hmac_rows(key, pa.array([message]))
        assert bytes(row).hex()[:16] == start


@pytest.mark.parametrize("length", EDGES)
def test_lengths_around_the_edges_of_a_block(length: int) -> None:
    values = pa.array([bytes(range(length)), b"\xff" * length, b"" if length else b"a"])
    assert np.array_equal(hmac_rows(KEY, values), hmac_rows_plain(KEY, values))


@pytest.mark.parametrize("length", [0, 1, 32, 63, 64, 65, 200])
def test_keys_of_any_length(length: int) -> None:
    values = pa.array(MIXED)
    key = bytes(range(length))
    assert np.array_equal(hmac_rows(key, values), hmac_rows_plain(key, values))


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.binary(), pa.large_binary()])
def test_every_type_gives_the_same_rows(kind: pa.DataType) -> None:
    values = pa.array(MIXED).cast(kind)
    assert np.array_equal(hmac_rows(KEY, values), hmac_rows_plain(KEY, pa.array(MIXED)))


@pytest.mark.parametrize(("start", "count"), [(0, 0), (0, 3), (1, 1), (3, 6), (9, 1), (10, 0)])
def test_slices(start: int, count: int) -> None:
    values = pa.array(MIXED).slice(start, count)
    assert np.array_equal(hmac_rows(KEY, values), hmac_rows_plain(KEY, values))


@pytest.mark.parametrize("rows", [0, 1, 15, 16, 17, 33, 1000])
def test_any_number_of_rows_with_one_long_value_among_them(rows: int) -> None:
    texts = [f"row {row}" if row != 5 else "long" * 5000 for row in range(rows)]
    values = pa.array(texts, pa.string())
    digests = hmac_rows(KEY, values)
    assert digests.shape == (rows, 32)
    assert digests.dtype == np.uint8
    assert np.array_equal(digests, hmac_rows_plain(KEY, values))


def test_columns_of_nothing() -> None:
    for values in (pa.array([], pa.string()), pa.nulls(3, pa.string()), pa.array(["", ""])):
        assert np.array_equal(hmac_rows(KEY, values), hmac_rows_plain(KEY, values))


def test_bytes_beneath_a_null_change_nothing() -> None:
    """A null row may still have bytes in the buffer; they must not come out, not even hashed."""
    offsets = pa.array([0, 6, 7], pa.int32()).buffers()[1]
    values = pa.StringArray.from_buffers(
        2, offsets, pa.py_buffer(b"secretx"), pa.py_buffer(bytes([0b10]))
    )
    digests = hmac_rows(KEY, values)
    assert not digests[0].any()
    assert np.array_equal(digests[1:], hmac_rows_plain(KEY, pa.array(["x"])))


def test_the_input_is_left_alone() -> None:
    values = pa.array(MIXED)
    hmac_rows(KEY, values)
    assert values.to_pylist() == MIXED


def test_many_threads_at_once() -> None:
    warm()
    values = [pa.array([f"{thread}-{row}" for row in range(2000)]) for thread in range(4)]
    results: dict[int, np.ndarray] = {}

    def work(thread: int) -> None:
        results[thread] = hmac_rows(KEY, values[thread])

    threads = [threading.Thread(target=work, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for thread in range(4):
        assert np.array_equal(results[thread], hmac_rows_plain(KEY, values[thread]))


@pytest.mark.parametrize("values", [pa.array([1]), pa.array(["a"]).dictionary_encode()])
def test_other_types_are_refused_by_name(values: pa.Array) -> None:
    with pytest.raises(TypeError, match="string or binary"):
        hmac_rows(KEY, values)
