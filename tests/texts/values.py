"""Made-up values of each kind, valid by the published rule; the same for the same seed.

The check digits are computed here from the standards and not by the code under test.
"""

from __future__ import annotations

import base64
import ipaddress
import string
from collections.abc import Callable, Mapping
from random import Random

from faker import Faker

Maker = Callable[[Random], str]
_DIGITS = "0123456789"
_UPPER = string.ascii_uppercase
_LOCALES = (
    *("en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "pl_PL", "nl_NL", "pt_BR"),
    *("ru_RU", "el_GR", "sv_SE", "cs_CZ", "en_AU", "en_IN", "en_CA", "ja_JP", "tr_TR"),
)
_FAKERS = {locale: Faker(locale) for locale in _LOCALES}
_WORDS = (
    *("anna", "ben", "carla", "dmitri", "elif", "farid", "greta", "hugo", "ines", "jonas", "kaja"),
    *("lena", "mateo", "nora", "oskar", "petra", "quentin", "rosa", "sven", "tara", "uwe", "vera"),
    *("wei", "xenia", "yusuf", "zofia", "novak", "berger", "rossi", "kowalski", "garcia", "smith"),
)
_HOSTS = (
    *("example.org", "mail.example.com", "posteo.example", "web.de", "gmail.com", "acme.co.uk"),
    *("uni-ulm.de", "proton.me", "firma.pl", "correo.es", "laposte.net", "contoso.com.au", "b.io"),
)

_PHONES = (
    *("+49 30 901820##", "+49 170 23#####", "0049 89 2333####", "+33 1 42 76 ## ##"),
    *("+33 6 12 ## ## ##", "+44 20 7946 0###", "+44 7400 12####", "020 7219 3###"),
    *("(212) 55#-2###", "+1 415-55#-2###", "650-253-0###", "+34 91 276 ## ##", "+34 612 ### ###"),
    *("+39 06 6982 ####", "+39 347 ### ####", "+48 22 694 ## ##", "+48 512 ### ###"),
    *("+31 20 624 ####", "+46 8 508 290 ##", "+7 495 697 ## ##", "+7 916 ###-##-##"),
    *("+30 210 320 ####", "+86 10 6512 ####", "+81 3 3581 ####", "+61 2 9374 4###"),
    *("+91 98100 #####", "+55 11 99### ####", "+971 4 366 ####", "+90 212 455 ####"),
)
_IBANS = (
    *(("DE", "n" * 18), ("FR", "n" * 10 + "c" * 11 + "nn"), ("ES", "n" * 20), ("PL", "n" * 24)),
    *(("NL", "aaaa" + "n" * 10), ("GB", "aaaa" + "n" * 14), ("IT", "a" + "n" * 10 + "c" * 12)),
    *(("AT", "n" * 16), ("CH", "n" * 5 + "c" * 12), ("BE", "n" * 12), ("SE", "n" * 20)),
    *(("GR", "n" * 7 + "c" * 16), ("AE", "n" * 19), ("SA", "nn" + "c" * 18), ("NO", "n" * 11)),
    ("PT", "n" * 21),
)
"""Country and the form of what follows the check digits: n digit, a letter, c either."""


def digits(random: Random, count: int) -> str:
    """So many random digits."""
    return "".join(random.choices(_DIGITS, k=count))


def _faker(random: Random, locale: str) -> Faker:
    faker = _FAKERS[locale]
    faker.seed_instance(random.getrandbits(32))
    return faker


def _grouped(text: str, sizes: tuple[int, ...], mark: str) -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(text[at : at + size])
        at += size
    return mark.join(part for part in [*parts, text[at:]] if part)


def luhn(body: str) -> str:
    """The digit that makes `body` pass ISO/IEC 7812 annex B."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return str(-total % 10)


def _mod_97(text: str) -> int:
    return int("".join(str(int(letter, 36)) for letter in text)) % 97


def _weighted(body: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))


def _day(random: Random) -> tuple[int, int, int]:
    return random.randint(1940, 2005), random.randint(1, 12), random.randint(1, 28)


def email(random: Random) -> str:
    name = random.choice(_WORDS)
    if random.random() < 0.7:
        name += random.choice((".", "_", "-", "")) + random.choice(_WORDS)
    if random.random() < 0.3:
        name += str(random.randint(1, 99))
    return f"{name}@{random.choice(_HOSTS)}"


def phone(random: Random) -> str:
    """As dialled abroad or at home, of several numbering plans, in the ways people write."""
    form = random.choice(_PHONES)
    return "".join(random.choice(_DIGITS) if letter == "#" else letter for letter in form)


def card(random: Random) -> str:
    start, length, sizes = random.choice(
        (
            ("4", 16, (4, 4, 4, 4)),
            ("51", 16, (4, 4, 4, 4)),
            ("5424", 16, (4, 4, 4, 4)),
            ("2223", 16, (4, 4, 4, 4)),
            ("37", 15, (4, 6, 5)),
            ("6011", 16, (4, 4, 4, 4)),
            ("3530", 16, (4, 4, 4, 4)),
            ("36", 14, (4, 6, 4)),
        )
    )
    body = start + digits(random, length - 1 - len(start))
    return _grouped(body + luhn(body), sizes, random.choice(("", "", " ", "-")))


def iban(random: Random) -> str:
    country, form = random.choice(_IBANS)
    sets = {"n": _DIGITS, "a": _UPPER, "c": _DIGITS}
    body = "".join(random.choice(sets[letter]) for letter in form)
    check = 98 - _mod_97(body + country + "00")
    whole = f"{country}{check:02d}{body}"
    return _grouped(whole, (4,) * 9, " ") if random.random() < 0.5 else whole


def ssn(random: Random) -> str:
    area = random.choice([*range(1, 666), *range(667, 900)])
    return f"{area:03d}-{random.randint(1, 99):02d}-{random.randint(1, 9999):04d}"


def itin(random: Random) -> str:
    group = random.choice([*range(50, 66), *range(70, 89), *range(90, 93), *range(94, 100)])
    return f"9{digits(random, 2)}-{group}-{digits(random, 4)}"


def ip(random: Random) -> str:
    if random.random() < 0.35:
        start = random.choice(("2001:db8", "2a02:8108", "fe80:0", "2606:4700"))
        tail = ":".join(f"{random.getrandbits(16):x}" for _ in range(6))
        whole = f"{start}:{tail}" if random.random() < 0.6 else f"{start}::{tail[-4:].strip(':')}"
        return str(ipaddress.ip_address(whole)) if random.random() < 0.5 else whole
    return ".".join(str(random.randint(1, 254)) for _ in range(4))


def mac(random: Random) -> str:
    return random.choice(":-").join(f"{random.getrandbits(8):02x}" for _ in range(6))


def url(random: Random) -> str:
    """An address with a user's credentials or identity in it."""
    who, host = random.choice(_WORDS), random.choice(_HOSTS)
    secret = "".join(random.choices(string.ascii_letters + _DIGITS, k=12))
    return random.choice(
        (
            f"https://{who}:{secret}@{host}/inbox",
            f"postgresql://{who}:{secret}@db.{host}:5432/app",
            f"ftp://{who}:{secret}@files.{host}/",
        )
    )


def gb_nhs(random: Random) -> str:
    while True:
        body = random.choice("467") + digits(random, 8)
        check = 11 - _weighted(body, tuple(range(10, 1, -1))) % 11
        if check != 10:
            return _grouped(body + str(check % 11), (3, 3, 4), random.choice((" ", "", "-")))


def gb_nino(random: Random) -> str:
    first, second = random.choice("ABCEGHJKLMNPRSTWXYZ"), random.choice("ABCEGHJKLMPRSTWXYZ")
    while first + second in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}:
        second = random.choice("ABCEHJKLMPRSWXY")
    whole = f"{first}{second}{digits(random, 6)}{random.choice('ABCD')}"
    return _grouped(whole, (2, 2, 2, 2, 1), random.choice(("", " ")))


