from __future__ import annotations

import pyarrow as pa
import pytest

from privet.detect.columns.gazetteers import Gazetteer, folded, listed, words_of
from privet.detect.columns.names import BY_CHANCE, name_shares
from tools import gazetteers

KNOWN = {
    Gazetteer.GIVEN: "Anna Jürgen LUCÍA Wojciech Олег Γιώργος",
    Gazetteer.FAMILY: "Müller Núñez Nowak Smith Иванов",
    Gazetteer.CITY: "Berlin Zürich Poznań Kraków Lyon",
    Gazetteer.COUNTRY: "Deutschland Francia Poland Italia",
    Gazetteer.LANGUAGE: "English German Polish",
}
EVERYDAY = {
    "en": "kettle chair invoice quickly between shipment blanket yellow running",
    "de": "Rechnung schnell zwischen Lieferung gelb laufen Decke offen",
    "fr": "facture rapidement entre livraison jaune courir fauteuil ouvert",
    "es": "factura entre entrega amarillo pedido abierto cuchara",
    "pl": "faktura szybko pomiędzy dostawa krzesło otwarte kubek",
}


@pytest.mark.parametrize(("which", "words"), KNOWN.items())
def test_well_known_names_are_listed(which: Gazetteer, words: str) -> None:
    assert listed(folded(pa.array(words.split())), which).all()


@pytest.mark.parametrize("which", Gazetteer)
def test_everyday_words_are_hardly_listed(which: Gazetteer) -> None:
    words = pa.array(" ".join(EVERYDAY.values()).split())
    assert listed(folded(words), which).mean() <= BY_CHANCE


def test_words_are_folded() -> None:
    texts = pa.array(["Łukasz O'Neill-Müller", "  JOSÉ 3 ", "Weiß", "", "123", "王小明"])
    assert folded(texts).to_pylist() == [
        "lukasz o neill muller",
        "jose",
        "weiss",
        "",
        "",
        "王小明",
    ]


def test_words_know_the_text_they_stand_in() -> None:
    words, rows = words_of(pa.array(["a b", "c"]))
    assert (words.to_pylist(), rows.tolist()) == (["a", "b", "c"], [0, 0, 1])


@pytest.mark.parametrize(
    ("concept", "texts"),
    [
        ("name", ["Anna Müller", "García, María", "Smith John", "Ana de la Cruz", "王小明"]),
        ("name.first", ["Anna", "Peter", "Wojciech", "Jean-Luc", "Giulia"]),
        ("city", ["Berlin", "Lyon", "Szczecin", "Valladolid", "New York"]),
        ("country", ["Germany", "Frankreich", "Italia", "Polen", "Japan"]),
        (None, ["Müller GmbH", "Smith Ltd", "García S.L.", "Nowak Inc", "Anna Berger AG"]),
        (None, ["blue kettle", "garden chair", "oak table", "desk lamp", "wool blanket"]),
        (None, ["anna1", "user_7", "x@y.example", "10.0.0.1", "2024-01-01"]),
        (None, []),
    ],
)
def test_lists_tell_a_columns_concept(concept: str | None, texts: list[str]) -> None:
    assert name_shares(pa.array(texts, pa.string())).best == concept


def test_an_empty_text_is_in_no_list() -> None:
    assert not listed(pa.array(["", ""]), Gazetteer.GIVEN).any()
    assert not listed(pa.array([], pa.string()), Gazetteer.GIVEN).any()


def test_the_lists_are_what_their_generator_makes_of_its_sources() -> None:
    for name, entries in gazetteers.lists().items():
        assert (gazetteers.TARGET / f"{name}.bin").read_bytes() == gazetteers.packed(entries)
