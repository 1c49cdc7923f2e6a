"""Labelled messages: customer mail, forms, chats and logs with six kinds in them, values by Faker.

The templates stand in `labelled.txt`; every second one is held out: detectors may be tuned on
`TUNING`, and are judged on `HELD_OUT`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random

from faker import Faker

from tests.texts import values

KINDS = ("card", "phone", "email", "iban", "ssn", "ip")
_PLACE = re.compile("\u27e8([^\u27e9]+)\u27e9")
_LOCALES = (
    *("en_US", "en_US", "en_GB", "en_AU", "en_CA", "en_IN", "en_NZ", "en_IE", "de_DE", "de_AT"),
    *("de_CH", "fr_FR", "fr_BE", "fr_CA", "fr_CH", "es_ES", "es_MX", "es_CO", "es_AR", "it_IT"),
    *("pt_BR", "pt_PT", "nl_NL", "nl_BE", "pl_PL", "sv_SE", "da_DK", "no_NO", "fi_FI", "cs_CZ"),
    *("sk_SK", "hu_HU", "ro_RO", "bg_BG", "hr_HR", "sl_SI", "el_GR", "ru_RU", "uk_UA", "tr_TR"),
    *("he_IL", "ja_JP", "ko_KR", "zh_CN", "zh_TW", "id_ID", "hi_IN", "lt_LT", "lv_LV", "et_EE"),
)
_CARDS = (
    *("visa16", "visa16", "visa13", "visa19", "mastercard", "mastercard", "amex", "discover"),
    *("diners", "jcb15", "jcb16", "maestro"),
)


@dataclass(frozen=True, slots=True)
class Gold:
    """One span: characters from and to, and its kind."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Message:
    """One text, its spans in order, and which template it came from."""

    text: str
    spans: tuple[Gold, ...]
    template: int


def _templates() -> list[str]:
    lines = Path(__file__).with_suffix(".txt").read_text("utf-8").splitlines()
    return [line.replace("\\n", "\n") for line in lines if line]


TEMPLATES = tuple(_templates())
TUNING = tuple(range(0, len(TEMPLATES), 2))
HELD_OUT = tuple(range(1, len(TEMPLATES), 2))


def _card(faker: Faker, random: Random) -> str:
    number = str(faker.credit_card_number(card_type=random.choice(_CARDS)))
    if random.random() < 0.7:
        return number
    borders = (0, 4, 10, 15) if len(number) in (14, 15) else range(0, len(number) + 4, 4)
    return random.choice(" -").join(number[a:b] for a, b in pairwise(borders) if number[a:b])


def _iban(faker: Faker, random: Random) -> str:
    number = str(faker.iban())
    if number[:2] in ("AR", "CO", "GB"):  # Faker's have not the length, or no registry has them
        number = values.iban(random).replace(" ", "")
    if random.random() < 0.7:
        return number
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def _email(faker: Faker, random: Random) -> str:
    return str(random.choice((faker.email, faker.company_email, faker.free_email))())


def _ip(faker: Faker, random: Random) -> str:
    return str(faker.ipv6() if random.random() < 0.25 else faker.ipv4())


def _amount(random: Random) -> str:
    form = random.choice(("${}.{:02d}", "{},{:02d} €", "EUR {}.{:02d}"))
    return form.format(random.randint(1, 4000), random.randint(0, 99))


_MAKERS: Mapping[str, Callable[[Faker, Random], str]] = {
    "card": _card,
    "phone": lambda faker, _: str(faker.phone_number()),
    "email": _email,
    "iban": _iban,
    "ssn": lambda faker, _: str(faker.ssn()),
    "ip": _ip,
    "name": lambda faker, _: str(faker.name()),
    "first": lambda faker, _: str(faker.first_name()),
    "last": lambda faker, _: str(faker.last_name()),
    "city": lambda faker, _: str(faker.city()),
    "street": lambda faker, _: str(faker.street_address()).replace("\n", ", "),
    "company": lambda faker, _: str(faker.company()),
    "date": lambda faker, random: str(faker.date(random.choice(("%Y-%m-%d", "%d.%m.%Y", "%x")))),
    "order": lambda _, random: f"{random.choice(('', 'A-', 'ORD'))}{random.randint(10**5, 10**8)}",
    "amount": lambda _, random: _amount(random),
    "n": lambda _, random: str(random.randint(2, 400)),
}
_AMERICAN = ("ssn", "card")
"""Kinds that the American Faker makes for all."""


def _locale(template: str, random: Random) -> str:
    """Any locale for English templates; scripts of the others go with any, too."""
    return "en_US" if "ssn\u27e9" in template and random.random() < 0.5 else random.choice(_LOCALES)


def message(number: int, random: Random, fakers: Mapping[str, Faker]) -> Message:
    """One message from the template of this number."""
    template = TEMPLATES[number]
    faker = fakers[_locale(template, random)]
    parts: list[str] = []
    spans: list[Gold] = []
    length = 0
    for at, part in enumerate(_PLACE.split(template)):
        if at % 2:
            made = _MAKERS[part](fakers["en_US"] if part in _AMERICAN else faker, random)
            if part in KINDS:
                spans.append(Gold(length, length + len(made), part))
        else:
            made = part
        parts.append(made)
        length += len(made)
    return Message("".join(parts), tuple(spans), number)


def messages(templates: tuple[int, ...], each: int, *, seed: int = 23) -> list[Message]:
    """So many messages from each template, the same for the same arguments."""
    random = Random(seed)
    fakers = {locale: Faker(locale) for locale in sorted(set(_LOCALES))}
    for faker in fakers.values():
        faker.seed_instance(random.getrandbits(32))
    return [message(number, random, fakers) for number in templates for _ in range(each)]
