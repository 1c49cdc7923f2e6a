"""Impute and clip: what is put in, what is measured for it, and how exactly."""

from __future__ import annotations

import json
import math
import statistics
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from privet.model.errors import ConfigError, IntegrityError
from privet.quality.cleaning.cleaning import build
from privet.quality.cleaning.fitting import Fit, Fitted, needs_fit
from privet.quality.cleaning.measures import MOST_DISTINCT, Mean, Mode
from privet.quality.cleaning.quantiles import Quantiles
from tests.unit.quality.cleaning.cleaning_steps import clean_values, contract, step

NAN = float("nan")


def imputed(values: pa.Array, kind: str, told: str) -> list[Any]:
    """A column after an impute of what was measured of it, by way of JSON."""
    steps, terms = [step("impute", "v", with_=told)], contract(v=kind)
    assert needs_fit(steps)
    fit = Fit(steps, terms)
    for start in range(0, len(values), 2):
        fit.add(pa.record_batch({"v": values.slice(start, 2)}))
    fitted = Fitted.from_json(json.loads(json.dumps(fit.result().to_json())))
    assert fitted == fit.result()
    done = build(steps, terms, fitted).after(pa.record_batch({"v": values}))
    assert done.rows.schema.field("v").type == values.type
    assert sum(done.changed.values()) == values.null_count - done.rows.column("v").null_count
    return done.rows.column("v").to_pylist()


@pytest.mark.parametrize(
    ("kind", "values", "told", "value"),
    [
        ("int64", [1, 2, 9, None], "median", 2),
        ("int64", [1, 2, 3, 9, None], "median", 2),
        ("int64", [1, 2, None], "mean", 2),
        ("int64", [2, 3, None], "mean", 2),
        ("int64", [2**63 - 1] * 3 + [None], "mean", 2**63 - 1),
        ("int64", [-(2**63), 2**63 - 1, None], "mean", 0),
        ("double", [0.1] * 10 + [None], "mean", 0.1),
        ("double", [1e308, 1e308, 1e308, None], "mean", 1e308),
        ("double", [1e100, 1.0, -1e100, None], "mean", 1 / 3),
        ("double", [1.0, NAN, math.inf, 3.0, None], "mean", 2.0),
        ("double", [1.0, NAN, 3.0, 5.0, None], "median", 3.0),
        ("double", [NAN, NAN, 2.0, None], "mode", 2.0),
        ("double", [5e-324, 5e-324, None], "mean", 5e-324),
        ("string", ["b", "a", "a", "b", None], "mode", "a"),
        ("bool", [True, False, True, None], "mode", True),
        ("date32", [date(1990, 1, 1), date(1991, 1, 1), date(1999, 1, 1), None], "median",
         date(1991, 1, 1)),
        ("timestamp[us, UTC]", [datetime(1990, 1, 1, tzinfo=UTC), None], "mode",
         datetime(1990, 1, 1, tzinfo=UTC)),
        ("decimal128(6, 2)", [Decimal("0.01"), Decimal("0.02"), None], "mean", Decimal("0.02")),
        ("decimal128(38, 0)", [Decimal("9" * 38)] * 2 + [None], "mean", Decimal("9" * 38)),
        ("decimal128(9, 7)", [Decimal("0.0000001"), None], "median", Decimal("0.0000001")),
        ("double", [None, None], "median", None),
    ],
)  # fmt: skip
def test_what_is_measured(kind: str, values: list[Any], told: str, value: Any) -> None:
    terms = contract(v=kind)
    del terms
    from privet.ports.arrow_types import parse_type

    array = pa.array(values, parse_type(kind))
    made = imputed(array, kind, told)
    assert made[-1] == value
    kept = [(a, b) for a, b in zip(values, made, strict=True) if a is not None]
    assert all(a == b or (a != a and b != b) for a, b in kept)


@pytest.mark.parametrize(
    ("kind", "told", "value"),
    [
        ("int64", 40, 40),
        ("double", 0.5, 0.5),
        ("string", "unknown", "unknown"),
        ("bool", True, True),
        ("date32", "1900-01-01", date(1900, 1, 1)),
    ],
)
def test_a_constant_needs_no_fit(kind: str, told: Any, value: Any) -> None:
    from privet.ports.arrow_types import parse_type

    assert not needs_fit([step("impute", "v", with_=told)])
    array = pa.array([None, None], parse_type(kind))
    assert clean_values(step("impute", "v", with_=told), array, kind) == ([value] * 2, 2)


def test_nan_is_a_value() -> None:
    values, changed = clean_values(
        step("impute", "v", with_=0), pa.array([NAN, None, 1.0]), "double"
    )
    assert (values[1:], changed) == ([0.0, 1.0], 1)
    assert math.isnan(values[0])


def test_a_mode_of_too_many_values_is_refused() -> None:
    mode = Mode("v")
    with pytest.raises(ConfigError, match="different values"):
        mode.add(pa.array(np.arange(MOST_DISTINCT + 1)))


