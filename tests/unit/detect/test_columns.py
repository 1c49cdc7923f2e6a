from __future__ import annotations

import random
from hashlib import sha256

import pyarrow as pa
import pytest
from faker import Faker

from privet.detect.columns.scanner import ColumnScanner
from privet.detect.columns.subjects import propose_subject
from privet.model.contract import Column, SubjectRef
from privet.model.paths import ColumnPath
from tests.unit.detect.scans import scan, scan_one

FAKE = Faker(["en_US", "de_DE", "fr_FR"])
FAKE.seed_instance(3)
DRAW = random.Random(3)
EMAILS = [FAKE.email() for _ in range(60)]
CODES = [f"{DRAW.randrange(10**9):09d}-x" for _ in range(60)]
WORDS = [
    f"{colour} {thing}"
    for colour in ("Blue", "Green", "Warm", "Cold", "Small", "Large")
    for thing in (
        "Kettle",
        "Chair",
        "Table",
        "Lamp",
        "Blanket",
        "Bottle",
        "Pump",
        "Shelf",
        "Carpet",
        "Bin",
    )
]
NUMBERS = [str(DRAW.randrange(10**6)) for _ in range(60)]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("email", EMAILS),
        ("iban", [FAKE.iban() for _ in range(60)]),
        ("card", [FAKE.credit_card_number("visa16") for _ in range(60)]),
        ("ip", [FAKE.ipv4() for _ in range(60)]),
        ("phone", [f"+49 151 {DRAW.randrange(10**8):08d}" for _ in range(60)]),
        ("national_id", [FAKE["en_US"].ssn() for _ in range(60)]),
        ("device_id", [FAKE.mac_address() for _ in range(60)]),
    ],
)
def test_a_form_that_checks_itself_needs_no_header(kind: str, values: list[str]) -> None:
    found = scan_one("x17", values)
    assert (found.kind, found.unsure) == (kind, False)
    assert found.confidence >= 90


def test_values_that_contradict_the_header_make_it_unsure() -> None:
    found = scan_one("email", CODES)
    assert (found.kind, found.unsure) == (None, True)
    assert found.confidence < 50
    assert found.evidence == ("header says e-mail addresses, but 0 of 60 distinct values fit",)


def test_digests_may_stand_for_what_the_header_says() -> None:
    found = scan_one("email", [sha256(email.encode()).hexdigest() for email in EMAILS])
    assert (found.kind, found.unsure) == ("email", True)


def test_values_that_are_another_kind_than_the_header_says() -> None:
    found = scan_one("phone", EMAILS)
    assert (found.kind, found.unsure) == ("email", True)


@pytest.mark.parametrize("header", ["x17", "email", "product_name", "city", "age", "order_id"])
def test_a_tenth_of_addresses_is_never_passed_over(header: str) -> None:
    found = scan_one(header, EMAILS[:6] + CODES[:54])
    assert found.unsure
    assert found.kind is not None


def test_one_address_among_many_codes_is_reported() -> None:
    found = scan_one("ref", [*CODES, EMAILS[0]])
    assert (found.kind, found.unsure) == ("email", True)
    assert found.evidence == ("1 % of 61 distinct values are e-mail addresses",)


def test_random_numbers_are_not_cards_because_some_check() -> None:
    numbers = [str(4 * 10**15 + DRAW.randrange(10**15)) for _ in range(1000)]
    assert scan_one("order_id", numbers).kind is None


@pytest.mark.parametrize("values", [[], [None, None], ["", "  "], ["n/a", "?", "-"]])
def test_a_column_without_values_is_neither(values: list[str | None]) -> None:
    found = scan({"email": pa.array(values, pa.string())})["email"]
    assert (found.kind, found.category, found.confidence, found.unsure) == (None, None, 0, True)
    assert found.evidence[-1] == f"no values in {len(values)}"


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("spent", [1.5 * n for n in range(60)]),
        ("newsletter", [True, False] * 30),
        ("ticket_id", CODES),
        ("product_name", [f"Blue Widget {n}" for n in range(60)]),
        ("email_sent", [True, False] * 30),
        ("email", [True, False] * 30),
        ("phone_service", ["yes", "no"] * 30),
        ("city_count", list(range(60))),
        ("plan", ["basic", "plus", "pro"] * 20),
        ("code", CODES),
        ("created_at", [f"2024-01-{1 + n % 28:02d} 10:00:00" for n in range(60)]),
        ("ip_rating", ["IP67", "IP68", "IP54"] * 20),
    ],
)
def test_nothing_found_is_said_firmly(header: str, values: list) -> None:
    found = (
        scan({header: values, "email": EMAILS})[header]
        if header != "email"
        else scan_one(header, values)
    )
    if header == "code":  # what nearly every person has of their own is for a person to judge
        assert found.unsure
        found = scan_one(header, values)
    assert (found.kind, found.category, found.unsure) == (None, None, False)
    assert found.confidence >= 70


