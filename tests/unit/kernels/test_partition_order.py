"""Counting sort by the first bits: every row once, in its partition, in its old order."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from privet.kernels.partition import partition_order, partition_order_twin, warm

DIGESTS = np.frombuffer(hashlib.shake_256(b"rows").digest(500 * 4), np.uint8).reshape(500, 4)


@pytest.mark.parametrize("bits", [0, 1, 3, 8, 9, 11])
def test_like_a_stable_sort(bits: int) -> None:
    order, bounds = partition_order(DIGESTS, bits)
    expected_order, expected_bounds = partition_order_twin(DIGESTS, bits)
    assert order.dtype == bounds.dtype == np.int64
    assert np.array_equal(order, expected_order)
    assert np.array_equal(bounds, expected_bounds)


def test_sixteen_bits_are_the_first_two_bytes() -> None:
    order, bounds = partition_order(DIGESTS, 16)
    assert len(bounds) == 2**16 + 1
    prefix = int.from_bytes(bytes(DIGESTS[7, :2]), "big")
    assert 7 in order[bounds[prefix] : bounds[prefix + 1]]


def test_no_rows() -> None:
    order, bounds = partition_order(DIGESTS[:0], 4)
    assert len(order) == 0
    assert not bounds.any()
    assert len(bounds) == 17


def test_one_byte_serves_eight_bits() -> None:
    wide, narrow = partition_order(DIGESTS, 8), partition_order(DIGESTS[:, :1], 8)
    assert np.array_equal(wide[0], narrow[0])
    warm()


@pytest.mark.parametrize(("bits", "width"), [(-1, 4), (17, 4), (9, 1), (1, 0)])
def test_what_cannot_be_done_is_refused(bits: int, width: int) -> None:
    with pytest.raises(ValueError, match="bits"):
        partition_order(DIGESTS[:, :width], bits)
