from __future__ import annotations

import random
import re
import uuid

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privet.quality.text_shape import TextShape

DRAW = random.Random(3)


def pattern(*batches: list[str]) -> str | None:
    shape = TextShape()
    for texts in batches:
        shape.add(pa.array(texts, pa.string()))
    return shape.pattern()


def digits(count: int) -> str:
    return f"{DRAW.randrange(10**count):0{count}}"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([f"AB{digits(6)}" for _ in range(50)], "^[A-Z]{2}[0-9]{6}$"),
        ([f"C{n}" for n in range(5, 1500)], "^[A-Z][0-9]{1,4}$"),
        ([f"DE-{digits(4)}" for _ in range(50)], "^[A-Z]{2}\\-[0-9]{4}$"),
        ([f"+49 {digits(9)}" for _ in range(50)], "^\\+[0-9]{2}\\ [0-9]{9}$"),
        ([f"{digits(3)}.{digits(2)}" for _ in range(50)], "^[0-9]{3}\\.[0-9]{2}$"),
        (["Ulm", "Bonn", "Köln"], None),
        (["Ulm", "Bonn"], None),
        (["EUR", "USD", "CHF"], "^[A-Z]{3}$"),
        (["a1", "1a"], "^[0-9a-f]{2}$"),
        (["---", "---"], None),
        (["a-b", "ab-"], None),
        (["A1", "1A", "AA1"], None),
        ([], None),
        ([""], None),
        (["x" * 65], None),
        (["7" * 21, "7" * 22], None),
    ],
)
def test_a_shape_is_made_of_classes(texts: list[str], expected: str | None) -> None:
    assert pattern(texts) == expected


def test_uuids_have_one() -> None:
    texts = [str(uuid.UUID(int=DRAW.getrandbits(128), version=4)) for _ in range(500)]
    found = pattern(texts[:100], texts[100:])
    assert found == "^[0-9a-f]{8}\\-[0-9a-f]{4}\\-[0-9][0-9a-f]{3}\\-[0-9a-f]{4}\\-[0-9a-f]{12}$"


def test_a_text_of_another_length_in_a_later_batch_changes_it() -> None:
    assert pattern(["A12", "B34"], ["C5"]) == "^[A-Z][0-9]{1,2}$"
    assert pattern(["A12", "B34"], ["no"]) is None
    assert pattern(["A12", "B34"], ["ü12"]) is None


def test_lengths_are_characters() -> None:
    shape = TextShape()
    shape.add(pa.array(["Köln", "Ulm"]))
    assert (shape.shortest, shape.longest) == (3, 4)


texts = st.lists(
    st.one_of(
        st.from_regex(r"[A-Z]{1,3}[-/. +*]?[0-9]{1,6}", fullmatch=True),
        st.from_regex(r"[0-9a-f]{8}", fullmatch=True),
        st.text(max_size=8),
    ),
    min_size=1,
    max_size=30,
)


@given(batches=st.lists(texts, min_size=1, max_size=3))
def test_every_text_has_the_pattern_as_re2_and_python_read_it(batches: list[list[str]]) -> None:
    found = pattern(*batches)
    if found is None:
        return
    everything = [text for batch in batches for text in batch]
    assert pc.all(pc.match_substring_regex(pa.array(everything), found)).as_py()
    assert all(re.search(found, text) for text in everything)


@given(st.lists(st.from_regex(r"[A-Z]{2}[0-9]{4}", fullmatch=True), min_size=1, max_size=20))
def test_no_letter_and_no_digit_of_the_data_is_in_it(values: list[str]) -> None:
    assert pattern(values) == "^[A-Z]{2}[0-9]{4}$"
