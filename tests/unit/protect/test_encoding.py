"""Columns of every type as codes, and tables as combinations."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest

from privet.model.errors import ConfigError
from privet.protect.encoding import (
    column_codes,
    distinct_values,
    encode,
    flat_hierarchy,
    hierarchy_over,
    later_codes,
)
from privet.protect.hierarchies.building import build
from privet.protect.hierarchies.csv_files import parse_csv, read_csv
from privet.protect.hierarchies.specs import DateHierarchy, IntervalHierarchy, PrefixHierarchy

ADULT = Path(__file__).parents[4] / "shared" / "data" / "adult"
HERE = pytest.mark.skipif(not ADULT.exists(), reason="shared/data/adult is not on this machine")
SECRET = "Zaphod"
LONG = pa.array([Decimal(10) ** 60], pa.decimal256(70, 0))


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (pa.array([12, None, -3], pa.int8()), ["12", None, "-3"]),
        (pa.array([2**63], pa.uint64()), ["9223372036854775808"]),
        (
            pa.array([12.0, 12.5, -0.0, float("nan"), 1e300, 0.1, None]),
            ["12", "12.5", "0", None, "1" + "0" * 300, "0.1", None],
        ),
        (pa.array([0.1, 3.0], pa.float32()), ["0.1", "3"]),
        (pa.array(np.array([0.5, 3.0], np.float16)), ["0.5", "3"]),
        (pa.array([2.0**60, 1e-9, -1e-9]), ["1152921504606846976", "0.000000001", "-0.000000001"]),
        (pa.array([float("inf")]), ["inf"]),
        (pa.array([Decimal("12.00"), Decimal("0.50")]), ["12", "0.5"]),
        (pa.array([Decimal("12.50")], pa.decimal256(50, 2)), ["12.5"]),
        (pa.array([True, False, None]), ["true", "false", None]),
        (pa.array([date(2020, 2, 29)]), ["2020-02-29"]),
        (pa.array([date(2020, 2, 29)], pa.date64()), ["2020-02-29"]),
        (pa.array([datetime(2020, 2, 29, 23, 59)]), ["2020-02-29"]),
        (pa.array([datetime(1969, 12, 31, 23, tzinfo=UTC)], pa.timestamp("ns", "Asia/Tokyo")),
         ["1969-12-31"]),
        (pa.array(["a", "", None, " a"]), ["a", "", None, " a"]),
        (pa.array(["a"], pa.large_string()), ["a"]),
        (pa.array(["a", None, "a"]).dictionary_encode(), ["a", None]),
        (pa.array([3, None, 3]).dictionary_encode(), ["3", None]),
        (pa.nulls(2), [None]),
        (pa.array([], pa.int64()), []),
    ],
)  # fmt: skip
def test_a_value_is_one_text_whatever_its_type(values: pa.Array, texts: list[str]) -> None:
    assert distinct_values(values, "c") == list(dict.fromkeys(texts))
    if texts:
        hierarchy = flat_hierarchy(values, "c")
        codes = column_codes(values, hierarchy, "c")
        assert codes.dtype == np.int32
        assert len(codes) == len(values)
        assert {hierarchy.leaves[code] for code in codes.tolist()} == set(texts)


def test_types_that_no_hierarchy_can_hold() -> None:
    for values in (pa.array([[1]]), pa.array([b"x"]), pa.array([{"a": 1}]), LONG):
        with pytest.raises(ConfigError, match="'c' is of type"):
            distinct_values(values, "c")


def test_chunks_with_dictionaries_of_their_own() -> None:
    chunks = pa.chunked_array(
        [pa.array(part).dictionary_encode() for part in (["b", None], ["a", "b"], ["c"])]
    )
    hierarchy = build(parse_csv("a;x;*\nb;x;*\nc;y;*\n", "h.csv"), [None])
    assert column_codes(chunks, hierarchy, "c").tolist() == [1, 3, 0, 1, 2]


def test_a_slice_needs_only_the_values_that_it_has() -> None:
    hierarchy = build(parse_csv("a;*\n", "h.csv"))
    part = pa.array(["a", SECRET, None]).dictionary_encode().slice(0, 1)
    assert column_codes(part, hierarchy, "c").tolist() == [0]


def test_missing_values_are_counted() -> None:
    hierarchy = build(parse_csv("a;*\n", "h.csv"))
    with pytest.raises(ConfigError, match=r"'c' lacks 2 ") as caught:
        column_codes(pa.array(["a", SECRET, SECRET, None]), hierarchy, "c")
    assert SECRET not in str(caught.value)


def test_a_column_that_is_not_there_or_twice() -> None:
    table = pa.table([pa.array([1]), pa.array([2])], ["a", "a"])
    for name in ("a", "b"):
        with pytest.raises(ConfigError, match="columns named"):
            encode(table, {name: flat_hierarchy(pa.array([1]), name)})


def test_a_table_is_measured() -> None:
    table = pa.table(
        {
            "age": [31, 34, 31, None, 31],
            "job": ["x", "y", "x", "y", "z"],
            "who": ["p", "q", "p", None, "p"],
        }
    )
    hierarchies = {"age": hierarchy_over(table["age"], "age")}
    found, places = encode(table, hierarchies, ["job"], "who")
    assert hierarchies["age"].leaves == ("31", "34", None)
    assert places.tolist() == [0, 1, 0, 2, 0]
    assert found.rows.tolist() == [3, 1, 1]
    assert found.subjects.tolist() == [1, 1, 1]
    job = found.sensitive[0]
    assert (job.starts.tolist(), job.values.tolist()) == ([0, 2, 3, 4], [0, 2, 1, 1])
    assert job.counts.tolist() == [1, 1, 1, 1]


def test_an_empty_table_has_no_combinations() -> None:
    table = pa.table({"a": pa.array([], pa.string()), "s": pa.array([], pa.string())})
    hierarchy = build(parse_csv("a;*\n", "h.csv"))
    found, places = encode(table, {"a": hierarchy}, {"s": hierarchy}, "a")
    assert found.codes.shape == (0, 1)
    assert len(places) == 0
    assert found.sensitive[0].starts.tolist() == [0]


def test_batches_without_columns_to_group_by_are_one_combination() -> None:
    found, places = encode(pa.table({"s": ["a", "b"]}), {}, ["s"])
    assert found.rows.tolist() == [2]
    assert places.tolist() == [0, 0]
    assert found.sensitive[0].counts.tolist() == [1, 1]


def test_later_rows_know_how_far_their_cell_is_true() -> None:
    first = pa.table({"zip": ["89134", "89200", "10115"], "day": [date(2020, 2, 1)] * 3})
    hierarchies = {
        "zip": hierarchy_over(first["zip"], "zip", PrefixHierarchy((3, 2))),
        "day": hierarchy_over(first["day"], "day", DateHierarchy()),
    }
    later = pa.table(
        {
            "zip": ["89134", "89199", "89300", "77777", None],
            "day": [date(2020, 2, 1), date(2020, 2, 9), date(2021, 1, 1), date(1800, 1, 1), None],
        }
    )
    codes, floors = later_codes(later, hierarchies)
    assert floors.tolist() == [[0, 0], [1, 1], [2, 3], [3, 4], [3, 4]]
    zips = hierarchies["zip"]
    assert [zips.path(code)[floor] for code, floor in zip(codes[:, 0], floors[:, 0])] == [  # noqa: B905
        "89134",
        "891**",
        "89***",
        "*",
        "*",
    ]
    with pytest.raises(ConfigError, match="lacks 1"):
        later_codes(pa.table({"a": ["b"]}), {"a": build(parse_csv("a;*\n", "h.csv"))})
    ages = build(IntervalHierarchy(widths=(Decimal(5),), maximum=Decimal(9)), ["1"])
    with pytest.raises(ConfigError, match="out of its declared range"):
        later_codes(pa.table({"a": [10]}), {"a": ages})


@HERE
def test_the_hierarchies_of_adult_cover_it() -> None:
    options = pa.csv.ParseOptions(delimiter=";")
    table = pa.csv.read_csv(ADULT / "adult.csv", parse_options=options)
    hierarchies = {
        name: build(
            read_csv(ADULT / f"adult_hierarchy_{name}.csv"), distinct_values(table[name], name)
        )
        for name in table.column_names
    }
    found, places = encode(table, hierarchies, ["occupation"])
    assert [hierarchy.levels for hierarchy in hierarchies.values()] == [2, 5, 2, 3, 4, 3, 3, 3, 2]
    assert len(found.codes) == 19_502
    assert found.rows.sum() == found.subjects.sum() == table.num_rows
    assert hierarchies["age"].ordered
    ages = [hierarchies["age"].leaves[code] for code in found.codes[places, 1].tolist()]
    assert ages == [str(age) for age in table["age"].to_pylist()]