def test_what_was_not_measured_is_an_error() -> None:
    with pytest.raises(IntegrityError, match="median"):
        build([step("impute", "v", with_="median")], contract(v="int64"))
    with pytest.raises(IntegrityError):
        Fitted.from_json({"version": 2, "values": []})
    with pytest.raises(IntegrityError):
        Fitted.from_json({"version": 1, "values": [["v"]]})


def test_measured_values_show_in_no_repr() -> None:
    fitted = Fitted({("v", "median"): "1234567"})
    assert "1234567" not in repr(fitted)
    made = build([step("impute", "v", with_="median")], contract(v="int64"), fitted)
    assert "1234567" not in repr(made)


@pytest.mark.parametrize(
    ("kind", "values", "bounds", "made", "count"),
    [
        (pa.float64(), [-1.0, 0.5, 2.0, NAN, None], {"low": 0, "high": 1},
         [0.0, 0.5, 1.0, NAN, None], 2),
        (pa.float64(), [-0.0, math.inf, -math.inf], {"low": 0, "high": 1}, [-0.0, 1.0, 0.0], 2),
        (pa.int64(), [0, 1, 5, None], {"low": 0.5, "high": 2.5}, [1, 1, 2, None], 2),
        (pa.int64(), [-(2**63), 2**63 - 1], {"low": -1e30, "high": 1e30},
         [-(2**63), 2**63 - 1], 0),
        (pa.int64(), [2**53 + 1, 2**53], {"high": 2**53}, [2**53, 2**53], 1),
        (pa.decimal128(6, 2), [Decimal("0.10"), Decimal("9999.99")], {"low": 0.105, "high": 1e9},
         [Decimal("0.11"), Decimal("9999.99")], 1),
        (pa.int64(), [], {"low": 1}, [], 0),
        (pa.int64(), [None, None], {"low": 1}, [None, None], 0),
    ],
)  # fmt: skip
def test_clip(
    kind: pa.DataType, values: list[Any], bounds: dict[str, Any], made: list[Any], count: int
) -> None:
    spelled = {"double": "double", "int64": "int64"}.get(str(kind), "decimal128(6, 2)")
    found, changed = clean_values(step("clip", "v", **bounds), pa.array(values, kind), spelled)
    assert repr(found) == repr(made)
    assert changed == count


def test_clip_to_percentiles() -> None:
    steps, terms = [step("clip", "v", low="1%", high="99%")], contract(v="int64")
    rows = pa.record_batch({"v": pa.array(range(1, 1001))})
    fit = Fit(steps, terms)
    fit.add(rows)
    fitted = fit.result()
    assert fitted.values == {("v", "1%"): "10", ("v", "99%"): "990"}
    done = build(steps, terms, fitted).after(rows)
    assert done.changed == {("clip", "v"): 9 + 10}
    assert done.rows.column("v").to_pylist() == [min(max(n, 10), 990) for n in range(1, 1001)]


def test_a_measured_bound_beyond_a_stated_one_is_an_error_without_the_value() -> None:
    fitted = Fitted({("v", "99%"): "41"})
    with pytest.raises(ConfigError) as caught:
        build([step("clip", "v", low=50, high="99%")], contract(v="int64"), fitted)
    assert "41" not in str(caught.value)


@pytest.mark.parametrize("order", ["sorted", "reversed", "zigzag", "periodic", "equal"])
def test_quantiles_are_as_near_as_they_say(order: str) -> None:
    buffer, n = 64, 20_000
    numbers = np.arange(n)
    values = {
        "sorted": numbers,
        "reversed": numbers[::-1],
        "zigzag": np.where(numbers % 2, numbers, n - numbers),
        "periodic": numbers * 7919 % n,
        "equal": numbers // 1000,
    }[order]
    found = Quantiles(buffer)
    for start in range(0, n, 333):
        found.add(pa.array(values[start : start + 333]))
    ranked = np.sort(values)
    off = n * math.log2(n / buffer) / (2 * buffer)
    for share in (Fraction(0), Fraction(1, 100), Fraction(1, 2), Fraction(99, 100), Fraction(1)):
        value = found.at(share).as_py()
        lowest = int(np.searchsorted(ranked, value, "left"))
        highest = int(np.searchsorted(ranked, value, "right"))
        assert lowest - off <= share * n <= highest + off


def test_few_values_have_exact_quantiles() -> None:
    found = Quantiles()
    values = [5, 3, 9, 1, 7]
    for value in values:
        found.add(pa.array([value, None]))
    assert found.at(Fraction(1, 2)).as_py() == statistics.median_low(values)
    assert [found.at(Fraction(k, 5)).as_py() for k in range(6)] == [1, 1, 3, 5, 7, 9]
    assert Quantiles().at(Fraction(1, 2)) is None


def test_a_mean_does_not_depend_on_the_batches() -> None:
    values = [0.1, 1e16, 0.1, -1e16, 3.3, 7e-9] * 50
    means = set()
    for size in (1, 7, 300):
        mean = Mean(pa.float64())
        for start in range(0, len(values), size):
            mean.add(pa.array(values[start : start + size]))
        means.add(mean.value().as_py())
    assert means == {float(sum(map(Fraction, values)) / len(values))}
