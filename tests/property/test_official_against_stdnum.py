"""Official numbers against python-stdnum, where it is installed: an oracle, nothing more.

It is LGPL and no dependency of ours. What it judges by the calendar of today or by lists of places,
we do not; those numbers are compared in one direction, or left out.
"""

from __future__ import annotations

import importlib
import random

import pytest

from privet.detect.kinds.numbers import numbers
from privet.detect.kinds.numbers_declared import Number, Variant
from privet.detect.kinds.numbers_plain import official_plain
from privet.detect.kinds.numbers_topics import topics_of

pytest.importorskip("stdnum", reason="python-stdnum is not installed: `pip install python-stdnum`")

SAME = {
    "ssn": "us.ssn",
    "pl_pesel": "pl.pesel",
    "pl_nip": "pl.nip",
    "br_cpf": "br.cpf",
    "it_partita_iva": "it.iva",
    "es_dni": "es.dni",
    "es_nie": "es.nie",
    "fr_spi": "fr.nif",
    "de_tax_id": "de.idnr",
    "gb_nhs": "gb.nhs",
    "gb_utr": "gb.utr",
    "us_ein": "us.ein",
    "pt_nif": "pt.nif",
    "pt_cc": "pt.cc",
    "nl_bsn": "nl.bsn",
    "ch_ahv": "ch.ssn",
    "bg_egn": "bg.egn",
    "bg_lnch": "bg.pnf",
    "hr_oib": "hr.oib",
    "gr_amka": "gr.amka",
    "gr_afm": "gr.vat",
    "tr_tckn": "tr.tckimlik",
    "ua_rntrc": "ua.rntrc",
    "ru_inn": "ru.inn",
    "cl_rut": "cl.rut",
    "cy_tic": "cy.vat",
    "co_nit": "co.nit",
    "pe_ruc": "pe.ruc",
    "ec_cedula": "ec.ci",
    "ca_sin": "ca.sin",
    "au_tfn": "au.tfn",
    "nz_ird": "nz.ird",
    "in_aadhaar": "in_.aadhaar",
    "jp_my_number": "jp.in_",
    "th_id": "th.pin",
    "il_tz": "il.idnr",
    "do_cedula": "do.cedula",
}
"""Judged alike."""
STRICTER = {
    "at_svnr": "at.vnr",
    "cz_rodne_cislo": "cz.rc",
    "mx_rfc": "mx.rfc",
    "si_emso": "si.emso",
    "ee_isikukood": "ee.ik",
    "lt_asmens_kodas": "lt.asmens",
    "my_nric": "my.nric",
}
"""We ask for a day or a check digit where it does not, or refuse places that were never given."""
LAXER = {
    "itin": "us.itin",
    "ie_pps": "ie.pps",
    "in_pan": "in_.pan",
    "kr_rrn": "kr.rrn",
    "pk_cnic": "pk.cnic",
    "mx_curp": "mx.curp",
    "ar_cuit": "ar.cuit",
    "za_id": "za.idnr",
    "it_codice_fiscale": "it.codicefiscale",
    "is_kennitala": "is_.kennitala",
}
"""We know groups that came later, or no list of states, or do not ask which day is today."""
BY_NAME = {number.name: number for number in numbers()}


def ours(number: Number, text: str) -> bool:
    return official_plain(text, topics_of(number), list(number.countries), [number])[0] != ""


def written(variant: Variant, symbols: list[str]) -> str:
    signs = dict(variant.forms[0].separators)
    return "".join(
        signs.get(place, "").replace("_", " ") + symbol for place, symbol in enumerate(symbols)
    )


def strings(number: Number) -> list[str]:
    """Random ones of its shapes; every second is made valid, if that is soon done."""
    chance = random.Random(number.name)
    texts = []
    for count in range(120):
        variant = number.variants[count % len(number.variants)]
        symbols = [chance.choice(of) for of in variant.shape]
        for _ in range(100 * (count % 2)):
            if ours(number, written(variant, symbols)):
                break
            place = chance.randrange(len(symbols))
            symbols[place] = chance.choice(variant.shape[place])
        if len(set(symbols)) > 1:
            texts.append(written(variant, symbols))
    return texts


@pytest.mark.parametrize("name", SAME)
def test_judged_alike(name: str) -> None:
    oracle = importlib.import_module(f"stdnum.{SAME[name]}")
    number = BY_NAME[name]
    judged = [(text, ours(number, text)) for text in strings(number)]
    assert sum(valid for _, valid in judged) > 3
    assert [text for text, valid in judged if oracle.is_valid(text) != valid] == []


@pytest.mark.parametrize("name", STRICTER)
def test_what_we_take_it_takes(name: str) -> None:
    oracle = importlib.import_module(f"stdnum.{STRICTER[name]}")
    number = BY_NAME[name]
    taken = [text for text in strings(number) if ours(number, text)]
    assert taken
    assert all(oracle.is_valid(text) for text in taken)


@pytest.mark.parametrize("name", LAXER)
def test_what_it_takes_we_take(name: str) -> None:
    oracle = importlib.import_module(f"stdnum.{LAXER[name]}")
    number = BY_NAME[name]
    taken = [text for text in strings(number) if oracle.is_valid(text)]
    assert all(ours(number, text) for text in taken)
