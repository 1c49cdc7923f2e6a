"""Makers of one value, by concept and language; `-kind` makes what is about nobody."""

from __future__ import annotations

import hashlib
import random
import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeAlias

import phonenumbers
from faker import Faker

HERE = Path(__file__).parent
LOCALES = {
    "en": "en_US",
    "de": "de_DE",
    "fr": "fr_FR",
    "es": "es_ES",
    "it": "it_IT",
    "pt": "pt_BR",
    "nl": "nl_NL",
    "pl": "pl_PL",
}
_FIRST_DAY = date(1938, 1, 1)


@cache
def sections(name: str) -> Mapping[str, Mapping[str, tuple[tuple[str, ...], ...]]]:
    """A word file of this folder: by language and key, the cells after it, each a list."""
    found: dict[str, dict[str, tuple[tuple[str, ...], ...]]] = {}
    language = ""
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            language = line.strip("[]")
            found[language] = {}
        elif "|" in line and not line.startswith("#"):
            key, *cells = (cell.strip() for cell in line.split("|"))
            found[language][key] = tuple(
                tuple(word.strip() for word in cell.split(",")) for cell in cells
            )
    return found


class Maker:
    """Draws values of one language; the same seed draws the same ones."""

    def __init__(self, language: str, seed: int) -> None:
        self.language = language
        self.draw = random.Random(seed)
        self.fake = Faker(LOCALES[language])
        self.fake.seed_instance(seed)
        self.style = self.draw.randrange(3)

    def one_of(self, name: str) -> str:
        return self.draw.choice(sections("words.txt")[self.language][name][0])

    def value(self, concept: str) -> str:
        return MAKERS[concept](self)


Make: TypeAlias = Callable[[Maker], str]


def _phone(m: Maker) -> str:
    region = LOCALES[m.language][-2:]
    kind = phonenumbers.PhoneNumberType.MOBILE if m.draw.random() < 0.5 else 0
    example = phonenumbers.example_number_for_type(region, kind)
    digits = str(example.national_number)
    for _ in range(20):
        tail = "".join(m.draw.choice("0123456789") for _ in range(5))
        number = phonenumbers.PhoneNumber(example.country_code, int(digits[:-5] + tail))
        if phonenumbers.is_valid_number(number):
            break
    else:
        number = example
    return phonenumbers.format_number(number, m.style)


def _international(m: Maker) -> str:
    style, m.style = m.style, m.style % 2
    text = _phone(m)
    m.style = style
    return text


def _birth(m: Maker) -> str:
    day = _FIRST_DAY + timedelta(days=m.draw.randrange(68 * 365))
    forms = {"en": "%m/%d/%Y", "de": "%d.%m.%Y", "pl": "%d.%m.%Y", "nl": "%d-%m-%Y"}
    return day.strftime("%Y-%m-%d" if m.style else forms.get(m.language, "%d/%m/%Y"))


def _national(m: Maker) -> str:
    if m.language == "es":
        return m.fake.nif()
    if m.language == "pt":
        return m.fake.cpf()
    if m.language == "pl":
        return m.fake.pesel()
    if m.language == "de":
        return _german_tax_number(m)
    if m.language == "nl":
        return m.fake.ssn()
    return m.fake.ssn()


def _german_tax_number(m: Maker) -> str:
    """Eleven digits: one digit twice among the first ten, then ISO 7064 mod 11, 10."""
    digits = m.draw.sample("0123456789", 9)
    digits.insert(m.draw.randrange(1, 10), m.draw.choice(digits))
    if digits[0] == "0":
        digits[0], digits[-1] = digits[-1], digits[0]
        if digits[0] == "0":
            return _german_tax_number(m)
    product = 10
    for digit in digits:
        total = (int(digit) + product) % 10 or 10
        product = 2 * total % 11
    return "".join(digits) + str((11 - product) % 10)


def _text(m: Maker) -> str:
    return " ".join(m.one_of("sentence") for _ in range(m.draw.randint(1, 3)))


def _product(m: Maker) -> str:
    return m.one_of("product") + m.draw.choice(("", "", f" {m.draw.randrange(100, 999)}"))


def _timestamp(m: Maker) -> str:
    moment = datetime(2024, 1, 1) + timedelta(seconds=m.draw.randrange(60_000_000))
    return moment.isoformat(" " if m.style else "T", "seconds") + ("" if m.style else "Z")


def _hash(m: Maker) -> str:
    raw = m.draw.randbytes(8)
    if m.style == 0:
        return hashlib.sha256(raw).hexdigest()
    return hashlib.md5(raw).hexdigest() if m.style == 1 else str(uuid.UUID(bytes=raw + raw))


def _order(m: Maker) -> str:
    number = m.draw.randrange(10**9)
    return (f"ORD-{number:09d}", f"{number:09d}", f"2024-{number % 10**6:06d}")[m.style]


def _person_id(m: Maker) -> str:
    number = m.draw.randrange(10**6)
    return (f"C{number:06d}", f"{number:06d}", f"{number:06d}-{number % 7}")[m.style]


def _income(m: Maker) -> str:
    return str(m.draw.randrange(18, 140) * (1000 if m.style else 500))


