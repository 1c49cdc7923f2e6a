"""Surrogates of each kind: what they keep, and that they are what they look like."""

from __future__ import annotations

import ipaddress
import re
from datetime import date

import phonenumbers
import pyarrow as pa
import pytest

from privet.kernels.scan import codes
from privet.transforms.text.plan import KindFacts, Plan, Rule
from privet.transforms.text.protecting import protect
from privet.transforms.text.surrogates import surrogates
from tests.unit.transforms.making import KEY, OTHER_KEY
from tests.unit.transforms.spans_by_hand import spans


def made(values: list[str], code: int, key=KEY, kind="kind") -> list[str | None]:
    out = surrogates(pa.array(values), code, kind, key)
    out.validate(full=True)
    assert len(out) == len(values)
    return out.to_pylist()


def one(value: str, code: int) -> str:
    (found,) = made([value], code)
    assert found is not None
    assert found != value
    return found


def many(pattern: str, code: int, count: int = 500) -> list[str]:
    """Surrogates of `count` values, a number in each."""
    found = made([pattern.format(row) for row in range(count)], code)
    assert None not in found
    return found


def shape(value: str) -> str:
    return re.sub(r"[a-z]", "a", re.sub(r"[A-Z]", "A", re.sub(r"\d", "0", value)))


def luhn(digits: str) -> bool:
    doubled = [int(digit) * (2 - (len(digits) - at) % 2) for at, digit in enumerate(digits)]
    return sum(number - 9 * (number > 9) for number in doubled) % 10 == 0


@pytest.mark.parametrize(
    ("value", "begins"),
    [
        ("4556 7375 8689 9855", "4111 11"),
        ("5105105105105100", "555555"),
        ("2223-0031-2200-3222", "2223-00"),
        ("378282246310005", "378282"),
        ("3400 0000 0000 009", "3434 34"),
        ("6011000990139424", "601111"),
        ("30569309025904", "305693"),
        ("3566002020360505", "353011"),
        ("6200000000000005", "620000"),
        ("6759649826438453", "675964"),
        ("4222222222222", "411111"),
        ("9999 9999 9995", "9999"),
    ],
)
def test_cards(value, begins) -> None:
    found = one(value, codes.CARD)
    assert found.startswith(begins)
    assert shape(found) == shape(value)
    assert luhn(re.sub(r"\D", "", found))


@pytest.mark.parametrize(
    "value",
    [
        "DE89 3704 0044 0532 0130 00",
        "GB82WEST12345698765432",
        "nl91 abna 0417 1643 00",
        "MT84MALT011000012345MTLCAST001S",
        "NO9386011117947",
        "BR18-0036-0305-0000-1000-9795-493C-1",
    ],
)
def test_ibans(value) -> None:
    found = one(value, codes.IBAN)
    assert shape(found) == shape(value)
    assert found[:2] == value[:2]
    bare = re.sub(r"\W", "", found).upper()
    assert int("".join(str(int(sign, 36)) for sign in bare[4:] + bare[:4])) % 97 == 1


def test_numbers_that_are_issued_to_nobody() -> None:
    for found in many("078-05-{:04d}", codes.SSN):
        assert re.fullmatch(r"9\d\d-(0[1-9]|[1-4]\d)-\d{4}", found)
        assert not found.endswith("0000")
    for found in many("912-70-{:04d}", codes.ITIN):
        assert re.fullmatch(r"9\d\d-(89|93)-\d{4}", found)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("+1 212 867 {:04d}", r"\+1 \d{3} 555 01\d\d"),
        ("(212) 867-{:04d}", r"\(\d{3}\) 555-01\d\d"),
        ("1-212-867-{:04d}", r"1-\d{3}-555-01\d\d"),
        ("212.867.{:04d} x12", r"\d{3}\.555\.01\d\d x\d\d"),
        ("+44 7911 12{:04d}", r"\+44 7700 900\d{3}"),
        ("07911 12{:04d}", r"07700 900\d{3}"),
        ("0044 20 7123 {:04d}", r"0044 \d\d \d{4} \d{4}"),
        ("+33 6 12 34 {:04d}", r"\+33 6 39 98 \d{4}"),
        ("01 42 68 53 1{:01d}", r"0[1-5] (99 00|61 91|53 01|65 71|36 49) ?\d\d \d\d"),
        ("+61 2 9374 {:04d}", r"\+61 [2378] (5550|7010) \d{4}"),
        ("+353 20 812 {:04d}", r"\+353 20 91\d \d{4}"),
        ("+49 (0)30 12 34{:04d}", r"\+49 \(0\)\d\d \d\d \d{6}"),
    ],
)
def test_phones_that_regulators_keep_free(pattern, expected) -> None:
    for found in many(pattern, codes.PHONE, 10 if "1{:01d}" in pattern else 300):
        assert re.fullmatch(expected, found)


