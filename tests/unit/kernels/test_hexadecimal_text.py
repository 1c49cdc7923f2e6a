"""Digests as text: against `bytes.hex`, and as valid Arrow arrays."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from privet.kernels.hexadecimal import hex_array, hex_array_twin

DIGESTS = np.arange(256, dtype=np.uint8).reshape(8, 32)


def test_every_byte() -> None:
    text = hex_array(DIGESTS)
    text.validate(full=True)
    assert text.type == pa.string()
    assert "".join(text.to_pylist()) == bytes(range(256)).hex()


@pytest.mark.parametrize("rows", [0, 1, 7, 8])
def test_nulls(rows: int) -> None:
    mask = np.array([row % 3 == 1 for row in range(rows)], np.bool_)
    text = hex_array(DIGESTS[:rows], mask)
    text.validate(full=True)
    assert text.null_count == mask.sum()
    assert text.equals(hex_array_twin(DIGESTS[:rows], mask))


@pytest.mark.parametrize("width", [0, 1, 16])
def test_views_of_fewer_bytes(width: int) -> None:
    assert hex_array(DIGESTS[:, :width]).equals(hex_array_twin(DIGESTS[:, :width]))


def test_a_mask_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="one entry for each row"):
        hex_array(DIGESTS, np.zeros(7, np.bool_))


def test_more_text_than_an_array_holds_is_refused() -> None:
    endless = np.broadcast_to(DIGESTS[:1], (2**26, 32))
    with pytest.raises(ValueError, match="smaller batches"):
        hex_array(endless)
