"""Official numbers: published examples, what they are called, how sure we are."""

from __future__ import annotations

import numpy as np
import pytest

from privet.detect.kinds.context import COUNTRIES, context_words
from privet.detect.kinds.numbers import number_codes, numbers, tables
from privet.detect.kinds.registry import KINDS
from privet.kernels.scan.context import (
    TOPIC_CARD,
    TOPIC_NATIONAL,
    TOPIC_NEGATIVE,
    TOPIC_PHONE,
    TOPIC_TAX,
    context,
)
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


SPOKEN = [
    ("pl_pesel", "PESEL: ", "44051401359"),
    ("de_tax_id", "Meine Steuer-ID ist ", "36574261809"),
    ("nl_bsn", "BSN ", "111222333"),
    ("cz_rodne_cislo", "rodné číslo ", "7103192745"),
    ("ru_inn", "ИНН ", "500100732259"),
    ("ru_snils", "СНИЛС ", "112-233-445 95"),
    ("jp_my_number", "マイナンバーは", "123456789018"),
    ("th_id", "เลขบัตรประชาชน ", "3100600445635"),
    ("kr_rrn", "주민등록번호 ", "820701-2409184"),
    ("cn_resident", "身份证号:", "11010519491231002X"),
    ("fr_nir", "N° sécurité sociale : ", "2551099126111"),
    ("gb_nhs", "NHS number ", "943 476 5919"),
    ("se_personnummer", "personnummer ", "8112289874"),
    ("no_fodselsnummer", "fødselsnummer: ", "15108695088"),
    ("fi_hetu", "henkilötunnus ", "131052-308T"),
    ("au_tfn", "TFN ", "123 456 782"),
    ("au_medicare", "Medicare number ", "2123456701"),
    ("in_aadhaar", "Aadhaar No. ", "2341 2341 2346"),
    ("in_pan", "PAN: ", "BNZPM2501F"),
    ("tw_id", "身分證字號 ", "A123456789"),
    ("hk_hkid", "HKID ", "A123456(3"),
    ("sg_nric", "NRIC ", "G1234567X"),
    ("hu_taj", "TAJ szám: ", "111 111 110"),
    ("hu_tax_id", "adóazonosító jel: ", "8071592153"),
    ("us_npi", "NPI ", "1234567893"),
    ("us_ein", "EIN number ", "12-3456789"),
    ("us_mbi", "Medicare beneficiary identifier ", "1EG4-TE5-MK73"),
    ("lu_matricule", "matricule ", "1893120105732"),
    ("nz_nhi", "NHI ", "ZZZ0016"),
    ("nz_ird", "IRD number ", "49-091-850"),
    ("pt_nif", "NIF ", "123456789"),
    ("ie_pps", "PPSN ", "1234567T"),
    ("ro_cnp", "CNP ", "1800101221144"),
    ("za_id", "South African ID ", "8001015009087"),
    ("co_cedula", "cédula de ciudadanía ", "79.123.456"),
    ("id_nik", "NIK ", "3171011708450001"),
    ("es_nuss", "número de la Seguridad Social ", "28/12345678/40"),
    ("ua_rntrc", "РНОКПП ", "1759013776"),
    ("gr_amka", "AMKA ", "01013099997"),
    ("tr_tckn", "TC kimlik no ", "17291716060"),
    ("passport", "Passport No: ", "C01X00T47"),
    ("passport", "паспорт ", "45 10 123456"),
    ("driver_licence", "driving licence ", "MORGA657054SM9IJ"),
    ("driver_licence", "driver's license ", "D1234567"),
    ("vehicle", "VIN ", "1HGCM82633A004352"),
    ("de_identity_card", "Personalausweis ", "T220001293"),
    ("br_rg", "RG ", "12.345.678-9"),
    ("ng_nin", "NIN ", "12345678901"),
    ("ca_ramq", "RAMQ ", "TREM 9901 0112"),
]


@pytest.mark.parametrize(("name", "before", "text"), SPOKEN)
def test_what_it_is_called_is_context_enough(name: str, before: str, text: str) -> None:
    data = np.frombuffer((before + text).encode(), np.uint8)
    start, end = len(before.encode()), len(data)
    topics, countries = context(data, 0, end, start, end, context_words())
    code, score, _ = official(data, start, end, topics, countries, tables())
    assert (NAMES.get(code), score >= 55) == (name, True)


def alarms(texts: list[str], topics: int = 0) -> list[str]:
    return [text for text in texts if look(text, topics)[1] >= 50]


