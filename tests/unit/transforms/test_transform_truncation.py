from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from tests.unit.transforms.making import run


def test_text_keeps_its_first_characters() -> None:
    values = pa.array(["SW1A 1AA", " 10115", "äöü", "I1", None])
    assert run("truncate", values, length=3) == ["SW1", "101", "äöü", "I1", None]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        (" 255.255.255.255 ", "255.255.255.0/24"),
        ("0.0.0.0", "0.0.0.0/24"),
        ("2001:db8:1:2::5", "2001:db8:1::/48"),
        ("2001:DB8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("::1", "::/48"),
        ("::ffff:1.2.3.4", "::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        *(
            (wrong, None)
            for wrong in (
                "", "x", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1..2.3", ".1.2.3",
                "1.2.3.", "1.2.3.1000", "1.2.3.4/24", "1.2.3.-4",
                "\uff11.2.3.4", "1:2:3", "1.2.3.4:80",
            )
        ),
    ],
)  # fmt: skip
def test_addresses_become_networks(address, network) -> None:
    values = pa.array(["9.9.9.9", address, None, "1.1.1.1"])
    expected = ["9.9.9.0/24", network, None, "1.1.1.0/24"]
    assert run("truncate", values, kind="ip") == expected


def test_prefix_lengths() -> None:
    values = pa.array(["203.255.113.9", "2001:db8:ffff::1"])
    assert run("truncate", values, kind="ip", v4=12, v6=33) == [
        "203.240.0.0/12",
        "2001:db8:8000::/33",
    ]
    assert run("truncate", values, kind="ip", v4=31, v6=127)[0] == "203.255.113.8/31"


def test_coordinates() -> None:
    values = pa.array([52.52437, -13.41053, 0.29, 52.5, None])
    assert run("truncate", values, decimals=2) == [52.52, -13.41, 0.29, 52.5, None]
    assert run("truncate", values, decimals=0) == [52.0, -13.0, 0.0, 52.0, None]
    assert run("truncate", values.cast(pa.float32()), decimals=1)[3] == 52.5
    exact = pa.array([Decimal("52.5243"), Decimal("-13.4199")])
    assert run("truncate", exact, decimals=2) == [Decimal("52.5200"), Decimal("-13.4100")]


def test_dates() -> None:
    days = pa.array([date(1984, 12, 31), date(1969, 7, 20), None])
    assert run("truncate", days, "date32", to="year") == [date(1984, 1, 1), date(1969, 1, 1), None]
    assert run("truncate", days, "date32", to="month")[1] == date(1969, 7, 1)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Tokyo"])
def test_timestamps_are_cut_in_utc(unit, zone) -> None:
    moment = datetime(1969, 12, 31, 23, 30, 5, tzinfo=UTC if zone else None)
    values = pa.array([moment, None], pa.timestamp(unit, tz=zone))
    for to, cut in (
        ("year", moment.replace(month=1, day=1, hour=0, minute=0, second=0)),
        ("month", moment.replace(day=1, hour=0, minute=0, second=0)),
        ("day", moment.replace(hour=0, minute=0, second=0)),
        ("hour", moment.replace(minute=0, second=0)),
    ):
        assert run("truncate", values, to=to) == [cut, None]
