# ruff: noqa: RUF001 -- letters and signs as they are written

"""Street addresses, postcodes and coordinates, as many countries write them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.detect.kinds.context import context_words
from privet.detect.kinds.places import street_words
from privet.detect.words import read_words
from privet.kernels.scan import codes, places


def spans(text: str) -> list[tuple[str, int, int]]:
    """What is found from left to right: text, kind and score."""
    row = text.encode()
    data = np.frombuffer(b"Rue 5 " + row + b" Main Street", np.uint8)
    out = []
    resume = 0
    for at, byte in enumerate(row):
        if not 48 <= byte <= 57 or (at and 48 <= row[at - 1] <= 57) or at < resume:
            continue
        start, end, kind, score, _ = places.found(
            data, 6, 6 + len(row), 6 + at, context_words(), street_words()
        )
        if end:
            out.append((row[start - 6 : end - 6].decode(), kind, score))
            resume = end - 6
    return out


@pytest.mark.parametrize(
    "text",
    [
        "123 Main Street", "100 N Main St", "350 5th Ave", "221B Baker Street",
        "45 Park Avenue South", "123 Main St., Apt. 4B, Springfield, IL 62704",
        "1600 Pennsylvania Avenue NW, Washington, DC 20500", "10 Downing Street, London SW1A 2AA",
        "24 Sussex Drive, Ottawa, ON K1M 1M4", "12 rue de la Paix, 75002 Paris",
        "12, avenue Victor Hugo", "12 bis rue Victor Hugo", "5 Boulevard Saint-Germain",
        "Hauptstraße 12a, 10115 Berlin", "Hauptstr. 5", "Karl-Marx-Straße 5",
        "Musterweg 3", "86036 Rua do Arenque", "3482 Via Franscini", "5049 Harjukuja",
        "Calle Mayor 5, 28013 Madrid", "C/ Mayor, 5", "Rua da Sé, nº 12, 2º B", "Rua Augusta, 1500",
        "Via Roma 1, 00184 Roma", "Viale dei Mille 22", "Piazza San Marco 1",
        "ul. Długa 7/3, 00-238 Warszawa", "Kungsgatan 3, 111 43 Stockholm", "Storgata 5, 0155 Oslo",
        "Lange Straat 5", "Keizersgracht 174, 1016 DW Amsterdam", "Kossuth utca 5",
        "Atatürk Caddesi No: 5", "улица Ленина, д. 5, кв. 3", "ул. Ленина 5", "Strada Lungă 12",
        "東京都千代田区丸の内1-1-1", "東京都新宿区西新宿2丁目8番1号", "北京市朝阳区建国路88号",
    ],
)  # fmt: skip
def test_an_address_is_found_whole(text: str) -> None:
    assert spans(text) == [(text, codes.STREET, 75)]


def test_words_before_an_address_make_it_surer_and_stay_outside() -> None:
    assert spans("My address is 123 Main Street, thanks") == [("123 Main Street", codes.STREET, 85)]
    assert spans("我住在北京市朝阳区建国路88号。")[0][0] == "北京市朝阳区建国路88号"


@pytest.mark.parametrize(
    "text",
    [
        "3 people in the Street", "place of John 5", "Order 12345", "5 Green apples",
        "Item 3 Road trip", "During 1971", "Katie 5", "12 Spring Flowers",
        "Chapter 5 The Way", "Version 5 Street", "call via John 5", "5% Main Street",
        "1.5 Main Street",
        "$500 Park Avenue", "123456789 Main Street", "Main Street", "12:30 Main Street",
    ],
)  # fmt: skip
def test_what_is_no_address(text: str) -> None:
    assert spans(text) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SW1A 1AA", "SW1A 1AA"),
        ("in M1 1AE.", "M1 1AE"),
        ("K1A 0B1", "K1A 0B1"),
        ("1234 AB Amsterdam", "1234 AB"),
        ("postcode: 1234AB", "1234AB"),
        ("zip code 90210", "90210"),
        ("ZIP: 90210-1234", "90210-1234"),
        ("Beverly Hills, CA 90210", "90210"),
        ("PLZ 10115", "10115"),
        ("kod pocztowy 00-238", "00-238"),
        ("CEP 01310-100", "01310-100"),
        ("〒100-0001", "100-0001"),
        ("address: 75001 Paris", "75001"),
        ("Eircode D02 AF30", "D02 AF30"),
        ("邮编：100000", "100000"),
    ],
)
def test_postcodes(text: str, code: str) -> None:
    ((found, kind, score),) = spans(text)
    assert (found, kind) == (code, codes.POSTCODE)
    assert score >= 60


@pytest.mark.parametrize(
    "text",
    ["90210", "C1 2AB", "SW1A 1AV", "D1A 0B1", "1234 AM", "x 75001 Paris", "A1B"],
)
def test_what_is_no_postcode(text: str) -> None:
    assert spans(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "48.8566, 2.3522", "48.856614,2.3522219", "-33.8688, 151.2093", "48°51'24\"N 2°21'03\"E",
        "48°51′24″N, 2°21′03″E", "51.5074° N, 0.1278° W", "40° 26′ 46″ N",
    ],
)  # fmt: skip
def test_coordinates(text: str) -> None:
    ((found, kind, score),) = spans(text)
    assert (found, kind) == (text, codes.COORDINATES)
    assert score >= 60


def test_coordinates_with_keys_and_schemes() -> None:
    assert spans('{"lat": 48.8566, "lon": 2.3522}') == [
        ("48.8566", codes.COORDINATES, 65),
        ("2.3522", codes.COORDINATES, 65),
    ]
    assert spans("geo:48.85,2.35") == [("48.85,2.35", codes.COORDINATES, 95)]
    assert spans("GPS 48.8566, 2.3522")[0][2] == 85


@pytest.mark.parametrize(
    "text",
    ["48°C", "48.8566", "1.2, 3.4", "348.8566, 2.3522", "99.123, 120.123", "$48.8566, 2.3522"],
)
def test_what_is_no_place_on_the_globe(text: str) -> None:
    assert spans(text) == []


def test_two_decimals_of_three_places_are_below_the_threshold() -> None:
    assert spans("12.345, 13.456")[0][2] < 50


def test_every_line_of_street_words_is_read() -> None:
    assert sum(1 for _ in read_words("kinds/street_words.txt")) > 300
    assert int((street_words().keys != 0).sum()) > 250


PIECES = st.sampled_from(
    ["12", "5", " ", ", ", "Main", "Street", "rue", "de", "la", "Via", "Hauptstraße", "ul.", "SW1A",
     "1AA", "é", "路", "号", "市", "°", "'", "48.8566", "-", "/", "Apt.",
     "CA", "1234 AB", "º", "\xa0"]
)  # fmt: skip


@given(
    st.one_of(st.binary(max_size=40), st.lists(PIECES, max_size=14).map("".join).map(str.encode))
)
def test_any_bytes_are_survived(row: bytes) -> None:
    data = np.frombuffer(row, np.uint8)
    for at, byte in enumerate(row):
        if 48 <= byte <= 57 and not (at and 48 <= row[at - 1] <= 57):
            start, end, *_ = places.found(data, 0, len(row), at, context_words(), street_words())
            assert end == 0 or 0 <= start <= at < end <= len(row)
