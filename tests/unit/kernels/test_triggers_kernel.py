"""Where the scanner looks, beside a plain loop over the same bytes."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from privet.kernels.compiled import bare, compiled
from privet.kernels.scan import triggers as kernel


@compiled
def found(data: np.ndarray, at: int) -> tuple[np.uint64, int]:
    bits = kernel.triggers(bare(data), at)
    return bits, kernel.first_bit(bits) if bits != np.uint64(0) else -1


@given(
    st.lists(st.sampled_from(list(b"09:/-=@aZ \xff\x00;<>?A.")), min_size=70, max_size=70),
    st.integers(0, 5),
)
def test_triggers_are_those_of_the_twin(given_bytes: list[int], at: int) -> None:
    data = np.array(given_bytes, np.uint8)
    bits, first = found(data, at)
    assert int(bits) == int(kernel.triggers_twin(data, at))
    places = [place for place in range(64) if int(bits) >> place & 1]
    assert first == (places[0] if places else -1)


def test_the_last_bytes_are_looked_at_too() -> None:
    data = np.frombuffer(b"ab1 @ --", np.uint8)
    assert int(kernel.last_triggers(data, 0, len(data))) == 0b11010100