@pytest.mark.parametrize("size", range(5, 20))
def test_fewer_than_one_of_2000_random_numbers_alarms(size: int) -> None:
    chance = np.random.default_rng(100 + size)
    digits = chance.integers(0, 10, (8000, size)).astype("U1")
    assert len(alarms(["".join(row) for row in digits])) < 8000 / 2000


def luhn(body: str) -> str:
    total = sum(
        sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(body[::-1])
    )
    return body + str(-total % 10)


def ean(body: str) -> str:
    total = sum(int(digit) * (1 + 2 * (place % 2)) for place, digit in enumerate(body))
    return body + str(-total % 10)


def _negatives() -> dict[str, list[str]]:
    chance = np.random.default_rng(7)

    def digits(size: int) -> str:
        return "".join(map(str, chance.integers(0, 10, size)))

    def some(low: int, high: int) -> int:
        return int(chance.integers(low, high))

    many = range(600)
    days = [
        f"20{some(10, 30)}{some(1, 13):02}{some(1, 29):02}{some(0, 24):02}{some(0, 60):02}"
        for _ in many
    ]
    return {
        "isbn 13": [ean("978" + digits(9)) for _ in many],
        "isbn 13 in parts": [f"978-{digits(1)}-{digits(2)}-{digits(6)}-{digits(1)}" for _ in many],
        "isbn 10": [digits(9) + "X" for _ in many],
        "ean": [ean(str(some(30, 75)) + digits(10)) for _ in many],
        "order numbers": [f"{some(10**6, 10**10)}" for _ in many],
        "order numbers in parts": [f"{digits(3)}-{digits(7)}-{digits(7)}" for _ in many],
        "seconds": [str(some(1_500_000_000, 1_900_000_000)) for _ in many],
        "milliseconds": [str(some(1_700_000_000_000, 1_713_000_000_000)) for _ in many],
        "minutes": days,
        "moments": [day + f"{some(0, 60):02}" for day in days],
        "days": [f"{day[:4]}-{day[4:6]}-{day[6:8]}" for day in days],
        "phones": [f"{digits(3)} {digits(3)} {digits(4)}" for _ in many],
        "more phones": [f"{digits(3)}-{digits(3)}-{digits(4)}" for _ in many],
        "cards": [luhn("4" + digits(14)) for _ in many],
        "cards in parts": [f"4{digits(3)} {digits(4)} {digits(4)} {digits(4)}" for _ in many],
        "floats": [f"{some(0, 1000)}.{digits(some(3, 16))}" for _ in many],
        "thousands": [f"{digits(2)}.{digits(3)}.{digits(3)}" for _ in many],
        "versions": [f"{some(0, 30)}.{some(0, 20)}.{some(0, 4000)}" for _ in many],
        "hashes": [chance.bytes(size).hex() for size in (4, 5, 6, 8) for _ in range(200)],
        "last of a GUID": [chance.bytes(6).hex() for _ in many],
        "snowflakes": [str(some(10**17, 10**18)) for _ in many],
        "parcels": [f"RR{digits(9)}DE" for _ in many],
        "invoices": [f"INV-{digits(6)}" for _ in many],
        "part numbers": [f"{digits(4)}-{digits(4)}" for _ in many],
    }


NEGATIVES = _negatives()


@pytest.mark.parametrize("what", NEGATIVES)
def test_what_looks_like_one_and_is_none(what: str) -> None:
    assert alarms(NEGATIVES[what]) == []


@pytest.mark.parametrize("topics", [TOPIC_NEGATIVE, TOPIC_PHONE, TOPIC_CARD])
def test_context_of_another_number_makes_no_alarm(topics: int) -> None:
    assert alarms([text for texts in NEGATIVES.values() for text in texts], topics) == []


@pytest.mark.parametrize(
    "text", ["111.111.111-11", "000-00-0000", "11111111", "666-12-1234", "123-00-1234"]
)
def test_placeholders_are_none(text: str) -> None:
    assert look(text)[1] < 50


@pytest.mark.parametrize(
    "text", ["C01X00T47", "MORGA657054SM9IJ", "1HGCM82633A004352", "533380006"]
)
def test_passports_licences_and_vehicles_are_nothing_without_context(text: str) -> None:
    assert look(text)[1] < 50
    assert look(text, TOPIC_NATIONAL)[0] not in ("passport", "driver_licence", "vehicle")


def test_letters_of_both_cases_are_none() -> None:
    assert look("RSSmra85T10A562S") == ("", 0)
    assert look("rssmra85t10a562s")[1] >= 50
