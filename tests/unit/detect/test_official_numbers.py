"""Official numbers: published examples, what they are called, how sure we are."""

from __future__ import annotations

import numpy as np
import pytest

from privet.detect.kinds.context import COUNTRIES
from privet.detect.kinds.numbers import number_codes, numbers, tables
from privet.detect.kinds.registry import KINDS
from privet.kernels.scan.context import TOPIC_NATIONAL, TOPIC_NEGATIVE, TOPIC_TAX
from privet.kernels.scan.official import official

NAMES = {code: name for name, code in number_codes().items()}


def look(text: str, topics: int = 0, country: str = "") -> tuple[str, int]:
    data = np.frombuffer(text.encode(), np.uint8)
    places = 1 << COUNTRIES.index(country) if country else 0
    code, score, _ = official(data, 0, len(data), np.uint64(topics), np.uint64(places), tables())
    return NAMES.get(code, ""), score


EXAMPLES = [
    ("pl_nip", "123-456-32-18"),
    ("br_cpf", "390.533.447-05"),
    ("it_codice_fiscale", "RSSMRA85T10A562S"),
    ("es_dni", "54362315-K"),
    ("es_nie", "X2482300W"),
    ("fr_nir", "2 95 10 99 126 111 93"),
    ("fr_spi", "30 23 217 600 053"),
    ("de_pension", "65 170839 J 003"),
    ("ch_ahv", "756.9217.0769.85"),
    ("se_personnummer", "811228-9874"),
    ("fi_hetu", "131052-308T"),
    ("lv_personas_kods", "161175-19997"),
    ("cn_resident", "11010519491231002X"),
    ("sg_nric", "S1234567D"),
    ("za_id", "8001015009087"),
    ("be_nrn", "85.07.30-033.28"),
    ("ssn", "536-90-4399"),
    ("itin", "912-90-3456"),
    ("gb_nino", "AB 12 34 56 C"),
]


@pytest.mark.parametrize(("name", "text"), EXAMPLES)
def test_a_published_example_is_found_by_itself(name: str, text: str) -> None:
    found, score = look(text)
    assert (found, score >= 75) == (name, True)


def test_every_number_is_a_kind_with_its_code() -> None:
    assert len(numbers()) == len({number.name for number in numbers()})
    for number in numbers():
        assert KINDS[number.name].code == number_codes()[number.name]


def test_at_least_thirty_countries() -> None:
    assert len({place for number in numbers() for place in number.countries}) >= 60


def test_context_decides_between_countries_that_share_a_shape() -> None:
    assert look("44051401359") == ("pl_pesel", 40)
    assert look("44051401359", TOPIC_NATIONAL, "PL") == ("pl_pesel", 85)
    assert look("123456789", TOPIC_TAX, "PT") == ("pt_nif", 85)


def test_a_word_for_other_numbers_lowers_all_but_the_strong() -> None:
    assert look("811228-9874", TOPIC_NEGATIVE)[1] < 50
    assert look("RSSMRA85T10A562S", TOPIC_NEGATIVE)[1] >= 85
