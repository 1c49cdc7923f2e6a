"""The compiled interpreter of official numbers against its plain twin."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from privet.detect.kinds.context import COUNTRIES
from privet.detect.kinds.numbers import number_codes, numbers, tables
from privet.detect.kinds.numbers_declared import Number, Variant
from privet.detect.kinds.numbers_plain import official_plain
from privet.kernels.scan.context import TOPICS
from privet.kernels.scan.official import measure, official, possible

NAMES = {0: ""} | {code: name for name, code in number_codes().items()}
SIGNS = [
    " ",
    "-",
    ".",
    "/",
    "+",
    "(",
    ")",
    " - ",
    "\u00a0",
    "\u202f",
    "\u2011",
    "--",
    ",",
    "\u00e9",
]


def compiled(text: str, topics: int, countries: list[str]) -> tuple[str, int, int]:
    # Bytes beside the candidate show that none of them is looked at.
    data = np.frombuffer(b"12" + text.encode() + b"34", np.uint8)
    places = sum(1 << COUNTRIES.index(place) for place in set(countries))
    code, score, why = official(
        data, 2, len(data) - 2, np.uint64(topics), np.uint64(places), tables()
    )
    return NAMES[code], score, why


def maybe(text: str) -> bool:
    data = np.frombuffer(text.encode(), np.uint8)
    return bool(possible(data, 0, len(data), tables()))


def same(text: str, topics: int, countries: list[str]) -> None:
    plain = official_plain(text, topics, countries, numbers())
    assert compiled(text, topics, countries) == plain
    assert maybe(text) or plain[0] == ""


contexts = st.tuples(
    st.integers(0, (1 << len(TOPICS)) - 1) | st.sampled_from([0, *(1 << n for n in range(20))]),
    st.lists(st.sampled_from(COUNTRIES), max_size=2),
)
variants = st.sampled_from(
    [(number, variant) for number in numbers() for variant in number.variants]
)


@st.composite
def shaped(draw: st.DrawFn) -> tuple[Number, str]:
    """A string of a declared shape and written form; what must hold does so at times."""
    number, variant = draw(variants)
    symbols = [draw(st.sampled_from(of)) for of in variant.shape]
    symbols = right(draw, number, variant, symbols)
    form = draw(st.sampled_from(variant.forms))
    text = "".join(
        "".join(sign.replace("_", " ") for at, sign in form.separators if at == place) + symbol
        for place, symbol in enumerate(symbols)
    )
    return number, text.lower() if draw(st.integers(0, 9)) == 0 else text


def right(draw: st.DrawFn, number: Number, variant: Variant, symbols: list[str]) -> list[str]:
    """Change the last symbols until it is valid, where that is soon done."""
    for _ in range(60):
        if official_plain("".join(symbols), 0, [], [number])[0]:
            break
        place = draw(st.integers(0, len(symbols) - 1))
        symbols[place] = draw(st.sampled_from(variant.shape[place]))
    return symbols


@given(shaped(), contexts)
def test_declared_shapes_like_the_twin(
    case: tuple[Number, str], context: tuple[int, list[str]]
) -> None:
    same(case[1], *context)


@given(st.lists(st.sampled_from([*"0123456789", *SIGNS, *"AXab"]), max_size=24), contexts)
def test_any_text_like_the_twin(parts: list[str], context: tuple[int, list[str]]) -> None:
    same("".join(parts), *context)


def test_many_random_numbers_like_the_twin() -> None:
    chance = np.random.default_rng(20)
    places = [["PL"], ["DE"], [], ["US", "GB"]]
    for size in range(1, 20):
        for digits in chance.integers(0, 10, (60, size)):
            same("".join(map(str, digits)), 1 << int(chance.integers(0, 20)), places[size % 4])


def test_many_random_days_like_the_twin() -> None:
    chance = np.random.default_rng(21)
    for number in numbers():
        for variant in number.variants:
            for _ in range(15):
                text = "".join(of[chance.integers(0, len(of))] for of in variant.shape)
                same(text, 1 << 4, [])


@given(st.binary(max_size=40), st.integers(0, 40))
def test_any_bytes_are_borne(raw: bytes, start: int) -> None:
    data = np.frombuffer(raw, np.uint8)
    start = min(start, len(raw))
    if start < len(raw):
        official(data, start, len(raw), np.uint64(0), np.uint64(0), tables())


def test_a_form_is_measured_in_one_number() -> None:
    def form(text: str) -> int:
        data = np.frombuffer(text.encode(), np.uint8)
        return measure(data, 0, len(data))[2]

    assert form("123-45-6789") == form("123\u201145 - 6789") != form("123 45 6789")
    assert form("123456789") == 0
    assert {form(text) for text in ("1--2", "1,2", "1-/2", "é1", "1-" * 9)} == {-1}
    assert re.fullmatch(r"-?\d+", str(form("12 34")))


@given(shaped())
def test_what_is_possible_is_found_in_some_context(case: tuple[Number, str]) -> None:
    _, text = case
    topics = (1 << len(TOPICS)) - 1
    assert maybe(text) == (official_plain(text, topics, list(COUNTRIES), numbers())[0] != "")