@pytest.mark.parametrize(
    "value",
    [
        "+48 601 234 567",
        "+49 151 23456789",
        "+39 06 1234567",
        "+81-90-1234-5678",
        "0171/3456789",
        "+7 912 345-67-89",
        "+352 621 123 456",
        "+55 (11) 91234-5678",
    ],
)
def test_other_phones_keep_country_grouping_and_first_digits(value) -> None:
    found = one(value, codes.PHONE)
    assert shape(found) == shape(value)
    assert found[:5] == value[:5]
    if value.startswith("+"):
        assert phonenumbers.is_possible_number(phonenumbers.parse(found))


def test_addresses_of_machines_are_nobodys() -> None:
    nets = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15"]
    free = [ipaddress.ip_network(net) for net in nets]
    seen = many("93.184.216.{}", codes.IP, 256)
    assert all(any(ipaddress.ip_address(found) in net for net in free) for found in seen)
    assert one("93.184.216.34:8080", codes.IP).endswith(":8080")
    for value in ("2a00:1450:4001:801::200e", "fe80::1%eth0", "2A00:1450:4001:0801:0:0:0:200E"):
        found = one(value, codes.IP)
        assert ipaddress.ip_address(found) in ipaddress.ip_network("2001:db8::/32")
        assert str(ipaddress.ip_address(found)) == found.lower()
    for value in ("00:1A:2B:3C:4D:5E", "00-1a-2b-3c-4d-5e", "001a.2b3c.4d5e"):
        found = one(value, codes.MAC)
        assert re.sub("[0-9A-Fa-f]", "0", found) == re.sub("[0-9A-Fa-f]", "0", value)
        assert int(found[:2], 16) & 3 == 2


def test_urls() -> None:
    found = one("https://www.faces.test:8443/users/anna.schmidt/42?id=7&q=%20x#top", codes.URL)
    assert re.fullmatch(
        r"https://www\.[a-z]{6}\.example\.(org|com|net):8443/users/\w{4}\.\w{7}/\d\d\?id=\d&q=\w\w#\w{3}",
        found,
    )
    assert "schmidt" not in found


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("anna.schmidt85@faces.test", r"[a-z]+\.[a-z]+\d\d@example\.(org|com|net)"),
        ("A.SCHMIDT@X.DE", r"[A-Z]\.[A-Z]{7}@example\.\w{3}"),
        ("annaschmidt@x.de", r"[a-z]{6,}@example\.\w{3}"),
        ("anna@x.de", r"[a-z]{4}@example\.\w{3}"),
        ("jürgen@x.de", r"[a-z]+@example\.\w{3}"),
        ("a1-b2@x.de", r"[a-z]\d-[a-z]\d@example\.\w{3}"),
    ],
)
def test_emails(value, expected) -> None:
    assert re.fullmatch(expected, one(value, codes.EMAIL))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Anna Schmidt", r"[A-Z][a-z]+ [A-Z][a-z]+"),
        ("ANNA-MARIE O'CONNOR", r"[A-Z]+-[A-Z]+ [A-Z]+"),
        ("Dr. J. van der Berg", r"Dr\. [A-Z]\. van der [A-Z][a-z]+"),
        ("anna schmidt", r"[a-z]+ [a-z]+"),
        ("Анна Петрова", "[\u0400-\u04ff]+ [\u0400-\u04ff]+"),
        ("Γιώργος Παππάς", "[\u0370-\u03ff]+ [\u0370-\u03ff]+"),
        ("محمد العلي", "[\u0620-\u064a]+ [\u0620-\u064a]+"),
        ("דוד כהן", "[א-ת]+ [א-ת]+"),
        ("सचिन शर्मा", "[\u0900-\u097f]+ [\u0900-\u097f]+"),
        ("王小明", "[\u4e00-\u9fff]{3}"),
        ("王明", "[\u4e00-\u9fff]{2}"),
        ("佐藤健太", "[\u4e00-\u9fff]{4}"),
        ("サトウ タロウ", "[ァ-ヴ]+ [ァ-ヴ]+"),
        ("김지우", "[가-힣]{3}"),
        ("Nguyễn Văn An", r"[A-Z][a-z]+ [A-Z][a-z]+ [A-Z][a-z]+"),
        ("Seán O\u2019Brien", "[A-Z][a-z]+ [A-Z]\u2019[A-Z][a-z]+"),
    ],
)
def test_names_keep_script_case_and_number_of_words(value, expected) -> None:
    assert re.fullmatch(expected, one(value, codes.NAME))


