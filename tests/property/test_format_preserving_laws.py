"""FF1 for batches is FF1 one by one; values keep form, length and check digits, and come back."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iban, luhn, verhoeff

from privet.crypto.ff1 import FF1, shortest
from privet.transforms import format_batches
from privet.transforms.check_digits import CHECKS, Numbers
from privet.transforms.format_batches import FormatCipher
from tests.unit.transforms.making import make

KEY = bytes(range(32))


@pytest.fixture(autouse=True)
def _compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(format_batches, "PAYS_AFTER", -1)


@st.composite
def numbers(draw: st.DrawFn) -> tuple[int, list[list[int]], bytes]:
    radix = draw(st.sampled_from([2, 3, 10, 16, 26, 36, 62, 255, 256, 65_535, 65_536]))
    least = shortest(radix)
    length = draw(st.integers(least, least + draw(st.sampled_from([3, 60]))))
    rows = draw(st.integers(0, 3))
    chance = random.Random(draw(st.integers(0, 2**32)))
    digits = [[chance.randrange(radix) for _ in range(length)] for _ in range(rows)]
    return radix, [*digits, [0] * length, [radix - 1] * length], draw(st.binary(max_size=40))


@given(numbers())
def test_a_batch_is_its_values_one_by_one(drawn: tuple[int, list[list[int]], bytes]) -> None:
    radix, digits, tweak = drawn
    cipher = FormatCipher(KEY, radix, tweak)
    sealed = cipher.encrypt(np.array(digits, np.uint16))
    plain = FF1(KEY, radix, tweak)
    assert sealed.tolist() == [plain.encrypt(each) for each in digits]
    assert cipher.decrypt(sealed).tolist() == digits
    assert [plain.decrypt(each) for each in sealed.tolist()] == digits


ALPHABETS = ("digits", "hex", "lower", "alphanumeric", "äöüßéñ", "日本語漢字仮名", "ab1 ", "01")
SIGNS = "-. /+()€"


@settings(max_examples=60)
@given(st.sampled_from(ALPHABETS), st.integers(0, 2**32), st.booleans())
def test_values_keep_length_and_signs_and_come_back(alphabet: str, seed: int, large: bool) -> None:
    from privet.transforms.alphabets import ALPHABETS as NAMED

    chance = random.Random(seed)
    characters = NAMED.get(alphabet, alphabet)
    signs = [sign for sign in SIGNS if sign not in characters]
    least = shortest(len(characters))
    values: list[str | None] = [None]
    for _ in range(chance.randrange(8)):
        size = least + chance.randrange(20)
        text = [chance.choice(characters) for _ in range(size)]
        for _ in range(chance.randrange(4)):
            text.insert(chance.randrange(len(text) + 1), chance.choice(signs))
        values.append("".join(text))
    array = pa.array(values, pa.string())
    if large:
        array = pa.array(["x", *values], pa.string()).slice(1)
    transform = make("format", alphabet=alphabet)
    out = transform.apply(array)
    out.validate(full=True)
    for before, after in zip(values, out.to_pylist(), strict=True):
        if before is not None and after is not None:
            assert len(before) == len(after)
            assert all(a == b for a, b in zip(before, after, strict=True) if a in signs)
            assert {each for each in after if each not in signs} <= set(characters)
        assert (before is None) == (after is None)
    assert transform.restore(out).to_pylist() == values


def written(text: list[str]) -> Numbers:
    ends = np.cumsum([len(each) for each in text]).astype(np.int64)
    starts = np.concatenate((np.zeros(1, np.int64), ends[:-1]))
    return Numbers(np.array([int(c, 36) for c in "".join(text)], np.int64), starts, ends)


@given(st.lists(st.text("0123456789", min_size=2, max_size=25), min_size=1, max_size=20))
def test_check_digits_are_those_of_their_standards(given_numbers: list[str]) -> None:
    for name, oracle in (("luhn", luhn), ("verhoeff", verhoeff)):
        numbers = written(given_numbers)
        assert CHECKS[name].valid(numbers).tolist() == [oracle.is_valid(n) for n in given_numbers]
        CHECKS[name].write(numbers)
        digits = "".join(map(str, numbers.codes.tolist()))
        bounds = [0, *numbers.ends.tolist()]
        assert all(oracle.is_valid(digits[a:b]) for a, b in pairwise(bounds))


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.integers(1, 6))
def test_cards_stay_cards(seed: int, keep: int) -> None:
    chance = random.Random(seed)
    cards = []
    for _ in range(5):
        body = "".join(chance.choices("0123456789", k=chance.randrange(12, 19)))
        cards.append(body + luhn.calc_check_digit(body))
    transform = make("format", check="luhn", keep_first=keep)
    out = transform.apply(pa.array(cards)).to_pylist()
    for before, after in zip(cards, out, strict=True):
        assert luhn.is_valid(after)
        assert (len(after), after[:keep]) == (len(before), before[:keep])
    assert transform.restore(pa.array(out)).to_pylist() == cards


IBANS = [
    "DE89 3704 0044 0532 0130 00",
    "gb82WEST12345698765432",
    "MT84MALT011000012345MTLCAST001S",
    "NO93 8601 1117 947",
]


def test_ibans_stay_ibans() -> None:
    transform = make("format", check="mod97")
    out = transform.apply(pa.array(IBANS)).to_pylist()
    for before, after in zip(IBANS, out, strict=True):
        assert int("".join(str(int(c, 36)) for c in _turned(after))) % 97 == 1
        assert after[:2] == before[:2]
        assert after != before
        assert [c for c in after if not c.isdigit()] == [c for c in before if not c.isdigit()]
    assert iban.is_valid(out[0], check_country=False)
    assert transform.restore(pa.array(out)).to_pylist() == IBANS


def _turned(text: str) -> str:
    plain = text.replace(" ", "")
    return plain[4:] + plain[:4]


def test_a_permutation_of_a_whole_domain() -> None:
    every = np.array(np.meshgrid(*[np.arange(10)] * 6, indexing="ij"), np.uint16)
    digits = every.reshape(6, -1).T.copy()
    sealed = FormatCipher(KEY, 10, b"").encrypt(digits).astype(np.int64)
    numbers = sealed @ (10 ** np.arange(6))
    assert len(np.unique(numbers)) == 10**6
