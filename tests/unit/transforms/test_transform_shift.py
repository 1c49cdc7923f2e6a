from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pytest

from privet.transforms.shift import day_offsets
from tests.unit.transforms.making import KEY, OTHER_KEY, make


def test_all_dates_of_a_subject_move_by_the_same_days() -> None:
    shift = make("shift", "date32")
    days = pa.array([date(2020, 1, 1), date(2020, 3, 1), date(2020, 1, 1), None])
    moved = shift.apply(days, pa.array(["ana", "ana", "bo", "ana"])).to_pylist()
    assert moved[1] - moved[0] == date(2020, 3, 1) - date(2020, 1, 1)
    assert moved[0] != moved[2]
    assert moved[3] is None
    later = make("shift", "timestamp[us]").apply(
        pa.array([datetime(2020, 1, 1, 12, 30)], pa.timestamp("us")), pa.array(["ana"])
    )
    assert later.to_pylist() == [datetime(moved[0].year, moved[0].month, moved[0].day, 12, 30)]


def test_a_value_of_nobody_becomes_null() -> None:
    shift = make("shift", "date32")
    nobody = pa.array([None, "ana"], pa.string())
    moved = shift.apply(pa.array([date(2020, 1, 1)] * 2), nobody)
    assert moved.is_null().to_pylist() == [True, False]


@pytest.mark.parametrize("days", [1, 2, 180])
def test_offsets_are_uniform_over_both_sides_and_never_zero(days) -> None:
    subjects = pa.array([f"subject {number}" for number in range(200 * days)])
    offsets = np.asarray(day_offsets(subjects, KEY, days))
    assert set(np.unique(offsets)) == {*range(-days, 0), *range(1, days + 1)}
    counts = np.bincount(offsets + days, minlength=2 * days + 1)
    assert counts[days] == 0
    # 100 expected each; 6 standard deviations, and the key is fixed.
    assert np.delete(counts, days).min() >= 40
    assert np.delete(counts, days).max() <= 160


def test_another_key_moves_otherwise() -> None:
    subjects = pa.array([f"subject {number}" for number in range(100)])
    same = np.asarray(day_offsets(subjects, KEY, 180)) == np.asarray(
        day_offsets(subjects, OTHER_KEY, 180)
    )
    assert same.sum() < 10


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_no_date_leaves_its_range(unit) -> None:
    ends = pa.array([2**63 - 1, -(2**63) + 1], pa.int64()).view(pa.timestamp(unit))
    for subject in ("ana", "bo", "cy", "di"):
        moved = make("shift", f"timestamp[{unit}]").apply(ends, pa.array([subject] * 2))
        assert moved.null_count == 1
    ends = pa.array([2**31 - 1, -(2**31)], pa.int32()).view(pa.date32())
    assert make("shift", "date32").apply(ends, pa.array(["ana"] * 2)).null_count == 1


def test_subjects_are_needed_one_for_each_value() -> None:
    shift = make("shift", "date32")
    days = pa.array([date(2020, 1, 1)])
    for subjects in (None, pa.array(["a", "b"])):
        with pytest.raises(ValueError, match="the subject of every value"):
            shift.apply(days, subjects)
