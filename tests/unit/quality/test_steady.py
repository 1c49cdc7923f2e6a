"""The population stability index by hand, by known shifts, and by its false alarms."""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from privet.model.contract import Column
from privet.model.paths import ColumnPath
from privet.quality.profile import Profile, Profiler
from privet.quality.steady import distance

KEY = bytes(32)
X = ColumnPath.of("x")


def profiled(values: Any, kind: str = "double", key: bytes = KEY) -> Profile:
    profiler = Profiler([Column(X, kind)], key)
    if not isinstance(values, pa.Array):
        values = pa.array(values)
    profiler.add(pa.record_batch({"x": values}))
    return profiler.result()


def moved(before: Any, now: Any, kind: str = "double") -> float:
    measured = distance(profiled(before, kind), profiled(now, kind), X)
    assert measured is not None
    return measured


def index(before: list[float], now: list[float]) -> float:
    """The formula, with one half more in each bin."""
    pairs = [
        ((a + 0.5) / (sum(before) + len(before) / 2), (b + 0.5) / (sum(now) + len(now) / 2))
        for a, b in zip(before, now, strict=True)
    ]
    return sum((q - p) * log(q / p) for p, q in pairs)


def test_texts_by_hand() -> None:
    before = ["a"] * 600 + ["b"] * 300 + ["c"] * 100 + [None] * 100
    now = ["a"] * 500 + ["b"] * 250 + ["d"] * 250 + [None] * 100
    expected = index([600, 300, 100, 0, 100], [500, 250, 0, 250, 100])
    assert moved(before, now, "string") == pytest.approx(expected)


def test_truth_values_by_hand() -> None:
    before, now = [True] * 900 + [False] * 100, [True] * 500 + [False] * 500
    expected = index([900, 100, 0, 0], [500, 500, 0, 0])
    assert moved(before, now, "bool") == pytest.approx(expected)


def test_nulls_are_a_bin_of_their_own() -> None:
    before = pa.array([float(n) for n in range(1000)])
    now = pa.array([None if n % 2 else float(n) for n in range(1000)])
    expected = index([100] * 10 + [0], [50] * 10 + [500])
    assert moved(before, now) == pytest.approx(expected, rel=0.05)
    assert moved(before, pa.array([float("nan")] * 500 + [1.0] * 500)) > 0.2


def test_nothing_moved_is_nothing() -> None:
    values = np.random.default_rng(1).normal(size=2000)
    assert moved(values, values) == 0
    assert moved(values, np.random.default_rng(2).permutation(values)) == 0
    assert moved(values * 0, values * 0) == 0


@pytest.mark.parametrize(
    ("shift", "expected"), [(0.1, 0.01), (0.25, 0.063), (0.5, 0.25), (1.0, 1.0)]
)
def test_a_shifted_normal_is_as_far_as_theory_says(shift: float, expected: float) -> None:
    """Two normals that are d apart have the divergence d², of which ten bins see a bit less."""
    random = np.random.default_rng(7)
    found = moved(random.normal(size=50_000), random.normal(shift, size=50_000))
    assert 0.8 * expected < found < 1.15 * expected


def test_a_constant_that_changes_has_moved_either_way() -> None:
    for other in (4, 6, 10**9, -(10**9)):
        assert moved([5] * 1000, [other] * 1000, "int64") > 5


def test_a_value_that_most_rows_share_is_seen_to_fade() -> None:
    before = [0] * 920 + list(range(1, 81))
    now = [0] * 500 + list(range(1, 501))
    assert moved(before, now, "int64") > 0.2
    assert moved(before, [0] * 915 + list(range(1, 86)), "int64") < 0.02


def test_values_beyond_all_that_were_there_before_count() -> None:
    before = list(range(1000))
    assert moved(before, [n + 5000 for n in before], "int64") > 5


def test_dates_and_times_are_compared_too() -> None:
    days = np.arange("2020-01-01", "2022-01-01", dtype="datetime64[D]")
    assert moved(days, days, "date32") == 0
    assert moved(days, days + 700, "date32") > 1
    times = days.astype("datetime64[us]")
    assert moved(times, times + np.timedelta64(700, "D"), "timestamp[us]") > 1


def test_many_equally_common_texts_do_not_move_by_being_ranked() -> None:
    random = np.random.default_rng(5)
    before, now = (random.choice([f"v{n}" for n in range(2000)], 20_000) for _ in range(2))
    assert moved(before, now, "string") < 0.01


def test_an_id_column_does_not_move() -> None:
    assert moved([f"a{n}" for n in range(5000)], [f"b{n}" for n in range(5000)], "string") < 0.01


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (profiled([1.0]), Profiler([], KEY).result()),
        (profiled([1.0]), profiled(["a"], "string")),
        (profiled(pa.array([], pa.float64())), profiled([1.0])),
        (profiled(["a"], "string"), profiled(["a"], "string", key=bytes(31) + b"x")),
        (
            profiled(pa.array([1], pa.timestamp("us")), "timestamp[us]"),
            profiled(pa.array([1], pa.timestamp("s")), "timestamp[s]"),
        ),
    ],
)
def test_what_cannot_be_compared_is_not(before: Profile, now: Profile) -> None:
    assert distance(before, now, X) is None


def samples(kind: str, count: int, random: np.random.Generator) -> Any:
    if kind == "string":
        shares = 1 / np.arange(1, 31)
        return random.choice([f"v{n}" for n in range(30)], count, p=shares / shares.sum())
    if kind == "int64":
        return random.poisson(3, count)
    return pa.array(random.normal(size=count), mask=random.random(count) < 0.05)


@pytest.mark.parametrize("kind", ["double", "int64", "string"])
@pytest.mark.parametrize(("rows", "alarms"), [(100, 3), (200, 1), (1000, 0)])
def test_a_steady_column_raises_few_false_alarms(kind: str, rows: int, alarms: int) -> None:
    """Of 100 pairs of samples of one distribution, so many may be above 0.2 (seeds are fixed)."""
    random = np.random.default_rng(11)
    pairs = ((samples(kind, rows, random), samples(kind, rows, random)) for _ in range(100))
    assert sum(moved(one, other, kind) > 0.2 for one, other in pairs) <= alarms
