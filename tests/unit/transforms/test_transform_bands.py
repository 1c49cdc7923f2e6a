from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from tests.unit.transforms.making import run


def test_whole_numbers() -> None:
    values = pa.array([30, 34, 35, 0, -1, -5, -6, None])
    assert run("band", values, width=5) == [
        "[30,35)", "[30,35)", "[35,40)", "[0,5)", "[-5,0)", "[-5,0)", "[-10,-5)", None,
    ]  # fmt: skip


def test_the_ends_of_the_integers_do_not_overflow() -> None:
    values = pa.array([2**63 - 1, -(2**63)])
    assert run("band", values, width=10) == [
        "[9223372036854775800,9223372036854775810)",
        "[-9223372036854775810,-9223372036854775800)",
    ]
    assert run("band", pa.array([2**64 - 1], pa.uint64()), width=10) == [None]


@pytest.mark.parametrize("type_", [pa.int8(), pa.uint32(), pa.float32(), pa.float64()])
def test_every_number_type(type_) -> None:
    assert run("band", pa.array([7, None], type_), width=5)[1] is None
    assert run("band", pa.array([7], type_), width=5) == ["[5,10)"]


def test_floats_at_a_bound_belong_to_the_band_they_open() -> None:
    values = pa.array([0.3, 0.29, 0.7, -0.1, 0.0, -0.0])
    bands = run("band", values, width="0.1")
    assert bands == ["[0.3,0.4)", "[0.2,0.3)", "[0.7,0.8)", "[-0.1,0.0)", "[0.0,0.1)", "[0.0,0.1)"]


def test_what_is_no_number_has_no_band() -> None:
    values = pa.array([float("nan"), float("inf"), float("-inf"), 1e300, None])
    assert run("band", values, width=5) == [None] * 5


def test_decimals_are_exact() -> None:
    values = pa.array([Decimal("1.49"), Decimal("1.50"), Decimal("-0.01"), None])
    values = values.cast(pa.decimal128(10, 2))
    assert run("band", values, width="0.5") == ["[1.0,1.5)", "[1.5,2.0)", "[-0.5,0.0)", None]
    wide = values.cast(pa.decimal128(38, 10))
    assert run("band", wide.slice(1), width="0.5") == ["[1.5,2.0)", "[-0.5,0.0)", None]


@pytest.mark.parametrize(
    ("width", "labels"),
    [
        ("5y", ["1980-1984", "1980-1984", "1965-1969", None]),
        ("10y", ["1980-1989", "1980-1989", "1960-1969", None]),
        ("1y", ["1980", "1984", "1969", None]),
        ("1m", ["1980-01", "1984-12", "1969-12", None]),
        ("3m", ["1980-01/1980-03", "1984-10/1984-12", "1969-10/1969-12", None]),
    ],
)
def test_dates(width, labels) -> None:
    days = [date(1980, 1, 1), date(1984, 12, 31), date(1969, 12, 31), None]
    assert run("band", pa.array(days), width=width) == labels
    for unit in ("s", "ms", "us", "ns"):
        moments = [day and datetime(day.year, day.month, day.day, 23, 59, 59) for day in days]
        assert run("band", pa.array(moments, pa.timestamp(unit)), width=width) == labels


def test_a_zoned_timestamp_counts_by_its_utc_date() -> None:
    newyear = datetime(1999, 12, 31, 23, 30, tzinfo=UTC)
    values = pa.array([newyear], pa.timestamp("us", tz="Europe/Berlin"))
    assert run("band", values, width="1y") == ["1999"]


def test_early_years_keep_four_digits() -> None:
    assert run("band", pa.array([date(33, 4, 3)]), width="5y") == ["0030-0034"]