def test_a_word_of_a_name_never_becomes_itself() -> None:
    given = ["Robin", "Kim", "Sasha", "Alex", "Morgan", "Quinn"]
    values = [f"{first} Xy{row:03d}" for first in given for row in range(300)]
    letters = [value.replace("0", "o").replace("1", "l") for value in values]
    for value, found in zip(letters, made(letters, codes.NAME), strict=True):
        assert found.split()[0] != value.split()[0]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Lindenstraße 12b", r"[A-Z][a-z]+straße [1-9]\db"),
        ("221B Baker Street", r"[1-9]\d\dB [A-Z]\w+ Street"),
        ("12 rue des Écoles", r"[1-9]\d rue des [A-Z]\w+"),
        ("ул. Ленина, д. 12", r"ул\. \w+, д\. [1-9]\d"),
    ],
)
def test_streets(value, expected) -> None:
    assert re.fullmatch(expected, one(value, codes.STREET))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1980-05-12", r"1980-(0[1-9]|1[012])-([01]\d|2[0-8])"),
        ("12.05.1980", r"\d\d\.\d\d\.1980"),
        ("31/12/1980", r"\d\d/(0[1-9]|1[012])/1980"),
        ("5/6/80", r"[1-9]/[1-9]/80"),
        ("12 May 1980", r"[012]\d May 1980"),
        ("May 5, 1980", r"May [1-9], 1980"),
        ("19800512", r"1980(0[1-9]|1[012])([01]\d|2[0-8])"),
        ("12051980", r"\d\d(0[1-9]|1[012])1980"),
        ("1980年5月12日", r"1980年[1-9]月\d\d日"),
    ],
)
def test_dates_of_birth_keep_year_and_form(value, expected) -> None:
    assert re.fullmatch(expected, one(value, codes.DATE_OF_BIRTH))


def test_every_drawn_date_is_one() -> None:
    values = [f"{year}-{month:02d}-31" for year in range(1930, 2000) for month in range(1, 13)]
    for found in made(values, codes.DATE_OF_BIRTH):
        date.fromisoformat(found)


