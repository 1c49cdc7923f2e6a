"""Few rows are hashed without a compiler, many with one, and nobody can tell from the digests."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

from privet.kernels import hmac_column

KEY = b"k" * 32
VALUES = pa.array(["anna", None, "", "x" * 200])

FEW_ROWS = """
import sys, pyarrow as pa
from privet.kernels.hmac_column import hmac_rows
hmac_rows(b"k", pa.array(["a"] * 1000))
print("numba" in sys.modules)
"""


def test_the_first_rows_load_no_compiler() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FEW_ROWS], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "False"


def test_past_the_threshold_the_kernel_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hmac_column._Seen, "rows", 0)
    plain = hmac_column.hmac_rows(KEY, VALUES)
    hmac_column.expect(hmac_column.PAYS_AFTER)
    assert hmac_column._Seen.rows == len(VALUES)
    hmac_column.expect(hmac_column.PAYS_AFTER + 1)
    calls = []
    kernel = pytest.importorskip("privet.kernels.hmac_sha256")
    genuine = kernel.hmac_rows
    monkeypatch.setattr(
        kernel, "hmac_rows", lambda key, values: calls.append(len(values)) or genuine(key, values)
    )
    assert np.array_equal(hmac_column.hmac_rows(KEY, VALUES), plain)
    assert calls == [4]


def test_numbers_have_no_bytes() -> None:
    with pytest.raises(TypeError, match="int64"):
        hmac_column.hmac_rows_plain(KEY, pa.array([1]))
