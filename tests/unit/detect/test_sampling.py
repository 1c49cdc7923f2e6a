from __future__ import annotations

import pyarrow as pa

from privet.detect.columns.hashing import LONGEST
from privet.detect.columns.sampling import DistinctSampler


def taken(values: pa.Array, most: int = 50) -> DistinctSampler:
    sampler = DistinctSampler(most)
    sampler.add(values)
    return sampler


def test_counts_and_values_below_the_bound_are_exact() -> None:
    sample = taken(pa.array(["a", " a ", "b", "", "  ", None])).sample()
    assert (sample.values, sample.missing, sample.distinct) == (6, 3, 2)
    assert sorted(sample.texts.to_pylist()) == ["a", "b"]
    assert sample.whole


def test_above_the_bound_the_number_of_distinct_values_is_estimated() -> None:
    sample = taken(pa.array([f"value {n}" for n in range(100_000)]), 2000).sample()
    assert len(sample.texts) == 2000
    assert not sample.whole
    assert 90_000 < sample.distinct < 110_000


def test_the_sample_is_uniform_over_where_values_stand() -> None:
    sample = taken(pa.array([f"{n:06d}" for n in range(50_000)]), 2000).sample()
    late = sum(int(text) >= 25_000 for text in sample.texts.to_pylist())
    assert 900 < late < 1100


def test_frequent_values_are_not_preferred() -> None:
    values = ["often"] * 50_000 + [f"{n}" for n in range(50_000)]
    sample = taken(pa.array(values), 500).sample()
    assert 40_000 < sample.distinct < 60_000


def test_long_values_are_kept_short() -> None:
    sample = taken(pa.array(["ä" * 10 * LONGEST])).sample()
    assert len(sample.texts[0].as_py().encode()) <= LONGEST + 2