def _age(m: Maker) -> str:
    return str(m.draw.randrange(18, 93))


def _by_hand(m: Maker, name: str) -> str:
    """Of the lists written by hand, all languages, half of it the table's own."""
    people = sections("people.txt")
    own = m.language if m.language in people and m.draw.random() < 0.5 else None
    return m.draw.choice(people[own or m.draw.choice(list(people))][name][0])


MAKERS: Mapping[str, Make] = {
    "name.by_hand": lambda m: f"{_by_hand(m, 'first')} {_by_hand(m, 'last')}",
    "name.first.by_hand": lambda m: _by_hand(m, "first"),
    "name.last.by_hand": lambda m: _by_hand(m, "last"),
    "city.by_hand": lambda m: _by_hand(m, "city"),
    "email": lambda m: m.fake.email(),
    "phone": _phone,
    "phone.international": _international,
    "name": lambda m: f"{m.fake.first_name()} {m.fake.last_name()}",
    "name.first": lambda m: m.fake.first_name(),
    "name.last": lambda m: m.fake.last_name(),
    "street": lambda m: m.fake.street_address().replace("\n", " "),
    "address": lambda m: m.fake.address().replace("\n", ", "),
    "city": lambda m: m.fake.city(),
    "postcode": lambda m: m.fake.postcode(),
    "country": lambda m: m.fake.country(),
    "date_of_birth": _birth,
    "age": _age,
    "gender": lambda m: m.one_of("gender") if m.style else m.one_of("gender")[0].upper(),
    "marital_status": lambda m: m.one_of("marital_status"),
    "nationality": lambda m: m.one_of("nationality"),
    "national_id": _national,
    "iban": lambda m: m.fake.iban(),
    "card": lambda m: m.fake.credit_card_number(m.draw.choice(("visa16", "mastercard", "amex"))),
    "ip": lambda m: m.fake.ipv4() if m.style else m.fake.ipv6(),
    "device_id": lambda m: m.fake.mac_address(),
    "person_id": _person_id,
    "username": lambda m: m.fake.user_name(),
    "health": lambda m: m.one_of("health"),
    "income": _income,
    "occupation": lambda m: m.fake.job(),
    "religion": lambda m: m.one_of("religion"),
    "location.precise": lambda m: f"{m.draw.uniform(36, 60):.5f}",
    "free_text": _text,
    "-product": _product,
    "-order": _order,
    "-isbn": lambda m: m.fake.isbn13(),
    "-version": lambda m: ".".join(str(m.draw.randrange(20)) for _ in range(3 + m.style % 2)),
    "-amount": lambda m: f"{m.draw.uniform(1, 900):.2f}",
    "-shop_city": lambda m: m.fake.city(),
    "-timestamp": _timestamp,
    "-hash": _hash,
    "-status": lambda m: m.one_of("status"),
    "-quantity": lambda m: str(m.draw.randrange(1, 40)),
    "-sku": lambda m: f"{m.fake.lexify('???').upper()}-{m.draw.randrange(10**4, 10**5)}",
    "-flag": lambda m: m.draw.choice(("true", "false")),
    "-number": lambda m: str(m.draw.randrange(10**9, 10**10)),
    "-count": lambda m: str(m.draw.randrange(4000)),
    "-ratio": lambda m: f"{m.draw.random():.6f}",
    "-model": lambda m: m.draw.choice(
        ("iPhone 13", "Galaxy S22", "Pixel 7", "Xperia 5", "Fairphone 4")
    ),
    "-file": lambda m: (
        f"{m.draw.choice(('report', 'scan', 'photo'))}_{m.draw.randrange(9999):04d}.pdf"
    ),
    "-host": lambda m: f"srv-{m.draw.choice(('db', 'web', 'cache'))}-{m.draw.randrange(99):02d}",
    "-memory": lambda m: f"0x{m.draw.randrange(2**40):012x}",
    "-language": lambda m: m.draw.choice(("Python", "Java", "Rust", "C++", "Go", "Kotlin")),
    "-state": lambda m: m.draw.choice(("running", "stopped", "failed", "pending")),
    "-race": lambda m: m.draw.choice(("5k", "10k", "half marathon", "marathon")),
    "-rating": lambda m: m.draw.choice(("IP54", "IP65", "IP67", "IP68")),
    "-tier": lambda m: m.draw.choice(("gold", "silver", "platinum")),
    "-ean": lambda m: m.fake.ean13(),
    "-color": lambda m: m.fake.color_name(),
    "-company": lambda m: m.fake.company(),
    "-level": lambda m: m.draw.choice(("INFO", "WARN", "ERROR", "DEBUG")),
    "-path": lambda m: f"/api/v{m.draw.randrange(3)}/items/{m.draw.randrange(9999)}",
    "-date": lambda m: (date(2023, 1, 1) + timedelta(days=m.draw.randrange(900))).isoformat(),
    "-currency": lambda m: m.draw.choice(("EUR", "USD", "GBP", "PLN", "BRL")),
    "-epoch": lambda m: str(1_700_000_000 + m.draw.randrange(60_000_000)),
    "-uuid": lambda m: str(uuid.UUID(int=m.draw.getrandbits(128), version=4)),
}