def test_a_name_or_place_is_somebodys_in_a_table_about_people() -> None:
    people = {"name": WORDS, "city": [FAKE.city() for _ in range(60)]}
    alone = scan({"city": people["city"]})
    beside = scan({**people, "email": EMAILS})
    assert alone["city"].unsure
    assert not beside["city"].unsure
    assert (beside["city"].kind, beside["name"].kind) == ("city", None)


def test_names_that_lists_know_make_a_table_one_about_people() -> None:
    found = scan({"name": [FAKE.name() for _ in range(60)], "city": [FAKE.city() for _ in WORDS]})
    assert [(each.kind, each.unsure) for each in found.values()] == [
        ("name", False),
        ("city", False),
    ]


def test_a_name_that_is_no_persons_is_none() -> None:
    found = scan_one("name", WORDS)
    assert (found.kind, found.unsure) == (None, False)
    assert found.evidence == (
        "header says names, but 0 of 60 distinct values hold one that is listed",
    )


def test_a_flag_can_tell_of_health() -> None:
    found = scan_one("is_pregnant", [True, False] * 30)
    assert (found.kind, found.category) == ("health", "user.health_and_medical")


def test_listed_names_need_no_header() -> None:
    found = scan_one("x17", [FAKE.first_name() + " Meyer" for _ in range(60)])
    assert (found.kind, found.unsure) == ("name", False)
    assert found.evidence[0].endswith("distinct values are listed names")


def test_what_looks_like_names_is_shown_to_a_person() -> None:
    found = scan_one("x17", [f"Zorbl{chr(97 + n % 26)}x Grumpf{chr(97 + n)}" for n in range(20)])
    assert (found.kind, found.unsure) == (None, True)


def test_long_texts_are_free_text_whatever_the_header() -> None:
    texts = [f"Hello, I am number {n} and I have a question about my order." for n in range(60)]
    found = scan_one("x17", texts)
    assert (found.kind, found.category, found.unsure) == (
        "free_text",
        "user.content.private",
        False,
    )
    assert found.evidence[-1] == "free text may hold anything"


def test_dates_of_a_lifetime_are_suspicious_and_later_ones_are_not() -> None:
    births = [f"{1940 + n}-05-{1 + n % 28:02d}" for n in range(60)]
    orders = [f"2024-05-{1 + n % 28:02d}" for n in range(60)]
    assert scan_one("x17", births).unsure
    assert scan_one("x17", births).kind == "date_of_birth"
    assert scan_one("x17", orders).kind is None
    assert scan_one("date_of_birth", births).unsure is False
    assert scan_one("date_of_birth", [f"2{n:03d}-01-01" for n in range(100, 160)]).unsure


def test_long_numbers_that_single_out_people_are_shown_to_a_person() -> None:
    numbers = [DRAW.randrange(10**9, 10**10) for _ in range(60)]
    assert not scan_one("x17", numbers).unsure
    assert scan({"x17": numbers, "email": EMAILS})["x17"].unsure


def test_few_words_of_gender_are_heard_without_a_header() -> None:
    found = scan_one("x17", ["M", "F"] * 30)
    assert (found.kind, found.unsure) == ("gender", True)


def test_a_bare_id_is_for_a_person_to_judge() -> None:
    found = scan_one("id", NUMBERS)
    assert (found.kind, found.unsure) == ("person_id", True)


def test_one_value_is_not_enough_for_a_card_without_a_header() -> None:
    assert scan_one("x17", ["4111111111111111"]).unsure
    assert not scan_one("card", ["4111111111111111"]).unsure


def test_evidence_states_a_sample_as_one() -> None:
    found = scan_one("email", [f"a{n}@example.org" for n in range(20_000)])
    assert found.evidence[1] == "all 5,000 sampled distinct values are e-mail addresses"


