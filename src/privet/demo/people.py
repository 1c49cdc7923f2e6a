"""Made-up people of several countries: no real person, number or address is meant.

E-mail addresses lie in domains reserved by RFC 2606; phone numbers have each country's form; cards
begin with a test range and pass Luhn; IBANs pass ISO 7064.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Locale:
    """Where people come from, and how their data looks there."""

    country: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    street: str
    places: tuple[tuple[str, str], ...]
    phone: str
    iban: tuple[str, int]


LOCALES = (
    Locale(
        "DE",
        ("Anna", "Jonas", "Miriam", "Jürgen", "Leonie", "Tobias", "Käthe", "Emre"),
        ("Müller", "Schäfer", "Vogel", "Yılmaz", "Brandt", "Köhler", "Lindner"),
        "Lindenstraße {n}",
        (("Berlin", "10115"), ("Köln", "50667"), ("München", "80331"), ("Leipzig", "04109")),
        "+49 151 {d8}",
        ("DE", 18),
    ),
    Locale(
        "FR",
        ("Camille", "Hugo", "Inès", "Théo", "Zoé", "Mathéo", "Aïcha"),
        ("Martin", "Lefèvre", "Dubois", "Moreau", "Benali", "Garnier"),
        "{n} rue des Écoles",
        (("Paris", "75005"), ("Lyon", "69002"), ("Nantes", "44000")),
        "+33 6 {d8}",
        ("FR", 23),
    ),
    Locale(
        "ES",
        ("Lucía", "Álvaro", "Carmen", "Íñigo", "Noa", "Pablo"),
        ("García", "Muñoz", "Fernández", "Ibáñez", "Núñez"),
        "Calle Mayor {n}",
        (("Madrid", "28013"), ("Sevilla", "41001"), ("Bilbao", "48001")),
        "+34 6{d8}",
        ("ES", 20),
    ),
    Locale(
        "GB",
        ("Olivia", "Harry", "Priya", "Callum", "Amelia", "Kwame"),
        ("Taylor", "O'Connor", "Patel", "Hughes", "Mensah"),
        "{n} Station Road",
        (("London", "SW1A 1AA"), ("Leeds", "LS1 4DY"), ("Cardiff", "CF10 1EP")),
        "+44 7700 {d6}",
        ("GB", 18),
    ),
    Locale(
        "US",
        ("Ava", "Liam", "Sofia", "Noah", "Mia", "Ethan", "Jamal"),
        ("Johnson", "Nguyen", "Garcia", "Miller", "Washington"),
        "{n} Maple Ave, Apt 4",
        (("Boston", "02108"), ("Austin", "73301"), ("Seattle", "98101")),
        "+1 206 555 {d4}",
        ("", 0),
    ),
)


def person(number: int, draw: random.Random) -> list[str]:
    """One row of customers.csv; the columns are `dataset.CUSTOMER_COLUMNS`."""
    locale = draw.choice(LOCALES)
    given, family = draw.choice(locale.given), draw.choice(locale.family)
    city, postcode = draw.choice(locale.places)
    born = date(1940, 1, 1) + timedelta(days=draw.randrange(24_000))
    joined = date(2019, 1, 1) + timedelta(days=draw.randrange(2_500))
    return [
        f"C{number:07d}",
        f"{given} {family}",
        f"{_ascii(given)}.{_ascii(family)}{number}@example.{draw.choice(('com', 'org', 'net'))}",
        _digits(locale.phone, draw),
        born.isoformat(),
        locale.street.format(n=draw.randrange(1, 200)),
        postcode,
        city,
        locale.country,
        _card(draw),
        _iban(locale.iban, draw),
        draw.choice(("basic", "plus", "pro")),
        joined.isoformat(),
        f"{draw.expovariate(1 / 300):.2f}",
        draw.choice(("true", "false")),
    ]


def _digits(form: str, draw: random.Random) -> str:
    for count in (8, 6, 4):
        form = form.replace(f"{{d{count}}}", "".join(draw.choices("0123456789", k=count)))
    return form


def _card(draw: random.Random) -> str:
    body = "411111" + "".join(draw.choices("0123456789", k=9))
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def _iban(form: tuple[str, int], draw: random.Random) -> str:
    country, length = form
    if not country:
        return ""
    prefix = "ABCD" if country == "GB" else ""
    account = prefix + "".join(draw.choices("0123456789", k=length - len(prefix)))
    number = "".join(str(int(sign, 36)) for sign in account + country + "00")
    return f"{country}{98 - int(number) % 97:02d}{account}"


_PLAIN = str.maketrans("üäößéèïáíúñçİı'Á", "uaoseeiaiuncIi-A")


def _ascii(name: str) -> str:
    return name.translate(_PLAIN).replace("-", "").encode("ascii", "ignore").decode().lower()
