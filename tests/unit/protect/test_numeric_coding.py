"""Micro-aggregation, top and bottom coding, local suppression: small cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from privet.model.errors import ConfigError, Refused
from privet.protect.combinations import combine
from privet.protect.local_suppression import suppress_cells
from privet.protect.microaggregation import micro_aggregate


def test_two_clusters_are_two_groups() -> None:
    values = np.array([[1.0], [2.0], [3.0], [101.0], [102.0], [103.0]])
    done = micro_aggregate(values, 3, ["pay"])
    assert done.means[done.classes].ravel().tolist() == [2.0] * 3 + [102.0] * 3
    assert done.subjects.tolist() == [3, 3]
    assert done.total == pytest.approx(6.0)
    assert done.loss == pytest.approx(4 / ((values - values.mean()) ** 2).sum())


def test_a_subject_counts_once() -> None:
    values = np.array([[1.0]] * 4 + [[9.0], [10.0]])
    done = micro_aggregate(values, 2, ["pay"], np.array([0, 0, 0, 0, 1, 2]))
    assert done.subjects.min() >= 2


def test_numbers_that_cannot_be_grouped() -> None:
    with pytest.raises(Refused, match="largest feasible k is 2"):
        micro_aggregate(np.zeros((2, 1)), 3, ["pay"])
    with pytest.raises(ConfigError, match="`pay` has 1 values"):
        micro_aggregate(np.array([[1.0], [np.nan]]), 1, ["pay"])
    with pytest.raises(ConfigError, match="no numeric column"):
        micro_aggregate(np.zeros((2, 0)), 1, [])
    with pytest.raises(ConfigError, match="below 1"):
        micro_aggregate(np.zeros((2, 1)), 0, ["pay"])


def test_constant_columns_lose_nothing() -> None:
    done = micro_aggregate(np.ones((5, 2)), 2, ["a", "b"])
    assert done.loss == 0.0


def test_one_cell_is_enough_and_the_important_column_stays() -> None:
    """The rare row agrees with the others in all but one column, or another."""
    codes = np.array([(0, 0)] * 5 + [(0, 1)] * 2 + [(0, 2)] * 2, np.int32)
    combinations, _ = combine(("a", "b"), [1, 3], codes)
    done = suppress_cells(combinations, 3)
    assert done.cells.tolist() == [0, 4]
    square = np.array([(a, b) for a in (0, 1) for b in (0, 1)], np.int32)
    combinations, _ = combine(("a", "b"), [2, 2], square)
    assert suppress_cells(combinations, 2, [5.0, 1.0]).cells.tolist() == [0, 4]
    assert suppress_cells(combinations, 2, [1.0, 5.0]).cells.tolist() == [4, 0]


def test_a_last_row_takes_others_along() -> None:
    codes = np.array([(0, 0)] * 3 + [(1, 1)], np.int32)
    combinations, _ = combine(("a", "b"), [2, 2], codes)
    done = suppress_cells(combinations, 3)
    assert done.cells.tolist() == [4, 4]


def test_importances_must_fit() -> None:
    combinations, _ = combine(("a",), [2], np.array([(0,), (1,)], np.int32))
    for wrong in ([0.0], [1.0, 1.0], [-1.0]):
        with pytest.raises(ConfigError, match="importance"):
            suppress_cells(combinations, 2, wrong)
    with pytest.raises(Refused, match="largest feasible k is 2"):
        suppress_cells(combinations, 3)
