"""Make the lists of names and places that columns are compared with: `python tools/gazetteers.py`.

Sources, both in the development environment, both permissive (NOTICE names them):

    Faker          MIT         names, cities, countries, languages of all its locales
    phonenumbers   Apache-2.0  places of area codes (libphonenumber's geocoding data)

Written are `src/privet/detect/columns/lists/{given,family,city,country,language}.bin`: sorted
little-endian 32-bit hashes of folded words (`privet.detect.columns.gazetteers`). Names go in word
by word, places whole. What is also an everyday word of one of Faker's languages (its lorem
lists), a word of headers or a word that values are made of is left out, and so are words of one
letter. The same sources give the same bytes. Printed is how many everyday words each list would
take for a name or place after that: words of titles and companies, which no list was cleared of.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import faker.providers.address
import faker.providers.color
import faker.providers.company
import faker.providers.lorem
import faker.providers.person
import numpy as np
import pyarrow as pa
from phonenumbers.geodata import GEOCODE_DATA

from privet.detect.columns.gazetteers import folded, short_hashes
from privet.detect.words import read_words

TARGET = Path(__file__).parents[1] / "src/privet/detect/columns/lists"
_GIVEN = re.compile(r"(first|middle)_(romanized_|kana_)?names?")
_FAMILY = re.compile(r"last_(romanized_|kana_)?names?|(fe)?male_last_names|unisex_last_names")
_CITY = re.compile(
    r"cit(y_names|ies)|localities|municipalities|communes|villages|towns|settlements|real_city_names"
)
_COUNTRY = re.compile(r"countries")
_LANGUAGE = re.compile("language_names")
_LANGUAGES = """
    arabic czech danish dutch english finnish french german greek hebrew hindi hungarian
    italian japanese korean norwegian polish portuguese romanian russian spanish swedish
    turkish ukrainian chinese deutsch français español italiano português nederlands polski
    svenska dansk norsk suomi türkçe русский 中文 日本語 englisch französisch spanisch italienisch
    polnisch russisch türkisch chinesisch anglais allemand espagnol italien polonais inglés
    alemán francés inglese tedesco francese engels duits frans angielski niemiecki francuski
    inglês alemão francês
"""
_STATES = re.compile(r"^[A-Z]{2,3}$")
_BEFORE_REGION = re.compile(r"\s*(?:[,/(;]|\s-\s).*$")
_PARTICLE_WORDS = """
    da de del della den der di do dos du el la le san st te ten ter van von y zu al
    bin ibn of and the
"""
_PARTICLES = frozenset(_PARTICLE_WORDS.split())


def texts_of(package: Any, names: re.Pattern[str]) -> Iterator[str]:
    """Every text in the attributes of a Faker provider's locales whose name fits."""
    for module in pkgutil.iter_modules(package.__path__):
        held = importlib.import_module(f"{package.__name__}.{module.name}")
        for name, value in vars(getattr(held, "Provider", object)).items():
            if names.match(name) and isinstance(value, (tuple, list, dict)):
                yield from _texts(value)


def _texts(value: Any) -> Iterator[str]:
    for item in value:
        if isinstance(item, str):
            yield item
        elif isinstance(item, (tuple, list)):
            yield from _texts(item)


def places() -> Iterator[str]:
    """Places of area codes, without their region."""
    for names in GEOCODE_DATA.values():
        for name in names.values():
            yield _BEFORE_REGION.sub("", name)


def fold(texts: Iterable[str]) -> set[str]:
    """The different folded texts, of two letters or more."""
    found = folded(pa.array(sorted(set(texts)))).to_pylist()
    return {text for text in found if len(text) > 1 or text > "\u2e7f"}


def words(texts: Iterable[str]) -> set[str]:
    """Folded words, without the particles of names."""
    return {word for text in fold(texts) for word in text.split(" ")} - _PARTICLES


def everyday() -> set[str]:
    """Folded everyday words of every language at hand."""
    lorem = texts_of(faker.providers.lorem, re.compile("word_list"))
    # Some of these lists are counted from texts: what they write with a capital is a name.
    lorem = (word for word in lorem if not word[:1].isupper())
    headers = (word for _, word in read_words("columns/header_words.txt"))
    values = (word for _, word in read_words("columns/value_words.txt"))
    colours = texts_of(faker.providers.color, re.compile("all_colors"))
    return words(lorem) | words(headers) | words(values) | words(colours)


def lists() -> dict[str, set[str]]:
    """The entries of each list, by its file's name."""
    common = everyday()
    person, address = faker.providers.person, faker.providers.address
    city = (text for text in texts_of(address, _CITY) if not _STATES.match(text))
    return {
        "given": words(texts_of(person, _GIVEN)) - common,
        "family": words(texts_of(person, _FAMILY)) - common,
        "city": (fold(city) | fold(places())) - common,
        "country": fold(texts_of(address, _COUNTRY)),
        "language": fold(texts_of(person, _LANGUAGE)) | fold(_LANGUAGES.split()),
    }


def packed(entries: set[str]) -> bytes:
    """A list as its file has it."""
    # An initial of one letter is no name, but a single Chinese sign may be one.
    kept = sorted(text for text in entries if len(text) > 1 or text > "\u2e7f")
    return np.unique(short_hashes(pa.array(kept, pa.binary()))).astype("<u4").tobytes()


def main() -> None:
    """Write the five lists; print their sizes, and how many of other words each holds."""
    phrases = re.compile("catch_phrase_words|bsWords|bs_words|attributes|nouns")
    checked = words(texts_of(faker.providers.company, phrases)) - everyday()
    TARGET.mkdir(exist_ok=True)
    for name, entries in lists().items():
        raw = packed(entries)
        (TARGET / f"{name}.bin").write_bytes(raw)
        share = 100 * len(checked & entries) / len(checked)
        print(f"{name}: {len(raw) // 4:,} entries; {share:.1f} % of {len(checked):,} other words")


if __name__ == "__main__":
    main()
