"""Phone numbers in text: which chains of digits are one, how sure it is, where they end."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

import numpy as np
import pytest
from faker import Faker

from privet.detect.kinds.context import context_words
from privet.detect.kinds.phones import phone_regions, phone_tables
from privet.kernels.scan.chains import digits_end, joined_left, new_chain, read_chain
from privet.kernels.scan.context import TOPIC_CARD, TOPIC_CONTACT, TOPIC_NEGATIVE, TOPIC_PHONE
from privet.kernels.scan.phone_chain import MOST_DIGITS, extension, is_worth_it, phone
from privet.kernels.scan.phone_shape import DISTINCTIVE, NO, PLAIN, USUAL, shape
from privet.kernels.scan.phones import judge, nanp

LIKELY = 50
CLEAN, BLANK, HARD = 0, 1, 2


def found(text: str, least: int = LIKELY) -> list[tuple[str, int]]:
    """Every phone number in `text` with its score, each chain read as the scanner reads it."""
    data = np.frombuffer(text.encode(), np.uint8)
    words, tables = context_words(), phone_tables()
    chain, room = new_chain(), np.zeros(MOST_DIGITS, np.uint8)
    spans: list[tuple[str, int]] = []
    at = 0
    while at < len(data):
        if not chr(data[at]).isdigit():
            at += 1
            continue
        if at and chr(data[at - 1]).isalnum():
            at = digits_end(data, at, len(data))
            continue
        count = read_chain(data, at, len(data), chain)
        past, group = int(chain[count - 1, 1]), 0
        while group < count:
            before = joined_left(data, 0, at) if group == 0 else CLEAN
            if group and chain[group, 2] not in (BLANK, 5) and data[chain[group, 0] - 1] != 32:
                before = HARD
            step = 1
            if before != HARD and is_worth_it(data, 0, chain, group, count):
                taken, start, end, score, _ = phone(
                    data, 0, len(data), chain, group, count, words, tables, room
                )
                if taken and score >= least:
                    spans.append((bytes(data[start:end]).decode(), int(score)))
                    past, step = max(past, int(end)), int(taken)
            group += step
        at = max(past, at + 1)
    return spans


def shape_of(text: str, lead: int = 0) -> int:
    data = np.frombuffer(text.encode(), np.uint8)
    chain = new_chain()
    first = next(at for at, byte in enumerate(data) if chr(byte).isdigit())
    return int(shape(data, chain, 0, read_chain(data, first, len(data), chain), lead))


@pytest.mark.parametrize(
    "number",
    [
        "(202) 555-0123", "555-123-4567", "202.555.0123", "202 555 0123", "1-800-555-0199",
        "+1-202-555-0123x12345", "001-202-555-0123x123", "+12025550123", "(202)555-0123x12",
        "020 7946 0958", "+44 20 7946 0958", "+44(0)20 7946 0958", "(020) 7946 0958",
        "0171/1234567", "030 1234567", "+49(0)171 1234567", "(0)171 1234567", "0800 123456",
        "0049 171 1234567", "06 12 34 56 78", "01.23.45.67.89", "+33 (0)6 12 34 56 78",
        "+34 612 34 56 78", "612 34 56 78", "+39 06 1234 5678", "+31 (0)20 123 4567",
        "600 123 456", "+48 600 123 456", "22 123 45 67", "(11) 98765-4321", "11 98765-4321",
        "+55 11 98765-4321", "090-1234-5678", "010-1234-5678", "138 1234 5678", "98765 43210",
        "8 (495) 123-45-67", "+7 (495) 123-45-67", "0532 123 45 67", "08-123 456 78",
        "+47 22 12 34 56", "(+44) 20 7946 0958", "+(44) 20 7946 0958", "02 9876 5432",
        "+852 2123 4567", "+86 138 1234 5678", "0041 44 668 18 00", "+358 40 1234567",
    ],
)  # fmt: skip
def test_a_written_form_is_found_without_a_word_beside_it(number: str) -> None:
    assert [text for text, _ in found(f"The value {number} was seen.")] == [number]
    assert [text for text, _ in found(number)] == [number]


@pytest.mark.parametrize(
    "number", ["555-0123", "2025550123", "01711234567", "0612345678", "22 12 34 56", "12345678"]
)
def test_a_plain_run_needs_a_word(number: str) -> None:
    assert found(f"The value {number} was seen.") == []
    assert [text for text, _ in found(f"Phone: {number}, Berlin")] == [number]


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-15", "15.01.2024", "01/15/2024", "15 01 2024", "2024-01-15 12:30:00",
        "20240115 123000", "2019-2020", "1.2.3.4", "10.0.19041.1237", "192.168.10.12",
        "3.14159265", "+3.14159265", "-0.123456789", "978-3-16-148410-0", "0-306-40615-2",
        "123-45-6789", "4111 1111 1111 1111", "3782 822463 10005", "1.234.567.890",
        "0.118.144.87", "1 234 567 890",
        "123 456 789", "550e8400-e29b-41d4-a716-446655440000",
        "12345678-1234-1234-1234-123456789012",
        "112-1234567-1234567", "04474-4669", "12-3456789", "059.659.578-26", "02 08 12 20 34 39",
        "1705312245", "1705312245123", "00012345", "10.1234/5678901", "(2019) 123 4567",
        "order 555-123-4567", "Rechnung Nr. 030 1234567", "932 159 54 183 155 613 327",
    ],
)  # fmt: skip
def test_other_numbers_are_none(text: str) -> None:
    assert found(text) == []
    assert found(f"The value {text} was seen.") == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Reach us at +44 20 7946 0958 2 days a week", "+44 20 7946 0958"),
        ("on 05/06/2024 0171 1234567 called", "0171 1234567"),
        ("12 202-555-0123 45", "202-555-0123"),
        ("see (call 202-555-0123)", "202-555-0123"),
        ("mobil (0171) 1234567.", "(0171) 1234567"),
        ("电话:138 1234 5678", "138 1234 5678"),
    ],
)
def test_a_number_ends_where_it_ends(text: str, number: str) -> None:
    assert [text for text, _ in found(text)] == [number]


def test_two_numbers_beside_each_other_are_two() -> None:
    both = ["020 7946 0958", "020 7946 0959"]
    assert [text for text, _ in found(f"Tel {both[0]} / {both[1]}")] == both
    assert [text for text, _ in found(f"Tel {both[0]}, {both[1]}")] == both


@pytest.mark.parametrize(
    ("after", "taken"),
    [
        ("x123", 4), ("X12", 3), (" x 12", 5), (" ext. 12", 8), (" ext 5", 6), (" #12", 4),
        (";ext=7", 6), (" Durchwahl 12", 13), (", DW 4", 6), (" poste 3", 8), (" Interno: 42", 12),
        ("", 0), (" extra 12", 0), ("x1234567", 0), ("x12a", 0), (" text 5", 0), (" x", 0),
    ],
)  # fmt: skip
def test_an_extension_belongs_to_the_number(after: str, taken: int) -> None:
    data = np.frombuffer(b"5550123" + after.encode(), np.uint8)
    assert extension(data, 7, len(data)) == 7 + taken
    assert extension(data, 7, 7) == 7


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("555-123-4567", DISTINCTIVE), ("020 7946 0958", DISTINCTIVE),
        ("0171/1234567", DISTINCTIVE), ("202.555.0123", USUAL), ("030 1234567", USUAL),
        ("600 123 456", USUAL), ("1234567890", PLAIN),
        ("12 34 56 78", PLAIN), ("2024-01-15", NO), ("1.2.3.4", NO), ("12345", NO),
        ("1234 1234 1234 1234", NO), ("1/2/3/4567890", NO),
    ],
)  # fmt: skip
def test_shapes(text: str, expected: int) -> None:
    assert shape_of(text) == expected


def score(number: str, *, plus: int, kind: int, topics: int = 0) -> int:
    digits = np.frombuffer(number.encode(), np.uint8) - np.uint8(48)
    return int(judge(digits, len(number), plus, kind, 0, np.uint64(topics), phone_tables())[0])


def test_the_scores() -> None:
    assert score("4930123456", plus=1, kind=DISTINCTIVE) == 85
    assert score("4930123456", plus=1, kind=DISTINCTIVE, topics=TOPIC_PHONE) == 90
    assert score("15550001111", plus=1, kind=DISTINCTIVE) == 70
    assert score("4930123456", plus=1, kind=DISTINCTIVE, topics=TOPIC_NEGATIVE) == 55
    assert score("02079460958", plus=0, kind=DISTINCTIVE) == 70
    assert score("02079460958", plus=0, kind=USUAL) == 60
    assert score("02079460958", plus=0, kind=USUAL, topics=TOPIC_CARD) == 40
    assert score("02079460958", plus=0, kind=USUAL, topics=TOPIC_CONTACT) == 70
    assert score("02079460958", plus=0, kind=PLAIN) == 30
    assert score("02079460958", plus=0, kind=PLAIN, topics=TOPIC_PHONE) == 65
    assert score("5550123", plus=0, kind=PLAIN, topics=TOPIC_PHONE) >= 55
    assert score("02079460958", plus=0, kind=NO, topics=TOPIC_PHONE) == 0


def test_north_american_numbers_have_their_form() -> None:
    def formed(number: str) -> bool:
        return bool(nanp(np.frombuffer(number.encode(), np.uint8) - np.uint8(48), len(number)))

    assert formed("2025550123")
    assert formed("12025550123")
    assert not any(
        map(formed, ["1025550123", "2021550123", "9115550123", "2029110123", "202555012"])
    )


def test_the_table_has_the_regions_it_says() -> None:
    assert {"US", "GB", "DE", "FR", "JP", "BR", "IN"} <= set(phone_regions())
    assert len(phone_regions()) <= 64


FAKERS = {
    "en_US": 0.85, "en_GB": 0.88, "de_DE": 0.70, "fr_FR": 0.70, "es_ES": 0.99, "nl_NL": 0.90,
    "pl_PL": 0.97, "pt_PT": 0.78, "pt_BR": 0.95, "ja_JP": 0.99, "ko_KR": 0.95, "ru_RU": 0.72,
    "uk_UA": 0.65, "tr_TR": 0.65, "sv_SE": 0.90, "de_CH": 0.99, "de_AT": 0.95, "cs_CZ": 0.99,
    "ro_RO": 0.99, "en_CA": 0.95, "es_MX": 0.85, "en_AU": 0.70, "id_ID": 0.85, "nl_BE": 0.90,
    "it_IT": 0.45, "zh_CN": 0.0, "en_IN": 0.30,
}  # fmt: skip
"""Share of made-up numbers found with no word beside them; plain runs of digits shall not be."""


@pytest.mark.parametrize(("locale", "alone"), FAKERS.items())
def test_made_up_numbers_of_many_countries(locale: str, alone: float) -> None:
    made = Faker(locale)
    made.seed_instance(11)
    numbers = [made.phone_number() for _ in range(120)]
    bare = sum([text for text, _ in found(f"It was {number}.")] == [number] for number in numbers)
    told = sum([text for text, _ in found(f"Phone: {number}")] == [number] for number in numbers)
    assert bare >= alone * len(numbers)
    assert told >= (0.93 if locale in ("en_AU", "es_MX") else 0.98) * len(numbers)


def digits(random: Random, count: int) -> str:
    return "".join(random.choices("0123456789", k=count))


def moment(random: Random) -> datetime:
    return datetime(1960, 1, 1) + timedelta(seconds=random.randrange(2 * 10**9))


OTHERS: dict[str, tuple[float, Callable[[Random], str]]] = {
    "date": (0, lambda r: moment(r).strftime(r.choice(["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y"]))),
    "time": (0, lambda r: moment(r).isoformat(sep=r.choice("T "))),
    "stamp": (0, lambda r: moment(r).strftime("%Y%m%d-%H%M%S")),
    "version": (0, lambda r: ".".join(str(r.randrange(400)) for _ in range(r.choice([3, 4])))),
    "float": (0, lambda r: f"{r.uniform(-1000, 100000):.{r.randrange(2, 12)}f}"),
    "guid": (0, lambda r: str(uuid.UUID(int=r.getrandbits(128)))),
    "isbn": (0, lambda r: f"978-{digits(r, 1)}-{digits(r, 4)}-{digits(r, 4)}-{digits(r, 1)}"),
    "ssn": (0, lambda r: f"{digits(r, 3)}-{digits(r, 2)}-{digits(r, 4)}"),
    "card": (0, lambda r: " ".join(digits(r, 4) for _ in range(4))),
    "amazon order": (0, lambda r: f"{digits(r, 3)}-{digits(r, 7)}-{digits(r, 7)}"),
    "order": (0.12, lambda r: f"{digits(r, 4)}-{digits(r, 6)}"),
    "plain": (0, lambda r: digits(r, r.randrange(6, 16))),
    "nine digits": (0.55, lambda r: f"{r.randrange(10**9):,}".replace(",", " ")),
    "groups": (0.08, lambda r: "-".join(digits(r, r.randrange(1, 6)) for _ in range(3))),
    "numbers": (0.12, lambda r: " ".join(str(r.randrange(1000)) for _ in range(5))),
}


@pytest.mark.parametrize("name", OTHERS)
def test_random_numbers_of_other_kinds_are_seldom_taken_for_one(name: str) -> None:
    share, made = OTHERS[name]
    random = Random(5)
    wrong = sum(bool(found(f"The value {made(random)} was noted.")) for _ in range(400))
    assert wrong <= share * 400
