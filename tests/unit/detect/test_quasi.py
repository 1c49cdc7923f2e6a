from __future__ import annotations

import random
from collections import Counter
from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.detect.columns.quasi import QuasiRanker
from privet.detect.columns.scanner import ColumnScanner
from privet.detect.columns.uniqueness import Sketch, combined, dense, pair, singletons
from privet.model.contract import Column
from privet.model.finding import QuasiIdentifier
from privet.model.paths import ColumnPath
from privet.ports.arrow_types import leaf_columns, spell_type

DRAW = random.Random(8)


def ranked(table: pa.Table, *, most_cells: int = 10**6, size: int = 97) -> tuple:
    paths = [ColumnPath.of(name) for name in table.column_names]
    ranker = QuasiRanker(paths, lambda: paths, most_cells=most_cells)
    for batch in table.to_batches(max_chunksize=size):
        ranker.add(batch)
    return ranker.ranked()


def unique_rows(table: pa.Table, columns: tuple[ColumnPath, ...]) -> int:
    """The same by a plain loop."""
    rows = zip(*(table[path.root].to_pylist() for path in columns), strict=True)
    return sum(count == 1 for count in Counter(rows).values())


def people(rows: int) -> pa.Table:
    return pa.table(
        {
            "email": [f"a{n}@example.org" for n in range(rows)],
            "sex": [DRAW.choice("mf") for _ in range(rows)],
            "postcode": [f"{DRAW.randrange(10_000, 10_080)}" for _ in range(rows)],
            "age": [DRAW.choice([None, *range(18, 80)]) for _ in range(rows)],
            "order_number": [f"{n:06d}" for n in range(rows)],
        }
    )


def scanned(table: pa.Table) -> tuple[QuasiIdentifier, ...]:
    columns = [Column(path, spell_type(kind)) for path, kind in leaf_columns(table.schema)]
    scanner = ColumnScanner(columns, quasi=True)
    for batch in table.to_batches(max_chunksize=500):
        scanner.add(batch)
    return scanner.quasi()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "", None]), st.integers(0, 5), st.sampled_from([1.5, None])
        ),
        min_size=1,
        max_size=60,
    )
)
def test_counts_are_those_of_a_plain_loop(rows: list[tuple]) -> None:
    plain = [(text or None, number, real) for text, number, real in rows]
    table = pa.table({name: [row[n] for row in plain] for n, name in enumerate(("x", "y", "z"))})
    for each in ranked(table, size=7):
        assert (each.unique, each.rows, each.error) == (
            unique_rows(table, each.columns),
            len(rows),
            0,
        )


def test_what_singles_out_most_comes_first_and_nothing_is_left_out() -> None:
    table = people(1500).select(["sex", "postcode", "age"])
    found = ranked(table)
    counted = {
        members: unique_rows(table, tuple(map(ColumnPath.of, members)))
        for size in (1, 2, 3)
        for members in combinations(table.column_names, size)
    }
    assert [each.unique for each in found] == sorted((each.unique for each in found), reverse=True)
    assert found[0].unique == max(counted.values())
    assert tuple(map(str, found[0].columns)) == ("sex", "postcode", "age")


def test_a_combination_must_add_to_its_parts() -> None:
    table = people(1500)
    same = pa.table({"age": table["age"], "years": table["age"], "postcode": table["postcode"]})
    assert all(len(each.columns) < 3 for each in ranked(same))


def test_columns_that_identify_by_themselves_and_numbers_of_rows_are_left_out() -> None:
    found = scanned(people(1500))
    assert found
    named = {str(path) for each in found for path in each.columns}
    assert named == {"sex", "postcode", "age"}


def test_a_table_about_nobody_has_none() -> None:
    sensors = pa.table({"t": [f"{n % 40}" for n in range(500)], "v": list(range(500))})
    assert scanned(sensors) == ()


def test_above_the_bound_an_estimate_says_how_far_it_may_be_off() -> None:
    table = people(60_000).select(["sex", "postcode", "age"])
    table = table.append_column("day", pa.array([DRAW.randrange(300) for _ in range(60_000)]))
    found = ranked(table, most_cells=40_000, size=3000)
    assert any(each.error for each in found)
    for each in found:
        assert each.rows == 60_000
        assert abs(each.unique - unique_rows(table, each.columns)) <= 1.5 * each.error


@pytest.mark.parametrize("size", [1, 10, 1000])
def test_a_sketch_does_not_hang_on_batches(size: int) -> None:
    keys = np.random.default_rng(4).integers(0, 2**64, 5000, np.uint64)
    keys = np.concatenate((keys, keys[:1000]))
    whole, parts = Sketch(500), Sketch(500)
    whole.add(keys)
    for start in range(0, len(keys), size):
        parts.add(keys[start : start + size])
    assert whole.singled() == parts.singled()


def test_an_estimate_is_within_its_error_19_times_in_20() -> None:
    off = 0
    for seed in range(200):
        keys = np.random.default_rng(seed).integers(0, 2**64, 5000, np.uint64)
        sketch = Sketch(500)
        sketch.add(np.concatenate((keys, keys[:1000])))
        off += abs(sketch.singled().unique - 4000) > sketch.singled().error
    assert off <= 20


def test_a_sketch_below_its_size_is_exact() -> None:
    sketch = Sketch(100)
    sketch.add(np.array([7, 7, 8, 9], np.uint64))
    assert (sketch.singled().unique, sketch.singled().rows, sketch.singled().error) == (2, 4, 0)


def test_pairs_of_large_ranges_stay_small() -> None:
    keys = np.arange(1000, dtype=np.uint64)
    codes, span = pair(dense(keys), dense(keys))
    assert span == 1000
    assert singletons(codes, span) == 1000


def test_the_order_of_columns_is_part_of_the_key() -> None:
    left, right = np.array([1, 2], np.uint64), np.array([2, 1], np.uint64)
    assert len(set(combined([left, right]).tolist())) == 2


def test_no_rows_and_no_columns() -> None:
    assert ranked(pa.table({"a": pa.array([], pa.string())})) == ()
    assert QuasiRanker([], list).ranked() == ()


def test_nothing_told_holds_a_value() -> None:
    table = people(300).append_column("city", pa.array(["Zorblax", *["Berlin"] * 299]))
    assert "Zorblax" not in repr(scanned(table))
