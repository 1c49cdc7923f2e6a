"""The step `number`: one text, read in every declared way, and what comes of it."""

from __future__ import annotations

import pytest

from tests.unit.quality.cleaning.cleaning_steps import clean_texts, step

EURO = {"decimal": ",", "thousands": "."}
EITHER = {"decimal": ".,", "thousands": ".,"}
KILOS = {"decimal": ",", "units": (("kg", "1"), ("g", "0.001"))}


def read(text: str, kind: str = "decimal128(18, 2)", **told: object) -> str | None:
    """What a text becomes; None where it is held back."""
    values, unread, changed = clean_texts(step("number", "v", **told), [text], kind)
    assert changed == int(values != [text])
    assert not (unread[0] and changed)
    return None if unread[0] else values[0]


@pytest.mark.parametrize(
    ("text", "told", "number"),
    [
        ("12.5", {}, "12.5"),
        ("-12", {}, "-12"),
        ("+12", {}, "12"),
        ("-0", {}, "-0"),
        (".5", {}, ".5"),
        ("5.", {}, None),
        (" 12 ", {}, "12"),
        ("1e5", {}, "1e5"),
        ("1e999", {}, "1e999"),
        ("1e9999", {}, None),
        ("99999999999999999999999", {}, "99999999999999999999999"),
        ("9" * 200, {}, None),
        ("1,5", {}, None),
        ("0x1F", {}, None),
        ("12\x00", {}, None),
        ("١٢", {}, None),
        ("", {}, None),
        ("-", {}, None),
        ("1.234,56", EURO, "1234.56"),
        ("-1.234.567,8", EURO, "-1234567.8"),
        ("1.234", EURO, "1234"),
        ("1,234", EURO, "1.234"),
        ("1.23.4", EURO, None),
        ("1234.5", EURO, None),
        ("1.2345", EURO, None),
        ("12.34.567", EURO, None),
        (",5", EURO, ".5"),
        ("1,2,3", EURO, None),
        ("1.234", EITHER, None),
        ("1,234", EITHER, None),
        ("1.234,56", EITHER, "1234.56"),
        ("1,234.56", EITHER, "1234.56"),
        ("1,5", EITHER, "1.5"),
        ("1,234,567", EITHER, "1234567"),
        ("0.000", EITHER, "0000"),
        ("1 234,5", {"decimal": ",", "thousands": " "}, "1234.5"),
        ("1\u202f234\u202f567", {"decimal": ",", "thousands": " "}, "1234567"),
        ("1\u00a0234 567", {"decimal": ",", "thousands": " "}, "1234567"),
        ("1\u2019234.50", {"thousands": "'"}, "1234.50"),
        ("1'234'567", {"thousands": "'"}, "1234567"),
        ("\u22125", {}, "-5"),
    ],
)
def test_signs(text: str, told: dict[str, str], number: str | None) -> None:
    assert read(text, **told) == number


@pytest.mark.parametrize(
    ("text", "units", "number"),
    [
        ("1,5 kg", KILOS, "1.5"),
        ("200 g", KILOS, "0.2"),
        ("200g", KILOS, "0.2"),
        ("0,1 g", KILOS, "0.0001"),
        ("3", KILOS, None),
        ("3 lb", KILOS, None),
        ("3 KG", KILOS, None),
        ("kg", KILOS, None),
        ("3", {"units": (("", "1"), ("kg", "1000"))}, "3"),
        ("3 kg", {"units": (("", "1"), ("kg", "1000"))}, "3000"),
        ("0.5 kg", {"units": (("", "1"), ("kg", "1000"))}, "500"),
        ("€ 5.10", {"units": (("€", "1"),)}, "5.10"),
        ("-€5.10", {"units": (("€", "1"),)}, "-5.10"),
        ("5.10€", {"units": (("€", "1"),)}, "5.10"),
        ("12.5 %", {"units": (("%", "0.01"),)}, "0.125"),
        ("0.1 x", {"units": (("x", "3"),)}, "0.3"),
        ("5 m2", {"units": (("m2", "1"), ("m", "1"))}, "5"),
        ("1e999 x", {"units": (("x", "2"),)}, "2" + "0" * 999),
    ],
)
def test_units(text: str, units: dict[str, object], number: str | None) -> None:
    assert read(text, **units) == number


def test_nan_and_infinity_are_left_to_columns_that_take_them() -> None:
    for text in ("NaN", "inf", "-Infinity"):
        assert read(text, "double", **EURO) == text
        assert read(text, "int64", **EURO) is None


def test_the_three_ways_of_reading_agree_side_by_side() -> None:
    texts = ["5", "1.234,5", " 1.234,5 ", "x", None, "7,25", "NaN"]
    made = ["5", "1234.5", "1234.5", "x", None, "7.25", "NaN"]
    unread = [False, False, False, True, False, False, True]
    assert clean_texts(step("number", **EURO), texts, "int64") == (made, unread, 3)
