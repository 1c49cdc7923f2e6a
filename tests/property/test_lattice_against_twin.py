"""Classes rolled up by the kernel against its plain twin, on random keys of one and more words."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from privet.kernels.anonymity.lattice import Groups, best_start, roll_up, roll_up_twin


@given(st.integers(0, 10**6), st.integers(0, 80), st.integers(1, 4), st.booleans())
def test_roll_up(seed: int, size: int, words: int, counted: bool) -> None:
    random = np.random.default_rng(seed)
    keys = random.integers(0, 1 << 62, (size, words)) & random.integers(0, 1 << 62, words)
    keys &= random.choice([3, (1 << 62) - 1, 5 << 40], words)
    lengths = random.integers(0, 4, size) if counted else np.zeros(0, np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    groups = Groups(
        keys,
        random.integers(0, 50, (size, 3)),
        np.arange(size, dtype=np.int32),
        starts if counted and size else np.zeros(1, np.int64),
        random.integers(0, 6, starts[-1]).astype(np.int32),
        random.integers(1, 9, starts[-1]),
    )
    mask = random.integers(0, 1 << 62, words)
    ours, theirs = roll_up(groups, mask), roll_up_twin(groups, mask)
    assert np.array_equal(ours[1], theirs[1])
    for one, other in zip(ours[0], theirs[0], strict=True):
        assert one.dtype == other.dtype
        assert np.array_equal(one, other)
    again = roll_up(ours[0], mask & random.integers(0, 1 << 62, words))[0]
    assert np.array_equal(again.sums.sum(axis=0), groups.sums.sum(axis=0))


def test_the_smallest_table_that_a_node_generalises() -> None:
    levels = np.array([[0, 0], [1, 0], [0, 2]], np.int8)
    sizes = np.array([9, 5, 3], np.int64)
    wanted = [([2, 2], 2), ([2, 1], 1), ([0, 1], 0)]
    assert [best_start(levels, sizes, 3, np.array(node)) for node, _ in wanted] == [2, 1, 0]
    assert best_start(levels[1:], sizes[1:], 2, np.array([0, 1])) == -1