def pl_pesel(random: Random) -> str:
    year, month, day = _day(random)
    month += 20 if year >= 2000 else 0
    body = f"{year % 100:02d}{month:02d}{day:02d}{digits(random, 4)}"
    return body + str(-_weighted(body, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10)


def br_cpf(random: Random) -> str:
    body = digits(random, 9)
    for _ in range(2):
        rest = _weighted(body, tuple(range(len(body) + 1, 1, -1))) % 11
        body += str(0 if rest < 2 else 11 - rest)
    if random.random() < 0.7:
        return f"{body[:3]}.{body[3:6]}.{body[6:9]}-{body[9:]}"
    return body


_ODD = dict(
    zip(
        _DIGITS + _UPPER,
        (
            *(1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17),
            *(19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
        ),
        strict=True,
    )
)


def it_codice_fiscale(random: Random) -> str:
    consonants = "".join(random.choices("BCDFGLMNPRSTVZ", k=6))
    year, month, day = _day(random)
    day += random.choice((0, 40))
    town = random.choice(("H501", "F205", "L219", "A944", "D612", "G273"))
    body = f"{consonants}{year % 100:02d}{'ABCDEHLMPRST'[month - 1]}{day:02d}{town}"
    even = sum(int(c) if c.isdigit() else ord(c) - 65 for c in body[1::2])
    return body + _UPPER[(sum(_ODD[c] for c in body[::2]) + even) % 26]


def es_dni(random: Random) -> str:
    letters = "TRWAGMYFPDXBNJZSQVHLCKE"
    body = digits(random, 8)
    return f"{body}{random.choice(('', '-'))}{letters[int(body) % 23]}"


_DEPARTMENTS = [number for number in range(1, 96) if number != 20]


def fr_nir(random: Random) -> str:
    year, month, _ = _day(random)
    body = f"{random.choice('12')}{year % 100:02d}{month:02d}{random.choice(_DEPARTMENTS):02d}"
    body = f"{body}{random.randint(1, 690):03d}{random.randint(1, 999):03d}"
    whole = f"{body}{97 - int(body) % 97:02d}"
    return _grouped(whole, (1, 2, 2, 2, 3, 3, 2), random.choice(("", " ")))


def nl_bsn(random: Random) -> str:
    while True:
        body = random.choice("12345678") + digits(random, 7)
        check = _weighted(body, tuple(range(9, 1, -1))) % 11
        if check < 10:
            return body + str(check)


def de_tax_id(random: Random) -> str:
    """ISO 7064 mod 11,10; one of the first ten digits twice, as the rule before 2016 has it."""
    while True:
        chosen = random.sample(_DIGITS, 9)
        body = [*chosen, random.choice(chosen)]
        random.shuffle(body)
        if body[0] != "0":
            break
    product = 10
    for digit in body:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    whole = "".join(body) + str((11 - product) % 10)
    return _grouped(whole, (2, 3, 3, 3), random.choice(("", " ")))


def _verhoeff(body: str) -> str:
    def times(a: int, b: int) -> int:  # the dihedral group of order ten
        if a < 5:
            return (a + b) % 5 if b < 5 else 5 + (a + b - 5) % 5
        return 5 + (a - 5 - b) % 5 if b < 5 else (a - b) % 5

    step = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
    check = 0
    for place, digit in enumerate(reversed(body), 1):
        value = int(digit)
        for _ in range(place % 8):
            value = step[value]
        check = times(check, value)
    return str(next(d for d in range(10) if times(d, check) == 0))


def in_aadhaar(random: Random) -> str:
    body = random.choice("23456789") + digits(random, 10)
    return _grouped(body + _verhoeff(body), (4, 4, 4), random.choice((" ", " ", "")))


def ca_sin(random: Random) -> str:
    body = random.choice("1245679") + digits(random, 7)
    return _grouped(body + luhn(body), (3, 3, 3), random.choice((" ", "-", "")))


def au_tfn(random: Random) -> str:
    while True:
        whole = random.choice("12345678") + digits(random, 8)
        if _weighted(whole, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0:
            return _grouped(whole, (3, 3, 3), random.choice((" ", "")))


def cn_resident(random: Random) -> str:
    year, month, day = _day(random)
    place = random.choice(("110105", "310104", "440305", "510104", "330106", "420106"))
    body = f"{place}{year}{month:02d}{day:02d}{random.randint(1, 999):03d}"
    rest = _weighted(body, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)) % 11
    return body + "10X98765432"[rest]


def passport(random: Random) -> str:
    return random.choice(
        (
            f"C{random.choice('FGHJKLMNPRTVWXYZ')}{digits(random, 6)}{random.choice(_DIGITS)}",
            f"{digits(random, 2)}{random.choice(_UPPER)}{random.choice(_UPPER)}{digits(random, 5)}",
            f"{random.choice(_UPPER)}{digits(random, 8)}",
            f"{random.choice(_UPPER)}{random.choice(_UPPER)}{digits(random, 7)}",
        )
    )


def date_of_birth(random: Random) -> str:
    year, month, day = _day(random)
    day_month = random.choice((f"{day:02d}.{month:02d}.{year}", f"{day:02d}/{month:02d}/{year}"))
    return random.choice((f"{year}-{month:02d}-{day:02d}", day_month))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwt(random: Random) -> str:
    head = _base64url(b'{"alg":"HS256","typ":"JWT"}')
    body = _base64url(b'{"sub":"%s","iat":1516239022}' % digits(random, 10).encode())
    return f"{head}.{body}.{_base64url(random.randbytes(32))}"


def api_key(random: Random) -> str:
    return random.choice(("AKIA", "ASIA")) + "".join(random.choices(_UPPER + "234567", k=16))


def private_key(random: Random) -> str:
    body = base64.b64encode(random.randbytes(121)).decode()
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN EC PRIVATE KEY-----\n{lines}\n-----END EC PRIVATE KEY-----"


def coordinates(random: Random) -> str:
    places = random.randint(4, 6)
    north, east = random.uniform(-65, 70), random.uniform(-170, 170)
    return f"{north:.{places}f}, {east:.{places}f}"


def postcode(random: Random) -> str:
    """Of Great Britain, Germany and others with five digits, Poland, the Netherlands."""
    outward = random.choice(("SW", "EC", "NW", "SE")) + str(random.randint(1, 9))
    inward = digits(random, 1) + "".join(random.choices("ABDEFGHJLN", k=2))
    dutch = "".join(random.choices("BCDEGHJKL", k=2))
    return random.choice(
        (
            f"{outward} {inward}",
            f"{random.randint(10115, 98999)}",
            f"{random.randint(10, 98)}-{digits(random, 3)}",
            f"{random.randint(1011, 9999)} {dutch}",
        )
    )


_STREETS: Mapping[str, tuple[str, ...]] = {
    "en": ("{n} Maple Street", "{n} Station Road", "{n} Highfield Avenue", "{n} Church Lane"),
    "de": ("Goethestraße {n}", "Am Markt {n}", "Lindenweg {n}", "Berliner Str. {n}"),
    "fr": ("{n} rue de la République", "{n}, avenue Victor Hugo", "{n} boulevard Voltaire"),
    "es": ("Calle Mayor {n}", "Avenida de América {n}", "Plaza de España {n}", "C/ Serrano {n}"),
    "pl": ("ul. Długa {n}", "al. Jerozolimskie {n}", "ul. Piotrkowska {n}"),
    "ru": ("ул. Ленина, д. {n}", "улица Гагарина, {n}", "проспект Мира, {n}"),
    "el": ("Οδός Ερμού {n}", "Λεωφόρος Κηφισίας {n}", "οδός Σταδίου {n}"),
    "zh": ("中山路{n}号", "解放街{n}号", "人民大道{n}号"),
    "ja": ("中央区銀座{m}丁目{m}番{m}号", "渋谷区神南{m}丁目{m}番"),
    "ar": ("شارع الملك فهد {n}", "شارع التحرير {n}"),
}


def street(random: Random, language: str = "en") -> str:
    """A street with its house number, as people of the language write it."""
    form = random.choice(_STREETS[language])
    while "{m}" in form:
        form = form.replace("{m}", str(random.randint(1, 19)), 1)
    return form.replace("{n}", str(random.randint(1, 180)))


MAKERS: Mapping[str, Maker] = {
    "email": email,
    "phone": phone,
    "card": card,
    "iban": iban,
    "ssn": ssn,
    "ip": ip,
    "mac": mac,
    "url": url,
    "gb_nhs": gb_nhs,
    "gb_nino": gb_nino,
    "pl_pesel": pl_pesel,
    "br_cpf": br_cpf,
    "it_codice_fiscale": it_codice_fiscale,
    "es_dni": es_dni,
    "fr_nir": fr_nir,
    "nl_bsn": nl_bsn,
    "de_tax_id": de_tax_id,
    "in_aadhaar": in_aadhaar,
    "ca_sin": ca_sin,
    "cn_resident": cn_resident,
    "passport": passport,
    "date_of_birth": date_of_birth,
    "jwt": jwt,
    "api_key": api_key,
    "private_key": private_key,
    "coordinates": coordinates,
    "postcode": postcode,
    "street": street,
}
"""The 28 kinds of the corpora."""
