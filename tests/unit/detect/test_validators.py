from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial

import pyarrow as pa
import pytest
from faker import Faker

from privet.detect.columns import validators
from privet.detect.columns.checks import Check
from privet.detect.columns.dates import are_birth_dates, parse_date
from privet.detect.columns.phones import (
    are_clear_phone_numbers,
    are_local_phone_numbers,
    are_phone_numbers,
)

LOCALES = "de_DE fr_FR es_ES it_IT nl_NL pl_PL en_GB pt_PT tr_TR de_AT de_CH da_DK fi_FI"


def passed(check: Check, texts: Iterable[str]) -> list[bool]:
    return check(pa.array(list(texts), pa.string())).tolist()


def passes(check: Check, text: str) -> bool:
    return passed(check, [text])[0]


def made(locale: str) -> Faker:
    fake = Faker(locale)
    fake.seed_instance(7)
    return fake


@pytest.mark.parametrize("locale", LOCALES.split())
def test_ibans_of_another_maker_check(locale: str) -> None:
    fake = made(locale)
    assert all(passes(validators.are_ibans, fake.iban()) for _ in range(50))


@pytest.mark.parametrize(
    "text",
    [
        "DE89370400440532013001",
        "DE8937040044053201300",
        "XX89370400440532013000",
        "",
        "DE89",
        "ä" * 22,
    ],
)
def test_what_is_no_iban(text: str) -> None:
    assert not passes(validators.are_ibans, text)


def test_iban_with_blanks_and_small_letters() -> None:
    assert passes(validators.are_ibans, "de89 3704 0044 0532 0130 00")


BRANDS = "visa visa16 visa13 visa19 mastercard amex discover diners jcb maestro"


@pytest.mark.parametrize("brand", BRANDS.split())
def test_cards_of_every_brand_check(brand: str) -> None:
    fake = made("en_US")
    cards = [fake.credit_card_number(brand) for _ in range(100)]
    # The maker's 0604 is no issuer's range.
    assert all(
        passes(validators.are_card_numbers, card) for card in cards if not card.startswith("0")
    )


@pytest.mark.parametrize(
    "text",
    ["4111111111111112", "1234567890123452", "411111111111111", "4111 11111111 1111", "", "0" * 16],
)
def test_what_is_no_card(text: str) -> None:
    assert not passes(validators.are_card_numbers, text)


def test_cards_in_groups() -> None:
    assert passes(validators.are_card_numbers, "4111 1111 1111 1111")
    assert passes(validators.are_card_numbers, "3782-822463-10005")


@pytest.mark.parametrize(
    "text",
    [
        "ana@example.org",
        "a.b+c@sub.example.co.uk",
        "jürgen@müller.de",
        "用户@例子.广告",
        "o'hara@x.ie",
        "a@xn--p1ai.xn--p1ai",
    ],
)
def test_email_addresses(text: str) -> None:
    assert passes(validators.are_emails, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "a@b",
        "a b@c.de",
        "a@b..de",
        "a@-b.de",
        "a@b.1",
        "@handle",
        "a@b.de,c@d.de",
        "x" * 65 + "@a.de",
    ],
)
def test_what_is_no_email_address(text: str) -> None:
    assert not passes(validators.are_emails, text)


def test_ip_addresses() -> None:
    assert all(passed(validators.are_ips, ["10.0.0.1", "::1", "2001:db8::/32", "fe80::1%eth0"]))
    assert not any(passed(validators.are_ips, ["10.0.0", "1.2.3.4.5", "12:30", "10.0.0.256", ""]))


def test_social_security_numbers() -> None:
    assert passes(validators.are_us_ssns, "123-45-6789")
    assert not any(
        passed(validators.are_us_ssns, ["000-12-3456", "123-00-1234", "912-34-5678", "123456789"])
    )


@pytest.mark.parametrize("text", ["+49 30 901820", "+1 (206) 555-0123", "+33612345678"])
def test_clear_phone_numbers(text: str) -> None:
    assert passes(are_clear_phone_numbers, text)
    assert passes(are_phone_numbers, text)


@pytest.mark.parametrize("text", ["(206) 456-1234", "020 7946 0018", "06 12 34 56 78"])
def test_local_phone_numbers(text: str) -> None:
    assert passes(are_local_phone_numbers, text)
    assert passes(are_phone_numbers, text)


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-31", "31.01.2024", "1234.5678", "192.168.100.20", "123-45-6789",
        "3fa85f64-5717", "12:30:45", "1234567", "1700000000", "", "0.000001234", "10-20",
        "4111111111111111",
    ],
)  # fmt: skip
def test_what_is_no_phone_number_without_a_header(text: str) -> None:
    assert not passes(are_clear_phone_numbers, text)
    assert not passes(are_local_phone_numbers, text)


@pytest.mark.parametrize(
    "text",
    [
        "1990-02-28", "19900228", "28/02/1990", "02/28/1990", "28.2.1990", "1990-02-28T10:20:30Z",
        "28 Feb 1990", "February 28, 1990", "28. Februar 1990", "28/02/90",
    ],
)  # fmt: skip
def test_dates(text: str) -> None:
    assert parse_date(text) == date(1990, 2, 28)


@pytest.mark.parametrize(
    "text", ["1990-02-30", "31/31/1990", "", "1990", "12345678", "28 Foo 1990"]
)
def test_what_is_no_date(text: str) -> None:
    assert parse_date(text) is None


def test_birth_dates_end_today() -> None:
    today = date(2026, 11, 23)
    births = partial(are_birth_dates, today=today)
    assert all(passed(births, ["2026-11-23", "1955"]))
    assert not any(passed(births, ["2026-11-24", "1899-12-31", "2027", "0"]))


def test_ages() -> None:
    assert all(
        passed(
            validators.are_ages, ["0", "39", "39.0", "30-39", "<25", "65+", "40 years", "30 to 39"]
        )
    )
    assert not any(passed(validators.are_ages, ["126", "-3", "1700000000", "abc", ""]))


def test_names_are_told_from_codes() -> None:
    people = [
        "Anna Müller",
        "Jean-Luc O'Neill",
        "Vincent van Gogh",
        "MÜLLER, ANNA",
        "Li Wei",
        "王小明",
    ]
    assert all(passed(validators.are_person_shaped, people))
    assert not any(
        passed(validators.are_person_shaped, ["anna", "A 320", "blue widget", "", "x" * 80])
    )


def test_coordinates() -> None:
    assert all(passed(validators.are_coordinates, ["52.52", "-179.9", "13", "52.520, 13.405"]))
    assert not any(passed(validators.are_coordinates, ["181", "north", "2024-01-01"]))
