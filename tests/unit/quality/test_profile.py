from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from privet.model import canonical
from privet.model.contract import Column
from privet.model.errors import IntegrityError
from privet.model.paths import ColumnPath
from privet.ports.arrow_types import arrow_schema
from privet.quality.profile import Profile, Profiler

KEY = bytes(range(32))


def column(path: str, kind: str) -> Column:
    return Column(ColumnPath.parse(path), kind)


def profiled(
    kinds: dict[str, str], *batches: dict[str, Any], rows_wanted: int = 1000, key: bytes = KEY
) -> Profile:
    columns = [column(path, kind) for path, kind in kinds.items()]
    schema = arrow_schema(columns)
    profiler = Profiler(columns, key, rows_wanted=rows_wanted)
    for batch in batches:
        profiler.add(pa.RecordBatch.from_pydict(batch, schema=schema))
    return profiler.result()


def test_numbers_are_binned_and_texts_are_ranked() -> None:
    profile = profiled(
        {"age": "int64", "city": "string"},
        {"age": [*range(100), None], "city": ["Ulm"] * 60 + ["Bonn"] * 40 + [None]},
    )
    age, city = profile.columns
    assert (age.rows, age.nulls, age.distinct, age.kind) == (101, 1, 100, "bins")
    assert sum(age.bins) + age.beyond == 100
    assert age.beyond == 2
    assert set(age.bins) <= {3, 4, 5}
    assert (age.quantiles[0], age.quantiles[-1]) == (0.0, 99.0)
    assert (city.rows, city.nulls, city.distinct, city.kind) == (101, 1, 2, "ranks")
    assert [count for _, count in city.top] == [60, 40]


def test_every_type_of_a_contract_has_a_shape() -> None:
    values: dict[str, tuple[str, list[Any]]] = {
        "i": ("int64", [1, 2]),
        "f": ("double", [1.5, float("nan")]),
        "d": ("decimal128(9, 2)", [Decimal("1.25"), Decimal(2)]),
        "day": ("date32", [date(1990, 4, 2), date(2020, 1, 1)]),
        "at": ("timestamp[us]", [datetime(1990, 4, 2), datetime(2020, 1, 1)]),
        "zone": ("timestamp[us, UTC]", [datetime(1990, 4, 2), datetime(2020, 1, 1)]),
        "s": ("string", ["a", "b"]),
        "b": ("bool", [True, False]),
        "raw": ("binary", [b"a", b"b"]),
    }
    kinds = {name: kind for name, (kind, _) in values.items()}
    profile = profiled(kinds, {name: held for name, (_, held) in values.items()})
    assert {shape.path: shape.kind for shape in profile.columns} == {
        **dict.fromkeys(("i", "f", "d", "day", "at", "zone"), "bins"),
        **dict.fromkeys(("s", "b", "raw"), "ranks"),
    }
    shape = profile.column("f")
    assert shape is not None
    assert (shape.odd, shape.distinct, shape.quantiles) == (1, 1, (1.5, 1.5))
    day = profile.column("day")
    assert day is not None
    assert day.quantiles[0] == date(1990, 4, 2).toordinal() - date(1970, 1, 1).toordinal()
    assert all(shape.distinct == 2 for shape in profile.columns if shape.path != "f")


def test_a_column_without_rows_or_values_has_a_shape() -> None:
    kinds = {"i": "int64", "s": "string", "at": "timestamp[us]"}
    for batches in (
        (),
        ({"i": [], "s": [], "at": []},),
        ({"i": [None], "s": [None], "at": [None]},),
    ):
        profile = profiled(kinds, *batches)
        assert [shape.distinct for shape in profile.columns] == [0, 0, 0]
        assert all(shown.counts == () for shown in profile.shown())


def test_infinities_are_beyond_the_bins() -> None:
    values = [float("inf"), float("-inf"), *map(float, range(98))]
    (shape,) = profiled({"x": "double"}, {"x": values}).columns
    assert shape.beyond >= 2
    assert sum(shape.bins) + shape.beyond == 100


def test_the_widest_doubles_fit_a_histogram() -> None:
    (shape,) = profiled({"x": "double"}, {"x": [-1.7e308, 1.7e308] * 50}).columns
    assert (shape.bins[0], shape.bins[-1]) == (50, 50)


