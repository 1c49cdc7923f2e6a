from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from privet.kernels.siphash import siphash_rows, siphash_rows_twin

KEY = bytes(range(16))

VECTORS = """
310e0edd47db6f72 fd67dc93c539f874 5a4fa9d909806c0d 2d7efbd796666785 b7877127e09427cf
8da699cd64557618 cee3fe586e46c9cb 37d1018bf50002ab 6224939a79f5f593 b0e4a90bdf82009e
f3b9dd94c5bb5d7a a7ad6b22462fb3f4 fbe50e86bc8f1e75 903d84c02756ea14 eef27a8e90ca23f7
e545be4961ca29a1
"""
"""Of the reference implementation: under KEY, the bytes 0, 1, 2, ... of lengths 0 to 15."""


@pytest.mark.parametrize("hashed", [siphash_rows, siphash_rows_twin])
def test_reference_vectors(hashed) -> None:
    expected = [int.from_bytes(bytes.fromhex(word), "little") for word in VECTORS.split()]
    values = pa.array([bytes(range(length)) for length in range(16)])
    assert hashed(KEY, values).tolist() == expected


def test_a_null_is_zero_and_another_key_another_hash() -> None:
    values = pa.array(["anna", None, "", "anna"])
    one, other = siphash_rows(KEY, values), siphash_rows(bytes(16), values)
    assert one[1] == other[1] == 0
    assert one[0] == one[3] != 0
    assert not np.any(one[[0, 2]] == other[[0, 2]])


def test_what_is_no_text_and_what_is_no_key_is_refused() -> None:
    with pytest.raises(TypeError, match="int64"):
        siphash_rows(KEY, pa.array([1]))
    with pytest.raises(ValueError, match="16 bytes, not 15"):
        siphash_rows(KEY[:15], pa.array(["a"]))