def test_a_test_that_tries_fewer_values_says_so() -> None:
    found = scan_one("x17", [f"+49 151 {n:08d}" for n in range(10_000_000, 10_001_000)])
    assert found.evidence == ("all 500 sampled distinct values are phone numbers",)


def test_columns_of_every_type_are_looked_at() -> None:
    from datetime import date, datetime, time, timedelta
    from decimal import Decimal

    found = scan(
        {
            "a": pa.array([date(2024, 1, 1)] * 3),
            "b": pa.array([datetime(2024, 1, 1)] * 3),
            "c": pa.array([Decimal("1.50")] * 3),
            "d": pa.array([b"\xff\xfe", b"x", None]),
            "e": pa.array(["x", "y", "x"]).dictionary_encode(),
            "f": pa.array([time(1), time(2), None]),
            "g": pa.array([timedelta(1)] * 3),
            "h": pa.array([1, 2, 3], pa.int8()),
            "i": pa.array(["x"] * 3, pa.large_string()),
        }
    )
    assert all(finding.kind is None for finding in found.values())


def test_text_that_is_not_utf8_is_looked_at_all_the_same() -> None:
    offsets = pa.py_buffer(b"\0\0\0\0\2\0\0\0\7\0\0\0")
    broken = pa.Array.from_buffers(pa.string(), 2, [None, offsets, pa.py_buffer(b"\xff\xfea@b.d")])
    scanner = ColumnScanner([Column(ColumnPath.of("email"), "string")])
    scanner.add(pa.record_batch({"email": broken}))
    assert scanner.findings()[0].kind == "email"


def test_a_batch_that_lacks_a_column_is_refused() -> None:
    scanner = ColumnScanner([Column(ColumnPath.of("email"), "string")])
    with pytest.raises(ValueError, match="no column email"):
        scanner.add(pa.record_batch({"mail": ["x"]}))


@pytest.mark.parametrize(
    ("header", "subject"),
    [
        ("customer_id", "customer"),
        ("Kundennummer", "customer"),
        ("patient_no", "patient"),
        ("ticket_id", None),
        ("id", None),
    ],
)
def test_the_subject_is_the_person_whose_id_a_column_holds(
    header: str, subject: str | None
) -> None:
    findings = tuple(scan({"note": CODES, header: NUMBERS}).values())
    expected = SubjectRef(subject, ColumnPath.of(header)) if subject else None
    assert propose_subject(findings) == expected


def test_a_nested_id_is_no_subject_of_the_rows() -> None:
    rows = pa.array([{"user_id": n} for n in NUMBERS])
    found = scan({"author": rows})
    assert found["author.user_id"].kind == "person_id"
    assert propose_subject(tuple(found.values())) is None


def test_official_numbers_of_one_country_need_no_header() -> None:
    fake = Faker("it_IT")
    fake.seed_instance(2)
    found = scan_one("x17", [fake.ssn() for _ in range(40)])
    assert (found.kind, found.unsure) == ("national_id", False)
    assert found.evidence == ("all 40 distinct values check as official numbers of one country",)


def test_random_numbers_are_no_official_ones() -> None:
    numbers = [str(DRAW.randrange(10**8, 10**9)) for _ in range(400)]
    assert scan_one("x17", numbers).kind is None


def test_versions_are_no_addresses() -> None:
    versions = [f"{n % 20}.{n % 7}.{n % 11}.{n}" for n in range(40)]
    assert scan_one("x17", versions).kind is None
    assert scan_one("ip", [f"192.168.{n}.7" for n in range(60)]).kind == "ip"


@pytest.mark.parametrize(
    ("header", "kind"), [("relig", "religion"), ("gndr", "gender"), ("addr2", "street")]
)
def test_a_header_cut_short_is_read(header: str, kind: str) -> None:
    values = {"religion": ["none", "other"], "gender": ["m", "f"], "street": ["Mill Lane 3"]}
    assert (
        scan({header: values[kind] * 30, "email": EMAILS[:30] * len(values[kind])})[header].kind
        == kind
    )


def test_addresses_without_a_header_are_shown_to_a_person() -> None:
    found = scan_one(
        "x17",
        [f"{n} Mill Lane, {10_000 + n} North Haverbrook, Springfield County" for n in range(1, 60)],
    )
    assert (found.kind, found.unsure) == ("address", True)


def test_a_description_of_a_thing_is_about_nobody() -> None:
    found = scan({"product_description": WORDS, "email": EMAILS})["product_description"]
    assert (found.kind, found.unsure) == (None, False)