def test_ages_move_by_three_years_at_most() -> None:
    for age, found in zip(
        range(120), made([str(age) for age in range(120)], codes.AGE), strict=True
    ):
        assert 1 <= abs(int(found) - age) <= 3
        assert len(found) == len(str(age))


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        ("SW1A 1AA", codes.POSTCODE, r"SW\d[A-Z] \d[A-Z]{2}"),
        ("10115", codes.POSTCODE, r"1\d{4}"),
        ("48.8566, 2.3522", codes.COORDINATES, r"48\.\d{4}, 2\.\d{4}"),
        ("48,8566; 2,3522", codes.COORDINATES, r"48,\d{4}; 2,\d{4}"),
        (
            "48°51'29.5\"N 2°21'03\"E",
            codes.COORDINATES,
            r"48°[0-5]\d'[0-5]\d\.\d\"N 2°[0-5]\d'[0-5]\d\"E",
        ),
        ("DEUTDEFF500", codes.BIC, r"[A-Z]{4}DE[A-Z]0500"),
        ("C01X00T47", codes.PASSPORT, r"[A-Z]\d\d[A-Z]\d\d[A-Z]\d\d"),
        ("44051401359", codes.FIRST_OFFICIAL + 3, r"\d{11}"),
        ("@anna_k92", codes.USERNAME, r"@[a-z]{4}_[a-z]\d\d"),
        ("Müller GmbH", codes.ORGANISATION, r"[A-Z][a-z]+ GmbH"),
    ],
)
def test_other_kinds(value, code, expected) -> None:
    assert re.fullmatch(expected, one(value, code))


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("hunter2", codes.PASSWORD),
        ("AKIA0123", codes.API_KEY),
        ("0xab", codes.CRYPTO),
        ("diabetes", codes.HEALTH),
        ("forty", codes.AGE),
        ("()", codes.PHONE),
        ("Dr.", codes.NAME),
        ("สมชาย ใจดี", codes.NAME),
        ("北京市朝阳区1号", codes.STREET),
        ("E-7", codes.FIRST_OWN),
    ],
)
def test_what_has_no_surrogate_gets_its_tag(value, code) -> None:
    assert made([value], code) == [None]
    text = f"x {value} y"
    found = spans([text], [(0, value, code)])
    plan = Plan(Rule("surrogate"), {}, {code: KindFacts("secret")}, KEY)
    assert protect(pa.array([text]), found, plan).to_pylist() == ["x [SECRET] y"]


def test_spellings_of_one_value_have_one_surrogate() -> None:
    first, second = made(["4556 7375 8689 9855", "4556737586899855"], codes.CARD)
    assert first.replace(" ", "") == second
    first, second = made(["Ana@x.org", "ANA@X.ORG"], codes.EMAIL)
    assert first.lower() == second.lower()


def test_another_key_or_kind_has_other_surrogates() -> None:
    values = [f"+49 30 1234{row:04d}" for row in range(50)]
    assert made(values, codes.PHONE) == made(values, codes.PHONE)
    for other in (made(values, codes.PHONE, OTHER_KEY), made(values, codes.PHONE, kind="another")):
        pairs = zip(made(values, codes.PHONE), other, strict=True)
        assert sum(a == b for a, b in pairs) <= 1


def test_a_surrogate_is_nobodys_original() -> None:
    values = [f"078-05-{row:04d}" for row in range(200)]
    first = made(values, codes.SSN)
    # Now all of these stand in the texts as well: each value is drawn again.
    both = made(values + first, codes.SSN)
    assert not set(both) & set(values + first)
    # What does not clash stays as it was.
    some = made([*values, first[7]], codes.SSN)
    assert [a == b for a, b in zip(some[:200], first, strict=True)] == [
        row != 7 for row in range(200)
    ]


def test_where_every_surrogate_is_somebodys_it_is_a_tag() -> None:
    every = [f"+44 7700 900{row:03d}" for row in range(1000)]
    assert set(made([*every, "+44 7911 123456"], codes.PHONE)) == {None}


def test_few_share_a_surrogate() -> None:
    for pattern, code, most in (
        ("anna.schmidt{}@x.test", codes.EMAIL, 0),
        ("+48 601 {:06d}", codes.PHONE, 40),
        ("4556 7375 86{:06d}", codes.CARD, 10),
        ("DE89 3704 0044 05{:06d}", codes.IBAN, 2),
        ("10.1.{}", codes.IP, 0),
        ("078-05-{:04d}", codes.SSN, 10),
    ):
        count = 256 if code == codes.IP else 5000
        values = [pattern.format(f"0.{row}" if code == codes.IP else row) for row in range(count)]
        assert len(set(made(values, code))) >= count - most
