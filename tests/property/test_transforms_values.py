"""Random values: what each transform promises of every one of them, against a plain oracle."""

from __future__ import annotations

import hmac
import ipaddress
import math
import re
import unicodedata
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.transforms.normalise import normalise
from tests.unit.transforms.making import KEY, run

CATEGORIES = [None, "user.name", "user.contact.email", "user.contact.phone_number"]
PHONE = "user.contact.phone_number"
TEXTS = st.lists(st.none() | st.text(max_size=12), max_size=8)
PHONES = st.lists(st.none() | st.text("+00123 ()-/\u0660\u0669a\u00a0", max_size=12), max_size=8)


def phone_oracle(raw: str) -> str | None:
    text = unicodedata.normalize("NFKC", raw).translate({0x660: "0", 0x669: "9"})
    digits = re.sub(r"[^0-9]", "", text)
    if re.match(r"[^0-9]*\+", text) and digits:
        return "+" + digits
    return ("+" + digits[2:] if re.match("00.", digits) else digits) or None


@pytest.mark.parametrize("category", CATEGORIES)
@given(TEXTS | PHONES)
def test_normalising_twice_changes_nothing(category, texts) -> None:
    once = normalise(pa.array(texts, pa.string()), category)
    once.validate(full=True)
    assert normalise(once, category).equals(once)


@pytest.mark.parametrize("category", CATEGORIES)
@given(TEXTS | PHONES)
def test_a_value_is_normalised_alike_in_any_company(category, texts) -> None:
    together = normalise(pa.array(texts, pa.string()), category).to_pylist()
    alone = [normalise(pa.array([text], pa.string()), category)[0].as_py() for text in texts]
    assert together == alone


@given(PHONES)
def test_phones_against_the_oracle(texts) -> None:
    expected = [None if text is None else phone_oracle(text) for text in texts]
    assert normalise(pa.array(texts, pa.string()), PHONE).to_pylist() == expected


@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1)), st.integers(1, 10**9 - 1))
def test_integers_lie_in_their_band(values, width) -> None:
    for value, band in zip(
        values, run("band", pa.array(values, pa.int64()), width=width), strict=True
    ):
        if value is None:
            assert band is None
        else:
            lower = value // width * width
            assert band == f"[{lower},{lower + width})"


@given(
    st.lists(st.decimals(-(10**8), 10**8, places=3)),
    st.sampled_from(["0.001", "0.25", "1.5", "7", "0.000005"]),
)
def test_decimals_lie_in_their_band(values, width) -> None:
    array = pa.array(values, pa.decimal128(12, 3))
    for value, band in zip(values, run("band", array, width=width), strict=True):
        lower, upper = (Decimal(bound) for bound in band[1:-1].split(","))
        assert lower <= value < upper
        assert upper - lower == Decimal(width)


@given(st.lists(st.floats(-1e9, 1e9)), st.sampled_from(["0.1", "0.25", "3", "1000"]))
def test_doubles_lie_in_their_band_but_for_rounding(values, width) -> None:
    for value, band in zip(
        values, run("band", pa.array(values, pa.float64()), width=width), strict=True
    ):
        lower, upper = (Fraction(bound) for bound in band[1:-1].split(","))
        slack = Fraction(max(1.0, abs(value))) * Fraction(1, 2**48)
        assert lower - slack <= Fraction(value) < upper
        assert math.isclose(upper - lower, float(width))


@given(st.lists(st.none() | st.dates()), st.sampled_from(["1y", "5y", "10y", "1m", "3m", "6m"]))
def test_dates_lie_in_their_band(values, width) -> None:
    bands = run("band", pa.array(values, pa.date32()), width=width)
    for value, band in zip(values, bands, strict=True):
        if value is None:
            assert band is None
            continue
        begin = band.split("/")[0] if "m" in width else band[:4]
        end = band.split("/")[-1] if "m" in width else band[-4:]
        year = f"{value.year:04d}"
        assert begin <= (f"{year}-{value.month:02d}" if "m" in width else year) <= end


@given(st.lists(st.none() | st.ip_addresses() | st.text("0123456789.:af ", max_size=16)))
def test_addresses_against_the_standard_library(values) -> None:
    texts = [None if value is None else str(value) for value in values]
    cut = run("truncate", pa.array(texts, pa.string()), kind="ip", v4=20, v6=44)
    for text, network in zip(texts, cut, strict=True):
        try:
            address = ipaddress.ip_address((text or "").strip())
        except ValueError:
            assert network is None
            continue
        bits = 20 if address.version == 4 else 44
        kind = ipaddress.IPv4Network if address.version == 4 else ipaddress.IPv6Network
        assert network == str(kind((int(address), bits), strict=False))


@given(TEXTS, st.sampled_from([128, 256]))
def test_tokens_against_the_standard_library(texts, bits) -> None:
    values = pa.array(texts, pa.string())
    expected = [
        None
        if text is None
        else hmac.digest(KEY.secret, text.encode(), "sha256")[: bits // 8].hex()
        for text in normalise(values, None).to_pylist()
    ]
    assert run("token", values, bits=bits) == expected


@given(TEXTS, st.integers(0, 3), st.integers(1, 3))
def test_a_mask_never_shows_more_than_it_says(texts, first, last) -> None:
    masked = run("mask", pa.array(texts, pa.string()), show_first=first, show_last=last)
    for text, shown in zip(
        normalise(pa.array(texts, pa.string()), None).to_pylist(), masked, strict=True
    ):
        if text is None:
            assert shown is None
        elif len(text) <= first + last:
            assert shown == "****"
        else:
            assert shown == text[:first] + "****" + text[-last:]


@given(st.lists(st.dates(date(1900, 1, 1), date(2100, 1, 1))), st.sampled_from(["year", "month"]))
def test_a_cut_date_is_the_first_of_its_period(values, to) -> None:
    cut = run("truncate", pa.array(values, pa.date32()), to=to)
    expected = [
        value.replace(day=1) if to == "month" else value.replace(month=1, day=1) for value in values
    ]
    assert cut == expected
