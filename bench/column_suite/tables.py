"""Made-up tables with the concept of every column, in two halves: one to tune on, one held out.

The halves differ in seeds, in headers (`headers.txt`), in which columns stand together and in the
misleading headers. In a table without headers only what its values alone can tell is asked for, and
names and places in it are of lists written by hand, not of the gazetteers' source.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import pyarrow as pa

from bench.column_suite.values import LOCALES, Maker, sections

Half: TypeAlias = Literal["tune", "held"]
HALVES: tuple[Half, ...] = ("tune", "held")
STYLES = ("clear", "short", "foreign", "misleading", "missing")
ROWS = 200
_MISSING = {"tune": "col_{}", "held": "V{}"}


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_PERSONAL = _words(
    """
    email phone name name.first name.last street address city postcode country date_of_birth age
    gender marital_status nationality national_id iban card ip device_id person_id username health
    income
    occupation religion location free_text
"""
)
_PLAIN = _words(
    """
    -product -order -isbn -version -amount -shop_city -timestamp -hash -status -quantity -sku -flag
"""
)
_TOLD_BY_VALUES = _words(
    """
    email phone.international name.by_hand name.first.by_hand name.last.by_hand
    iban card ip device_id gender national_id
    date_of_birth city.by_hand country free_text
"""
)
_PLAIN_ALONE = _words(
    """
    -product -isbn -version -amount -timestamp -hash -status -quantity -sku -flag -ratio -epoch
    -currency -color -level -path -ean -uuid
"""
)
_MISLEADING = {
    "tune": """
        email=-flag name=-product phone=-model address=ip contact=email id=email code=iban
        reference=card user=email city=-count age=-epoch title=-product state=-state
        number=phone.international ip=-rating card=-tier mobile=-flag language=-language race=-race
        address=-memory name=-host
        birth_rate=-ratio email_count=-count customer_rank=-quantity country_count=-count
        person_count=-quantity
    """,
    "held": """
        mail=-flag name=-file phone=-count address=email login=email key=email account=iban
        value=card owner=email town=-quantity age=-number label=-color state=-status
        contact=phone.international phone_model=-model passport=-flag cell=-memory street=-ratio
        sex_ratio=-ratio name=-sku
        user_count=-count name_length=-quantity email_template=-product phone_price=-amount
        address_format=-level username_version=-version
    """,
}


@dataclass(frozen=True, slots=True)
class Labelled:
    """A table and the truth about it.

    Attributes:
        name: half, language and style, or the schema it is like.
        rows: the values.
        truth: by header, the concept (`name.first`), or None: about nobody.
    """

    name: str
    rows: pa.Table
    truth: dict[str, str | None]


def tables(half: Half, *, rows: int = ROWS, styles: tuple[str, ...] = STYLES) -> Iterator[Labelled]:
    """Every table of a half: one for each language and style."""
    for number, language in enumerate(LOCALES):
        for style in styles:
            seed = 1000 * (1 + HALVES.index(half)) + 10 * number + STYLES.index(style)
            yield _table(half, language, style, seed, rows)


def _table(half: Half, language: str, style: str, seed: int, rows: int) -> Labelled:
    draw = random.Random(seed)
    chosen = dict(_columns(half, language, style, draw))
    values: dict[str, list[str | None]] = {}
    for place, (header, concept) in enumerate(chosen.items()):
        maker = Maker(language, 100 * seed + place)
        gap = draw.choice((0, 0, 0.03, 0.2))
        values[header] = [
            None if draw.random() < gap else maker.value(_made(concept)) for _ in range(rows)
        ]
    truth = {header: _truth(concept) for header, concept in chosen.items()}
    return Labelled(f"{half} {language} {style}", pa.table(values), truth)


def _columns(
    half: Half, language: str, style: str, draw: random.Random
) -> Iterator[tuple[str, str]]:
    if style == "misleading":
        pairs = [pair.split("=") for pair in _MISLEADING[half].split()]
        seen: dict[str, str] = {}
        for header, concept in draw.sample(pairs, len(pairs)):
            seen.setdefault(header, concept)
        yield from list(seen.items())[:13]
        return
    plain = _PLAIN_ALONE if style == "missing" else _PLAIN
    personal = _TOLD_BY_VALUES if style == "missing" else _PERSONAL
    concepts = [*draw.sample(personal, 12), *draw.sample(plain, 6)]
    if style != "missing" and not {"email", "phone", "person_id", "name"} & set(concepts):
        concepts[0] = "email"
    draw.shuffle(concepts)
    named = language if style != "foreign" else draw.choice([x for x in LOCALES if x != language])
    for place, concept in enumerate(concepts):
        if style == "missing":
            yield _MISSING[half].format(place + 1), concept
            continue
        clear, short = sections("headers.txt")[named][concept][HALVES.index(half)]
        yield (short if style == "short" else clear), concept


def _made(concept: str) -> str:
    return "location.precise" if concept == "location" else concept


def _truth(concept: str) -> str | None:
    if concept.startswith("-"):
        return None
    return {"location": "location.precise", "phone.international": "phone"}.get(
        concept, concept.removesuffix(".by_hand")
    )
