from __future__ import annotations

import random

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from privet.detect.columns.headers import read_header
from privet.detect.columns.sampling import DistinctSampler
from privet.detect.columns.scanner import ColumnScanner
from privet.model.contract import Column
from privet.model.finding import Finding
from privet.model.paths import ColumnPath, Step
from privet.policy.categories import CATEGORIES

VALUES = st.lists(
    st.one_of(
        st.none(),
        st.text(max_size=20),
        st.emails(),
        st.sampled_from(["+49 151 12345678", "4111111111111111", "10.0.0.1", "1990-01-01", "yes"]),
    ),
    max_size=60,
)
HEADERS = st.one_of(
    st.text(min_size=1, max_size=30),
    st.sampled_from(["email", "name", "id", "customer_id", "age", "author", "note", "city"]),
)


def findings(header: str, batches: list[list[str | None]]) -> tuple[Finding, ...]:
    scanner = ColumnScanner([Column(ColumnPath((Step(header),)), "string")])
    for values in batches:
        scanner.add(pa.record_batch({header: pa.array(values, pa.string())}))
    return scanner.findings()


@given(header=HEADERS, values=VALUES)
def test_any_column_gets_a_verdict_that_holds_together(header: str, values: list) -> None:
    (found,) = findings(header, [values])
    assert 0 <= found.confidence <= 100
    assert found.evidence
    assert (found.kind is None) == (found.category is None)
    assert found.category is None or found.category in CATEGORIES


@given(header=HEADERS, values=VALUES, cut=st.integers(0, 60), seed=st.integers())
def test_a_verdict_hangs_on_neither_batches_nor_order(
    header: str, values: list, cut: int, seed: int
) -> None:
    shuffled = values.copy()
    random.Random(seed).shuffle(shuffled)
    assert findings(header, [values]) == findings(header, [shuffled[:cut], shuffled[cut:]])


@given(values=st.lists(st.text(max_size=8)), most=st.integers(2, 30), cut=st.integers(0, 50))
def test_a_sample_is_the_same_however_the_values_come(values: list, most: int, cut: int) -> None:
    whole, parts = DistinctSampler(most), DistinctSampler(most)
    whole.add(pa.array(values, pa.string()))
    for part in (values[cut:], values[:cut], values[:cut]):
        parts.add(pa.array(part, pa.string()))
    assert whole.sample().texts == parts.sample().texts
    assert len(whole.sample().texts) <= most


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=4))
def test_any_header_can_be_read(names: list[str]) -> None:
    path = ColumnPath(tuple(Step(name) for name in names))
    assert read_header(path) == read_header(path)