@pytest.mark.parametrize(
    "sizes", [[5000], [1] * 300 + [4700], [700, 1, 2299, 2000], [64] * 78 + [8]]
)
def test_which_rows_are_looked_at_follows_from_their_number_alone(sizes: list[int]) -> None:
    rows = iter(range(5000))
    batches = [{"n": [next(rows) for _ in range(size)]} for size in sizes]
    profile = profiled({"n": "int64"}, *batches, rows_wanted=1000)
    assert profile.rows == 5000
    assert 500 < profile.looked_at <= 1000
    (shape,) = profile.columns
    assert shape.rows == shape.distinct == profile.looked_at
    assert profile == profiled({"n": "int64"}, {"n": list(range(5000))}, rows_wanted=1000)


def test_a_pattern_in_the_rows_does_not_run_in_step_with_the_sample() -> None:
    for period in (2, 3, 4, 8, 10, 64):
        (shape,) = profiled(
            {"n": "int64"}, {"n": [int(n % period == 0) for n in range(20_000)]}
        ).columns
        assert shape.distinct == 2
        least, most = sorted((shape.bins[0], shape.bins[-1]))
        assert least / (least + most) == pytest.approx(1 / period, rel=0.3, abs=0.01)


def test_values_in_lists_are_counted_each_and_bounded() -> None:
    kinds = {"tags[]": "string", "items[].price": "double", "n": "int64"}
    batch = {
        "tags": [["a", "b"], [], None, ["a", None]] * 50,
        "items": [[{"price": 1.0}] * 7, None, [], [{"price": None}]] * 50,
        "n": list(range(200)),
    }
    profile = profiled(kinds, batch)
    tags, price, n = profile.columns
    assert (tags.rows, tags.nulls, tags.distinct) == (200, 50, 2)
    assert (price.rows, price.nulls) == (400, 50)
    assert n.rows == 200
    few = profiled(kinds, *[batch] * 40, rows_wanted=1000)
    assert 500 < few.looked_at <= 1000
    assert all(300 < shape.rows <= 1000 for shape in few.columns)
    assert few.columns[0].nulls * 4 == pytest.approx(few.columns[0].rows, rel=0.2)


def test_one_row_longer_than_all_that_may_be_held_is_cut() -> None:
    profile = profiled({"n[]": "int64"}, {"n": [list(range(5000))]}, rows_wanted=1000)
    assert profile.columns[0].rows == 1000


def test_a_wide_table_is_looked_at_in_fewer_rows() -> None:
    kinds = {f"c{n}": "int64" for n in range(1000)}
    profile = profiled(kinds, {name: range(3000) for name in kinds}, rows_wanted=10**6)
    assert 600 < profile.looked_at <= 1200
    assert len(profile.columns[0].quantiles) == 101


def test_texts_are_keyed_hashes_that_the_column_changes() -> None:
    rows = {"a": ["Ulm"] * 5, "b": ["Ulm"] * 5}
    kinds = {"a": "string", "b": "string"}
    one, other = profiled(kinds, rows), profiled(kinds, rows, key=bytes(32))
    hashes = {shape.top[0][0] for profile in (one, other) for shape in profile.columns}
    assert len(hashes) == 4
    assert one.key_id != other.key_id
    assert one == profiled(kinds, rows)
    assert "Ulm" not in repr(one) + json.dumps(one.to_json())


def test_a_profile_shows_no_value_in_its_repr() -> None:
    (shape,) = profiled({"age": "int64"}, {"age": [71_003] * 20}).columns
    assert "71003" not in repr(shape)


def test_it_goes_through_canonical_json() -> None:
    profile = profiled(
        {"x": "double", "s": "string"},
        {"x": [0.1, float("inf"), float("nan"), None], "s": ["a", "b", "b", None]},
    )
    encoded = canonical.encode(profile.to_json())
    assert Profile.from_json(json.loads(encoded)) == profile


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"columns": [{}]},
        {"columns": None},
        {"rows": "many"},
        {"columns": [{"kind": "pie"}]},
    ],
)
def test_a_changed_profile_is_refused_without_a_value(change: dict[str, Any]) -> None:
    value = profiled({"x": "double"}, {"x": [4711.0]}).to_json() | change
    with pytest.raises(IntegrityError) as caught:
        Profile.from_json(value)
    assert "4711" not in str(caught.value)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Profiler([], b"short")


def test_the_order_of_rows_does_not_change_a_whole_profile() -> None:
    random = np.random.default_rng(3)
    values = random.integers(0, 40, 900)
    kinds = {"n": "int64", "s": "string"}

    def of(order: Any) -> Profile:
        ordered = values[order]
        return profiled(kinds, {"n": ordered.tolist(), "s": [f"v{n}" for n in ordered]})

    assert of(np.arange(900)) == of(random.permutation(900))
