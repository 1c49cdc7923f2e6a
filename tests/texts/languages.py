"""What people write in each language: ordinary sentences, and sentences that carry a value.

The words stand in `languages/<language>.txt`: sections `[prose]`, `[carriers]`, `[short]` (a
sentence per line, with places to fill) and `[labels]` (`kind: one | another`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from faker import Faker

LANGUAGES = ("en", "de", "fr", "es", "pl", "ru", "el", "zh", "ja", "ar")
"""Latin letters with and without signs, Cyrillic, Greek, Chinese, Japanese, Arabic."""
_LOCALES = {
    "en": "en_US", "de": "de_DE", "fr": "fr_FR", "es": "es_ES", "pl": "pl_PL",
    "ru": "ru_RU", "el": "el_GR", "zh": "zh_CN", "ja": "ja_JP", "ar": "ar_AA",
}  # fmt: skip
_PRICES = {
    "en": "${n}.{c}", "de": "{n},{c} €", "fr": "{n},{c} €", "es": "{n},{c} €", "pl": "{n},{c} zł",
    "ru": "{n} ₽", "el": "{n},{c} €", "zh": "{n}元", "ja": "{n}円", "ar": "{n} درهم",
}  # fmt: skip
_DATES = {"en": "{m}/{d}/{y}", "zh": "{y}年{m}月{d}日", "ja": "{y}年{m}月{d}日"}


@dataclass(frozen=True, slots=True)
class Language:
    """One language's sentences.

    Attributes:
        name: its code (ISO 639-1).
        space: what stands between two sentences.
        prose: sentences without personal data; `{n} {year} {price} {time} {date}` to fill.
        carriers: sentences with `{label}` and `{value}`.
        short: the same, as short as forms have it.
        labels: what each kind is called.
    """

    name: str
    space: str
    prose: tuple[str, ...]
    carriers: tuple[str, ...]
    short: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]

    def filled(self, sentence: str, random: Random) -> str:
        """The sentence with ordinary numbers, prices, times and days in its places."""
        if "{" not in sentence:
            return sentence
        return (
            sentence.replace("{n}", str(random.randint(2, 480)))
            .replace("{year}", str(random.randint(1950, 2026)))
            .replace("{price}", self._price(random))
            .replace("{time}", f"{random.randint(0, 23)}:{random.randint(0, 59):02d}")
            .replace("{date}", self._date(random))
        )

    def pool(self, random: Random) -> list[str]:
        """Some hundred different sentences without personal data."""
        faker = Faker(_LOCALES[self.name])
        faker.seed_instance(random.getrandbits(32))
        own = [self.filled(sentence, random) for sentence in self.prose for _ in range(12)]
        return own + [faker.text(random.choice((60, 120, 200))) for _ in range(80)]

    def _price(self, random: Random) -> str:
        form = _PRICES[self.name].replace("{c}", f"{random.randint(0, 99):02d}")
        return form.replace("{n}", str(random.choice((3, 12, 49, 120, 1250, 38900))))

    def _date(self, random: Random) -> str:
        year, month, day = random.randint(2001, 2026), random.randint(1, 12), random.randint(1, 28)
        form = _DATES.get(self.name, "{d}.{m}.{y}")
        return form.replace("{y}", str(year)).replace("{m}", str(month)).replace("{d}", str(day))


@cache
def language(name: str) -> Language:
    """The language of this code, one of `LANGUAGES`."""
    sections: dict[str, list[str]] = {}
    here: list[str] = []
    path = Path(__file__).parent / "languages" / f"{name}.txt"
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            here = sections.setdefault(line[1:-1], [])
        elif line:
            here.append(line)
    labels = {}
    for line in sections["labels"]:
        kind, words = line.split(": ", 1)
        labels[kind] = tuple(word.strip() for word in words.split("|"))
    return Language(
        name,
        "" if name in ("zh", "ja") else " ",
        tuple(sections["prose"]),
        tuple(sections["carriers"]),
        tuple(sections["short"]),
        labels,
    )
